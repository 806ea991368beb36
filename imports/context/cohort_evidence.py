"""Cohort evidence: the leaving year and stage that rows, or the title of their table, speak of.

What a cell says counts before what the tab and the title say.  A year or a year group may also be
that of the answer, not of the leaving: the dates of birth of the tables side by side tell.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from imports.columns.date_format_inference import read_birth_dates, read_births_by_row
from imports.columns.mapped_table import TableMapping
from imports.context.cohort_cells import stage_in_cells, year_in_cells, younger_rows
from imports.context.leaver_keys import leaver_keys
from imports.context.titles import TitleFacts, read_title
from imports.crosswalk.periods import Period, PeriodUnit
from models.handoffs.normalised import SubmissionMetadata
from models.vocabulary import COMMON_STAGES, LeavingStage, academic_year, stage_name, year_name

_STAGES = {stage.year_group: stage for stage in LeavingStage}
_TOO_YOUNG = "their year group is below Year 11, so they are nobody's leavers yet"
_ENOUGH_TABS = _ENOUGH_GROUPS = 2
_FEW = 0.1  # of rows, whose year group may be a slip
_STAGE_BY_AGE = {stage.age: stage for stage in COMMON_STAGES}
_ENOUGH_BIRTHS = 3  # of each stage: one date of birth two years out is a slip


@dataclass(frozen=True, slots=True)
class SaidCohort:
    """What is said of some rows: a leaving year, as its September, and a stage; None in silence.

    `doubt` is why they wait: in words, what is said in two ways.
    """

    year: int | None = None
    stage: LeavingStage | None = None
    doubt: str = ""


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
        either = ""
        if stage and _is_group_of_answers(fact, born, facts, births, metadata):
            if born is None and _is_apart_from_year_11(layout, layouts, facts):
                either = _left_or_are_there([stage])
            else:
                period = Period(PeriodUnit.AGE, fact.year_group or 0)
            stage = None
        # "Year 12 2024-25", of where leavers were, is not the year in which they left.
        is_sure = fact.is_sure and period is None
        year, doubt = _leaving_year(fact, born, metadata) if is_sure else (None, "")
        if year is None and tabs_are_cohorts:
            year = fact.leaving_year
        period = period or _period_of_answers(fact, year, facts, births)
        if period is None:
            doubt = doubt or _is_too_early(layout, fact, born, metadata)
        title = SaidCohort(year, stage, doubt or either)
        rows = _with_stages_by_birth(layout, _rows(layout, title, metadata), metadata)
        evidence.append(TableEvidence(layout, rows, period))
    return evidence


def _leaving_year(
    fact: TitleFacts, born: int | None, metadata: SubmissionMetadata
) -> tuple[int | None, str]:
    """The leaving year that a title is sure of, and why it waits where it is sure of two.

    Of two the sender's word chooses, or else the dates of birth.
    """
    years = {fact.leaving_year, *fact.other_years} - {None}
    if len(years) == 1 or metadata.academic_year in years:
        return (fact.leaving_year if len(years) == 1 else metadata.academic_year), ""
    stage = _STAGES.get(fact.year_group or 0)
    ages = {possible.age for possible in ((stage,) if stage else COMMON_STAGES)}
    born_for = [year for year in years if year and born is not None and year - born in ages]
    if len(born_for) == 1:
        return born_for[0], ""
    said = " and ".join(f"leavers of {year_name(year)}" for year in sorted(filter(None, years)))
    return None, f"what stands over it says {said}"


def _period_of_answers(
    fact: TitleFacts,
    year: int | None,
    facts: Sequence[TitleFacts],
    births: Sequence[int | None],
) -> Period | None:
    """The year or year group in a title that is of the answers; None where it names none."""
    if fact.answers:
        return fact.answers
    if fact.tab_period is None:
        return None
    if year is None:
        return fact.tab_period if _tabs_are_moments(facts, births) else None
    same = [other for other in facts if other.tab_period and other.leaving_year == year]
    is_sure = fact.is_sure and (len(same) >= _ENOUGH_TABS or not fact.tab_period.is_bare)
    return fact.tab_period if is_sure and fact.tab_period.number > year else None


def _is_too_early(
    layout: TableMapping, fact: TitleFacts, born: int | None, metadata: SubmissionMetadata
) -> str:
    """Why a title's year may be that of the answers: its pupils were still far from leaving.

    Not where the sender, the dates of birth or a plan says that they are that year's.
    """
    year = fact.leaving_year
    if year is None or not fact.is_sure or fact.is_of_leavers or metadata.academic_year is not None:
        return ""
    is_plan = any(nature.is_plan for nature in fact.natures) or not layout.has("activity")
    if is_plan or born is not None or metadata.sent_on >= date(year + 1, 1, 1):
        return ""
    return f"it says {year_name(year)}, a year that had only begun when it was sent"


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


def tabs_are_unclear(evidence: Sequence[TableEvidence]) -> bool:
    """Whether several tabs are called after years, and nothing tells what the years are of."""
    silent = [
        table
        for table in evidence
        if table.period is None and all(said.year is None for said in table.rows)
    ]
    tabs = {read_title(table.layout.table.title).tab_period for table in silent} - {None}
    return len(tabs) >= _ENOUGH_TABS


def _is_apart_from_year_11(
    layout: TableMapping, layouts: Sequence[TableMapping], facts: Sequence[TitleFacts]
) -> bool:
    """Whether nobody of a table is on the tables of Year 11 beside it.

    They may have left from another year group, or be those of Year 11 who stayed on.
    """
    of_year_11 = [
        leaver_keys(other)
        for other, fact in zip(layouts, facts, strict=True)
        if fact.year_group == LeavingStage.Y11.year_group and other is not layout
    ]
    leavers = leaver_keys(layout)
    return bool(of_year_11) and all(leavers.isdisjoint(others) for others in of_year_11)


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
    years = [year_in_cells(layout, row) for row in rows]
    stages = [stage_in_cells(layout, row) for row in rows]
    doubt, has_groups = title.doubt, any(stages)
    if not _are_leaving_stages(layout, stages, [year or title.year for year in years], metadata):
        if majority_birth_year(count_births([layout], metadata)) is None:
            doubt = doubt or _several_groups(stages, title, metadata)
        stages = [None] * len(rows)
    named = [
        SaidCohort(
            title.year if year is None else year,
            title.stage if stage is None else stage,
            doubt if year is None or doubt != title.doubt else "",
        )
        for year, stage in zip(years, stages, strict=True)
    ]
    younger = younger_rows(layout) if has_groups else frozenset()
    return tuple(
        replace(said, doubt=_TOO_YOUNG) if at in younger else said for at, said in enumerate(named)
    )


def _several_groups(
    stages: Sequence[LeavingStage | None], title: SaidCohort, metadata: SubmissionMetadata
) -> str:
    """Why rows of several year groups wait where nothing tells whether they left from those."""
    groups = Counter(stage for stage in stages if stage)
    least = groups.total() * _FEW
    named = sorted(stage for stage, count in groups.items() if count > least)
    if title.stage or metadata.leaving_stage or len(named) < _ENOUGH_GROUPS:
        return ""
    return _left_or_are_there(named)


def _left_or_are_there(stages: Sequence[LeavingStage]) -> str:
    said = " and ".join(stage_name(stage) for stage in stages)
    return f"it says {said}, and we cannot tell whether they left from there or are there now"


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
            if not _is_leaving_stage(stage, set(rows_by_stage), metadata):
                return False
            continue
        if said and {born + stage.age} != said:
            return False
        leaving_years |= set() if said else {born + stage.age}
    is_over = all(metadata.sent_on >= date(year + 1, 1, 1) for year in leaving_years)
    return is_over and len(leaving_years) <= 1


def _is_leaving_stage(
    stage: LeavingStage, beside: set[LeavingStage], metadata: SubmissionMetadata
) -> bool:
    """Whether rows without dates of birth left from a year group that their cells name.

    Nobody who left is in Year 11 now: beside it the others are where people left from, but for
    Year 12, which who stayed on is in.
    """
    if stage in COMMON_STAGES or stage is metadata.leaving_stage:
        return True
    return LeavingStage.Y11 in beside and stage is not LeavingStage.Y12


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
