"""What came out of the road, held against what is true of a made-up hub.

A hub's truth/ folder says of every row whom it is about, what each person really did at each
wave, and which faults were planted where.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Place = tuple[str, str, str]  # file, sheet, row
Line = Mapping[str, str]

# The catalogue rules that may speak of each kind of planted fault.
SPEAKS_OF = {
    "upn_check_letter": "I",
    "upn_length": "I",
    "uln_excel_damage": "I",
    "dob_missing": "P",
    "dob_impossible": "P",
    "dob_implausible": "P",
    "surname_missing": "P",
    "forename_missing": "P",
    "destination_unknown_word": "D",
    "uln_check_digit": "I",
    "same_leaver_twice": "R",
    "same_leaver_twice_differently": "R",
}


@dataclass
class Comparison:
    """How far the road and the truth agree; lists hold places, so that a failure says where."""

    unread: list[Place] = field(default_factory=list)
    invented: list[Place] = field(default_factory=list)
    wrong_code: list[Place] = field(default_factory=list)
    right_code: int = 0
    unrecorded: list[Place] = field(default_factory=list)
    recorded: int = 0
    wrong_person: list[Place] = field(default_factory=list)
    split_people: list[str] = field(default_factory=list)
    people: int = 0
    unfound: list[tuple[Place, str, str]] = field(default_factory=list)
    false_alarms: list[tuple[Place, str]] = field(default_factory=list)  # that make a row wait
    remarks: list[tuple[Place, str]] = field(default_factory=list)  # whatever is said of it
    faultless: int = 0
    faults: int = 0


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def compare(
    hub: Path,
    *,
    matches: Iterable[Line],
    destinations: Iterable[Line],
    findings: Iterable[Line],
) -> Comparison:
    """The exports of a hub that went down the road, against its truth."""
    truth = table(hub / "truth" / "rows.csv")
    planted = table(hub / "truth" / "planted.csv")
    matches, findings, destinations = list(matches), list(findings), list(destinations)
    found = Comparison()

    true_person = {_place(row): row["person"] for row in truth}
    faulty = {_place(row) for row in planted}
    read = {_place(row) for row in matches}
    found.unread = sorted(set(true_person) - read)
    found.invented = sorted(read - set(true_person))

    _codes(found, hub, truth, destinations, faulty)
    _people(found, matches, true_person, faulty)
    _findings(found, planted, findings, true_person, faulty)
    return found


def _codes(
    found: Comparison, hub: Path, truth: list[Line], destinations: list[Line], faulty: set[Place]
) -> None:
    """A row that says something known must carry the true activity code."""
    true_code = {
        (row["person"], row["wave"]): row["code"]
        for row in table(hub / "truth" / "destinations.csv")
    }
    said = {(*_place(row), row["wave"]): row for row in destinations}
    for row in truth:
        place = _place(row)
        line = said.get((*place, row["wave"]))
        if place in faulty or line is None or line["activity_group"] == "not known":
            continue
        if line["activity_code"] == true_code.get((row["person"], row["wave"])):
            found.right_code += 1
        else:
            found.wrong_code.append(place)


def _people(
    found: Comparison, matches: list[Line], true_person: dict[Place, str], faulty: set[Place]
) -> None:
    ours: dict[str, dict[str, list[Place]]] = defaultdict(lambda: defaultdict(list))
    for row in matches:
        place = _place(row)
        if row["person"] and place in true_person:
            ours[row["person"]][true_person[place]].append(place)
    theirs: dict[str, set[str]] = defaultdict(set)
    for person, truths in ours.items():
        main = max(truths, key=lambda true: len(truths[true]))
        for true, places in truths.items():
            if true:
                theirs[true].add(person)
            if true != main or not true:
                found.wrong_person.extend(places)
    found.split_people = sorted(true for true, persons in theirs.items() if len(persons) > 1)
    found.people = len(theirs)
    recorded = {_place(row) for row in matches if row["person"]}
    for place in true_person:
        # A college's list also names learners of no school of the hub: nobody to record them on.
        if place not in faulty and true_person[place]:
            if place in recorded:
                found.recorded += 1
            else:
                found.unrecorded.append(place)


def _findings(
    found: Comparison,
    planted: list[Line],
    findings: list[Line],
    true_person: dict[Place, str],
    faulty: set[Place],
) -> None:
    told: dict[Place, list[Line]] = defaultdict(list)
    for row in findings:
        told[_place(row)].append(row)
    for row in planted:
        found.faults += 1
        family = SPEAKS_OF[row["kind"]]
        if not any(
            each["code"].startswith(family)
            and (not row["heading"] or _same(each["heading"], row["heading"]))
            for each in told[_place(row)]
        ):
            found.unfound.append((_place(row), row["heading"], row["kind"]))
    for place in true_person:
        if place not in faulty:
            found.faultless += 1
            found.remarks.extend((place, each["code"]) for each in told[place])
            found.false_alarms.extend(
                (place, each["code"]) for each in told[place] if each["severity"] == "must_fix"
            )


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _place(row: Line) -> Place:
    return row["file"], row["sheet"], str(row["row"])
