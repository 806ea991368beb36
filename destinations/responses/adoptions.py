"""Adoptions: which suite of rules is in force for a kind of sheet and year, and by whose word."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from models.responses import SuiteAdoption

SETUP = "setup"  # the first suites of all are nobody's change

Suites = Mapping[tuple[str, int], str]  # (kind, academic year) -> hash


@dataclass(frozen=True, slots=True)
class SuiteNotAdopted:
    """A suite of the code that is not the one in force."""

    kind: str
    academic_year: int
    adopted: str  # hash
    in_code: str


def adopted_suites(session: Session) -> dict[tuple[str, int], str]:
    """The hash last adopted for each kind of sheet and year."""
    lines = session.exec(select(SuiteAdoption).order_by(col(SuiteAdoption.id))).all()
    return {(one.kind, one.academic_year): one.suite_hash for one in lines}


def adopt_suites(session: Session, suites: Suites, *, by: str, would_change: int = 0) -> int:
    """How many suites were adopted that were not in force before; `by` says so by name.

    `would_change` is how many findings the trial said would differ.
    """
    before = adopted_suites(session)
    new = {key: one for key, one in suites.items() if before.get(key) != one}
    for (kind, year), suite_hash in sorted(new.items()):
        session.add(
            SuiteAdoption(
                kind=kind,
                academic_year=year,
                suite_hash=suite_hash,
                adopted_by=by[:100],
                would_change=would_change,
            )
        )
    session.flush()
    return len(new)


def suites_not_in_force(session: Session, suites: Suites) -> tuple[SuiteNotAdopted, ...]:
    """The suites that differ from those in force.  One that never had a forerunner is adopted."""
    before = adopted_suites(session)
    adopt_suites(session, {key: one for key, one in suites.items() if key not in before}, by=SETUP)
    return tuple(
        SuiteNotAdopted(*key, before[key], one)
        for key, one in sorted(suites.items())
        if key in before and before[key] != one
    )
