"""Row waves: a table with a row for each leaver and year says in a column which moment each row is.

"Year after leaving" 1, 2, 3; "Check point" Sept 2023, Sept 2024; or the day of each contact.
"""

import re
from calendar import monthrange
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from imports.columns.mapped_table import ColumnMapping, TableMapping, cell_at
from imports.columns.typed_values import displayed_text
from imports.context.cohort_evidence import part_of
from imports.context.leaver_keys import leaver_key, leaver_keys
from imports.context.titles import natures_of, read_title
from imports.crosswalk.fields import NOT_OURS, PERHAPS, WAVE_SAID
from imports.crosswalk.periods import Period, PeriodUnit, parse_months, parse_period
from imports.values.dates import DayMonthOrder, read_date
from models.handoffs.findings import Issue
from models.handoffs.normalised import SubmissionMetadata
from models.handoffs.sheets import Cell, CellKind, SheetRow
from models.vocabulary import MOST_WAVES, academic_year

_NOT_READ, _NOT_OF_WAVE = "C50", "C51"
_MOSTLY = 0.6  # of its cells; of the others the answer waits
_ENOUGH_TABS = 2
_HEADING = re.compile(
    r"(?i)\b(?:check|check[\s-]?points?|waves?|survey(?:ed)?|track(?:ing|ed)|follow[\s-]?ups?|"
    r"time[\s-]?points?|data[\s-]?points?|collection|snapshot|moment|"
    r"(?:years?|yrs?|months?|mths?) (?:after|since|on|out|from)|"
    r"year of (?:tracking|destination|survey)|"
    r"(?:reporting|contact|tracking|review) (?:point|period|year|date)|when|as of|term|stage)\b"
)
# What may hold a year of the answers where its heading is that of another field.
_MAY_BE_MOMENTS = frozenset({"leaving_year", "year_group"})
_OPEN_FIELDS = frozenset({"", NOT_OURS, PERHAPS})
_BARE_NUMBER = re.compile(r"(\d{1,2})(?:\.0)?")
_ANY_DAY = date(2099, 12, 31)


@dataclass(frozen=True, slots=True)
class Moment:
    """When a row was true: a wave of any cohort by its period, or a month; a plan is wave 0."""

    period: Period | None = None
    day: date | None = None  # the last day by which it was true
    is_plan: bool = False

    def wave(self, metadata: SubmissionMetadata) -> int:
        """The wave of the cohort that the metadata name, 0 or less before it left."""
        assert metadata.academic_year is not None
        assert metadata.leaving_stage is not None
        if self.is_plan:
            return 0
        if self.day:
            return academic_year(self.day.year, self.day.month) - metadata.academic_year
        assert self.period is not None
        return self.period.wave(metadata.academic_year, metadata.leaving_stage)


@dataclass(frozen=True, slots=True)
class DatedTables:
    """The tables, each of one wave where their rows say which, and what could not be used."""

    layouts: list[TableMapping]
    issues: list[Issue]


def find_wave_column(layout: TableMapping) -> TableMapping:
    """The table with the column that says of each row which moment it is of, where it has one.

    A leaving year or a year group that differs between the rows of one leaver is such a column.
    """
    if _has_periods(layout):
        return layout
    for column in layout.mappings:
        if column.field in _MAY_BE_MOMENTS:
            is_wave_column = _differs_for_one_leaver(layout, column)
        elif column.field in _OPEN_FIELDS:
            is_wave_column = _HEADING.search(column.heading) is not None
        else:
            continue
        if is_wave_column and _holds_moments(layout.cells(column), column.field):
            mappings = list(layout.mappings)
            mappings[column.at] = replace(column, field=WAVE_SAID)
            return replace(layout, mappings=tuple(mappings))
    return layout


def autumns_of(layouts: Sequence[TableMapping], sent_on: date) -> frozenset[int]:
    """The Septembers of the academic years in which rows say that they were true."""
    days = (
        moment.day
        for layout in layouts
        for column in layout.columns(WAVE_SAID)
        for row in layout.table.rows
        if (moment := _moment_of(cell_at(row, column.at), column.field, sent_on))
    )
    return frozenset(academic_year(day.year, day.month) for day in days if day)


def autumns_in_titles(layouts: Sequence[TableMapping]) -> frozenset[int]:
    """The Septembers of the academic years of the moments that several tables are called after.

    Nothing where they are of several autumns and no leaver is in two of them: each may hold the
    leavers of another year.
    """
    moments = {
        at: moment
        for at, layout in enumerate(layouts)
        if (moment := read_title(layout.table.title).moment)
    }
    autumns = frozenset(academic_year(day.year, day.month) for day in moments.values())
    if len(set(moments.values())) < _ENOUGH_TABS:
        return frozenset()
    leavers = [leaver_keys(layouts[at]) for at in moments]
    is_tracking = sum(map(len, leavers)) > len(set().union(*leavers))
    return autumns if len(autumns) == 1 or is_tracking else frozenset()


def split_by_wave(layouts: Sequence[TableMapping], metadata: SubmissionMetadata) -> DatedTables:
    """The tables of one cohort, one for each wave that their rows say they are of.

    Of a row that is of no wave of this cohort, or does not say which, the answer waits or is left
    out, and said; who it names is a leaver all the same.
    """
    dated, issues = [], []
    for layout in layouts:
        columns = layout.columns(WAVE_SAID) or _contacts_over_years(layout, metadata)
        if not columns:
            dated.append(layout)
            continue
        tables, noticed = _by_moment(layout, columns[0], metadata)
        dated += tables
        issues += noticed
    return DatedTables(dated, issues)


def _by_moment(
    layout: TableMapping, column: ColumnMapping, metadata: SubmissionMetadata
) -> tuple[list[TableMapping], list[Issue]]:
    if column.field == WAVE_SAID:
        mappings = list(layout.mappings)
        mappings[column.at] = replace(column, field=NOT_OURS)
        layout = replace(layout, mappings=tuple(mappings))
    reached = academic_year(metadata.sent_on.year, metadata.sent_on.month) - (
        metadata.academic_year or 0
    )
    places: defaultdict[tuple[int, date | None], list[int]] = defaultdict(list)
    last = max(min(reached, metadata.waves), 0)
    strange: list[int] = []
    beyond: list[int] = []
    for at, row in enumerate(layout.table.rows):
        moment = _moment_of(cell_at(row, column.at), column.field, metadata.sent_on)
        wave = None if moment is None else max(moment.wave(metadata), 0)
        if moment is None or wave is None:
            strange.append(at)
        elif wave > last:
            beyond.append(at)
        else:
            places[wave, moment.day].append(at)
    # Whom no other row names would be missing from the base: theirs wait instead.
    named = {leaver_key(layout, layout.table.rows[at]) for rows in places.values() for at in rows}
    alone = [at for at in beyond if leaver_key(layout, layout.table.rows[at]) not in named]
    beyond = [at for at in beyond if at not in alone]
    waiting = sorted([*strange, *alone])
    places[last, None] += waiting
    places = defaultdict(list, {key: sorted(rows) for key, rows in places.items() if rows})
    tables = [
        replace(part_of(layout, rows), wave=wave, moment=day)
        for (wave, day), rows in sorted(places.items(), key=lambda item: item[1])
    ]
    issues = [_issue(_NOT_READ, layout, column, layout.table.rows[at]) for at in waiting]
    if beyond:
        issues.append(_issue(_NOT_OF_WAVE, layout, column, None, len(beyond)))
    return tables, issues


def _issue(
    code: str, layout: TableMapping, column: ColumnMapping, row: SheetRow | None, count: int = 1
) -> Issue:
    return Issue(
        code,
        sheet=layout.table.sheet,
        row=row.number if row else None,
        column=column.letter,
        heading=column.heading,
        facts=(("heading", column.heading), ("count", str(count))),
    )


def _moment_of(cell: Cell, field: str, sent_on: date) -> Moment | None:
    """The moment that a cell names; None where it names none."""
    if cell.kind is CellKind.DATE or field == "as_at":
        day, _ = read_date(cell, DayMonthOrder.DAY_FIRST, sent_on)
        return Moment(day=day) if day else None
    text = displayed_text(cell)
    number = _BARE_NUMBER.fullmatch(text)
    if number and int(number[1]) <= MOST_WAVES:
        count = int(number[1])
        return Moment(Period(PeriodUnit.COUNT, count)) if count else Moment(is_plan=True)
    if number:
        return Moment(Period(PeriodUnit.AGE, int(number[1]))) if _is_year_group(number[1]) else None
    months = parse_months(text)
    if len(months) == 1:
        month = months[0]
        return Moment(day=month.replace(day=monthrange(month.year, month.month)[1]))
    period = parse_period(text)
    if period:
        return Moment(period[0])
    if any(nature.is_plan for nature in natures_of(text)):
        return Moment(is_plan=True)
    return None


def _is_year_group(number: str) -> bool:
    return 12 <= int(number) <= 16


def _holds_moments(cells: Sequence[Cell], field: str) -> bool:
    moments = [
        _moment_of(cell, field, _ANY_DAY) is not None for cell in cells if displayed_text(cell)
    ]
    return bool(moments) and sum(moments) >= _MOSTLY * len(moments)


def _differs_for_one_leaver(layout: TableMapping, column: ColumnMapping) -> bool:
    """Whether rows of the same leaver have different values in a column, and none has one twice."""
    values: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in layout.table.rows:
        who = leaver_key(layout, row)
        text = displayed_text(cell_at(row, column.at))
        if who and text:
            values[who].append(text)
    repeated = [texts for texts in values.values() if len(texts) > 1]
    return bool(repeated) and all(len(set(texts)) == len(texts) for texts in repeated)


def _contacts_over_years(
    layout: TableMapping, metadata: SubmissionMetadata
) -> tuple[ColumnMapping, ...]:
    """The column of days of contact where one leaver was contacted in several years."""
    columns = layout.columns("as_at")
    if len(columns) != 1 or layout.wave is not None or _has_periods(layout):
        return ()
    years: defaultdict[tuple[str, ...], set[int]] = defaultdict(set)
    for row in layout.table.rows:
        day, _ = read_date(cell_at(row, columns[0].at), DayMonthOrder.DAY_FIRST, metadata.sent_on)
        if day is None:
            return ()
        years[leaver_key(layout, row)].add(academic_year(day.year, day.month))
    return columns if any(len(of_leaver) > 1 for of_leaver in years.values()) else ()


def _has_periods(layout: TableMapping) -> bool:
    return any(column.period and column.field for column in layout.mappings)
