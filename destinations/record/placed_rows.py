"""Placed rows: the rows of a file by where they stand, and by whom they are about."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from destinations.linkage.match_results import RowMatch
from destinations.linkage.repeated_leavers import RowKey
from models.handoffs.normalised import NormalisedRow

PlacedRows = Mapping[RowKey, Sequence[NormalisedRow]]  # those of a row of the file, one a wave


def rows_by_place(rows: Iterable[NormalisedRow]) -> dict[RowKey, list[NormalisedRow]]:
    """The rows of a file by sheet and row, in reading order."""
    rows_by_place: dict[RowKey, list[NormalisedRow]] = {}
    for row in rows:
        rows_by_place.setdefault((row.sheet, row.row), []).append(row)
    return rows_by_place


def rows_by_person_of(
    matched: Iterable[RowMatch], rows: Mapping[RowKey, Sequence[NormalisedRow]]
) -> dict[int, list[NormalisedRow]]:
    """The matched rows of each person; `rows` has them by place."""
    rows_by_person: defaultdict[int, list[NormalisedRow]] = defaultdict(list)
    for match in matched:
        if match.person_id is not None:
            rows_by_person[match.person_id].extend(rows[match.sheet, match.row])
    # Of two rows of one wave the later supersedes, whichever stands first; the others keep their
    # order.
    return {
        person: sorted(person_rows, key=lambda row: row.moment or datetime.min)
        for person, person_rows in rows_by_person.items()
    }
