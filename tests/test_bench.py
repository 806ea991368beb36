"""What is measured can be measured: each bench runs on a small country, and its opinions agree."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders.workbooks import sheet, workbook

HERE = Path(__file__).parents[1]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="memory is read from /proc"),
]


def bench(script: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, str(HERE / "bench" / script), *words],
        capture_output=True,
        text=True,
        cwd=HERE,
        env={**os.environ, "PYTHONPATH": str(HERE), "DO_NOT_TRACK": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_a_small_national_autumn_gives_every_stage_its_cost(tmp_path):
    figures = tmp_path / "figures.json"
    bench("national.py", "--schools", "6", "--json", str(figures))
    told = json.loads(figures.read_text())
    assert told["counts"]["recorded"] == 6
    assert set(told["stages"]) == {
        *("receive", "read", "map", "validate", "match", "record", "return"),
        *("summarise", "publish"),
    }


def test_the_rules_say_the_same_in_chunks_one_at_a_time_and_in_polars():
    told = bench("rules.py", "--schools", "6", "--one-by-one", "2")
    assert "Rows on which polars and the catalogue differ: none." in told
    assert "differ:" not in told.replace("the catalogue differ:", "")


def test_a_made_up_hub_is_scored_against_its_truth():
    told = bench("hubs.py", "--seeds", "1", "--schools", "4", "--leavers", "12")
    line = told.strip().splitlines()[-1]
    _, name, stopped, rows, unread, invented, *_ = (cell.strip() for cell in line.split("|"))
    assert (name, stopped, unread, invented) == ("1", "0", "0", "0")
    assert int(rows) > 50


@pytest.mark.parametrize("words", ["demo", "other"])
def test_typed_answers_are_counted_in_their_place_and_in_no_other(words):
    told = bench("hubs.py", "--words", words, "--seeds", "1", "--schools", "4", "--leavers", "12")
    lines = [[cell.strip() for cell in line.split("|")] for line in told.splitlines()]
    at = next(at for at, line in enumerate(lines) if "in a wrong place" in line)
    answers = dict(zip(lines[at], lines[at + 2], strict=True))
    assert int(answers["answers typed"]) > 50
    assert float(answers["in their place %"]) >= 98
    assert answers["in a wrong place"] == "0"


def test_one_workbook_has_its_price_behind_the_guard_and_marked():
    told = bench("sheet.py", "--rows", "60", "--files", "1")
    assert "1 marked in place" in told
    assert [line.split("|")[1].strip() for line in told.splitlines() if line.startswith("| ")] == [
        *("what", "---", "read behind the guard, preflight included", "read in this process"),
        *("marked, and read back to be sure", "findings marked"),
    ]


def test_any_folder_of_strange_files_is_gone_through_and_leavers_are_found_inside(tmp_path):
    (tmp_path / "strange.xlsx").write_bytes(workbook({"Notes": sheet((("a", "b"),))}))
    (tmp_path / "letter.xlsx").write_bytes(b"%PDF-1.7")
    told = bench("strange.py", str(tmp_path), "--with-leavers")
    assert "| refused | F03 | 1 |" in told
    assert "| refused | T01 | 1 |" in told
    assert "wrong: 0" in told
    assert "| all of them read | 1 |" in told
