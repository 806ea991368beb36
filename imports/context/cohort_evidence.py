"""Cohort evidence: the leaving year and stage that rows, or the title of their table, speak of.

What a cell says counts before what the tab and the title say.  A year or a year group may also be
that of the answer, not of the leaving: the dates of birth of the tables side by side tell.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from imports.columns.date_format_inference import read_birth_dates, read_births_by_row
from imports.columns.mapped_table import TableMapping, cell_at
from imports.columns.typed_values import displayed_text
from imports.context.titles import TitleFacts, read_title
from imports.crosswalk.periods import Period, PeriodUnit
from models.handoffs.normalised import SubmissionMetadata
from models.handoffs.sheets import SheetRow
from models.vocabulary import COMMON_STAGES, LeavingStage, academic_year

_STAGES = {stage.year_group: stage for stage in LeavingStage}
_YEAR_GROUP = re.compile(r"(?i)(?:nc\s*)?(?:year|yr|y)?\s*(1[1-4])(?:\.0)?")
_YEARS = re.compile(r"(20\d\d)(?:\s*[/\-\u2013]\s*(?:20)?(\d\d))?")
_ENOUGH_TABS = 2
_STAGE_BY_AGE = {stage.age: stage for stage in COMMON_STAGES}
_ENOUGH_BIRTHS = 3  # of each stage: one date of birth two years out is a slip


@dataclass(frozen=True, slots=True)
class SaidCohort:
    """What is said of some rows: a leaving year, as its September, and a stage; None in silence."""

    year: int | None = None
    stage: LeavingStage | None = None


@dataclass(frozen=True, slots=True)
class TableEvidence:
    """What one table says: of each row whose leavers it is of, and when its answers were true.

    `period` is a year or a year group in the title that is of the answers.
    """

    layout: TableMapping
    rows: tuple[SaidCohort, ...]
    period: Period | None = None


def majority_birth_year(births: Counter[int]) -> int | None:
    """The academic year in which most of them were born; None where no year has most of them."""
    if not births:
        return None
    year, count = births.most_common(1)[0]
    return year if count * 2 > births.total() else None


def count_births(layouts: Sequence[TableMapping], metadata: SubmissionMetadata) -> Counter[int]:
    """The dates of birth in some tables, by the September of the academic year they fall in."""
    return Counter(
        academic_year(day.year, day.month) for day in read_birth_dates(layouts, metadata)
    )


def gather_evidence(
    layouts: Sequence[TableMapping], metadata: SubmissionMetadata
) -> list[TableEvidence]:
    """What each table of a leaver sheet says of its rows; `metadata` is what the sender said."""
    facts = [read_title(layout.table.title) for layout in layouts]
    births = [majority_birth_year(count_births([layout], metadata)) for layout in layouts]
    tabs_are_cohorts = _tabs_are_cohorts(facts, births)
    evidence = []
    for layout, fact, born in zip(layouts, facts, births, strict=True):
        stage = _STAGES.get(fact.year_group or 0)
        period = None
        if stage and _is_group_of_answers(fact, born, facts, births, metadata):
            period, stage = Period(PeriodUnit.AGE, fact.year_group or 0), None
        year = fact.leaving_year if fact.is_sure or tabs_are_cohorts else None
        if period is None and year is None and fact.tab_period and _tabs_are_moments(facts, births):
            period = fact.tab_period
        title = SaidCohort(year, stage)
        rows = _with_stages_by_birth(layout, _rows(layout, title, metadata), metadata)
        evidence.append(TableEvidence(layout, rows, period))
    return evidence


def _tabs_are_cohorts(facts: Sequence[TitleFacts], births: Sequence[int | None]) -> bool:
    """Whether tabs that are years, "2023" beside "2024", are of those who left then.

    They are where each holds people of the age to have left in that year, of one stage.
    """
    ages = {
        fact.leaving_year - born
        for fact, born in zip(facts, births, strict=True)
        if fact.leaving_year is not None and fact.tab_period and born is not None
    }
    years = [fact.leaving_year for fact in facts if fact.tab_period]
    return (
        len(set(years)) >= _ENOUGH_TABS
        and len(ages) == 1
        and ages <= {stage.age for stage in COMMON_STAGES}
        and all(
            born is not None for fact, born in zip(facts, births, strict=True) if fact.tab_period
        )
    )


def _tabs_are_moments(facts: Sequence[TitleFacts], births: Sequence[int | None]) -> bool:
    """Whether tabs that are years all hold the same leavers, asked again each year."""
    dated = [born for fact, born in zip(facts, births, strict=True) if fact.tab_period]
    return len(dated) >= _ENOUGH_TABS and len(set(dated)) == 1 and dated[0] is not None


def autumns_in_titles(layouts: Sequence[TableMapping]) -> frozenset[int]:
    """The Septembers of the academic years of the moments that several tables are called after."""
    moments = {read_title(layout.table.title).moment for layout in layouts} - {None}
    if len(moments) < _ENOUGH_TABS:
        return frozenset()
    return frozenset(academic_year(day.year, day.month) for day in moments if day)


def tabs_are_unclear(evidence: Sequence[TableEvidence]) -> bool:
    """Whether several tabs are called after years, and nothing tells what the years are of."""
    silent = [
        table
        for table in evidence
        if table.period is None and all(said.year is None for said in table.rows)
    ]
    tabs = {read_title(table.layout.table.title).tab_period for table in silent} - {None}
    return len(tabs) >= _ENOUGH_TABS


def _is_group_of_answers(
    fact: TitleFacts,
    born: int | None,
    facts: Sequence[TitleFacts],
    births: Sequence[int | None],
    metadata: SubmissionMetadata,
) -> bool:
    """Whether "Year 12" in a title is where leavers of Year 11 were, not whence they left."""
    group = fact.year_group
    if group is None or group == LeavingStage.Y11.year_group or fact.is_of_leavers:
        return False
    stage = _STAGES[group]
    if metadata.leaving_stage is stage:
        return False
    if metadata.leaving_stage is not None and metadata.leaving_stage.year_group < group:
        return (
            born is None
            or metadata.academic_year is None
            or (metadata.academic_year - metadata.leaving_stage.age == born)
        )
    same_people = any(
        other.year_group not in (None, group) and born is not None and other_born == born
        for other, other_born in zip(facts, births, strict=True)
    )
    return same_people or stage is LeavingStage.Y12


def _rows(
    layout: TableMapping, title: SaidCohort, metadata: SubmissionMetadata
) -> tuple[SaidCohort, ...]:
    rows = layout.table.rows
    years = [_year_in_cells(layout, row) for row in rows]
    stages = [_stage_in_cells(layout, row) for row in rows]
    if not _are_leaving_stages(layout, stages, [year or title.year for year in years], metadata):
        stages = [None] * len(rows)
    return tuple(
        SaidCohort(title.year if year is None else year, title.stage if stage is None else stage)
        for year, stage in zip(years, stages, strict=True)
    )


def _with_stages_by_birth(
    layout: TableMapping, rows: tuple[SaidCohort, ...], metadata: SubmissionMetadata
) -> tuple[SaidCohort, ...]:
    """The rows with the stages that their dates of birth tell, where several of two stages do.

    "Leavers 2024" may be of Year 11 and of Year 13.  Nothing is told where anybody says a stage.
    """
    if metadata.leaving_stage or any(said.stage or said.year is None for said in rows):
        return rows
    stages = [
        _STAGE_BY_AGE.get(said.year - academic_year(born.year, born.month))
        if born and said.year is not None
        else None
        for said, born in zip(rows, read_births_by_row(layout, metadata), strict=True)
    ]
    counts = Counter(stage for stage in stages if stage)
    if len(counts) < len(COMMON_STAGES) or min(counts.values()) < _ENOUGH_BIRTHS:
        return rows
    return tuple(replace(said, stage=stage) for said, stage in zip(rows, stages, strict=True))


def _year_in_cells(layout: TableMapping, row: SheetRow) -> int | None:
    for column in layout.columns("leaving_year"):
        match = _YEARS.search(displayed_text(cell_at(row, column.at)))
        if match:  # "2022/23", or the summer of 2023
            return int(match[1]) - (0 if match[2] else 1)
    return None


def _stage_in_cells(layout: TableMapping, row: SheetRow) -> LeavingStage | None:
    for column in layout.columns("year_group"):
        match = _YEAR_GROUP.fullmatch(displayed_text(cell_at(row, column.at)).strip())
        if match:
            return _STAGES[int(match[1])]
    return None


def _are_leaving_stages(
    layout: TableMapping,
    stages: Sequence[LeavingStage | None],
    years: Sequence[int | None],
    metadata: SubmissionMetadata,
) -> bool:
    """Whether year groups are those that leavers left from, not those that they are in now.

    They are where by the dates of birth everybody was of the age for it in one leaving year, and
    that year was coming to its end.
    """
    if not any(stages):
        return False
    rows_by_stage: defaultdict[LeavingStage, list[int]] = defaultdict(list)
    for at, stage in enumerate(stages):
        if stage:
            rows_by_stage[stage].append(at)
    leaving_years = set()
    for stage, places in rows_by_stage.items():
        part = part_of(layout, places)
        born = majority_birth_year(count_births([part], metadata))
        said = {years[at] for at in places} - {None}
        if born is None:
            if stage not in COMMON_STAGES and metadata.leaving_stage is not stage:
                return False
            continue
        if said and {born + stage.age} != said:
            return False
        leaving_years |= set() if said else {born + stage.age}
    is_over = all(metadata.sent_on >= date(year + 1, 1, 1) for year in leaving_years)
    return is_over and len(leaving_years) <= 1


def part_of(layout: TableMapping, places: Sequence[int]) -> TableMapping:
    """The table with only the rows at those places, from 0."""
    rows = layout.table.rows
    if len(places) == len(rows):
        return layout
    return replace(layout, table=replace(layout.table, rows=tuple(rows[at] for at in places)))


def rows_by_cohort(table: TableEvidence) -> Mapping[SaidCohort, list[int]]:
    """The places of a table's rows, from 0, by what is said of them."""
    places: defaultdict[SaidCohort, list[int]] = defaultdict(list)
    for at, said in enumerate(table.rows):
        places[said].append(at)
    return places
