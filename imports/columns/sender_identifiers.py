"""Sender identifiers: "URN", "DfE Number" or "Establishment" becomes the sender's or provider's.

Such a heading does not say whose it is, so its cells do.  The same on every row, whatever the
leavers do, it is the number of the school that sent the sheet; going with the names of the
providers, it is theirs.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from imports.columns.mapped_table import ColumnMapping, TableMapping, cell_at
from imports.columns.typed_values import displayed_text, is_blank
from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.fields import NOT_OURS
from imports.text.headings import heading_words, word_set
from models.handoffs.normalised import SubmissionMetadata
from models.handoffs.sheets import Cell

# What a number without an owner is of the sender, and of the provider.
_FIELDS_BY_OWNER = {
    "school_urn": ("school_urn", "provider_urn"),
    "provider_urn": ("school_urn", "provider_urn"),
    "school_laestab": ("school_laestab", "provider_laestab"),
    "provider_laestab": ("school_laestab", "provider_laestab"),
    "provider_ukprn": (NOT_OURS, "provider_ukprn"),
}
# With one of these a heading says whose number it is.
_OWNERS = word_set(
    "provider providers destination destinations dest college colleges training employer where "
    "next new post future going gone went school schools academy our own home sender sending "
    "current previous last leaver leavers learning"
)
_OWNERLESS_NAMES = word_set("establishment institution centre center organisation name of the")
_MIN_NUMBERS, _MIN_ROWS = 2, 3
# One cell that somebody spoilt changes nobody else's: most of them decide.
_MOSTLY, _AT_LEAST = 0.85, 0.6
_A_CLASS = 15  # rows; in fewer one leaver is enough to tell
# What begins the codes of those who are with no provider: at work, on a gap year, NEET, not known.
_NO_PROVIDER = ("33", "35", "36", "38", "5", "6", "7", "8")
# The establishment number without its authority's three digits says nothing alone.
_ESTABLISHMENT_DIGITS = 4
_NEARLY_ALWAYS = 0.9


def assign_identifier_owners(
    layouts: Iterable[TableMapping], declared: SubmissionMetadata, column_map: ColumnMap
) -> list[TableMapping]:
    """The layouts with each number and name that does not say so given to whom it belongs.

    Tabs with the same headings, as of the forms of one year group, are looked at together: three
    leavers say little.  Only where a sheet says what its leavers do is anything given: an
    enrolment list tells of its own college.
    """
    layouts = list(layouts)
    groups: defaultdict[frozenset[_HeadingKey], list[TableMapping]] = defaultdict(list)
    for layout in layouts:
        groups[frozenset(_heading_keys(layout))].append(layout)
    fields_by_headings = {
        keys: _changed_fields(
            merged := _merge_layouts(group), _with_owners(merged, declared, column_map)
        )
        for keys, group in groups.items()
    }
    return [
        _with_fields(layout, fields_by_headings[frozenset(_heading_keys(layout))])
        for layout in layouts
    ]


# A heading, and how many of the same stand in front of it.
_HeadingKey = tuple[tuple[str, ...], int]


def _heading_keys(layout: TableMapping) -> list[_HeadingKey]:
    seen: Counter[tuple[str, ...]] = Counter()
    keys = []
    for column in layout.mappings:
        keys.append((column.parts, seen[column.parts]))
        seen[column.parts] += 1
    return keys


def _merge_layouts(layouts: Sequence[TableMapping]) -> TableMapping:
    """One layout with the rows of several, their cells in the order of the first one's columns."""
    first, *others = layouts
    rows = list(first.table.rows)
    for other in others:
        at = dict(zip(_heading_keys(other), other.mappings, strict=True))
        order = [at[key].at for key in _heading_keys(first)]
        rows += (
            replace(row, cells=tuple(cell_at(row, place) for place in order))
            for row in other.table.rows
        )
    return replace(first, table=replace(first.table, rows=tuple(rows)))


def _changed_fields(before: TableMapping, after: TableMapping) -> dict[_HeadingKey, str]:
    """By heading key, the new field of each column whose field differs."""
    columns = zip(_heading_keys(before), before.mappings, after.mappings, strict=True)
    return {key: new.field for key, old, new in columns if new.field != old.field}


def _with_fields(layout: TableMapping, fields: Mapping[_HeadingKey, str]) -> TableMapping:
    pairs = zip(layout.mappings, _heading_keys(layout), strict=True)
    given = (replace(column, field=fields.get(key, column.field)) for column, key in pairs)
    return replace(layout, mappings=tuple(given))


def _with_owners(
    layout: TableMapping, declared: SubmissionMetadata, column_map: ColumnMap
) -> TableMapping:
    if not layout.has("activity", "intended"):
        return layout
    if not any(
        column.field in _FIELDS_BY_OWNER or column.field == "provider_name"
        for column in layout.mappings
    ):
        return layout
    nowhere = _rows_without_provider(layout, column_map)
    mappings = tuple(_assign_owner(layout, column, declared, nowhere) for column in layout.mappings)
    return replace(layout, mappings=mappings)


def _assign_owner(
    layout: TableMapping,
    column: ColumnMapping,
    declared: SubmissionMetadata,
    nowhere: Sequence[bool],
) -> ColumnMapping:
    if column.field in _FIELDS_BY_OWNER and _OWNERS.isdisjoint(_words_above(column)):
        senders, providers = _FIELDS_BY_OWNER[column.field]
        owner = _infer_owner(layout, column, declared, nowhere)
        if owner == "sender" and _mostly(
            _comparable_cells(layout, column), lambda cell: len(cell) == _ESTABLISHMENT_DIGITS
        ):
            return replace(column, field=NOT_OURS)
        return replace(
            column, field={"sender": senders, "provider": providers}.get(owner, column.field)
        )
    is_name = column.field == "provider_name" and _words_above(column) <= _OWNERLESS_NAMES
    return (
        replace(column, field="school_name")
        if is_name and _is_own_name(layout, column, nowhere)
        else column
    )


def _rows_without_provider(layout: TableMapping, column_map: ColumnMap) -> list[bool]:
    """For each row whether the leaver is with no provider: at work, NEET, not known."""
    answered = layout.columns("activity")
    cells = [[cell_at(row, column.at) for column in answered] for row in layout.table.rows]
    return [any(_means_no_provider(column_map, cell) for cell in row) for row in cells]


def _means_no_provider(column_map: ColumnMap, cell: Cell) -> bool:
    code = "" if is_blank(cell) else column_map.value_of("activity", displayed_text(cell)) or ""
    return code.startswith(_NO_PROVIDER)


def _infer_owner(
    layout: TableMapping,
    column: ColumnMapping,
    declared: SubmissionMetadata,
    nowhere: Sequence[bool],
) -> str:
    cells = _comparable_cells(layout, column)
    if not any(cells):
        return ""
    if declared.urn and {cell for cell in cells if cell} == {declared.urn}:
        return "sender"
    if _is_next_to_own_name(layout, column, cells):
        return "sender"
    provider_column = next((name for name in layout.columns("provider_name")), None)
    if provider_column is None:
        return "sender" if _is_constant(cells, nowhere) else ""
    numbers, names = _same_length_numbers(cells, _comparable_cells(layout, provider_column))
    if len(set(filter(None, numbers))) > 1 and _pairs_one_to_one(numbers, names):
        return "provider"
    if len(numbers) < _MIN_NUMBERS or _share_of_mode(numbers) < _AT_LEAST:
        return ""
    with_mode = zip(names, _equals_mode(numbers), strict=True)
    if _share_of_mode([name for name, has_it in with_mode if has_it]) < _MOSTLY:
        return "sender"
    is_urn = column.field.endswith("urn") and bool(declared.urn)
    is_theirs = is_urn or _stands_next_to(layout, column, "provider_name")
    return "provider" if is_theirs else "sender"


def _is_next_to_own_name(layout: TableMapping, column: ColumnMapping, cells: Sequence[str]) -> bool:
    """Whether a number stands next to the sender's name and goes with it, and not a provider's.

    In a class of five that all went to one college, nothing else tells them apart.
    """
    if _stands_next_to(layout, column, "provider_name"):
        return False
    own = _stands_next_to(layout, column, "school_name")
    if own is None:
        return False
    return _share_of_mode(cells) >= _AT_LEAST or _pairs_one_to_one(
        cells, _comparable_cells(layout, own)
    )


def _stands_next_to(
    layout: TableMapping, column: ColumnMapping, field: str
) -> ColumnMapping | None:
    return next(
        (neighbour for neighbour in layout.columns(field) if abs(neighbour.at - column.at) == 1),
        None,
    )


def _is_constant(cells: Sequence[str], nowhere: Sequence[bool]) -> bool:
    """Whether the same stands on every row, or on most and on those of leavers who went nowhere."""
    if len(cells) < _MIN_ROWS or _share_of_mode(cells) < _AT_LEAST:
        return False
    with_it = [
        has_it and is_nowhere
        for has_it, is_nowhere in zip(_equals_mode(cells), nowhere, strict=True)
    ]
    least = 1 if len(cells) < _A_CLASS else 2
    return len(set(cells)) == 1 or (sum(with_it) >= least and sum(with_it) * 2 > sum(nowhere))


def _equals_mode(cells: Sequence[str]) -> list[bool]:
    """For each cell whether it holds what most of them do."""
    mode = Counter(cells).most_common(1)[0][0]
    return [cell == mode for cell in cells]


def _share_of_mode(cells: Sequence[str]) -> float:
    """How many of the cells hold what most of them do, of 1; 0 where that is nothing."""
    mode, count = Counter(cells).most_common(1)[0]
    return count / len(cells) if mode else 0.0


def _same_length_numbers(cells: Sequence[str], names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The numbers with as many digits as most have, and what is blank; the names beside them.

    What else stands there is no number of anybody: "x", a day, notes below the table.
    """
    digits = [sum(map(str.isdigit, cell)) for cell in cells]
    usual = Counter(filter(None, digits)).most_common(1)
    length = usual[0][0] if usual else 0
    pairs = [
        (cell, name)
        for cell, name, count in zip(cells, names, digits, strict=True)
        if not cell or count == length
    ]
    return [cell for cell, _ in pairs], [name for _, name in pairs]


def _pairs_one_to_one(numbers: Sequence[str], names: Sequence[str]) -> bool:
    """Whether each provider has a number, and no other provider has it."""
    pairs = [(name, number) for name, number in zip(names, numbers, strict=True) if name and number]
    of_name: dict[str, set[str]] = {}
    of_number: dict[str, set[str]] = {}
    for name, number in pairs:
        of_name.setdefault(name, set()).add(number)
        of_number.setdefault(number, set()).add(name)
    alone = sum(len(of_name[name]) == len(of_number[number]) == 1 for name, number in pairs)
    return bool(pairs) and alone >= _NEARLY_ALWAYS * len(pairs)


def _is_own_name(layout: TableMapping, column: ColumnMapping, nowhere: Sequence[bool]) -> bool:
    """Whether a name stands on every row, whatever the leavers do."""
    cells = _comparable_cells(layout, column)
    others = [other for other in layout.columns("provider_name") if other.at != column.at]
    if len(cells) < _MIN_ROWS or _share_of_mode(cells) < _AT_LEAST:
        return False
    has_mode = _equals_mode(cells)
    for other in others:
        names_beside = [
            name
            for name, has_it in zip(_comparable_cells(layout, other), has_mode, strict=True)
            if has_it
        ]
        # A college's column and an employer's are each blank where the other is filled.
        if (
            sum(map(bool, names_beside)) * 2 >= len(names_beside)
            and _share_of_mode(names_beside) < _MOSTLY
        ):
            return True
    return any(nowhere) and _is_constant(cells, nowhere)


def _mostly(cells: Sequence[str], test: Callable[[str], bool]) -> bool:
    return sum(map(test, cells)) >= _AT_LEAST * len(cells)


def _comparable_cells(layout: TableMapping, column: ColumnMapping) -> list[str]:
    """Every cell of a column as it is compared, '' for a blank."""
    cells = (cell_at(row, column.at) for row in layout.table.rows)
    return [
        "" if is_blank(cell) else " ".join(displayed_text(cell).casefold().split())
        for cell in cells
    ]


def _words_above(column: ColumnMapping) -> frozenset[str]:
    return frozenset(word for part in column.parts for word in heading_words(part))
