"""How much of a file is read is the hub's own to say, in one place."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from destinations.cli import app
from destinations.platform.settings import Settings, get_settings
from imports.workbook.limits import ReadLimits
from models.submissions import Submission
from tests.builders.sheets import a_workbook
from tests.test_annotated_pipeline import LEAVERS, _hub, everything, run, send

__all__ = ["_hub"]


@pytest.fixture(name="few")
def _few(hub, monkeypatch):
    """A hub that reads no more than three rows."""
    monkeypatch.setenv("DESTINATIONS_LIMIT_ROWS", "3")
    get_settings.cache_clear()
    yield get_settings()
    get_settings.cache_clear()


def test_without_a_word_they_are_those_that_were_measured():
    assert Settings().limits(ReadLimits) == ReadLimits()


def test_an_intake_keeps_to_them_and_says_so(few):
    send(few, "leavers.xlsx", a_workbook(LEAVERS))
    run(few)
    (sent,) = everything(few, Submission)
    assert (sent.refused_code, sent.refused_facts["limit"]) == ("F11", "3")


@pytest.mark.parametrize("folder", [False, True], ids=["a file", "a folder"])
def test_a_check_keeps_to_them(few, tmp_path: Path, folder):
    (tmp_path / "sent").mkdir()
    sent = tmp_path / "sent" / "leavers.xlsx"
    sent.write_bytes(a_workbook(LEAVERS))
    words = ["--folder", str(sent.parent)] if folder else [str(sent)]
    said = CliRunner().invoke(app, ["check", *words, "--json"])
    assert [json.loads(line)["code"] for line in said.output.splitlines()] == ["F11"]
    assert "3" in said.output
