"""Year columns: the wave that each of them answers, and those that answer none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from imports.columns.table_mapping import ColumnMapping, TableMapping
from imports.crosswalk.fields import NOT_OURS, YEARLY
from imports.crosswalk.periods import PeriodUnit
from models.handoffs.findings import Issue
from models.handoffs.normalised import SubmissionMetadata
from models.vocabulary import academic_year

_NUMBERS = ("one two three four five six seven eight nine ten").split()
# What a row may say once for all its years.
_FOR_EVERY_YEAR = frozenset({"notes", "source"})
_ANSWERS = frozenset({"activity", "provider_name"})


@dataclass(frozen=True, slots=True)
class _Cohort:
    year: int
    declared: SubmissionMetadata
    reached: int  # waves whose autumn had begun when the file was sent

    @property
    def last(self) -> int:
        """The last wave that can be answered: reached, and one that is asked for at all."""
        return min(self.reached, self.declared.waves)

    def wave(self, one: ColumnMapping) -> int | None:
        stage = self.declared.leaving_stage
        return one.moment.wave(self.year, stage) if one.moment and stage else None


def assign_waves(
    layout: TableMapping, declared: SubmissionMetadata
) -> tuple[TableMapping, list[Issue]]:
    """The layout with a wave on every column that answers one, and what could not be used.

    A year not yet reached, later than leavers are followed for, or before leaving answers no wave;
    before leaving, an answer is an intention.
    """
    if declared.academic_year is None or not any(one.moment for one in layout.placed):
        return layout, []
    layout = _with_moments_of_answers(layout)
    sent = academic_year(declared.sent_on.year, declared.sent_on.month)
    cohort = _Cohort(declared.academic_year, declared, sent - declared.academic_year)
    if _is_one_answer(layout, cohort):
        undated = tuple(replace(one, moment=None) for one in layout.placed)
        return replace(layout, placed=undated), []
    remarks: list[Issue] = []
    placed = [_with_wave(one, layout, cohort, remarks) for one in layout.placed]
    return replace(layout, placed=tuple(_undated(placed, declared))), remarks


def answered_waves(layout: TableMapping) -> tuple[int, ...]:
    """The waves that a table has columns for, where any of them is answered."""
    waves = {one.wave for one in layout.placed if one.wave is not None and layout.cells(one)}
    return tuple(sorted(wave for wave in waves if wave is not None))


def _with_moments_of_answers(layout: TableMapping) -> TableMapping:
    """The layout with "Sept 23 | Where? | Sept 24 | Where?" told apart, by the year before each.

    Only where a heading stands again behind each of several years.
    """
    dated = [one for one in layout.columns("activity") if one.moment]
    placed = list(layout.placed)
    for field in sorted(YEARLY - _FOR_EVERY_YEAR - {"activity"}):
        again = [one for one in layout.columns(field) if one.moment is None]
        before = [[year for year in dated if year.at < one.at][-1:] for one in again]
        years = [found[0] for found in before if found]
        if len(again) < 2 or len({year.moment for year in years}) < len(again):
            continue
        for one, year in zip(again, years, strict=True):
            placed[one.at] = replace(one, moment=year.moment)
    return replace(layout, placed=tuple(placed))


def _is_one_answer(layout: TableMapping, cohort: _Cohort) -> bool:
    """One dated destination that fits no wave is the year of something else, not a moment.

    So is "Destination 2023" of the leavers of summer 2023: it names them.
    """
    answers = layout.columns("activity")
    moment = answers[0].moment if len(answers) == 1 else None
    if moment is None:
        return False
    wave = cohort.wave(answers[0])
    if wave is None or not 0 < wave <= max(cohort.last, 1):
        return True
    return moment.is_bare and moment.number == cohort.year + 1


def _with_wave(
    one: ColumnMapping, layout: TableMapping, cohort: _Cohort, remarks: list[Issue]
) -> ColumnMapping:
    wave = cohort.wave(one)
    if one.moment is None or wave is None:
        return one
    if 0 < wave <= cohort.last:
        return replace(one, wave=wave)
    if wave <= 0 and one.moment.dial is PeriodUnit.AGE:
        return replace(one, moment=None)
    if wave <= 0 and one.field == "activity" and not layout.has("intended"):
        return replace(one, field="intended", moment=None)
    if layout.cells(one):
        facts = (("heading", one.heading), ("why", _why_not(wave, cohort)))
        remarks.append(
            Issue(
                "C15",
                sheet=layout.table.sheet,
                column=one.letter,
                heading=one.heading,
                facts=facts,
            )
        )
        return replace(one, field="")
    return replace(one, field=NOT_OURS)


def _why_not(wave: int, cohort: _Cohort) -> str:
    if wave <= 0:
        return "asks about the time before these leavers left"
    if wave > cohort.reached:
        return "asks about an autumn that had not come when it was sent"
    followed = cohort.declared.waves
    years = "one year" if followed == 1 else f"{_NUMBERS[followed - 1]} years"
    return f"asks about more than {years} after leaving"


def _undated(placed: Sequence[ColumnMapping], declared: SubmissionMetadata) -> list[ColumnMapping]:
    """Beside year columns, an undated answer is of the wave that the file was sent for."""
    waves = {one.wave for one in placed if one.wave is not None and one.field in _ANSWERS}
    if not waves:
        return list(placed)
    now = declared.wave if declared.wave in waves else max(wave for wave in waves if wave)
    return [
        replace(one, wave=now)
        if one.wave is None and one.field in YEARLY - _FOR_EVERY_YEAR
        else one
        for one in placed
    ]
