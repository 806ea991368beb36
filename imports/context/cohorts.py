"""Cohorts: a file's rows by the cohort that they are of; the sheet counts before the note.

What was sent for one cohort and says another, in its cells, its title or its dates of birth, waits
with a question: a row in the wrong cohort is wrong in every figure of both.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from imports.columns.mapped_table import TableMapping
from imports.context.cohort_evidence import (
    SaidCohort,
    TableEvidence,
    count_births,
    gather_evidence,
    majority_birth_year,
    part_of,
    rows_by_cohort,
    tabs_are_unclear,
)
from imports.context.early_leavers import leave_out_early_leavers
from imports.context.leaver_keys import leaver_keys
from imports.context.row_waves import autumns_in_titles, autumns_of
from imports.context.submission_context import FileContent, complete_metadata
from models.facts.counts import count_of
from models.handoffs.findings import Issue, SubmissionRefused
from models.handoffs.normalised import LeavingCohort, SubmissionMetadata
from models.vocabulary import LeavingStage, SubmissionKind, stage_name, year_name

_SEVERAL, _AT_ODDS, _CANNOT_TELL, _CANNOT_READ = "C46", "C47", "C48", "C53"
_ENOUGH = 3  # dates of birth, before they may contradict what a sender or a title said


@dataclass(frozen=True, slots=True)
class CohortTables:
    """The tables, or parts of tables, of one cohort, and the metadata that go with it."""

    metadata: SubmissionMetadata
    layouts: list[TableMapping]

    @property
    def cohort(self) -> LeavingCohort | None:
        """The cohort; None for a list that is of none."""
        return self.metadata.cohort

    @property
    def count(self) -> int:
        """How many rows there are."""
        return sum(len(layout.table.rows) for layout in self.layouts)


@dataclass(frozen=True, slots=True)
class SplitFile:
    """A file by cohort; `metadata` are those of the cohort that was named, or has most rows."""

    metadata: SubmissionMetadata
    parts: list[CohortTables]
    issues: list[Issue]


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows of which the same is said, in the tables that they stand in."""

    said: SaidCohort
    layouts: list[TableMapping]


def split_by_cohort(layouts: Sequence[TableMapping], declared: SubmissionMetadata) -> SplitFile:
    """The tables of a file by the cohort that their rows are of.

    `declared` says what the sheet leaves out.  Raises SubmissionRefused C04 where no row's cohort
    can be told, and C07 where what is said of every row contradicts itself.
    """
    if declared.kind is not SubmissionKind.LEAVERS or not layouts:
        metadata, issues = complete_metadata(declared, FileContent(tuple(layouts), Counter()))
        return SplitFile(metadata, [CohortTables(metadata, list(layouts))], issues)
    evidence = gather_evidence(layouts, declared)
    if tabs_are_unclear(evidence) and declared.academic_year is None:
        raise SubmissionRefused("C04")
    parts, issues, refusals = _resolve(_groups(evidence, declared), declared)
    merged, impossible = _without_impossible(_merge(parts))
    if not merged:
        raise (refusals or [SubmissionRefused("C08", why=dict(impossible[0].facts)["why"])])[0]
    parts, early = _without_early_leavers(_dated(part, evidence) for part in merged)
    metadata = _main_part(parts, declared).metadata
    if len({part.metadata.wave for part in parts}) > 1:
        metadata = replace(metadata, wave=None)
    issues = [*_as_one_sentence(issues, parts, declared), *impossible, *early]
    return SplitFile(metadata, parts, issues)


def _groups(evidence: Sequence[TableEvidence], declared: SubmissionMetadata) -> list[_Group]:
    """The rows of a file by what is said of them, in reading order.

    Tables of which no year is said, and whose people were born in other years, are apart.
    """
    by_said: dict[SaidCohort, list[TableMapping]] = {}
    for table in evidence:
        for said, places in rows_by_cohort(table).items():
            by_said.setdefault(said, []).append(part_of(table.layout, places))
    groups = []
    for said, layouts in by_said.items():
        apart = [layouts] if said.year is not None else _by_births(layouts, declared)
        groups += [_Group(said, same) for same in apart]
    return groups


def _by_births(
    layouts: Sequence[TableMapping], declared: SubmissionMetadata
) -> list[list[TableMapping]]:
    """The tables by the year in which most of their people were born; the first has most rows.

    A table that tells too few dates of birth is with those that have most rows.
    """
    by_year: dict[int | None, list[TableMapping]] = {}
    for layout in layouts:
        births = count_births([layout], declared)
        born = majority_birth_year(births) if births.total() >= _ENOUGH else None
        by_year.setdefault(born, []).append(layout)
    untold = by_year.pop(None, [])
    parts = sorted(by_year.values(), key=_count_rows, reverse=True)
    return [[*parts[0], *untold], *parts[1:]] if parts else [untold]


def _count_rows(layouts: Sequence[TableMapping]) -> int:
    return sum(len(layout.table.rows) for layout in layouts)


def _resolve(
    groups: Sequence[_Group], declared: SubmissionMetadata
) -> tuple[list[CohortTables], list[Issue], list[SubmissionRefused]]:
    """The cohort of each group; an issue and a refusal for each of which it cannot be told."""
    parts, issues, refusals = [], [], []
    for group in groups:
        births = count_births(group.layouts, declared)
        born = majority_birth_year(births) if births.total() >= _ENOUGH else None
        said, why = _held_against_note(group.said, groups, declared, born)
        if group.said.doubt:
            refusals.append(SubmissionRefused("C08", why=group.said.doubt))
            issues += [_at_odds(layout, group.said.doubt) for layout in group.layouts]
            continue
        asked = _as_asked(said, declared, is_only=len(groups) == 1)
        autumns = autumns_of(group.layouts, declared.sent_on) | autumns_in_titles(group.layouts)
        content = FileContent(tuple(group.layouts), births, autumns)
        try:
            metadata, noticed = complete_metadata(asked, content)
        except SubmissionRefused as refused:
            refusals.append(refused)
            issues += [_left_out(_CANNOT_TELL, layout) for layout in group.layouts]
            continue
        part = CohortTables(metadata, group.layouts)
        why = why or _born_for_others(part, said, declared, born, births[born or 0])
        if why:
            refusals.append(SubmissionRefused("C08", why=why))
            issues += [_at_odds(layout, why) for layout in group.layouts]
            continue
        parts.append(part)
        issues += noticed
    return parts, issues, refusals


def _as_asked(
    said: SaidCohort, declared: SubmissionMetadata, *, is_only: bool
) -> SubmissionMetadata:
    """What is known of a group: its own words, and the note's where it is the group sent for."""
    year = declared.academic_year if said.year is None else said.year
    is_sent_for = year == declared.academic_year or (is_only and declared.academic_year is None)
    return replace(
        declared,
        academic_year=year,
        leaving_stage=said.stage or (declared.leaving_stage if is_sent_for else None),
        wave=declared.wave if is_sent_for else None,
    )


def _held_against_note(
    said: SaidCohort,
    groups: Sequence[_Group],
    declared: SubmissionMetadata,
    born: int | None,
) -> tuple[SaidCohort, str]:
    """What the sheet says of a group where the note agrees or is silent, and else why it waits.

    A file of several cohorts was sent for one of them.  Where only a title disagrees with the note
    and the dates of birth, its year is that of the answers.
    """
    years = {group.said.year for group in groups}
    stages = {group.said.stage for group in groups}
    sent_for = _in_words(declared.academic_year, declared.leaving_stage)
    if declared.academic_year is not None and declared.academic_year not in years | {said.year}:
        if said.year is None:
            return said, ""
        ages = [stage.age for stage in _possible_stages(said, declared)]
        if born is not None and declared.academic_year - born in ages:
            return SaidCohort(None, said.stage), ""
        return said, f"it was sent as {sent_for}, and says {_in_words(said.year, said.stage)}"
    if (
        said.stage
        and declared.leaving_stage is not None
        and declared.leaving_stage not in stages | {said.stage}
    ):
        return said, f"it was sent as {sent_for}, and says {_in_words(said.year, said.stage)}"
    return said, ""


def _possible_stages(said: SaidCohort, declared: SubmissionMetadata) -> tuple[LeavingStage, ...]:
    stage = said.stage or declared.leaving_stage
    return (stage,) if stage else tuple(LeavingStage)


def _born_for_others(
    part: CohortTables, said: SaidCohort, declared: SubmissionMetadata, born: int | None, count: int
) -> str:
    """Why a group waits whose dates of birth are of other leavers; '' where they are not.

    Where the sheet and the note both say the year, they outweigh the dates of birth.
    """
    cohort = part.cohort
    if cohort is None or born is None or born + cohort.leaving_stage.age == cohort.academic_year:
        return ""
    is_said_twice = said.year is not None and said.year == declared.academic_year
    if is_said_twice:
        return ""
    by = "it says" if said.year is not None else "it was sent as"
    return (
        f"{by} {_in_words(cohort.academic_year, cohort.leaving_stage)}, and {count} of the "
        f"{part.count} were born in the year of "
        f"{_in_words(born + cohort.leaving_stage.age, cohort.leaving_stage)}"
    )


def _in_words(year: int | None, stage: LeavingStage | None) -> str:
    """A cohort in words, as far as it is told: Year 11 leavers of 2024/25."""
    who = f"{stage_name(stage)} leavers" if stage else "leavers"
    return who if year is None else f"{who} of {year_name(year)}"


def left_out_issue(layout: TableMapping, code: str) -> Issue:
    """What is said of a table of one cohort that cannot be read, beside others that can."""
    return _left_out(_CANNOT_READ, layout, ("code", code))


def _at_odds(layout: TableMapping, why: str) -> Issue:
    return _left_out(_AT_ODDS, layout, ("why", why))


def _left_out(code: str, layout: TableMapping, *facts: tuple[str, str]) -> Issue:
    sheet = layout.table.sheet
    rows = count_of(len(layout.table.rows), "row")
    where = f" of the tab '{sheet}'" if sheet else ""
    return Issue(code, sheet=sheet, facts=(("rows", rows + where), *facts))


def _merge(parts: Iterable[CohortTables]) -> list[CohortTables]:
    """The parts with those of one cohort together, their tables in reading order.

    Rows of one table that different things were said of are one table again.
    """
    by_cohort: defaultdict[LeavingCohort | None, list[CohortTables]] = defaultdict(list)
    for part in parts:
        by_cohort[part.cohort].append(part)
    return [
        CohortTables(same[0].metadata, _joined(layout for part in same for layout in part.layouts))
        for same in by_cohort.values()
    ]


def _without_impossible(
    parts: Sequence[CohortTables],
) -> tuple[list[CohortTables], list[Issue]]:
    """The parts but for those that say of most of the same leavers two stages of one year."""
    if len(parts) == 1:
        return list(parts), []
    waiting: dict[int, str] = {}
    leavers = [frozenset[object]().union(*map(leaver_keys, part.layouts)) for part in parts]
    for first, second in combinations(range(len(parts)), 2):
        year = parts[first].metadata.academic_year
        shared = len(leavers[first] & leavers[second])
        is_most = shared * 2 > min(len(leavers[first]), len(leavers[second]))
        if year is None or parts[second].metadata.academic_year != year or not is_most:
            continue
        stages = sorted(
            stage for at in (first, second) if (stage := parts[at].metadata.leaving_stage)
        )
        names = " and ".join(stage_name(stage) for stage in stages)
        why = f"it says of the same leavers that they left from {names} in {year_name(year)}"
        waiting |= {first: why, second: why}
    issues = [_at_odds(layout, why) for at, why in waiting.items() for layout in parts[at].layouts]
    return [part for at, part in enumerate(parts) if at not in waiting], issues


def _joined(layouts: Iterable[TableMapping]) -> list[TableMapping]:
    by_table: dict[tuple[str, tuple[int, ...], str], TableMapping] = {}
    for layout in layouts:
        first = layout.table.headings[0].letter if layout.table.headings else ""
        key = (layout.table.sheet, layout.table.heading_rows, first)
        if key in by_table:
            rows = (*by_table[key].table.rows, *layout.table.rows)
            ordered = tuple(sorted(rows, key=lambda row: row.number))
            layout = replace(layout, table=replace(layout.table, rows=ordered))
        by_table[key] = layout
    return list(by_table.values())


def _dated(part: CohortTables, evidence: Sequence[TableEvidence]) -> CohortTables:
    """The part with the period of the answers on each table whose title names one."""
    periods = {
        (table.layout.table.sheet, table.layout.table.heading_rows): table.period
        for table in evidence
    }
    return replace(
        part,
        layouts=[
            replace(layout, period=periods.get((layout.table.sheet, layout.table.heading_rows)))
            for layout in part.layouts
        ],
    )


def _without_early_leavers(
    parts: Iterable[CohortTables],
) -> tuple[list[CohortTables], list[Issue]]:
    kept, issues = [], []
    for part in parts:
        tables = [leave_out_early_leavers(layout, part.metadata) for layout in part.layouts]
        issues += [table.issue for table in tables if table.issue]
        kept.append(replace(part, layouts=[table.layout for table in tables]))
    return kept, issues


def _main_part(parts: Sequence[CohortTables], declared: SubmissionMetadata) -> CohortTables:
    named = [part for part in parts if part.metadata.academic_year == declared.academic_year]
    return max(named or parts, key=lambda part: part.count)


def _as_one_sentence(
    issues: Sequence[Issue], parts: Sequence[CohortTables], declared: SubmissionMetadata
) -> Iterator[Issue]:
    """The issues; of a file of several cohorts, which they are in one of them."""
    yield from (issue for issue in issues if issue.code != "C35" or len(parts) == 1)
    cohorts = [part.cohort for part in parts if part.cohort]
    if len(parts) > 1:
        counted = (
            f"{_in_words(part.metadata.academic_year, part.metadata.leaving_stage)} "
            f"({count_of(part.count, 'row')})"
            for part in sorted(parts, key=lambda part: part.cohort or _NO_COHORT)
        )
        yield Issue(_SEVERAL, facts=(("cohorts", "; ".join(counted)),))
    elif declared.academic_year is None and cohorts and _none_says(issues):
        facts = (
            ("cohort", year_name(cohorts[0].academic_year)),
            ("stage", cohorts[0].leaving_stage.value),
        )
        yield Issue("C35", facts=facts)


def _none_says(issues: Iterable[Issue]) -> bool:
    return all(issue.code != "C35" for issue in issues)


_NO_COHORT = LeavingCohort(0, LeavingStage.Y11)
