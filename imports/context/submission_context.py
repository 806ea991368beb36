"""Submission context: a file's kind, cohort, stage and wave, inferred beside what was declared.

What the sender said is kept; where the content says something else they are asked.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from imports.columns.enrolment_status import is_list_of_learners
from imports.columns.mapped_table import TableMapping
from imports.columns.proposals import may_hold_destination
from imports.columns.typed_values import displayed_text
from imports.context.titles import read_title
from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.periods import Period, PeriodUnit
from models.handoffs.findings import Issue, SubmissionRefused
from models.handoffs.normalised import SubmissionMetadata
from models.vocabulary import (
    COMMON_STAGES,
    LeavingStage,
    SubmissionKind,
    academic_year,
    year_name,
)

_ORDINALS = ("first second third fourth fifth sixth seventh eighth ninth tenth").split()
_ENOUGH = 3  # dates of birth, before they may contradict what a sender said
_STAGES = re.compile(r"(?:^|[^0-9a-z])(?:year|yr|y)?\s*(1[1-3])(?![0-9])", re.IGNORECASE)
_YEARS = re.compile(r"(20\d\d)(?:\s*[/\-\u2013]\s*(?:20)?(\d\d))?")
_NO_PROVIDER = ("26", "33", "35", "36", "38", "5", "6", "7", "8")
_LIST_FIELDS = (
    "started_on",
    "ended_on",
    "enrolled",
    "withdrawn",
    "provider_laestab",
    "provider_ukprn",
)
_COURSE_FIELDS = ("course", "level")  # alone they may be those of leavers as well


@dataclass(frozen=True, slots=True)
class FileContent:
    """What the tables of one file say of it: their columns, and the dates of birth in them."""

    layouts: tuple[TableMapping, ...]
    births: Counter[int]  # the September in which the academic year of each birth starts
    autumns: frozenset[int] = frozenset()  # in which rows or titles say that answers were true


def complete_metadata(
    declared: SubmissionMetadata, content: FileContent
) -> tuple[SubmissionMetadata, list[Issue]]:
    """What was declared, what was left out inferred from content, and an issue where they disagree.

    Raises SubmissionRefused C04 where the cohort cannot be told.
    """
    issues: list[Issue] = []
    if declared.kind is not SubmissionKind.LEAVERS:
        return declared, issues
    if declared.academic_year is None:
        year, stage = _infer_cohort(declared, content)
        declared = replace(declared, academic_year=year, leaving_stage=stage)
        cohort = (("cohort", year_name(year)), ("stage", stage.value))
        issues.append(Issue("C35", facts=cohort))
    elif declared.leaving_stage is None:
        declared = replace(declared, leaving_stage=_infer_stage(declared.academic_year, content))
    issues += _other_cohort_issues(declared, content)
    return _with_wave(declared, content, issues), issues


def infer_kind(
    declared: SubmissionMetadata, layouts: Sequence[TableMapping], column_map: ColumnMap
) -> tuple[SubmissionKind, list[Issue]]:
    """A leaver sheet or an enrolment list, by its columns; the sender's word is kept.

    Raises SubmissionRefused C05 where it is neither, or where a column that we do not know may be
    the destination: leavers taken for people enrolled would all count as staying.
    """
    leavers = any(layout.has("activity", "intended") for layout in layouts)
    enrolments = any(layout.has(*_LIST_FIELDS) for layout in layouts)
    inferred = (
        SubmissionKind.LEAVERS if leavers else SubmissionKind.ENROLMENTS if enrolments else None
    )
    if declared.kind is None:
        if declared.is_from_provider and any(map(is_list_of_learners, layouts)):
            return SubmissionKind.ENROLMENTS, []
        if inferred is not SubmissionKind.LEAVERS and _says_who_has_no_provider(
            layouts, column_map
        ):
            return SubmissionKind.LEAVERS, []
        unsure = inferred is SubmissionKind.ENROLMENTS and (
            may_hold_destination(layouts, column_map) or _has_several_places(layouts)
        )
        if inferred is None or unsure:
            raise SubmissionRefused("C05", found=list_headings(layouts))
        return inferred, []
    has_course = any(layout.has(*_COURSE_FIELDS) for layout in layouts)
    if declared.kind is SubmissionKind.ENROLMENTS and leavers and not enrolments and not has_course:
        return declared.kind, [Issue("C33")]
    return declared.kind, []


def _says_who_has_no_provider(layouts: Sequence[TableMapping], column_map: ColumnMap) -> bool:
    """Whether a column of places says of somebody "Not known", "Work" or "Gap year".

    Who is enrolled nowhere stands in no enrolment list.
    """
    codes = (
        column_map.value_of("activity", displayed_text(cell)) or ""
        for layout in layouts
        for column in layout.columns("provider_name")
        for cell in layout.cells(column)
    )
    return any(code.startswith(_NO_PROVIDER) for code in codes)


def _has_several_places(layouts: Sequence[TableMapping]) -> bool:
    """Whether a list without dates is about several providers, as where leavers went is."""
    places = {
        displayed_text(cell).casefold()
        for layout in layouts
        for column in layout.columns("provider_name")
        for cell in layout.cells(column)
    }
    return len(places) > 1 and not any(layout.has("started_on", "ended_on") for layout in layouts)


def list_headings(layouts: Sequence[TableMapping]) -> str:
    """The headings of the first table, quoted and comma separated, for a message."""
    first = layouts[0].table.headings if layouts else ()
    return ", ".join(f"'{heading.text}'" for heading in first if heading.text)


def _infer_cohort(declared: SubmissionMetadata, content: FileContent) -> tuple[int, LeavingStage]:
    """The leaving year and stage that content proves."""
    stated_year = _leaving_year(content) or _first_autumn(content)
    hint = declared.leaving_stage or _stage_hint(content)
    possible = []
    for stage in (hint,) if hint else COMMON_STAGES:
        for year in (
            {stated_year}
            if stated_year
            else {birth + stage.age for birth in _majority_year(content.births)}
        ):
            fits = not content.births or year - stage.age in _majority_year(content.births)
            # A cohort is first asked in the spring before it leaves.
            if fits and declared.sent_on >= date(year + 1, 1, 1):
                possible.append((year, stage))
    if not stated_year and not content.births or len(possible) != 1:
        raise SubmissionRefused("C04")
    return possible[0]


def _infer_stage(year: int, content: FileContent) -> LeavingStage:
    """The stage of a known leaving year: by dates of birth, else by what the sheet says."""
    counts = {stage: content.births[year - stage.age] for stage in COMMON_STAGES}
    if counts[LeavingStage.Y11] != counts[LeavingStage.Y13]:
        return max(counts, key=lambda stage: counts[stage])
    return _stage_hint(content) or LeavingStage.Y11


def _stage_hint(content: FileContent) -> LeavingStage | None:
    """The stage that year groups, forms, the names of tabs or year columns speak of."""
    for field in ("year_group", "form"):
        stages = Counter(
            _stage_in_text(displayed_text(cell))
            for layout in content.layouts
            for column in layout.columns(field)
            for cell in layout.cells(column)
        )
        if stages and (best := stages.most_common(1)[0])[1] * 2 > stages.total() and best[0]:
            return best[0]
    tabs = {
        _stage_in_text(layout.table.sheet)
        for layout in content.layouts
        if read_title(layout.table.title).answers is None  # "Leavers 2023 now Year 13"
    } - {None}
    return tabs.pop() if len(tabs) == 1 else _by_year_columns(content)


def _by_year_columns(content: FileContent) -> LeavingStage | None:
    groups = {period.number for period in _periods(content) if period.unit is PeriodUnit.AGE}
    return LeavingStage.Y11 if groups & {12, 13} else LeavingStage.Y13 if groups else None


def _stage_in_text(text: str) -> LeavingStage | None:
    match = _STAGES.search(text)
    if not match or match[1] == "12":
        return None
    return LeavingStage.Y11 if match[1] == "11" else LeavingStage.Y13


def _leaving_year(content: FileContent) -> int | None:
    years: Counter[int] = Counter()
    for layout in content.layouts:
        for column in layout.columns("leaving_year"):
            for cell in layout.cells(column):
                match = _YEARS.search(displayed_text(cell))
                if match:  # "2022/23", or the summer of 2023
                    years[int(match[1]) - (0 if match[2] else 1)] += 1
    return years.most_common(1)[0][0] if years else None


def _first_autumn(content: FileContent) -> int | None:
    years = [period.number for period in _periods(content) if period.unit is PeriodUnit.YEAR]
    years += content.autumns
    return min(years) - 1 if years else None


def _periods(content: FileContent) -> list[Period]:
    return [
        column.period for layout in content.layouts for column in layout.mappings if column.period
    ]


def _majority_year(births: Counter[int]) -> list[int]:
    """The academic year in which most were born; nothing where no year has most of them."""
    if not births:
        return []
    year, count = births.most_common(1)[0]
    return [year] if count * 2 > births.total() else []


def _other_cohort_issues(declared: SubmissionMetadata, content: FileContent) -> list[Issue]:
    """Whether most dates of birth belong to another cohort than the one declared."""
    year, stage = declared.academic_year, declared.leaving_stage
    most = _majority_year(content.births)
    if year is None or stage is None or content.births.total() < _ENOUGH or not most:
        return []
    fits = most[0] + stage.age
    if fits == year:
        return []
    return [
        Issue(
            "C30",
            facts=(
                ("count", str(content.births[most[0]])),
                ("declared", year_name(year)),
                ("fits", year_name(fits)),
                ("of", str(content.births.total())),
                ("stage", stage.value),
            ),
        )
    ]


def _with_wave(
    declared: SubmissionMetadata, content: FileContent, issues: list[Issue]
) -> SubmissionMetadata:
    assert declared.academic_year is not None
    reached = academic_year(declared.sent_on.year, declared.sent_on.month) - declared.academic_year
    only_intended = not any(layout.has("activity") for layout in content.layouts)
    if declared.wave is None:
        wave = 0 if only_intended else min(max(reached, 0), declared.waves)
        if reached > declared.waves and not _periods(content):
            facts = (("years", str(reached)), ("last", _ORDINALS[declared.waves - 1]))
            issues.append(Issue("C32", facts=facts))
        return replace(declared, wave=wave)
    if declared.wave > reached:
        issues.append(Issue("C31", facts=(("wave", str(declared.wave)),)))
    return declared
