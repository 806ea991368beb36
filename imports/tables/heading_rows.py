"""Heading rows: the rows of a sheet become blocks of headings, one to three rows deep."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from imports.values.cell_heuristics import may_be_person_identifier
from imports.workbook.grid import Grid, GridRow
from models.handoffs.sheets import CellKind

LookUpHeading = Callable[[tuple[str, ...]], str | None]

_TEXT = CellKind.TEXT
KEYS = frozenset(("upn", "uln", "surname", "forename", "full_name", "born_on"))
_NUMBERS = frozenset({"upn", "uln"})
_FIELDS_NEEDED, _KEYS_NEEDED = 3, 2
_LONGEST_HEADING = 300
_MOST_ROWS = 3
# Asking costs about 0.2 ms for each forty signs; a sheet without a table must not cost seconds.
_SIGNS_FOR_ONE = 40
_SHEET_BUDGET, _FILE_BUDGET = 4_000, 12_000
_LEAST_BUDGET = 200  # on each sheet, however much the others have used up


@dataclass(slots=True)
class HeadingLookup:
    """Looks headings up, each once, within a budget for the sheet and the file."""

    look_up: LookUpHeading
    answers: dict[tuple[str, ...], str | None] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)  # the lowest parts that have a field
    budget: int = _FILE_BUDGET
    sheet_budget: int = _SHEET_BUDGET
    is_strict: bool = True
    is_by_number: bool = False  # a UPN or a ULN will do

    def next_sheet(self) -> None:
        """Begin a sheet with a budget of its own, however much long sheets before it have spent."""
        self.sheet_budget = max(_LEAST_BUDGET, min(_SHEET_BUDGET, self.budget))

    @property
    def is_spent(self) -> bool:
        """Whether the budget of this sheet is used up."""
        return self.sheet_budget <= 0

    @property
    def has_met_numbers(self) -> bool:
        """Whether a heading of UPNs or ULNs was among those asked about."""
        return not _NUMBERS.isdisjoint(self.answers.values())

    def field_of(self, parts: tuple[str, ...]) -> str | None:
        """Our field for a heading's parts, None where no map has it."""
        if parts in self.answers:
            return self.answers[parts]
        if self.is_spent or max(map(len, parts)) > _LONGEST_HEADING:
            return None
        cost = 1 + sum(map(len, parts)) // _SIGNS_FOR_ONE
        self.budget -= cost
        self.sheet_budget -= cost
        answer = self.answers[parts] = self.look_up(parts)
        if answer:
            self.texts.add(parts[-1])
        return answer

    def add_typed_headings(self, block: "HeadingBlock", row: GridRow) -> None:
        """Add mapped headings as they stand in the cells, with their stray spaces."""
        self.texts |= {
            row.cells[column].text
            for column, field in block.fields.items()
            if field and column in row.cells
        }


@dataclass(frozen=True, slots=True)
class HeadingBlock:
    """Headings: their rows (places in the grid), and by column their texts and our fields."""

    rows: tuple[int, ...]
    parts: dict[int, tuple[str, ...]]
    fields: dict[int, str | None]

    @property
    def first_column(self) -> int:
        """The first column with a heading."""
        return min(self.parts)

    @property
    def last_column(self) -> int:
        """The last column with a heading."""
        return max(self.parts)

    def overlaps(self, other: "HeadingBlock") -> bool:
        """Whether two blocks share columns."""
        return not (self.last_column < other.first_column or other.last_column < self.first_column)

    def repeats(self, other: "HeadingBlock") -> bool:
        """Whether it says the same, in the same columns, or all but the groups over them."""
        mine, theirs = _casefold_parts(self.parts), _casefold_parts(other.parts)
        if len(self.rows) < len(other.rows):
            theirs = {
                column: column_parts[-len(mine.get(column, ())) :]
                for column, column_parts in theirs.items()
            }
        return mine == theirs


def find_blocks(grid: Grid, lookup: HeadingLookup) -> list[HeadingBlock]:
    """Every block of headings on a sheet, from the top, tables side by side apart.

    With `known.is_strict` they need three headings that we know, without it two and one more.
    """
    lookup.next_sheet()
    blocks: list[HeadingBlock] = []
    last_used = -1
    for at in range(len(grid.rows)):
        if at <= last_used or not _may_be_headings(grid, at, lookup, is_first=not blocks):
            continue
        block = _block_at(grid, at, lookup, after=last_used)
        if block and not _is_odd_leaver(grid, block, blocks):
            last_used = block.rows[-1]
            blocks += _split_side_by_side(block)
            lookup.add_typed_headings(block, grid.rows[last_used])
    return blocks


def _is_odd_leaver(grid: Grid, block: HeadingBlock, before: Sequence[HeadingBlock]) -> bool:
    """Whether a row under others is a leaver with a few words of headings in it.

    Real headings are mostly ones that we know, or there are about as many as in those above.  After
    a gap or a title only a row with somebody's number in it is looked at so.
    """
    at = block.rows[0]
    above = next((earlier for earlier in reversed(before) if earlier.overlaps(block)), None)
    if above is None:
        return False
    is_apart = not _are_adjacent(grid, at - 1, at) or len(grid.rows[at - 1].cells) <= 1
    if is_apart and not _is_about_somebody(grid.rows[at]):
        return False
    return _count_fields(block) * 2 < min(_count_fields(above), len(block.parts))


def identifies_leavers(fields: Sequence[str | None]) -> bool:
    """Whether headings say enough: three that we know, two of which tell who a leaver is."""
    mapped_fields = {field_name for field_name in fields if field_name}
    return len(mapped_fields) >= _FIELDS_NEEDED and len(mapped_fields & KEYS) >= _KEYS_NEEDED


def _is_enough(block: HeadingBlock, lookup: HeadingLookup) -> bool:
    if lookup.is_by_number:
        return _count_fields(block) >= _KEYS_NEEDED and bool(_NUMBERS & {*block.fields.values()})
    if lookup.is_strict:
        return identifies_leavers(list(block.fields.values()))
    return _count_keys(block) >= _KEYS_NEEDED and len(block.parts) >= _FIELDS_NEEDED


def _may_be_headings(grid: Grid, at: int, lookup: HeadingLookup, *, is_first: bool) -> bool:
    row = grid.rows[at]
    if len(row.cells) < _KEYS_NEEDED:
        return False
    if lookup.is_spent:
        # Whatever would be asked is unknown from here on; headings met before are all there is.
        return sum(_cell_text(row, column) in lookup.texts for column in row.cells) >= _KEYS_NEEDED
    if is_first:
        return sum(cell.kind is _TEXT for cell in row.cells.values()) >= _KEYS_NEEDED
    # Below a table only a row after a gap or a title is looked at closely, or one with headings
    # that were met before: asking about every cell of every leaver would cost more than reading.
    above = grid.rows[at - 1]
    if row.number > above.number + 1 or len(above.cells) <= 1:
        return True
    mapped_texts = lookup.texts
    return sum(cell.text in mapped_texts for cell in row.cells.values()) >= _KEYS_NEEDED


def _block_at(grid: Grid, at: int, lookup: HeadingLookup, *, after: int) -> HeadingBlock | None:
    alone = _make_block(grid, (at,), lookup)
    if _is_enough(alone, lookup):
        below = _with_row_below(grid, alone, lookup)
        return _with_groups_above(grid, below, lookup, after=after)
    for depth in range(2, _MOST_ROWS + 1):
        first = at - depth + 1
        if first <= after or not _are_adjacent(grid, first, at):
            return None
        # Looked at before anything is asked: two rows of a long sheet are hardly ever headings.
        if not _may_be_above(grid.rows[first], grid.rows[at]):
            continue
        block = _make_block(grid, tuple(range(first, at + 1)), lookup)
        if _is_enough(block, lookup) and _is_group_row(grid, first, block):
            return _with_row_below(grid, block, lookup)
    return None


def _make_block(grid: Grid, rows: tuple[int, ...], lookup: HeadingLookup) -> HeadingBlock:
    parts = _heading_parts(grid, rows)
    return HeadingBlock(
        rows,
        parts,
        {column: lookup.field_of(column_parts) for column, column_parts in parts.items()},
    )


def _heading_parts(grid: Grid, rows: tuple[int, ...]) -> dict[int, tuple[str, ...]]:
    """What stands above each column, outermost first; a group's heading is spread over it."""
    lowest = grid.rows[rows[-1]]
    parts: dict[int, tuple[str, ...]] = {
        column: (_cell_text(lowest, column),)
        for column in lowest.cells
        if _cell_text(lowest, column)
    }
    for at in reversed(rows[:-1]):
        for column, label in _spread_labels(grid, grid.rows[at], parts).items():
            below = parts.get(column, ())
            parts[column] = below if below[:1] == (label,) else (label, *below)
    return dict(sorted(parts.items()))


def _spread_labels(grid: Grid, row: GridRow, below: dict[int, tuple[str, ...]]) -> dict[int, str]:
    """The label of a row over each column it speaks of."""
    merged = {merge[1]: merge[3] for merge in grid.merges_on(row.number)}
    labels: dict[int, str] = {}
    filled = [column for column in sorted(row.cells) if _cell_text(row, column)]
    for column in filled:
        label = _cell_text(row, column)
        labels[column] = label
        if merged:
            over = range(column, min(merged.get(column, column), column + 200) + 1)
            labels.update(
                {covered: label for covered in over if covered == column or covered in below}
            )
            continue
        following = column + 1
        # Without merged cells a label goes on over what has headings but no label of its own.
        while following in below and following not in row.cells and column in below:
            labels[following] = label
            following += 1
    return labels


def _with_row_below(grid: Grid, block: HeadingBlock, lookup: HeadingLookup) -> HeadingBlock:
    """The block and the row under it, where that one divides the headings above it."""
    at = block.rows[-1] + 1
    if len(block.rows) >= _MOST_ROWS or at >= len(grid.rows):
        return block
    if not _are_adjacent(grid, block.rows[-1], at):
        return block
    above, below = grid.rows[block.rows[-1]], grid.rows[at]
    if any(cell.kind is not _TEXT for cell in below.cells.values()) or _is_about_somebody(below):
        return block
    deeper = _make_block(grid, (*block.rows, at), lookup)
    merges = list(grid.merges_on(above.number))
    if any(last_row == below.number for _, _, last_row, _ in merges):
        # A heading merged downwards says that the row below belongs to it.
        return deeper
    wide = {column for merge in merges for column in range(merge[1], merge[3] + 1)}
    divides = all(
        column in wide or column not in above.cells or column + 1 not in above.cells
        for column in below.cells
    )
    return deeper if divides and _count_fields(deeper) > _count_fields(block) else block


def _with_groups_above(
    grid: Grid, block: HeadingBlock, lookup: HeadingLookup, *, after: int
) -> HeadingBlock:
    """The block and the row of group headings over it, where there is one."""
    at = block.rows[0] - 1
    while at > after and len(block.rows) < _MOST_ROWS and _are_adjacent(grid, at, at + 1):
        taller = _make_block(grid, (at, *block.rows), lookup)
        if not _is_group_row(grid, at, block) or not _is_better(grid, at, taller, block, after):
            break
        block, at = taller, at - 1
    return block


def _may_be_above(upper: GridRow, lower: GridRow) -> bool:
    """Whether two rows may be headings together: the upper one has labels over several columns.

    Where each has a cell of its own in every column, the lower one is a leaver.
    """
    labels = [cell.text for cell in upper.cells.values()]
    is_shared = any(column not in upper.cells for column in lower.cells)
    return (is_shared or len(set(labels)) < len(labels)) and not _is_about_somebody(lower)


def _is_about_somebody(row: GridRow) -> bool:
    return any(may_be_person_identifier(cell) for cell in row.cells.values())


def _is_group_row(grid: Grid, at: int, block: HeadingBlock) -> bool:
    """Whether a row has labels over some headings, rather than a title over all of them."""
    row = grid.rows[at]
    partly = [
        merge
        for merge in grid.merges_on(row.number)
        if merge[3] > merge[1] and not _covers(merge, block)
    ]
    texts = [cell for cell in row.cells.values() if cell.kind is _TEXT]
    looks_filled = any(len(cell.text) > 80 for cell in texts)
    return not looks_filled and (len(row.cells) > 1 or bool(partly))


def _covers(merge: tuple[int, int, int, int], block: HeadingBlock) -> bool:
    return merge[1] <= block.first_column and merge[3] >= block.last_column


def _is_better(grid: Grid, at: int, taller: HeadingBlock, block: HeadingBlock, after: int) -> bool:
    """Whether group headings say more: known ones, or which of two equal headings is which."""
    if _count_keys(taller) < _count_keys(block):
        return False
    if _count_fields(taller) > _count_fields(block):
        return True
    row = grid.rows[at]
    has_merges = any(merge[3] > merge[1] for merge in grid.merges_on(row.number))
    # Straight under the leavers of another table, an unmerged row is one of them.
    if not has_merges and after >= 0 and row.number == grid.rows[at - 1].number + 1:
        return False
    lowest = Counter(parts[-1].casefold() for parts in block.parts.values())
    return max(lowest.values()) > 1 or (has_merges and len(row.cells) > 1)


def _split_side_by_side(block: HeadingBlock) -> list[HeadingBlock]:
    """The tables of one row of headings: a gap, and then who a leaver is all over again."""
    runs: list[list[int]] = []
    for column in sorted(block.parts):
        is_after_gap = not runs or column > runs[-1][-1] + 1
        if is_after_gap:
            runs.append([])
        runs[-1].append(column)
    tables: list[list[int]] = []
    for run in runs:
        fields = [block.fields[column] for column in run]
        before = {block.fields[column] for table in tables for column in table}
        if tables and not (identifies_leavers(fields) and before & KEYS & set(fields)):
            tables[-1] += run
        else:
            tables.append(run)
    return [
        HeadingBlock(
            block.rows,
            {column: block.parts[column] for column in table},
            {column: block.fields[column] for column in table},
        )
        for table in tables
    ]


def _are_adjacent(grid: Grid, first: int, last: int) -> bool:
    return grid.rows[last].number - grid.rows[first].number == last - first


def _count_fields(block: HeadingBlock) -> int:
    return len({field_name for field_name in block.fields.values() if field_name})


def _count_keys(block: HeadingBlock) -> int:
    return len(KEYS.intersection(field_name for field_name in block.fields.values() if field_name))


def _casefold_parts(parts: dict[int, tuple[str, ...]]) -> dict[int, tuple[str, ...]]:
    return {
        column: tuple(part.casefold() for part in column_parts)
        for column, column_parts in parts.items()
    }


def _cell_text(row: GridRow, column: int) -> str:
    cell = row.cells.get(column)
    return " ".join(cell.text.split()) if cell else ""
