"""Adoptions: which suite of rules is in force for a kind of sheet and year, and who adopted it."""

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
    adoptions = session.exec(select(SuiteAdoption).order_by(col(SuiteAdoption.id))).all()
    return {(adoption.kind, adoption.academic_year): adoption.suite_hash for adoption in adoptions}


def adopt_suites(session: Session, suites: Suites, *, by: str, would_change: int = 0) -> int:
    """Adopt suites in the name of `by`; gives how many were not in force before.

    `would_change` is how many findings differ by the trial that came before.
    """
    before = adopted_suites(session)
    changed = {
        key: suite_hash for key, suite_hash in suites.items() if before.get(key) != suite_hash
    }
    for (kind, year), suite_hash in sorted(changed.items()):
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
    return len(changed)


def suites_not_in_force(session: Session, suites: Suites) -> tuple[SuiteNotAdopted, ...]:
    """The suites that differ from those in force.  The first of its kind and year is adopted."""
    before = adopted_suites(session)
    adopt_suites(
        session,
        {key: suite_hash for key, suite_hash in suites.items() if key not in before},
        by=SETUP,
    )
    return tuple(
        SuiteNotAdopted(*key, before[key], suite_hash)
        for key, suite_hash in sorted(suites.items())
        if key in before and before[key] != suite_hash
    )
