"""Matching measured on public made-up people: FEBRL (Australian names) and Splink's fake 1000.

The records were damaged on purpose, far worse than a school's sheets are, and carry no UPN.  What
must hold is that a sure match is never wrong; the rest waits for a person, with the right one among
the candidates.
"""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import pytest

from destinations.linkage.identities import parse_identity
from destinations.linkage.match_results import KnownLeaver, MatchOutcome, RowMatch
from destinations.matching import match_leavers
from models.handoffs.normalised import NormalisedRow
from models.handoffs.sheets import Value

DATA = Path(__file__).parents[2] / "shared" / "reference" / "data" / "linkage"

pytestmark = pytest.mark.skipif(
    not DATA.exists(), reason="the public data is not beside the checkout"
)

Line = tuple[int, dict[str, Value]]  # who it is, what it says


def lines(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as opened:
        return list(csv.DictReader(opened, skipinitialspace=True))


def birth(typed: str) -> date | None:
    plain = typed.replace("-", "")
    try:
        return date(int(plain[:4]), int(plain[4:6]), int(plain[6:8]))
    except ValueError:
        return None


def febrl(rows: Iterable[dict[str, str]]) -> list[Line]:
    return [
        (
            int(row["rec_id"].split("-")[1]),
            {
                "forename": row["given_name"],
                "surname": row["surname"],
                "born_on": birth(row["date_of_birth"]),
                "postcode": row["postcode"],
            },
        )
        for row in rows
    ]


def measured(known: Sequence[Line], sent: Sequence[Line]) -> tuple[float, float, float]:
    """Precision and recall of the sure matches, and how often the right one is at least offered."""
    people = [KnownLeaver(person, parse_identity(values)) for person, values in known]
    rows = [NormalisedRow("", at, 1, {}, values, {}) for at, (_, values) in enumerate(sent)]
    return precision_and_recall(
        match_leavers(rows, people, makes_people=False), [person for person, _ in sent]
    )


def precision_and_recall(
    found: Sequence[RowMatch], truth: Sequence[int]
) -> tuple[float, float, float]:
    sure = [
        one.person_id == who
        for one, who in zip(found, truth, strict=True)
        if one.person_id is not None
    ]
    offered = sum(
        who in (one.person_id, *one.candidates) for one, who in zip(found, truth, strict=True)
    )
    assert all((one.outcome is MatchOutcome.SURE) == (one.person_id is not None) for one in found)
    return sum(sure) / len(sure), sum(sure) / len(truth), offered / len(truth)


def test_febrl4_one_damaged_copy_of_each_of_5000() -> None:
    precision, recall, offered = measured(febrl(lines("febrl4a.csv")), febrl(lines("febrl4b.csv")))
    assert precision == 1.0
    assert recall > 0.55
    assert offered > 0.82


def test_febrl3_up_to_five_damaged_copies() -> None:
    everybody = lines("febrl3.csv")
    known = [row for row in everybody if row["rec_id"].endswith("org")]
    sent = [row for row in everybody if not row["rec_id"].endswith("org")]
    precision, recall, offered = measured(febrl(known), febrl(sent))
    assert precision == 1.0
    assert recall > 0.4
    assert offered > 0.8


def test_splinks_fake_1000_in_which_names_and_births_are_missing_or_invented() -> None:
    first: dict[str, Line] = {}
    sent: list[Line] = []
    for row in lines("splink_fake_1000.csv"):
        line = (
            int(row["cluster"]),
            {
                "forename": row["first_name"],
                "surname": row["surname"],
                "born_on": birth(row["dob"]),
            },
        )
        if row["cluster"] in first:
            sent.append(line)
        else:
            first[row["cluster"]] = line
    precision, _, _ = measured(list(first.values()), sent)
    assert precision == 1.0
