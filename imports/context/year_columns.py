"""Year columns: the wave that each of them answers, and those that answer none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from imports.columns.mapped_table import ColumnMapping, TableMapping
from imports.crosswalk.fields import NOT_OURS, YEARLY
from imports.crosswalk.periods import PeriodUnit
from models.handoffs.findings import Issue
from models.handoffs.normalised import SubmissionMetadata
from models.vocabulary import academic_year

_NUMBER_WORDS = ("one two three four five six seven eight nine ten").split()
# What a row may say once for all its years.
_FOR_EVERY_YEAR = frozenset({"notes", "source"})
_ANSWERS = frozenset({"activity", "provider_name"})


@dataclass(frozen=True, slots=True)
class _Cohort:
    year: int
    metadata: SubmissionMetadata
    reached: int  # waves whose autumn had begun when the file was sent

    @property
    def last(self) -> int:
        """The last wave that can be answered: reached, and one that is asked for at all."""
        return min(self.reached, self.metadata.waves)

    def wave(self, column: ColumnMapping) -> int | None:
        stage = self.metadata.leaving_stage
        return column.period.wave(self.year, stage) if column.period and stage else None


def assign_waves(
    layout: TableMapping, declared: SubmissionMetadata
) -> tuple[TableMapping, list[Issue]]:
    """The layout with a wave on every column that answers one, and what could not be used.

    A year not yet reached, later than leavers are followed for, or before leaving answers no wave;
    before leaving, an answer is an intention.
    """
    if declared.academic_year is None or not any(column.period for column in layout.mappings):
        return layout, []
    layout = _with_periods_of_answers(layout)
    sent = academic_year(declared.sent_on.year, declared.sent_on.month)
    cohort = _Cohort(declared.academic_year, declared, sent - declared.academic_year)
    if _is_single_answer(layout, cohort):
        undated = tuple(replace(column, period=None) for column in layout.mappings)
        return replace(layout, mappings=undated), []
    issues: list[Issue] = []
    mappings = [_with_wave(column, layout, cohort, issues) for column in layout.mappings]
    return replace(layout, mappings=tuple(_assign_undated_columns(mappings, declared))), issues


def answered_waves(layout: TableMapping) -> tuple[int, ...]:
    """The waves that a table has columns for, where any of them is answered."""
    waves = {
        column.wave
        for column in layout.mappings
        if column.wave is not None and layout.cells(column)
    }
    return tuple(sorted(wave for wave in waves if wave is not None))


def _with_periods_of_answers(layout: TableMapping) -> TableMapping:
    """The layout with "Sept 23 | Where? | Sept 24 | Where?" told apart, by the year before each.

    Only where a heading stands again behind each of several years.
    """
    dated = [column for column in layout.columns("activity") if column.period]
    mappings = list(layout.mappings)
    for field in sorted(YEARLY - _FOR_EVERY_YEAR - {"activity"}):
        repeated = [column for column in layout.columns(field) if column.period is None]
        before = [[year for year in dated if year.at < column.at][-1:] for column in repeated]
        years = [earlier[0] for earlier in before if earlier]
        if len(repeated) < 2 or len({year.period for year in years}) < len(repeated):
            continue
        for column, year in zip(repeated, years, strict=True):
            mappings[column.at] = replace(column, period=year.period)
    return replace(layout, mappings=tuple(mappings))


def _is_single_answer(layout: TableMapping, cohort: _Cohort) -> bool:
    """One dated destination that fits no wave is the year of something else, not a moment.

    So is "Destination 2023" of the leavers of summer 2023: it names them.
    """
    answers = layout.columns("activity")
    period = answers[0].period if len(answers) == 1 else None
    if period is None:
        return False
    wave = cohort.wave(answers[0])
    if wave is None or not 0 < wave <= max(cohort.last, 1):
        return True
    return period.is_bare and period.number == cohort.year + 1


def _with_wave(
    column: ColumnMapping, layout: TableMapping, cohort: _Cohort, issues: list[Issue]
) -> ColumnMapping:
    wave = cohort.wave(column)
    if column.period is None or wave is None:
        return column
    if 0 < wave <= cohort.last:
        return replace(column, wave=wave)
    if wave <= 0 and column.period.unit is PeriodUnit.AGE:
        return replace(column, period=None)
    if wave <= 0 and column.field == "activity" and not layout.has("intended"):
        return replace(column, field="intended", period=None)
    if layout.cells(column):
        facts = (("heading", column.heading), ("why", _why_not(wave, cohort)))
        issues.append(
            Issue(
                "C15",
                sheet=layout.table.sheet,
                column=column.letter,
                heading=column.heading,
                facts=facts,
            )
        )
        return replace(column, field="")
    return replace(column, field=NOT_OURS)


def _why_not(wave: int, cohort: _Cohort) -> str:
    if wave <= 0:
        return "asks about the time before these leavers left"
    if wave > cohort.reached:
        return "asks about an autumn that had not come when it was sent"
    followed = cohort.metadata.waves
    years = "one year" if followed == 1 else f"{_NUMBER_WORDS[followed - 1]} years"
    return f"asks about more than {years} after leaving"


def _assign_undated_columns(
    mappings: Sequence[ColumnMapping], declared: SubmissionMetadata
) -> list[ColumnMapping]:
    """Beside year columns, an undated answer is of the wave that the file was sent for."""
    waves = {
        column.wave for column in mappings if column.wave is not None and column.field in _ANSWERS
    }
    if not waves:
        return list(mappings)
    default_wave = declared.wave if declared.wave in waves else max(wave for wave in waves if wave)
    return [
        replace(column, wave=default_wave)
        if column.wave is None and column.field in YEARLY - _FOR_EVERY_YEAR
        else column
        for column in mappings
    ]
