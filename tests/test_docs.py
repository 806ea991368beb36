"""The documents: what the code would write is what stands there, and every link leads somewhere."""

import re
import runpy
from pathlib import Path

import pytest
from typer.main import get_command

from destinations import cli
from destinations.platform.settings import Settings
from expectations.catalogue import catalogue

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "bench" / "README.md"]
    + [*(ROOT / "docs").rglob("*.md")]
)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
WRITTEN = runpy.run_path(str(ROOT / "docs" / "generate.py"))["PAGES"]


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def anchors(page: str) -> set[str]:
    """What a heading of a page is called in a link to it."""
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", one.strip().lower()) for one in headings)
    return {one.replace(" ", "-") for one in plain}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_page_written_from_the_code_is_fresh(name):
    assert text(ROOT / "docs" / name) == WRITTEN[name](), "run `make docs`"


def test_every_rule_and_every_command_has_its_place():
    rules, commands = text(ROOT / "docs" / "rules.md"), text(ROOT / "docs" / "commands.md")
    assert [code for code in catalogue() if f"### {code} " not in rules] == []
    named = list(get_command(cli.app).commands)  # type: ignore[attr-defined]
    assert [name for name in named if f"## destinations {name}" not in commands] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    lost = []
    for found in LINK.finditer(text(page)):
        target, _, place = (found[1] or found[2]).partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        there = (page.parent / target).resolve() if target else page
        is_there = there.exists() and there.is_relative_to(ROOT)
        if not is_there or (place and there.suffix == ".md" and place not in anchors(text(there))):
            lost.append(found[0])
    assert lost == []


def test_every_file_named_in_a_document_is_there():
    """Words in code style that look like a path of ours."""
    folders = "bench|destinations|docs|expectations|flows|imports|models|tests"
    path = re.compile(rf"`((?:{folders})/[\w/.\-]+\.(?:py|md|yaml|yml|csv|json))`")
    lost = {
        f"{page.name}: {named}"
        for page in PAGES
        if page.name != "CHANGELOG.md"
        for named in path.findall(text(page))
        if not (ROOT / named).exists()
    }
    assert lost == set()


def test_every_setting_is_in_the_example():
    example = text(ROOT / ".env.example")
    shown = set(re.findall(r"^#? ?DESTINATIONS_([A-Z0-9_]+)=", example, re.MULTILINE))
    assert shown == {name.upper() for name in Settings.model_fields}


def test_every_command_that_a_document_shows_is_one_of_ours():
    named = set(get_command(cli.app).commands)  # type: ignore[attr-defined]
    shown = {
        word
        for page in PAGES
        for word in re.findall(r"(?:`|^ {4}|\$ )destinations ([a-z][a-z-]+)", text(page), re.M)
    }
    assert shown - named == set()
