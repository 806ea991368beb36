"""Cross-checks: a sheet that has just been recorded, compared with all recorded before it.

What one sheet cannot show of itself: who is missing from it, who is new, which answers reversed
since last year, which number is somebody else's too.  Sets of rows are compared in the database.
It runs in the transaction that records the sheet, so that what its sender is told does not hang
on which other sheets came the same morning.  All of it is gentle: nobody waits for any of it.
"""

from collections.abc import Iterable, Mapping

from sqlmodel import Session

from destinations.crosschecks.cohort_size import compare_cohort_size
from destinations.crosschecks.contradicted_places import find_contradicted_places
from destinations.crosschecks.identifier_conflicts import find_identifier_conflicts
from destinations.crosschecks.previous_return import recorded_sheet
from destinations.crosschecks.thresholds import THRESHOLDS, Thresholds
from destinations.crosschecks.year_on_year import compare_years
from destinations.linkage.match_decisions import StoredMatch
from destinations.linkage.repeated_leavers import RowKey
from models.handoffs.findings import Issue
from models.handoffs.normalised import NormalisedSubmission
from models.vocabulary import SubmissionKind

__all__ = ["THRESHOLDS", "Thresholds", "drop_implied", "run_crosschecks"]


# Where the first is reported the second adds nothing: the same rows as another autumn's.
_IMPLIES = {"N02": "Y04"}


def run_crosschecks(
    session: Session,
    mapped: NormalisedSubmission,
    matches: Mapping[RowKey, StoredMatch],
    *,
    reported: Iterable[Issue] = (),
    limits: Thresholds = THRESHOLDS,
) -> tuple[Issue, ...]:
    """The issues of a recorded sheet (H, X and Y codes): of the file first, then row by row.

    None for an enrolment list or a sheet without a cohort.  `mapped` is the sheet as it was
    recorded, `matches` what the record holds of its rows since, and `reported` the issues that its
    sender is given already.
    """
    issues = [
        issue
        for part in mapped.by_cohort()
        for issue in _check_cohort(session, part, matches, limits)
    ]
    places = dict.fromkeys((row.sheet, row.row) for row in mapped.rows)
    order = {place: at for at, place in enumerate(places)}
    in_order = sorted(
        issues, key=lambda issue: (order.get((issue.sheet, issue.row or 0), -1), issue.code)
    )
    return drop_implied(in_order, reported)


def _check_cohort(
    session: Session,
    mapped: NormalisedSubmission,
    matches: Mapping[RowKey, StoredMatch],
    limits: Thresholds,
) -> list[Issue]:
    metadata = mapped.metadata
    if metadata.kind is not SubmissionKind.LEAVERS or not metadata.leaving_stage:
        return []
    sheet = recorded_sheet(session, mapped, matches)
    if sheet is None:
        return []
    return [
        *compare_cohort_size(session, sheet, limits),
        *compare_years(session, sheet, limits),
        *find_identifier_conflicts(session, sheet),
        *find_contradicted_places(session, sheet),
    ]


def drop_implied(issues: Iterable[Issue], reported: Iterable[Issue]) -> tuple[Issue, ...]:
    """The issues but for those that what the sender is told already implies, in their order."""
    implied = {_IMPLIES.get(issue.code) for issue in reported}
    return tuple(issue for issue in issues if issue.code not in implied)
