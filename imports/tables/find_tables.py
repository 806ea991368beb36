"""Find tables: the regions of every visible sheet that hold leavers become tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from imports.tables.explain_no_table import explain_no_table
from imports.tables.heading_rows import HeadingBlock, HeadingLookup, LookUpHeading, find_blocks
from imports.tables.leaver_rows import HEADINGS_AGAIN, TableBody, read_body
from imports.tables.title_lines import is_titled, title_of
from imports.workbook.displayed_cells import DisplayedCells
from imports.workbook.grid import Grid, grid_of
from imports.workbook.limits import ReadLimits, refuse, with_thousands
from imports.workbook.raw_cells import RawFile
from models.facts.counts import count_of
from models.facts.spreadsheet_cells import column_letters
from models.handoffs.findings import Issue
from models.handoffs.sheets import Heading, Region, Table, Title

__all__ = ["FoundTables", "LookUpHeading", "find_tables"]

# Rows that answer something about nobody are told one by one up to here.
_MOST_ISSUES = 50


@dataclass(slots=True)
class FoundTables:
    """Every table of a file, and what was made of the rest."""

    tables: tuple[Table, ...] = ()
    regions: tuple[Region, ...] = ()
    remarks: tuple[Issue, ...] = ()


@dataclass(slots=True)
class _TablePart:
    """One table of a sheet while it is built: its headings, their repetitions, and its rows."""

    block: HeadingBlock
    continues: "_TablePart | None" = None  # the one above with the same headings
    repeated_headings: list[HeadingBlock] = field(default_factory=list)
    body: TableBody = field(default_factory=TableBody)


def find_tables(raw: RawFile, look_up: LookUpHeading, limits: ReadLimits) -> FoundTables:
    """The tables with leavers on the visible sheets, in order; `look_up` knows the headings.

    Raises SubmissionRefused where there is none: a table without headings, or on its side, is
    never guessed.
    """
    made_cells = DisplayedCells(is_1904=raw.is_1904)
    grids = [grid_of(sheet, made_cells) for sheet in raw.sheets if not sheet.hidden]
    lookup = HeadingLookup(look_up)
    parts = [_table_parts(grid, lookup) for grid in grids]
    if not _count_leavers(parts):
        # Two headings that tell who somebody is will do where nothing better is found; which of
        # the others is the destination is then asked.
        lookup.is_strict = False
        parts = [_table_parts(grid, lookup) for grid in grids]
    if not _count_leavers(parts) and lookup.has_met_numbers:
        # A second round may name leavers by number alone.
        lookup.is_by_number = True
        parts = [_table_parts(grid, lookup) for grid in grids]
    if not _count_leavers(parts):
        raise explain_no_table(raw, grids, lookup, is_headed=any(parts))

    tables: list[Table] = []
    regions: list[Region] = []
    remarks: list[Issue] = []
    shown = zip(grids, parts, strict=True)
    for sheet in raw.sheets:
        if sheet.hidden:
            regions.append(Region(sheet.name, 0, 0, False, "hidden sheet"))
            continue
        grid, of_sheet = next(shown)
        used = _used_rows(grid, of_sheet)
        titles: dict[int, Title] = {}
        for part in of_sheet:
            if part.body.rows:
                table = _build_table(grid, part, limits)
                title = title_of(grid, table, used)
                first = titles.get(id(part.continues))
                title = replace(title, before=(*first.above, *first.before) if first else ())
                titles[id(part)] = title
                tables.append(replace(table, title=title))
        regions += _sheet_regions(grid, of_sheet)
        remarks += _sheet_issues(grid, of_sheet)
    return FoundTables(tuple(tables), tuple(regions), tuple(remarks))


def _count_leavers(parts: Sequence[Sequence["_TablePart"]]) -> int:
    return sum(len(part.body.rows) for of_sheet in parts for part in of_sheet)


def _table_parts(grid: Grid, lookup: HeadingLookup) -> list[_TablePart]:
    """Every table of a sheet, each with the rows down to the next one in its columns."""
    blocks = find_blocks(grid, lookup)
    parts: list[_TablePart] = []
    for block in blocks:
        above = next((part for part in reversed(parts) if part.block.overlaps(block)), None)
        is_again = above is not None and block.repeats(above.block)
        if above and is_again and not is_titled(grid, block.rows[0]):
            above.repeated_headings.append(block)
        else:
            parts.append(_TablePart(block, continues=above if is_again else None))
    for part in parts:
        start = max(
            (
                other.block.last_column + 1
                for other in parts
                if other.block.rows == part.block.rows
                and other.block.last_column < part.block.first_column
            ),
            default=0,
        )
        part.body = _part_body(grid, part, parts, start)
    return parts


def _part_body(grid: Grid, part: _TablePart, parts: Sequence[_TablePart], start: int) -> TableBody:
    first = part.block.rows[-1] + 1
    stop = min(
        (
            other.block.rows[0]
            for other in parts
            if other.block.rows[0] >= first and other.block.overlaps(part.block)
        ),
        default=len(grid.rows),
    )
    repeated = {at for block in part.repeated_headings for at in block.rows}
    body = read_body(
        grid, part.block, [at for at in range(first, stop) if at not in repeated], start=start
    )
    body.left_out += [(grid.rows[at].number, HEADINGS_AGAIN) for at in sorted(repeated)]
    return body


def _build_table(grid: Grid, part: _TablePart, limits: ReadLimits) -> Table:
    columns = part.body.columns
    if len(part.body.rows) > limits.table_rows:
        raise refuse("TOO_MANY_ROWS", limit=with_thousands(limits.table_rows))
    if len(columns) > limits.table_columns:
        raise refuse("TOO_MANY_COLS", limit=with_thousands(limits.table_columns))
    return Table(
        grid.name,
        tuple(
            Heading(
                column_letters(column),
                part.block.parts.get(column, ()),
                column in grid.hidden_columns,
            )
            for column in columns
        ),
        tuple(part.body.rows),
        tuple(grid.rows[at].number for at in part.block.rows),
        {
            (number, column_letters(column)): top
            for (number, column), top in part.body.merged_into.items()
        },
        frozenset(part.body.footnotes),
    )


def _sheet_regions(grid: Grid, parts: Sequence[_TablePart]) -> list[Region]:
    """What was made of each row with something in it, from the top, told in stretches."""
    if not grid.rows:
        return [Region(grid.name, 0, 0, False, "empty sheet")]
    if not parts:
        return [
            Region(
                grid.name, grid.rows[0].number, grid.rows[-1].number, False, "no table of leavers"
            )
        ]
    headed = min(part.block.rows[0] for part in parts)
    reasons = {row.number: "above the headings" for row in grid.rows[:headed]}
    reasons |= dict.fromkeys((row.number for row in grid.rows[headed:]), "beside the table")
    for part in parts:
        reasons.update(part.body.left_out)
    used = _used_rows(grid, parts)
    reasons = {number: why for number, why in reasons.items() if number not in used}
    regions = [
        Region(grid.name, first, last, True, count_of(count, "leaver"))
        for first, last, count in _table_spans(grid, parts)
    ]
    regions += _left_out_regions(grid.name, reasons)
    return sorted(regions, key=lambda region: region.first_row)


def _used_rows(grid: Grid, parts: Iterable[_TablePart]) -> set[int]:
    used: set[int] = set()
    for part in parts:
        used.update(grid.rows[at].number for at in part.block.rows)
        used.update(row.number for row in part.body.rows)
    return used


def _table_spans(grid: Grid, parts: Iterable[_TablePart]) -> list[tuple[int, int, int]]:
    """For each table the first row of its headings, its last leaver's, and how many there are."""
    spans = []
    for part in parts:
        first = grid.rows[part.block.rows[0]].number
        last = (
            part.body.rows[-1].number if part.body.rows else grid.rows[part.block.rows[-1]].number
        )
        spans.append((first, last, len(part.body.rows)))
    return spans


def _left_out_regions(sheet: str, reasons: dict[int, str]) -> list[Region]:
    regions = []
    for why, numbers in groupby(sorted(reasons), key=lambda number: reasons[number]):
        stretch = list(numbers)
        regions.append(Region(sheet, stretch[0], stretch[-1], False, why))
    return regions


def _sheet_issues(grid: Grid, parts: Sequence[_TablePart]) -> list[Issue]:
    remarks = []
    hidden_rows = sum(row.hidden for part in parts for row in part.body.rows)
    if hidden_rows:
        remarks.append(Issue("T11", grid.name, facts=(("count", with_thousands(hidden_rows)),)))
    hidden = sorted({column for part in parts for column in part.block.parts} & grid.hidden_columns)
    if hidden:
        letters = ", ".join(column_letters(column) for column in hidden)
        remarks.append(Issue("T12", grid.name, facts=(("columns", letters),)))
    for part in parts:
        remarks += [Issue("T13", grid.name, number) for number in part.body.nameless[:_MOST_ISSUES]]
    return remarks
