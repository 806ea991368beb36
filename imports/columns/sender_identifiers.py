"""Own numbers: whether "URN", "DfE Number" or "Establishment" is the sender's or the provider's.

Such a heading does not say whose it is, so its cells do.  The same on every row, whatever the
leavers do, it is the number of the school that sent the sheet; going with the names of the
providers, it is theirs.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from imports.columns.table_mapping import ColumnMapping, TableMapping, cell_at
from imports.columns.typed_values import displayed_text, is_blank
from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.fields import NOT_OURS
from imports.text.headings import heading_words, word_set
from models.handoffs.normalised import SubmissionMetadata
from models.handoffs.sheets import Cell

# What a number without an owner is of the sender, and of the provider.
_NUMBERS = {
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
_NAMES_OF_NOBODY = word_set("establishment institution centre center organisation name of the")
_FEW, _FEWEST = 2, 3
# One cell that somebody spoilt changes nobody else's: most of them decide.
_MOSTLY, _AT_LEAST = 0.85, 0.6
_A_CLASS = 15  # rows; in fewer one leaver is enough to tell
# What begins the codes of those who are with no provider: at work, on a gap year, NEET, not known.
_NOWHERE = ("33", "35", "36", "38", "5", "6", "7", "8")
_ALONE = 4  # digits of a number of the school without its authority's, which says nothing alone
_GOES_WITH = 0.9


def assign_identifier_owners(
    layouts: Iterable[TableMapping], declared: SubmissionMetadata, columns: ColumnMap
) -> list[TableMapping]:
    """The layouts with each number and name that does not say so given to whom it belongs.

    Tabs with the same headings, as of the forms of one year group, are looked at together: three
    leavers say little.  Only where a sheet says what its leavers do is anything given: an
    enrolment list tells of its own college.
    """
    layouts = list(layouts)
    alike: defaultdict[frozenset[_Key], list[TableMapping]] = defaultdict(list)
    for layout in layouts:
        alike[frozenset(_keys(layout))].append(layout)
    given = {
        keys: _given(together := _together(group), _with_owners(together, declared, columns))
        for keys, group in alike.items()
    }
    return [_with_fields(layout, given[frozenset(_keys(layout))]) for layout in layouts]


# A heading, and how many of the same stand in front of it.
_Key = tuple[tuple[str, ...], int]


def _keys(layout: TableMapping) -> list[_Key]:
    seen: Counter[tuple[str, ...]] = Counter()
    keys = []
    for one in layout.placed:
        keys.append((one.parts, seen[one.parts]))
        seen[one.parts] += 1
    return keys


def _together(alike: Sequence[TableMapping]) -> TableMapping:
    """One layout with the rows of several, their cells in the order of the first one's columns."""
    first, *others = alike
    rows = list(first.table.rows)
    for other in others:
        at = dict(zip(_keys(other), other.placed, strict=True))
        order = [at[key].at for key in _keys(first)]
        rows += (
            replace(row, cells=tuple(cell_at(row, place) for place in order))
            for row in other.table.rows
        )
    return replace(first, table=replace(first.table, rows=tuple(rows)))


def _given(before: TableMapping, after: TableMapping) -> dict[_Key, str]:
    """The fields that were given anew."""
    both = zip(_keys(before), before.placed, after.placed, strict=True)
    return {key: now.field for key, was, now in both if now.field != was.field}


def _with_fields(layout: TableMapping, fields: Mapping[_Key, str]) -> TableMapping:
    placed = zip(layout.placed, _keys(layout), strict=True)
    given = (replace(one, field=fields.get(key, one.field)) for one, key in placed)
    return replace(layout, placed=tuple(given))


def _with_owners(
    layout: TableMapping, declared: SubmissionMetadata, columns: ColumnMap
) -> TableMapping:
    if not layout.has("activity", "intended"):
        return layout
    if not any(one.field in _NUMBERS or one.field == "provider_name" for one in layout.placed):
        return layout
    nowhere = _nowhere(layout, columns)
    placed = tuple(_owned(layout, one, declared, nowhere) for one in layout.placed)
    return replace(layout, placed=placed)


def _owned(
    layout: TableMapping, one: ColumnMapping, declared: SubmissionMetadata, nowhere: Sequence[bool]
) -> ColumnMapping:
    if one.field in _NUMBERS and _OWNERS.isdisjoint(_words(one)):
        senders, providers = _NUMBERS[one.field]
        whose = _whose_number(layout, one, declared, nowhere)
        if whose == "sender" and _most(_column(layout, one), lambda cell: len(cell) == _ALONE):
            return replace(one, field=NOT_OURS)
        return replace(one, field={"sender": senders, "provider": providers}.get(whose, one.field))
    is_name = one.field == "provider_name" and _words(one) <= _NAMES_OF_NOBODY
    return replace(one, field="school_name") if is_name and _is_own(layout, one, nowhere) else one


def _nowhere(layout: TableMapping, columns: ColumnMap) -> list[bool]:
    """For each row whether the leaver is with no provider: at work, NEET, not known."""
    answered = layout.columns("activity")
    cells = [[cell_at(row, one.at) for one in answered] for row in layout.table.rows]
    return [any(_is_nowhere(columns, cell) for cell in row) for row in cells]


def _is_nowhere(columns: ColumnMap, cell: Cell) -> bool:
    code = "" if is_blank(cell) else columns.value_of("activity", displayed_text(cell)) or ""
    return code.startswith(_NOWHERE)


def _whose_number(
    layout: TableMapping, one: ColumnMapping, declared: SubmissionMetadata, nowhere: Sequence[bool]
) -> str:
    cells = _column(layout, one)
    if not any(cells):
        return ""
    if declared.urn and {cell for cell in cells if cell} == {declared.urn}:
        return "sender"
    if _is_next_to_own_name(layout, one, cells):
        return "sender"
    beside = next((each for each in layout.columns("provider_name")), None)
    if beside is None:
        return "sender" if _is_everywhere(cells, nowhere) else ""
    numbers, names = _of_one_shape(cells, _column(layout, beside))
    if len(set(filter(None, numbers))) > 1 and _goes_with(numbers, names):
        return "provider"
    if len(numbers) < _FEW or _share(numbers) < _AT_LEAST:
        return ""
    with_most = zip(names, _with_most(numbers), strict=True)
    if _share([name for name, is_it in with_most if is_it]) < _MOSTLY:
        return "sender"
    is_urn = one.field.endswith("urn") and bool(declared.urn)
    is_theirs = is_urn or _stands_next_to(layout, one, "provider_name")
    return "provider" if is_theirs else "sender"


def _is_next_to_own_name(layout: TableMapping, one: ColumnMapping, cells: Sequence[str]) -> bool:
    """Whether a number stands next to the sender's name and goes with it, and not a provider's.

    In a class of five that all went to one college, nothing else tells them apart.
    """
    if _stands_next_to(layout, one, "provider_name"):
        return False
    own = _stands_next_to(layout, one, "school_name")
    if own is None:
        return False
    return _share(cells) >= _AT_LEAST or _goes_with(cells, _column(layout, own))


def _stands_next_to(layout: TableMapping, one: ColumnMapping, field: str) -> ColumnMapping | None:
    return next((each for each in layout.columns(field) if abs(each.at - one.at) == 1), None)


def _is_everywhere(cells: Sequence[str], nowhere: Sequence[bool]) -> bool:
    """Whether the same stands on every row, or on most and on those of leavers who went nowhere."""
    if len(cells) < _FEWEST or _share(cells) < _AT_LEAST:
        return False
    with_it = [is_it and at for is_it, at in zip(_with_most(cells), nowhere, strict=True)]
    least = 1 if len(cells) < _A_CLASS else 2
    return len(set(cells)) == 1 or (sum(with_it) >= least and sum(with_it) * 2 > sum(nowhere))


def _with_most(cells: Sequence[str]) -> list[bool]:
    """For each cell whether it holds what most of them do."""
    most = Counter(cells).most_common(1)[0][0]
    return [cell == most for cell in cells]


def _share(cells: Sequence[str]) -> float:
    """How many of the cells hold what most of them do, of 1; 0 where that is nothing."""
    most, count = Counter(cells).most_common(1)[0]
    return count / len(cells) if most else 0.0


def _of_one_shape(cells: Sequence[str], names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The numbers with as many digits as most have, and what is blank; the names beside them.

    What else stands there is no number of anybody: "x", a day, notes below the table.
    """
    digits = [sum(map(str.isdigit, cell)) for cell in cells]
    usual = Counter(filter(None, digits)).most_common(1)
    length = usual[0][0] if usual else 0
    kept = [
        (cell, name)
        for cell, name, count in zip(cells, names, digits, strict=True)
        if not cell or count == length
    ]
    return [cell for cell, _ in kept], [name for _, name in kept]


def _goes_with(numbers: Sequence[str], names: Sequence[str]) -> bool:
    """Whether each provider has a number, and no other provider has it."""
    pairs = [(name, number) for name, number in zip(names, numbers, strict=True) if name and number]
    of_name: dict[str, set[str]] = {}
    of_number: dict[str, set[str]] = {}
    for name, number in pairs:
        of_name.setdefault(name, set()).add(number)
        of_number.setdefault(number, set()).add(name)
    alone = sum(len(of_name[name]) == len(of_number[number]) == 1 for name, number in pairs)
    return bool(pairs) and alone >= _GOES_WITH * len(pairs)


def _is_own(layout: TableMapping, one: ColumnMapping, nowhere: Sequence[bool]) -> bool:
    """Whether a name stands on every row, whatever the leavers do."""
    cells = _column(layout, one)
    others = [each for each in layout.columns("provider_name") if each.at != one.at]
    if len(cells) < _FEWEST or _share(cells) < _AT_LEAST:
        return False
    here = _with_most(cells)
    for each in others:
        beside = [name for name, is_it in zip(_column(layout, each), here, strict=True) if is_it]
        # A college's column and an employer's are each blank where the other is filled.
        if sum(map(bool, beside)) * 2 >= len(beside) and _share(beside) < _MOSTLY:
            return True
    return any(nowhere) and _is_everywhere(cells, nowhere)


def _most(cells: Sequence[str], is_so: Callable[[str], bool]) -> bool:
    return sum(map(is_so, cells)) >= _AT_LEAST * len(cells)


def _column(layout: TableMapping, one: ColumnMapping) -> list[str]:
    """Every cell of a column as it is compared, '' for a blank."""
    cells = (cell_at(row, one.at) for row in layout.table.rows)
    return [
        "" if is_blank(cell) else " ".join(displayed_text(cell).casefold().split())
        for cell in cells
    ]


def _words(one: ColumnMapping) -> frozenset[str]:
    return frozenset(word for part in one.parts for word in heading_words(part))
