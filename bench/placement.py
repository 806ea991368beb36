"""Typed answers held against the truth: for the right leaver, cohort and wave, and in the figures.

What a school types of a leaver at a wave is one answer of a file, however many of its rows say
so; rows on which a fault was planted are left out, and whoever they are about.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from models.vocabulary import activities
from tests.truth import table

Line = Mapping[str, str]
FIGURES = ("NEET", "not known", "work")
_INTENTIONS = {
    "210": "same school",
    "310": "apprenticeship or traineeship",
    "330": "work without training",
    "810": "undecided",
}


class Asking(NamedTuple):
    """Whom an answer is about, and when: a true person's key, or '' for nobody of ours."""

    person: str
    urn: str
    cohort: str
    stage: str
    wave: str


class Cell(NamedTuple):
    """One figure of a summary: of a school, a cohort and a wave."""

    urn: str
    cohort: str
    stage: str
    wave: str
    figure: str


@dataclass
class Placement:
    """How many answers were typed, what became of them, and how far figures are out."""

    typed: int = 0
    placed: int = 0
    right: int = 0
    wrong_place: list[Line] = field(default_factory=list)
    missing: list[Line] = field(default_factory=list)
    wrong_word: list[tuple[Line, str]] = field(default_factory=list)
    leavers: int = 0
    must_fix: int = 0
    please_check: int = 0
    true: Counter[Cell] = field(default_factory=Counter)
    ours: Counter[Cell] = field(default_factory=Counter)

    def figure(self, name: str) -> str:
        """What is true, what is recorded, and by how much the cells are out, added up."""
        cells = [cell for cell in {*self.true, *self.ours} if cell.figure == name]
        out = sum(abs(self.true[cell] - self.ours[cell]) for cell in cells)
        true, ours = (sum(c[cell] for cell in cells) for c in (self.true, self.ours))
        return f"{true}/{ours}/{out}"


def place_answers(hub: Path, exports: Mapping[str, Iterable[Line]]) -> Placement:
    """The answers of the hub's schools, as typed and as recorded."""
    truth = hub / "truth"
    people = {row["person"]: row for row in table(truth / "people.csv")}
    whose = {_row(row): row["person"] for row in table(truth / "rows.csv")}
    faulty = {whose.get(_row(row), "") for row in table(truth / "planted.csv")}
    words = [row for row in table(truth / "words.csv") if row["person"] not in faulty]
    files = {row["file"] for row in words}
    # The demonstration's plans stand in a column beside the answers, and in no truth.
    are_plans_true = {word["wave"] for word in words} >= {"0"}
    lines = [
        line
        for line in exports["destinations"]
        if line["file"] in files
        and whose.get(_row(line)) not in faulty
        and (are_plans_true or line["wave"] != "0")
    ]
    ours = _our_people(exports["matches"], whose)
    result = Placement(leavers=len({word["person"] for word in words}))
    asked = {(word["file"], _asking(people, word)): word for word in words}
    placed: dict[tuple[str, Asking], Line] = {}
    for line in lines:
        person = whose.get(_row(line), "")
        right = person if ours.get(line["person"]) == person else ""
        place = (
            line["file"],
            Asking(right, *(line[name] for name in ("urn", "cohort", "stage", "wave"))),
        )
        if place not in asked or not (asked[place]["code"] or _is_nothing(line)):
            result.wrong_place.append(line)
        elif place not in placed or _order(line) > _order(placed[place]):
            placed[place] = line
    for place, word in asked.items():
        if word["code"]:
            _judge(result, word, placed.get(place))
    _figures(result, asked, placed)
    _questions(result, exports["findings"], files, whose, faulty)
    return result


def _judge(result: Placement, word: Line, line: Line | None) -> None:
    result.typed += 1
    if line is None:
        result.missing.append(word)
        return
    result.placed += 1
    said = line["activity_code"] or line["intended"]
    if word["wave"] == "0":
        plan = _INTENTIONS.get(word["code"], "other education or training")
        is_right = plan == line["intended"] or word["code"] == line["activity_code"]
    else:
        is_right = meaning(line["activity_code"]) == meaning(word["code"])
    if is_right:
        result.right += 1
    else:
        result.wrong_word.append((word, said))


def meaning(code: str) -> str:
    """What a figure makes of a code: kinds of work, of NEET and of not known are each one."""
    if not code:
        return "not known"
    activity = activities()[code]
    if activity.activity_type == "employment":
        return "work"
    return activity.group.value if activity.group.value in FIGURES else code


def _figures(
    result: Placement,
    asked: Mapping[tuple[str, Asking], Line],
    placed: Mapping[tuple[str, Asking], Line],
) -> None:
    """What counts of several files' answers is the last that was recorded, or typed."""
    true: dict[Asking, str] = {}
    current: dict[Asking, Line] = {}
    for (file, asking), word in asked.items():
        if asking.wave == "0":
            continue
        true[asking] = meaning(word["code"])
        line = placed.get((file, asking))
        if line and (asking not in current or _order(line) > _order(current[asking])):
            current[asking] = line
    ours = {
        asking: meaning(current[asking]["activity_code"] if asking in current else "")
        for asking in true
    }
    for figures, counted in ((true, result.true), (ours, result.ours)):
        counted.update(
            Cell(*asking[1:], figure) for asking, figure in figures.items() if figure in FIGURES
        )
    result.ours.update(
        Cell(*(line[name] for name in Cell._fields[:4]), meaning(line["activity_code"]))
        for line in result.wrong_place
        if line["wave"] != "0" and meaning(line["activity_code"]) in FIGURES
    )


def _questions(
    result: Placement,
    findings: Iterable[Line],
    files: set[str],
    whose: Mapping[tuple[str, str, str], str],
    faulty: set[str],
) -> None:
    for finding in findings:
        if finding["file"] in files and whose.get(_row(finding)) not in (faulty - {""}):
            result.must_fix += finding["severity"] == "must_fix"
            result.please_check += finding["severity"] == "please_check"


def _our_people(
    matches: Iterable[Line], whose: Mapping[tuple[str, str, str], str]
) -> dict[str, str]:
    """The true person behind each of ours: whom most of their rows are about."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for match in matches:
        if match["person"]:
            votes[match["person"]][whose.get(_row(match), "")] += 1
    return {person: counted.most_common(1)[0][0] for person, counted in votes.items()}


def _asking(people: Mapping[str, Line], word: Line) -> Asking:
    person = people[word["person"]]
    return Asking(
        word["person"], person["urn"], person["cohort"], person["stage"], str(word["wave"])
    )


def _is_nothing(line: Line) -> bool:
    return line["activity_group"] in ("", "not known")


def _order(line: Line) -> tuple[bool, str, int]:
    return line["superseded"] not in ("yes", "True"), line["as_at"], int(line["destination"])


def _row(line: Line) -> tuple[str, str, str]:
    return line["file"], line["sheet"], str(line["row"])
