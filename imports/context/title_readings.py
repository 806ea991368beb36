"""Title readings: tables are left out, asked about, or dated, as what stands around them says."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from imports.columns.mapped_table import ColumnMapping, TableMapping
from imports.context.titles import Nature, TitleFacts, natures_of, read_title
from imports.crosswalk.column_map import ColumnMap
from models.handoffs.findings import Issue, SubmissionRefused
from models.handoffs.normalised import SubmissionMetadata
from models.handoffs.sheets import Cell, CellKind, Heading
from models.vocabulary import academic_year

_OLD, _REMOVED, _AT_ODDS, _PLANS, _TABS, _NOT_YET = "C40", "C41", "C42", "C43", "C44", "C45"


@dataclass(frozen=True, slots=True)
class TitledTables:
    """The tables to go on with, and what is said of those and of the others."""

    layouts: list[TableMapping]
    issues: list[Issue]


def use_tabs_as_destinations(
    layouts: Sequence[TableMapping], column_map: ColumnMap
) -> tuple[list[TableMapping], list[Issue]]:
    """Tables without a destination whose tabs are destinations: "FE college", "NEET".

    Only where no table has a destination, and tabs name two or more.
    """
    if any(layout.has("activity", "intended") for layout in layouts):
        return list(layouts), []
    codes = {
        layout.table.sheet: code
        for layout in layouts
        if (code := column_map.value_of("activity", layout.table.sheet))
    }
    if len(codes) < 2:
        return list(layouts), []
    tabs = ", ".join(f"'{tab}'" for tab in codes)
    read = [
        _with_tab_as_destination(layout) if layout.table.sheet in codes else layout
        for layout in layouts
    ]
    return read, [Issue(_TABS, facts=(("tabs", tabs),))]


def _with_tab_as_destination(layout: TableMapping) -> TableMapping:
    table = layout.table
    at = len(table.headings)
    destination = Cell(table.sheet, table.sheet, CellKind.TEXT)
    blanks = [(Cell(),) * max(at - len(row.cells), 0) for row in table.rows]
    rows = tuple(
        replace(row, cells=(*row.cells, *blank, destination))
        for row, blank in zip(table.rows, blanks, strict=True)
    )
    headings = (*table.headings, Heading("", (table.sheet,)))
    column = ColumnMapping(at, "", table.sheet, (table.sheet,), "activity")
    return replace(
        layout,
        table=replace(table, headings=headings, rows=rows),
        mappings=(*layout.mappings, column),
    )


def leave_out_by_title(layouts: Sequence[TableMapping]) -> TitledTables:
    """The tables that are to be used: not the old ones, nor those of people who left before.

    A copy is left out only beside another.  Raises SubmissionRefused C07 where none remains.
    """
    facts = [read_title(layout.table.title) for layout in layouts]
    is_new = any(not _is_set_aside(fact) and not fact.is_copy for fact in facts)
    kept, issues = [], []
    for layout, fact in zip(layouts, facts, strict=True):
        if fact.is_removed:
            issues.append(_about_table(_REMOVED, layout))
        elif fact.is_old or fact.is_copy and is_new:
            issues.append(_about_table(_OLD, layout))
        else:
            kept.append(layout)
    return _going_on(kept, issues)


def _going_on(kept: list[TableMapping], issues: list[Issue]) -> TitledTables:
    """The tables to go on with.  Raises SubmissionRefused C07 where every one of them waits."""
    if issues and not kept:
        issue = issues[0]
        why = _WHY_NOT[issue.code].format(**dict(issue.facts))
        raise SubmissionRefused("C07", tab=issue.sheet, why=why)
    return TitledTables(kept, issues)


_WHY_NOT = {
    _OLD: "its name or title says that it is not the one to use",
    _REMOVED: "it seems to hold pupils who left before the end of their last year",
    _AT_ODDS: "its title speaks of {of}, and the column '{heading}' seems to say something else",
    _NOT_YET: "it names a time that had not come when it was sent",
}
LEFT_OUT = frozenset(_WHY_NOT)  # codes of issues about tables that are not gone on with


def _is_set_aside(facts: TitleFacts) -> bool:
    return facts.is_old or facts.is_removed


def read_plans(layouts: Sequence[TableMapping]) -> TitledTables:
    """The tables with wave 0 on those whose title speaks of plans, offers or applications.

    One whose title and headings say two things waits with a question.
    """
    kept, issues = [], []
    for layout in layouts:
        facts = read_title(layout.table.title)
        answers = layout.columns("activity")
        natures = facts.natures
        plans = {nature for nature in natures if nature.is_plan}
        if not plans or not answers or layout.has("intended"):
            if natures == {Nature.ACTUAL} and layout.has("intended") and not answers:
                issues.append(_at_odds(layout, facts, layout.columns("intended")[0]))
            else:
                kept.append(layout)
            continue
        at_odds = Nature.ACTUAL in natures or any(map(_says_otherwise, answers))
        if at_odds:
            issues.append(_at_odds(layout, facts, answers[0]))
            continue
        kept.append(replace(layout, wave=0, moment=_last_day(facts.moment)))
        words = " and ".join(sorted(nature.value for nature in plans))
        issues.append(_about_table(_PLANS, layout, ("where", _where(layout, facts)), ("of", words)))
    return _going_on(kept, issues)


def _says_otherwise(column: ColumnMapping) -> bool:
    natures = frozenset[Nature]().union(*map(natures_of, column.parts))
    return Nature.ACTUAL in natures or column.period is not None


def _at_odds(layout: TableMapping, facts: TitleFacts, column: ColumnMapping) -> Issue:
    return Issue(
        _AT_ODDS,
        sheet=layout.table.sheet,
        column=column.letter,
        heading=column.heading,
        facts=(
            ("heading", column.heading),
            ("of", " and ".join(sorted(nature.value for nature in facts.natures))),
            ("where", _where(layout, facts)),
        ),
    )


def date_by_title(layouts: Sequence[TableMapping], declared: SubmissionMetadata) -> TitledTables:
    """The tables with the wave and the moment that their title names, where no column has one.

    A moment that had not come when the file was sent is asked about, and its table waits.
    """
    kept, issues = [], []
    for layout in layouts:
        facts = read_title(layout.table.title)
        wave = _wave_of(layout, facts, declared)
        if layout.wave is not None or wave is None or _has_periods(layout):
            kept.append(layout)
            continue
        if wave > declared.waves:
            kept.append(layout)
        elif wave > _reached(declared) or facts.moment and facts.moment > declared.sent_on:
            issues.append(_about_table(_NOT_YET, layout))
        else:
            kept.append(replace(layout, wave=max(wave, 0), moment=_last_day(facts.moment)))
    return _going_on(kept, issues)


def _wave_of(layout: TableMapping, facts: TitleFacts, declared: SubmissionMetadata) -> int | None:
    if declared.academic_year is None:
        return None
    if layout.period and declared.leaving_stage:
        return layout.period.wave(declared.academic_year, declared.leaving_stage)
    if facts.moment:
        return academic_year(facts.moment.year, facts.moment.month) - declared.academic_year
    return facts.years_after


def _reached(declared: SubmissionMetadata) -> int:
    assert declared.academic_year is not None
    return academic_year(declared.sent_on.year, declared.sent_on.month) - declared.academic_year


def _has_periods(layout: TableMapping) -> bool:
    return any(column.period and column.field for column in layout.mappings)


def _last_day(month: date | None) -> date | None:
    return month and month.replace(day=monthrange(month.year, month.month)[1])


def _about_table(code: str, layout: TableMapping, *facts: tuple[str, str]) -> Issue:
    sheet = layout.table.sheet
    return Issue(code, sheet=sheet, facts=(*facts, ("tab", sheet)))


def _where(layout: TableMapping, facts: TitleFacts) -> str:
    """Where a title stands, without its words: they may name somebody."""
    if facts.is_in_tab:
        return f"The tab '{layout.table.sheet}'"
    tab = f" on the tab '{layout.table.sheet}'" if layout.table.sheet else ""
    return f"The title at row {layout.table.heading_rows[0]}{tab}"
