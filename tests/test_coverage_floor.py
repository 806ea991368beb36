"""The floor of coverage only rises: it is nowhere below that of a version tagged before."""

import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FIRST = 70.0  # of 0.2.0, the first version that had one


def floor_of(pyproject: str) -> float:
    """What a project file asks for; nothing where it asks for nothing."""
    settings = tomllib.loads(pyproject)["tool"].get("coverage", {})
    return float(settings.get("report", {}).get("fail_under", 0))


def git(folder: Path, *words: str) -> str:
    """What git says; nothing where the folder is no checkout."""
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout


def floors_before(folder: Path) -> dict[str, float]:
    """The floor of each tagged version that this one grew from."""
    tags = git(folder, "tag", "--merged", "HEAD").split()
    return {
        tag: floor_of(text)
        for tag in tags
        if (text := git(folder, "show", f"{tag}:pyproject.toml"))
    }


def test_the_floor_has_not_been_lowered():
    today = floor_of((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    before = {"the first": FIRST, **floors_before(ROOT)}
    assert {tag: floor for tag, floor in before.items() if floor > today} == {}


@pytest.mark.parametrize(("floor", "is_lower"), [(79, True), (81.5, False)])
def test_a_lower_floor_than_a_tagged_one_is_noticed(tmp_path, floor, is_lower):
    project = tmp_path / "pyproject.toml"
    project.write_text("[tool.coverage.report]\nfail_under = 81.5\n")
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, *who, "commit", "-qm", "A version")
    git(tmp_path, "tag", "0.9.0")
    assert floors_before(tmp_path) == {"0.9.0": 81.5}
    assert (floor < max(floors_before(tmp_path).values())) is is_lower
