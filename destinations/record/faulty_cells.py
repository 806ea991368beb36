"""Faulty cells: a row with something to fix says less, and may say who it is about all the same.

Who a row is about and what it says of them are two things: a fault in the one never costs a leaver
the other.  Only what is faulty waits (docs/decisions/0005-what-counts-as-known.md).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from destinations.linkage.identities import parse_identity
from destinations.linkage.match_results import MatchOutcome, RowMatch
from destinations.linkage.repeated_leavers import RowKey
from destinations.record.placed_rows import PlacedRows, rows_by_place
from models.handoffs.findings import Finding, HoldsBack
from models.handoffs.normalised import ANSWER_FIELDS, HELD, NormalisedRow, NormalisedSubmission
from models.vocabulary import Severity


def rows_to_fix(
    findings: Iterable[Finding], mapped: NormalisedSubmission
) -> dict[RowKey, list[Finding]]:
    """What must be fixed in each row that has anything to fix; a merged cell is of all its rows."""
    by_row: defaultdict[RowKey, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.severity is Severity.MUST_FIX and finding.row:
            for row in mapped.rows_of_cell(finding.sheet, finding.row, finding.column):
                by_row[finding.sheet, row].append(finding)
    return dict(by_row)


def rows_that_say_who(
    rows: PlacedRows, to_fix: Mapping[RowKey, Sequence[Finding]]
) -> dict[RowKey, list[NormalisedRow]]:
    """Of rows with something to fix, those that say who they are about, without what waits.

    That is a UPN or ULN that passes its check, or surname, forename and a date of birth that can
    be right.
    """
    saying: dict[RowKey, list[NormalisedRow]] = {}
    for key, faults in to_fix.items():
        if key not in rows or any(fault.holds_back is HoldsBack.ROW for fault in faults):
            continue
        remaining = list(rows[key])
        for fault in faults:
            remaining = _hold_back(remaining, fault)
        if all(_says_who(row) for row in remaining):
            saying[key] = remaining
    return saying


def without_held_cells(
    mapped: NormalisedSubmission, findings: Iterable[Finding]
) -> NormalisedSubmission:
    """The submission as far as it is recorded: of rows that say who, without what waits."""
    saying = rows_that_say_who(rows_by_place(mapped.rows), rows_to_fix(findings, mapped))
    remaining = {key: iter(rows) for key, rows in saying.items()}
    rows = tuple(
        next(remaining[row.sheet, row.row]) if (row.sheet, row.row) in remaining else row
        for row in mapped.rows
    )
    return replace(mapped, rows=rows)


def without_doubtful(
    matched: Sequence[RowMatch],
    faulty: Collection[RowKey],
    *,
    sound_alone: Callable[[], tuple[RowMatch, ...]],
) -> tuple[RowMatch, ...]:
    """The matches of sound and faulty rows, without those of faulty rows about whom is any doubt.

    A faulty row never puts a sound one in doubt: where it would, all of them wait, and the sound
    rows are matched on their own (`sound_alone`).
    """
    unsure = {(match.sheet, match.row) for match in matched if match.outcome is MatchOutcome.UNSURE}
    if faulty and unsure - set(faulty):
        alone = sound_alone()
        unsure_alone = {
            (match.sheet, match.row) for match in alone if match.outcome is MatchOutcome.UNSURE
        }
        if not unsure - set(faulty) <= unsure_alone:
            return alone
    doubtful = unsure & set(faulty)
    return tuple(match for match in matched if (match.sheet, match.row) not in doubtful)


def _says_who(row: NormalisedRow) -> bool:
    identity = parse_identity(row.values)
    is_named = bool(identity.surname and identity.forenames and identity.born_on)
    return bool(identity.upn or identity.uln) or is_named


def _hold_back(rows: Sequence[NormalisedRow], fault: Finding) -> list[NormalisedRow]:
    """The rows of one place without what a fault holds back.

    Of a row with a column a year, the answer of the year whose cell it is.
    """
    if fault.holds_back is HoldsBack.CELL:
        return [_without(row, _fields_at(row, fault.column)) for row in rows]
    is_of_cell = [bool(_fields_at(row, fault.column) & ANSWER_FIELDS) for row in rows]
    every = not any(is_of_cell)
    return [
        _without(row, _answer_fields(row, fault.column)) if every or is_here else row
        for row, is_here in zip(rows, is_of_cell, strict=True)
    ]


def _fields_at(row: NormalisedRow, letter: str) -> set[str]:
    """The fields that stand in a column; of a full name its parts as well."""
    fields = {name for name, column in row.columns.items() if column.letter == letter}
    return fields | {"surname", "forename"} if "full_name" in fields else fields


def _answer_fields(row: NormalisedRow, letter: str) -> set[str]:
    """What waits with an answer: all of it, but for what was intended where another cell has it."""
    intended = row.columns.get("intended")
    stands_apart = bool(letter) and intended is not None and intended.letter != letter
    return set(ANSWER_FIELDS - {"intended"} if stands_apart else ANSWER_FIELDS)


def _without(row: NormalisedRow, fields: set[str]) -> NormalisedRow:
    held = {name for name in fields if row.values.get(name) is not None}
    return replace(
        row,
        values={name: None if name in held else value for name, value in row.values.items()},
        marks=dict(row.marks) | dict.fromkeys(fields & row.columns.keys(), HELD),
    )
