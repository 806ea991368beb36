"""What a file is: kind, cohort, stage and wave, worked out from content beside what was declared.

What the sender said is kept; where the content says something else they are asked.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from imports.columns.proposals import may_have_destination
from imports.columns.table_mapping import Layout
from imports.columns.typed_values import shown
from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.periods import Dial, Moment
from models.handoffs.findings import Remark, SubmissionRefused
from models.handoffs.normalised import Declared
from models.vocabulary import Kind, LeavingStage, academic_year, year_name

_ORDINALS = ("first second third fourth fifth sixth seventh eighth ninth tenth").split()
_ENOUGH = 3  # dates of birth, before they may contradict what a sender said
_STAGES = re.compile(r"(?:^|[^0-9a-z])(?:year|yr|y)?\s*(1[1-3])(?![0-9])", re.IGNORECASE)
_YEARS = re.compile(r"(20\d\d)(?:\s*[/\-\u2013]\s*(?:20)?(\d\d))?")
_NOWHERE = ("26", "33", "35", "36", "38", "5", "6", "7", "8")
_LISTS = ("started_on", "ended_on", "enrolled", "withdrawn", "provider_laestab", "provider_ukprn")
_COURSE = ("course", "level")  # alone they may be those of leavers as well


@dataclass(frozen=True, slots=True)
class Content:
    """What the tables of one file say of it."""

    layouts: tuple[Layout, ...]
    births: Counter[int]  # the September in which the academic year of each birth starts


def complete(declared: Declared, content: Content) -> tuple[Declared, list[Remark]]:
    """What was declared, with what was left out worked out from content; and what disagrees.

    Raises SubmissionRefused C04 where the cohort cannot be told.
    """
    remarks: list[Remark] = []
    if declared.kind is not Kind.LEAVERS:
        return declared, remarks
    if declared.academic_year is None:
        year, stage = _cohort(declared, content)
        declared = replace(declared, academic_year=year, leaving_stage=stage)
        cohort = (("cohort", year_name(year)), ("stage", stage.value))
        remarks.append(Remark("C35", facts=cohort))
    elif declared.leaving_stage is None:
        declared = replace(declared, leaving_stage=_stage(declared.academic_year, content))
    remarks += _other_cohort(declared, content)
    return _with_wave(declared, content, remarks), remarks


def kind_of(
    declared: Declared, layouts: Sequence[Layout], columns: ColumnMap
) -> tuple[Kind, list[Remark]]:
    """A leaver sheet or an enrolment list, by its columns; the sender's word is kept.

    Raises SubmissionRefused C05 where it is neither, or where a column that we do not know may be
    the destination: leavers taken for people enrolled would all count as staying.
    """
    leavers = any(one.has("activity", "intended") for one in layouts)
    enrolments = any(one.has(*_LISTS) for one in layouts)
    found = Kind.LEAVERS if leavers else Kind.ENROLMENTS if enrolments else None
    if declared.kind is None:
        if found is not Kind.LEAVERS and _says_who_is_nowhere(layouts, columns):
            return Kind.LEAVERS, []
        unsure = found is Kind.ENROLMENTS and (
            may_have_destination(layouts, columns) or _has_several_places(layouts)
        )
        if found is None or unsure:
            raise SubmissionRefused("C05", found=headings_found(layouts))
        return found, []
    has_course = any(one.has(*_COURSE) for one in layouts)
    if declared.kind is Kind.ENROLMENTS and leavers and not enrolments and not has_course:
        return declared.kind, [Remark("C33")]
    return declared.kind, []


def _says_who_is_nowhere(layouts: Sequence[Layout], columns: ColumnMap) -> bool:
    """Whether a column of places says of somebody "Not known", "Work" or "Gap year".

    Who is enrolled nowhere stands in no enrolment list.
    """
    codes = (
        columns.value_of("activity", shown(cell)) or ""
        for layout in layouts
        for one in layout.columns("provider_name")
        for cell in layout.cells(one)
    )
    return any(code.startswith(_NOWHERE) for code in codes)


def _has_several_places(layouts: Sequence[Layout]) -> bool:
    """Whether a list without dates is about several providers, as where leavers went is."""
    places = {
        shown(cell).casefold()
        for layout in layouts
        for one in layout.columns("provider_name")
        for cell in layout.cells(one)
    }
    return len(places) > 1 and not any(one.has("started_on", "ended_on") for one in layouts)


def headings_found(layouts: Sequence[Layout]) -> str:
    """The headings of the first table as one would read them out."""
    first = layouts[0].table.headings if layouts else ()
    return ", ".join(f"'{one.text}'" for one in first if one.text)


def _cohort(declared: Declared, content: Content) -> tuple[int, LeavingStage]:
    """The leaving year and stage that content proves."""
    said = _leaving_year(content) or _first_autumn(content)
    hint = _hinted(content)
    possible = []
    for stage in (hint,) if hint else tuple(LeavingStage):
        for year in {said} if said else {birth + stage.age for birth in _most(content.births)}:
            fits = not content.births or year - stage.age in _most(content.births)
            # A cohort is first asked in the spring before it leaves.
            if fits and declared.sent_on >= date(year + 1, 1, 1):
                possible.append((year, stage))
    if not said and not content.births or len(possible) != 1:
        raise SubmissionRefused("C04")
    return possible[0]


def _stage(year: int, content: Content) -> LeavingStage:
    """The stage of a known leaving year: by dates of birth, else by what the sheet says."""
    counts = {stage: content.births[year - stage.age] for stage in LeavingStage}
    if counts[LeavingStage.Y11] != counts[LeavingStage.Y13]:
        return max(counts, key=lambda stage: counts[stage])
    return _hinted(content) or LeavingStage.Y11


def _hinted(content: Content) -> LeavingStage | None:
    """The stage that year groups, forms, the names of tabs or year columns speak of."""
    for field in ("year_group", "form"):
        stages = Counter(
            _spoken(shown(cell))
            for layout in content.layouts
            for column in layout.columns(field)
            for cell in layout.cells(column)
        )
        if stages and (best := stages.most_common(1)[0])[1] * 2 > stages.total() and best[0]:
            return best[0]
    tabs = {_spoken(layout.table.sheet) for layout in content.layouts} - {None}
    return tabs.pop() if len(tabs) == 1 else _by_year_columns(content)


def _by_year_columns(content: Content) -> LeavingStage | None:
    groups = {moment.number for moment in _moments(content) if moment.dial is Dial.AGE}
    return LeavingStage.Y11 if groups & {12, 13} else LeavingStage.Y13 if groups else None


def _spoken(text: str) -> LeavingStage | None:
    found = _STAGES.search(text)
    if not found or found[1] == "12":
        return None
    return LeavingStage.Y11 if found[1] == "11" else LeavingStage.Y13


def _leaving_year(content: Content) -> int | None:
    years: Counter[int] = Counter()
    for layout in content.layouts:
        for column in layout.columns("leaving_year"):
            for cell in layout.cells(column):
                found = _YEARS.search(shown(cell))
                if found:  # "2022/23", or the summer of 2023
                    years[int(found[1]) - (0 if found[2] else 1)] += 1
    return years.most_common(1)[0][0] if years else None


def _first_autumn(content: Content) -> int | None:
    years = [moment.number for moment in _moments(content) if moment.dial is Dial.YEAR]
    return min(years) - 1 if years else None


def _moments(content: Content) -> list[Moment]:
    return [one.moment for layout in content.layouts for one in layout.placed if one.moment]


def _most(births: Counter[int]) -> list[int]:
    """The academic year in which most were born; nothing where no year has most of them."""
    if not births:
        return []
    year, count = births.most_common(1)[0]
    return [year] if count * 2 > births.total() else []


def _other_cohort(declared: Declared, content: Content) -> list[Remark]:
    """Whether most dates of birth belong to another cohort than the one declared."""
    year, stage = declared.academic_year, declared.leaving_stage
    most = _most(content.births)
    if year is None or stage is None or content.births.total() < _ENOUGH or not most:
        return []
    fits = most[0] + stage.age
    if fits == year:
        return []
    return [
        Remark(
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


def _with_wave(declared: Declared, content: Content, remarks: list[Remark]) -> Declared:
    assert declared.academic_year is not None
    reached = academic_year(declared.sent_on.year, declared.sent_on.month) - declared.academic_year
    only_intended = not any(layout.has("activity") for layout in content.layouts)
    if declared.wave is None:
        wave = 0 if only_intended else min(max(reached, 0), declared.waves)
        if reached > declared.waves and not _moments(content):
            facts = (("years", str(reached)), ("last", _ORDINALS[declared.waves - 1]))
            remarks.append(Remark("C32", facts=facts))
        return replace(declared, wave=wave)
    if declared.wave > reached:
        remarks.append(Remark("C31", facts=(("wave", str(declared.wave)),)))
    return declared
