"""The documents: what the code would write is what stands there, and every link leads somewhere."""

import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import SQLModel
from typer.main import get_command

from destinations import cli
from destinations.platform.settings import Settings
from docs.written.rooms import PACKAGES, ROAD
from docs.written.tables import meaning, models, table_of
from expectations.catalogue import catalogue
from models.vocabulary import Stage

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), ROOT / "bench" / "README.md", *(ROOT / "docs").rglob("*.md")])
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


def test_every_column_of_every_table_says_what_it_means():
    told = {
        f"{model.__tablename__}.{name}": meaning(model, name)
        for kinds in models().values()
        for model in kinds
        for name in table_of(model).columns.keys()  # noqa: SIM118 - columns, not their names
    }
    assert [column for column, means in told.items() if not means] == []
    assert len({name.partition(".")[0] for name in told}) == len(SQLModel.metadata.tables)


def test_every_room_has_a_purpose_and_a_place_in_the_picture():
    folders = {
        str(path.parent.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if "migrations" not in path.parts
    }
    page, drawn = text(ROOT / "docs" / "house.md"), text(ROOT / "docs" / "house.svg")
    assert [folder for folder in folders if f"| `{folder}/` |" not in page] == []
    first = [folder.partition("/")[2] for folder in folders if folder.count("/") == 1]
    assert [room for room in first if f">{room}/<" not in drawn] == []


def test_the_road_that_is_drawn_is_the_modules_named_in_ing():
    packages = [path for name in PACKAGES for path in (ROOT / name).glob("*ing.py")]
    modules = {path.stem: path.parent.name for path in packages}
    assert modules == ROAD
    assert [stage.value for stage in Stage] == list(map(past, ROAD))


def past(stage: str) -> str:
    """What a submission is, once it has been through a stage: received, for receiving."""
    irregular = {"reading": "read", "mapping": "mapped"}
    return irregular.get(stage, stage.removesuffix("ing") + "ed")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages and what the site is made with, to be spoilt."""
    made = tmp_path_factory.mktemp("pages")
    shutil.copytree(ROOT / "docs", made / "docs", ignore=shutil.ignore_patterns("__pycache__"))
    for page in PAGES:
        (made / page.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(page, made / page.relative_to(ROOT))
    shutil.copy(ROOT / ".env.example", made)
    return made


@pytest.mark.slow
@pytest.mark.parametrize(
    ("written", "is_built"),
    [
        ("", True),
        ("\n[gone](docs/gone.md)\n", False),
        ("\n[no such part](docs/glossary.md#no-such-part)\n", False),
    ],
)
def test_the_site_is_built_and_a_link_to_nowhere_stops_it(pages, tmp_path, written, is_built):
    (pages / "SECURITY.md").write_text(text(ROOT / "SECURITY.md") + written, encoding="utf-8")
    built = subprocess.run(
        [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going"]
        + ["--conf-dir", "docs", ".", str(tmp_path / "site")],
        cwd=pages,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (built.returncode == 0) is is_built, built.stderr
    if is_built:
        front = text(tmp_path / "site" / "index.html")
        assert 'src="http' not in front  # nothing is fetched from elsewhere
        assert 'href="docs/runbooks/add-a-rule.html"' in front
