"""Continuity: a sheet that has just been recorded is held against all that was recorded before it.

What one sheet cannot show of itself: who is missing from it, who is new, what has turned round
since last year, which number is somebody else's too.  Sets of rows are compared in the database.
It runs in the transaction that records the sheet, so that what its sender is told does not hang
on which other sheets came the same morning.  All of it is gentle: nobody waits for any of it.
"""

from collections.abc import Iterable

from sqlmodel import Session

from destinations.crosschecks.cohort_size import compare_cohort_size
from destinations.crosschecks.identifier_conflicts import find_identifier_conflicts
from destinations.crosschecks.previous_return import RecordedSheet, recorded_sheet
from destinations.crosschecks.thresholds import THRESHOLDS, Thresholds
from destinations.crosschecks.year_on_year import compare_years
from models.facts.succession import school_chain
from models.handoffs.findings import Issue
from models.handoffs.normalised import NormalisedSubmission
from models.vocabulary import SubmissionKind

__all__ = ["THRESHOLDS", "Thresholds", "run_crosschecks"]


# What is said already where the first of the two was told: the same rows as another autumn's.
_GOES_WITHOUT_SAYING = {"N02": "Y04"}


def run_crosschecks(
    session: Session,
    mapped: NormalisedSubmission,
    *,
    told: Iterable[Issue] = (),
    limits: Thresholds = THRESHOLDS,
) -> tuple[Issue, ...]:
    """What a recorded sheet's sender should look at, for the file first and then row by row.

    Nothing for an enrolment list.  `mapped` is the sheet as it was recorded, `told` what its
    sender is told already.
    """
    declared = mapped.declared
    if declared.kind is not SubmissionKind.LEAVERS or not declared.leaving_stage:
        return ()
    sheet = recorded_sheet(session, mapped, school_chain(session, declared.urn))
    if sheet is None:
        return ()
    found = [
        *compare_cohort_size(session, sheet, limits),
        *compare_years(session, sheet, limits),
        *find_identifier_conflicts(session, sheet),
    ]
    said = {_GOES_WITHOUT_SAYING.get(one.code) for one in told}
    return tuple(
        sorted((one for one in found if one.code not in said), key=lambda one: _place(one, sheet))
    )


def _place(remark: Issue, sheet: RecordedSheet) -> tuple[int, str]:
    return sheet.order.get((remark.sheet, remark.row or 0), -1), remark.code
