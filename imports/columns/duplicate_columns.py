"""Doubles: of several columns for one field, the one that is read, and what becomes of the others.

Which are chosen by words, which by what their cells hold; what had to be chosen is said.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from imports.columns.table_mapping import (
    ColumnMapping,
    TableMapping,
    cell_at,
    share_of_known_destinations,
)
from imports.columns.typed_values import displayed_text, says_nothing
from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.fields import BESIDE, LEFT_ON, NOT_OURS
from imports.text.headings import heading_words, word_set
from models.handoffs.findings import Issue
from models.handoffs.sheets import Cell
from models.vocabulary import activities

_KNOWN, _STRANGE, _MOST = 0.5, 0.2, 0.7
# Text that may stand in two columns, one for some leavers and one for the others: "College" and
# "Employer" are both a provider's name.
_FROM_EITHER = frozenset({"provider_name", "course", "level", "notes", "source"})
# "Actual end date" beside "End date", "Date left" beside "Course end": the other was the plan.
_HAPPENED = word_set("actual act left leaving leave withdrawal withdrawn")
# "Destination sub-category" says what "Destination category" only begins to say.
_FINER = word_set("sub subcategory subgroup subtype")
_OF_EET = word_set("eet type")  # beside "EET / NEET"
_LATER = word_set("new updated changed revised")


def resolve_duplicate_columns(
    layout: TableMapping, columns: ColumnMap
) -> tuple[TableMapping, list[Issue]]:
    """The layout with one column for each field and wave, and what had to be chosen.

    A column that loses its field is unknown from then on: kept by name, and said.
    """
    remarks: list[Issue] = []
    placed = {one.at: one for one in layout.placed}
    for group in _doubles(layout.placed):
        settled = (
            _by_words(layout, group, columns)
            if group[0].field == "activity"
            else _by_cells(layout, _best_first(layout, group, columns), columns)
        )
        remarks += settled[1]
        placed |= {one.at: one for one in settled[0]}
    return replace(layout, placed=tuple(placed[at] for at in sorted(placed))), remarks


def _doubles(placed: Iterable[ColumnMapping]) -> list[list[ColumnMapping]]:
    groups: dict[tuple[str, int | None], list[ColumnMapping]] = {}
    for one in placed:
        if one.field not in ("", NOT_OURS, LEFT_ON):
            groups.setdefault((one.field, one.wave), []).append(one)
    return [group for group in groups.values() if len(group) > 1]


_Settled = tuple[list[ColumnMapping], list[Issue]]


def _by_words(layout: TableMapping, group: list[ColumnMapping], columns: ColumnMap) -> _Settled:
    """The column whose words we know; a column of names beside it says where they went.

    A second one that mostly says the same, as a code says it beside words, is held against it row
    by row.
    """
    shares = {one.at: share_of_known_destinations(layout.cells(one), columns) for one in group}
    best = max(group, key=lambda one: (*_understood(layout, one, shares), -_rank(one, columns)))
    changed: list[ColumnMapping] = []
    remarks: list[Issue] = []
    taken = {one.wave for one in layout.columns("provider_name")}
    twice = False
    for one in group:
        if one is best or not layout.cells(one):
            wider = _wider(best, group) if one is best else ()
            changed.append(replace(one, field=one.field if one is best else "", more=wider))
        elif one.at in _wider(best, group):
            changed.append(replace(one, field=NOT_OURS))
        elif shares[one.at] < _STRANGE and shares[best.at] >= _KNOWN and one.wave not in taken:
            taken.add(one.wave)
            changed.append(replace(one, field="provider_name"))
            remarks.append(_about(layout, one, "C13", used=best.heading))
        elif not twice and _is_the_same_answer(layout, best, one, columns):
            twice = True
            changed.append(replace(one, field=BESIDE))
        else:
            changed.append(replace(one, field=""))
            remarks.append(_about(layout, one, "C12", used=best.heading))
    return changed, remarks


def _wider(best: ColumnMapping, group: Sequence[ColumnMapping]) -> tuple[int, ...]:
    """The columns that a finer one is a part of: they are read where it is blank."""
    return tuple(one.at for one in group if _is_finer(best) and not _is_finer(one))


def _understood(
    layout: TableMapping, one: ColumnMapping, shares: Mapping[int, float]
) -> tuple[bool, bool, float]:
    """How much a column of destinations tells: a finer one first, then one of many answers.

    A column filled on two rows, both of them understood, says less than one filled on all.
    """
    finer = _is_finer(one) and shares[one.at] >= _STRANGE
    most = max(len(layout.cells(other)) for other in layout.placed if other.at in shares)
    return finer, len(layout.cells(one)) * 2 > most, shares[one.at]


def _is_finer(one: ColumnMapping) -> bool:
    return _is(_FINER, one) or set(heading_words(one.heading)) == _OF_EET


def _is(words: frozenset[str], one: ColumnMapping) -> bool:
    return any(not words.isdisjoint(heading_words(part)) for part in one.parts)


def _is_the_same_answer(
    layout: TableMapping, best: ColumnMapping, other: ColumnMapping, columns: ColumnMap
) -> bool:
    """Whether one column has codes for what the other says in words, row by row, mostly.

    Two columns of words are two questions, such as where they were and where they are; but a
    "New destination" says that the other is over.
    """
    if _is(_LATER, other) and not _is(_LATER, best):
        return share_of_known_destinations(layout.cells(other), columns) >= _MOST
    digits = sorted(_share_of_codes(layout.cells(one)) for one in (best, other))
    if share_of_known_destinations(layout.cells(other), columns) < _MOST or not (
        digits[0] <= _STRANGE and digits[1] >= _MOST
    ):
        return False
    told = [
        [
            columns.value_of("activity", displayed_text(cell_at(row, one.at)))
            for one in (best, other)
        ]
        for row in layout.table.rows
    ]
    both = [[activities()[code].kin for code in codes if code] for codes in told if all(codes)]
    return bool(both) and sum(one == another for one, another in both) >= len(both) / 2


def _share_of_codes(cells: Sequence[Cell]) -> float:
    return sum(displayed_text(cell).isdigit() for cell in cells) / len(cells) if cells else 0.0


def _by_cells(layout: TableMapping, group: list[ColumnMapping], columns: ColumnMap) -> _Settled:
    filled = [one for one in group if layout.cells(one)]
    best, others = group[0], group[1:]
    dropped = [replace(one, field="") for one in others]
    if len(filled) < 2 or _is_same(layout, filled):
        return [best, *(replace(one, field=NOT_OURS) for one in dropped)], []
    if best.field in _FROM_EITHER and _is_either(layout, filled):
        kept = replace(best, more=tuple(one.at for one in others))
        return [kept, *(replace(one, field=NOT_OURS) for one in dropped)], []
    if _has_happened(best):
        # Beside the day a course ended, the other day is the one it was planned for.
        dropped = [one if _is(_HAPPENED, one) else replace(one, field=NOT_OURS) for one in dropped]
    remarks = [
        _about(layout, one, "C12", used=best.heading)
        for one, drop in zip(others, dropped, strict=True)
        if one in filled and drop.field == ""
    ]
    return [best, *dropped], remarks


def _has_happened(one: ColumnMapping) -> bool:
    return one.field == "ended_on" and _is(_HAPPENED, one)


def _best_first(
    layout: TableMapping, group: list[ColumnMapping], columns: ColumnMap
) -> list[ColumnMapping]:
    """Columns of one field, the one to use first: filled, of what happened, understood, plain."""

    def worse(one: ColumnMapping) -> tuple[bool, bool, int, int, int]:
        cells = layout.cells(one)
        known = sum(columns.value_of(one.field, displayed_text(cell)) is not None for cell in cells)
        told = known if one.field == "intended" else 0
        return not cells, not _has_happened(one), -told, _rank(one, columns), one.at

    return sorted(group, key=worse)


def _is_same(layout: TableMapping, group: Sequence[ColumnMapping]) -> bool:
    return all(
        len({displayed_text(cell_at(row, one.at)) for one in group}) == 1
        for row in layout.table.rows
    )


def _is_either(layout: TableMapping, group: Sequence[ColumnMapping]) -> bool:
    return all(
        sum(not says_nothing(one.field, cell_at(row, one.at)) for one in group) <= 1
        for row in layout.table.rows
    )


def _rank(one: ColumnMapping, columns: ColumnMap) -> int:
    # A map lists its headings plainest first.
    written = columns.written.get(one.field, ())
    plain = " ".join(one.heading.lower().split())
    return next((at for at, known in enumerate(written) if known.lower() == plain), len(written))


def _about(layout: TableMapping, one: ColumnMapping, code: str, **facts: str) -> Issue:
    return Issue(
        code,
        sheet=layout.table.sheet,
        column=one.letter,
        heading=one.heading,
        facts=(("heading", one.heading), *sorted(facts.items())),
    )
