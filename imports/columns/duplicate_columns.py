"""Duplicate columns: several columns for one field become the one that is read.

Which are chosen by words, which by what their cells hold; what had to be chosen is said.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from imports.columns.mapped_table import (
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

_UNDERSTOOD, _STRANGE, _MOST = 0.5, 0.2, 0.7
# Text that may stand in two columns, one for some leavers and one for the others: "College" and
# "Employer" are both a provider's name.
_COMPLEMENTARY = frozenset({"provider_name", "course", "level", "notes", "source"})
# "Actual end date" beside "End date", "Date left" beside "Course end": the other was the plan.
_HAPPENED = word_set("actual act left leaving leave withdrawal withdrawn")
# "Destination sub-category" says what "Destination category" only begins to say.
_FINER = word_set("sub subcategory subgroup subtype")
_OF_EET = word_set("eet type")  # beside "EET / NEET"
_LATER = word_set("new updated changed revised")


def resolve_duplicate_columns(
    layout: TableMapping, column_map: ColumnMap
) -> tuple[TableMapping, list[Issue]]:
    """The layout with one column for each field and wave, and what had to be chosen.

    A column that loses its field is unknown from then on: kept by name, and said.
    """
    issues: list[Issue] = []
    by_place = {column.at: column for column in layout.mappings}
    for group in _duplicate_groups(layout.mappings):
        resolved = (
            _resolve_by_words(layout, group, column_map)
            if group[0].field == "activity"
            else _resolve_by_cells(layout, _best_first(layout, group, column_map), column_map)
        )
        issues += resolved[1]
        by_place |= {column.at: column for column in resolved[0]}
    return replace(layout, mappings=tuple(by_place[at] for at in sorted(by_place))), issues


def _duplicate_groups(mappings: Iterable[ColumnMapping]) -> list[list[ColumnMapping]]:
    groups: dict[tuple[str, int | None], list[ColumnMapping]] = {}
    for column in mappings:
        if column.field not in ("", NOT_OURS, LEFT_ON):
            groups.setdefault((column.field, column.wave), []).append(column)
    return [group for group in groups.values() if len(group) > 1]


_Resolved = tuple[list[ColumnMapping], list[Issue]]


def _resolve_by_words(
    layout: TableMapping, group: list[ColumnMapping], column_map: ColumnMap
) -> _Resolved:
    """The column whose words we know; a column of names beside it says where they went.

    A second one that mostly says the same, as a code says it beside words, is held against it row
    by row.
    """
    shares = {
        column.at: share_of_known_destinations(layout.cells(column), column_map) for column in group
    }
    best = max(
        group,
        key=lambda column: (
            *_answer_score(layout, column, shares),
            -_heading_rank(column, column_map),
        ),
    )
    resolved: list[ColumnMapping] = []
    issues: list[Issue] = []
    waves_with_provider = {column.wave for column in layout.columns("provider_name")}
    has_second_answer = False
    for column in group:
        if column is best or not layout.cells(column):
            coarser = _coarser_columns(best, group) if column is best else ()
            resolved.append(
                replace(column, field=column.field if column is best else "", fallbacks=coarser)
            )
        elif column.at in _coarser_columns(best, group):
            resolved.append(replace(column, field=NOT_OURS))
        elif (
            shares[column.at] < _STRANGE
            and shares[best.at] >= _UNDERSTOOD
            and column.wave not in waves_with_provider
        ):
            waves_with_provider.add(column.wave)
            resolved.append(replace(column, field="provider_name"))
            issues.append(_column_issue(layout, column, "C13", used=best.heading))
        elif not has_second_answer and _is_code_for_same_answer(layout, best, column, column_map):
            has_second_answer = True
            resolved.append(replace(column, field=BESIDE))
        else:
            resolved.append(replace(column, field=""))
            issues.append(_column_issue(layout, column, "C12", used=best.heading))
    return resolved, issues


def _coarser_columns(best: ColumnMapping, group: Sequence[ColumnMapping]) -> tuple[int, ...]:
    """The columns that a finer one is a part of: they are read where it is blank."""
    return tuple(column.at for column in group if _is_finer(best) and not _is_finer(column))


def _answer_score(
    layout: TableMapping, column: ColumnMapping, shares: Mapping[int, float]
) -> tuple[bool, bool, float]:
    """How much a column of destinations tells: a finer one first, then one of many answers.

    A column filled on two rows, both of them understood, says less than one filled on all.
    """
    finer = _is_finer(column) and shares[column.at] >= _STRANGE
    most = max(len(layout.cells(other)) for other in layout.mappings if other.at in shares)
    return finer, len(layout.cells(column)) * 2 > most, shares[column.at]


def _is_finer(column: ColumnMapping) -> bool:
    return _heading_has(_FINER, column) or set(heading_words(column.heading)) == _OF_EET


def _heading_has(words: frozenset[str], column: ColumnMapping) -> bool:
    return any(not words.isdisjoint(heading_words(part)) for part in column.parts)


def _is_code_for_same_answer(
    layout: TableMapping, best: ColumnMapping, other: ColumnMapping, column_map: ColumnMap
) -> bool:
    """Whether one column has codes for what the other says in words, row by row, mostly.

    Two columns of words are two questions, such as where they were and where they are; but a
    "New destination" says that the other is over.
    """
    if _heading_has(_LATER, other) and not _heading_has(_LATER, best):
        return share_of_known_destinations(layout.cells(other), column_map) >= _MOST
    digits = sorted(_share_of_codes(layout.cells(column)) for column in (best, other))
    if share_of_known_destinations(layout.cells(other), column_map) < _MOST or not (
        digits[0] <= _STRANGE and digits[1] >= _MOST
    ):
        return False
    code_pairs = [
        [
            column_map.value_of("activity", displayed_text(cell_at(row, column.at)))
            for column in (best, other)
        ]
        for row in layout.table.rows
    ]
    kin_pairs = [
        [activities()[code].activity_type for code in codes if code]
        for codes in code_pairs
        if all(codes)
    ]
    return (
        bool(kin_pairs)
        and sum(kind == other_kind for kind, other_kind in kin_pairs) >= len(kin_pairs) / 2
    )


def _share_of_codes(cells: Sequence[Cell]) -> float:
    return sum(displayed_text(cell).isdigit() for cell in cells) / len(cells) if cells else 0.0


def _resolve_by_cells(
    layout: TableMapping, group: list[ColumnMapping], column_map: ColumnMap
) -> _Resolved:
    filled = [column for column in group if layout.cells(column)]
    best, others = group[0], group[1:]
    dropped = [replace(column, field="") for column in others]
    if len(filled) < 2 or _are_identical(layout, filled):
        return [best, *(replace(column, field=NOT_OURS) for column in dropped)], []
    if best.field in _COMPLEMENTARY and _are_complementary(layout, filled):
        merged = replace(best, fallbacks=tuple(column.at for column in others))
        return [merged, *(replace(column, field=NOT_OURS) for column in dropped)], []
    if best.field == "enrolled" and len({_months_in(column) for column in filled}) == len(filled):
        # "Sustained at 6 months" and "at 12 months" are two questions.
        issues = [
            _column_issue(layout, column, "C77", used=best.heading)
            for column in others
            if column in filled
        ]
        return [best, *(replace(column, field=NOT_OURS) for column in others)], issues
    if _has_happened(best):
        # Beside the day a course ended, the other day is the one it was planned for.
        dropped = [
            column if _heading_has(_HAPPENED, column) else replace(column, field=NOT_OURS)
            for column in dropped
        ]
    issues = [
        _column_issue(layout, column, "C12", used=best.heading)
        for column, drop in zip(others, dropped, strict=True)
        if column in filled and drop.field == ""
    ]
    return [best, *dropped], issues


def _months_in(column: ColumnMapping) -> tuple[str, ...]:
    words = heading_words(" ".join(column.parts))
    return tuple(word for word in words if word.isdigit())


def _has_happened(column: ColumnMapping) -> bool:
    return column.field == "ended_on" and _heading_has(_HAPPENED, column)


def _best_first(
    layout: TableMapping, group: list[ColumnMapping], column_map: ColumnMap
) -> list[ColumnMapping]:
    """Columns of one field, the one to use first: filled, of what happened, understood, plain."""

    def worse(column: ColumnMapping) -> tuple[bool, bool, int, int, int]:
        cells = layout.cells(column)
        understood = sum(
            column_map.value_of(column.field, displayed_text(cell)) is not None for cell in cells
        )
        score = understood if column.field == "intended" else 0
        return (
            not cells,
            not _has_happened(column),
            -score,
            _heading_rank(column, column_map),
            column.at,
        )

    return sorted(group, key=worse)


def _are_identical(layout: TableMapping, group: Sequence[ColumnMapping]) -> bool:
    return all(
        len({displayed_text(cell_at(row, column.at)) for column in group}) == 1
        for row in layout.table.rows
    )


def _are_complementary(layout: TableMapping, group: Sequence[ColumnMapping]) -> bool:
    return all(
        sum(not says_nothing(column.field, cell_at(row, column.at)) for column in group) <= 1
        for row in layout.table.rows
    )


def _heading_rank(column: ColumnMapping, column_map: ColumnMap) -> int:
    # A map lists its headings plainest first.
    written = column_map.headings_as_written.get(column.field, ())
    plain = " ".join(column.heading.lower().split())
    return next(
        (at for at, heading in enumerate(written) if heading.lower() == plain), len(written)
    )


def _column_issue(layout: TableMapping, column: ColumnMapping, code: str, **facts: str) -> Issue:
    return Issue(
        code,
        sheet=layout.table.sheet,
        column=column.letter,
        heading=column.heading,
        facts=(("heading", column.heading), *sorted(facts.items())),
    )
