"""The layouts in which the other hub's schools keep their leavers: who they are into files sent.

Nothing is said beside the file: the tab, the banner, a column or a row says which leavers it is
about, and when they were asked.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from other_words import (
    ACTUAL_BANNERS,
    COHORT_BANNERS,
    COHORT_TABS,
    COURSES,
    INTENDED_BANNERS,
    MONTHS,
    NOTES,
    NOW_BANNERS,
    YEAR_GROUPS,
    OtherStyle,
)

from destinations.demo.files import Cell, Tab, Writing, as_bytes
from destinations.demo.invented.institutions import Place
from destinations.demo.invented.people import YoungPerson
from destinations.demo.sent_files import SentFile, TrueRow, TrueWord
from destinations.demo.tables import Column, Frame, lay_out

LAST_AUTUMN = 2026


@dataclass(frozen=True, slots=True)
class Answer:
    """What a school says of a leaver at a wave, as typed; code '' where it says nothing."""

    code: str
    typed: str
    provider: str


@dataclass(frozen=True, slots=True)
class OtherSchool:
    """One school on its way to its files: who left it, and what it says of them at each wave."""

    place: Place
    style: OtherStyle
    people: Sequence[YoungPerson]
    answers: Mapping[tuple[str, int], Answer]
    chance: random.Random

    def leavers(self, *summers: int, stage: str = "Y11") -> list[YoungPerson]:
        """Those who left in these summers, in the order of a school's list."""
        return sorted(
            (p for p in self.people if p.summer in summers and p.stage == stage),
            key=lambda p: (p.surname, p.forename, p.key),
        )

    @property
    def summers(self) -> list[int]:
        return sorted({person.summer for person in self.people if person.stage == "Y11"})

    def pick(self, texts: Sequence[str], summer: int, autumn: int = 0) -> str:
        """The title that this school always writes."""
        return texts[self.style.choice % len(texts)].format(
            summer=summer, before=summer - 1, short=f"{summer % 100:02d}", autumn=autumn
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One row: whose, its cells, the waves it answers for, and what is true of each."""

    person: YoungPerson
    cells: dict[str, Cell]
    said: dict[str, tuple[int, Answer]]  # by the key of the cell that holds the answer


@dataclass(frozen=True, slots=True)
class Table:
    """One tab.  Where a later tab says it again, this one's answers are `history`."""

    tab: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    above: tuple[str, ...] = ()
    history: bool = False


def _identity_columns(school: OtherSchool) -> list[Column]:
    return [Column(field, school.style.headings[field]) for field in school.style.identity]


def _identity(school: OtherSchool, person: YoungPerson) -> dict[str, Cell]:
    return {
        "upn": person.upn,
        "surname": person.surname,
        "forename": person.forename,
        "full_name": f"{person.surname}, {person.forename}",
        "born_on": person.born_on,
        "form": person.form,
        "course": school.chance.choice(COURSES),
        "notes": school.chance.choice(NOTES) if school.chance.random() < 0.3 else "",
    }


def _answer_cells(wave: int, answer: Answer, suffix: str = "") -> tuple[dict[str, Cell], dict]:
    cells: dict[str, Cell] = {
        f"activity{suffix}": answer.typed,
        f"provider_name{suffix}": answer.provider,
    }
    return cells, {f"activity{suffix}": (wave, answer)}


def _row(school: OtherSchool, person: YoungPerson, *waves: int, suffixed: bool = False) -> Row:
    cells, said = _identity(school, person), {}
    for wave in waves:
        suffix = f" {wave}" if suffixed else ""
        typed, true = _answer_cells(wave, school.answers[person.key, wave], suffix)
        cells |= typed
        said |= true
        if not (true[f"activity{suffix}"][1].code in ("210", "220", "230") or suffixed):
            cells["course"] = ""
    return Row(person, cells, said)


def _answer_columns(school: OtherSchool, activity: str = "activity") -> list[Column]:
    style = school.style
    columns = [Column("activity", style.headings[activity])]
    columns += [Column("provider_name", style.headings["provider_name"])] * style.has_provider
    columns += [Column("course", style.headings["course"])] * style.has_course
    return columns + [Column("notes", style.headings["notes"])] * style.has_notes


def _columns(school: OtherSchool, *extra: Column, activity: str = "activity") -> tuple[Column, ...]:
    return (*_identity_columns(school), *extra, *_answer_columns(school, activity))


def _sent(school: OtherSchool, name: str, sent_on: date, tables: Sequence[Table]) -> SentFile:
    tabs: list[Tab] = []
    rows: list[TrueRow] = []
    words: list[TrueWord] = []
    for table in tables:
        above = tuple((line,) for line in table.above)
        laid = lay_out(
            table.tab, table.columns, [row.cells for row in table.rows], Frame(above=above)
        )
        tabs.append(laid.tab)
        keys = [column.key for column in table.columns]
        for number, row in zip(laid.numbers, table.rows, strict=True):
            last = max(wave for wave, _ in row.said.values())
            rows.append(TrueRow(table.tab, number, row.person.key, last))
            for key, (wave, answer) in () if table.history else row.said.items():
                index = keys.index(key)
                words.append(
                    TrueWord(
                        *(table.tab, number, laid.letter(index), table.columns[index].heading),
                        *(row.person.key, wave, answer.code, answer.provider, answer.typed),
                    )
                )
    return SentFile(
        urn=school.place.urn,
        file=f"{school.place.short} {name}.xlsx",
        kind="leavers",
        cohort="",
        wave=None,
        sent_on=sent_on,
        content=as_bytes(tuple(tabs), Writing("xlsx")),
        rows=tuple(rows),
        words=tuple(words),
    )


def a_tab_a_cohort(school: OtherSchool) -> Iterator[SentFile]:
    """A tracker: a tab for each summer's leavers, a column for each autumn so far."""
    style, tables = school.style, []
    for summer in school.summers:
        waves = range(1, LAST_AUTUMN - summer + 2)
        columns = _identity_columns(school)
        for wave in waves:
            autumn = summer + wave - 1
            columns.append(Column(f"activity {wave}", f"{style.headings['activity']} Oct {autumn}"))
            columns += [
                Column(f"provider_name {wave}", f"{style.headings['provider_name']} {autumn}")
            ] * style.has_provider
        rows = [_row(school, p, *waves, suffixed=True) for p in school.leavers(summer)]
        tables.append(Table(school.pick(COHORT_TABS, summer), tuple(columns), tuple(rows)))
    yield _sent(school, "leavers tracker", date(LAST_AUTUMN, 11, 9), tables)


def two_year_groups(school: OtherSchool) -> Iterator[SentFile]:
    """Year 11 and Year 13 in one workbook: two tabs, or one list with a year group column."""
    for summer in school.summers:
        stages = [stage for stage in ("Y11", "Y13") if school.leavers(summer, stage=stage)]
        rows = {
            stage: [_row(school, p, 1) for p in school.leavers(summer, stage=stage)]
            for stage in stages
        }
        if school.style.choice % 2:
            tables = [
                Table(f"{stage} {summer}", _columns(school), tuple(rows[stage])) for stage in stages
            ]
        else:
            for stage, of_stage in rows.items():
                for row in of_stage:
                    row.cells["year_group"] = int(stage[1:])
            extra = Column("year_group", school.style.headings["year_group"])
            banner = (f"Leavers {summer}", school.pick(NOW_BANNERS, summer, summer))
            everybody = tuple(row for of_stage in rows.values() for row in of_stage)
            tables = [Table("Sheet1", _columns(school, extra), everybody, above=banner)]
        yield _sent(school, f"{summer} leavers", date(summer, 11, 12), tables)


def a_column_group_a_year(school: OtherSchool) -> Iterator[SentFile]:
    """Two heading rows: an autumn over its own few columns."""
    style = school.style
    for summer in school.summers:
        waves = range(1, LAST_AUTUMN - summer + 2)
        columns = _identity_columns(school)
        for wave in waves:
            group = school.pick(YEAR_GROUPS, summer, summer + wave - 1)
            for field in ("activity", "provider_name"):
                columns.append(Column(f"{field} {wave}", style.headings[field], group))
        rows = [_row(school, p, *waves, suffixed=True) for p in school.leavers(summer)]
        banner = (school.pick(COHORT_BANNERS, summer),)
        table = Table("Tracking", tuple(columns), tuple(rows), above=banner)
        yield _sent(school, f"{summer} tracking", date(LAST_AUTUMN, 11, 10), [table])


def a_tab_a_month(school: OtherSchool) -> Iterator[SentFile]:
    """Three checks of one autumn: the last counts, those before it are history."""
    for summer in school.summers:
        tables = []
        final = {p.key: school.answers[p.key, 1] for p in school.leavers(summer)}
        months = (("Sept", 9), ("Oct", 10), ("Nov", 11))
        for month, number in months:
            tab = MONTHS[school.style.choice % len(MONTHS)].format(
                month=month, short=f"{summer % 100:02d}"
            )
            rows = []
            for person in school.leavers(summer):
                answer = final[person.key]
                if number < 11 and school.chance.random() < 0.3:
                    answer = _not_yet(school)
                cells, said = _answer_cells(1, answer)
                rows.append(Row(person, _identity(school, person) | cells, said))
            banner = (school.pick(COHORT_BANNERS, summer),)
            tables.append(
                Table(tab, _columns(school), tuple(rows), above=banner, history=number < 11)
            )
        yield _sent(school, f"{summer} checks", date(summer, 11, 20), tables)


def _not_yet(school: OtherSchool) -> Answer:
    code = school.chance.choice(("810", "619"))
    return Answer(code, school.chance.choice(school.style.words[code]), "")


def titles_that_say_it(school: OtherSchool) -> Iterator[SentFile]:
    """The plans of May and the facts of October look alike but for the banner."""
    for summer in school.summers:
        cohort = school.pick(COHORT_BANNERS, summer)
        intended, actual = (
            Table(
                tab,
                _columns(school, activity="activity after Y11"),
                tuple(_row(school, p, wave) for p in school.leavers(summer)),
                above=(cohort, school.pick(banners, summer, summer)),
            )
            for tab, wave, banners in (
                ("Sheet1", 0, INTENDED_BANNERS),
                ("Sheet2", 1, ACTUAL_BANNERS),
            )
        )
        if school.style.choice % 2:
            yield _sent(school, f"{summer} both", date(summer, 11, 5), [intended, actual])
        else:
            yield _sent(school, f"{summer} May", date(summer, 5, 20), [intended])
            yield _sent(
                school, f"{summer} October", date(summer, 10, 28), [replace(actual, tab="Sheet1")]
            )


def a_leaving_year_column(school: OtherSchool) -> Iterator[SentFile]:
    """Everybody in one list, with the year in which they left."""
    rows = []
    for person in sorted(school.leavers(*school.summers), key=lambda p: (p.surname, p.key)):
        row = _row(school, person, LAST_AUTUMN - person.summer + 1)
        row.cells["leaving_year"] = person.summer
        rows.append(row)
    extra = Column("leaving_year", school.style.headings["leaving_year"])
    banner = (school.pick(NOW_BANNERS, LAST_AUTUMN, LAST_AUTUMN),)
    table = Table("Leavers", _columns(school, extra), tuple(rows), above=banner)
    yield _sent(school, "all leavers", date(LAST_AUTUMN, 11, 13), [table])


def a_row_a_leaver_a_year(school: OtherSchool) -> Iterator[SentFile]:
    """A row for every leaver and autumn: Year after leaving says 1, 2 or 3."""
    number = ("{}", "Year {}", "Yr {}")[school.style.choice % 3]
    for summer in school.summers:
        rows = []
        for person in school.leavers(summer):
            for wave in range(1, LAST_AUTUMN - summer + 2):
                row = _row(school, person, wave)
                row.cells["year_after"] = wave if number == "{}" else number.format(wave)
                rows.append(row)
        extra = Column("year_after", school.style.headings["year_after"])
        banner = (school.pick(COHORT_BANNERS, summer),)
        table = Table("Sheet1", _columns(school, extra), tuple(rows), above=banner)
        yield _sent(school, f"{summer} long", date(LAST_AUTUMN, 11, 16), [table])


def a_list_an_autumn(school: OtherSchool) -> Iterator[SentFile]:
    """A plain list for each summer and autumn; its banner says which."""
    for summer in school.summers:
        for wave in range(1, LAST_AUTUMN - summer + 2):
            autumn = summer + wave - 1
            activity = "activity after Y11" if wave == 1 else "activity"
            rows = tuple(_row(school, p, wave) for p in school.leavers(summer))
            banner = f"{school.pick(COHORT_BANNERS, summer)} – destinations at November {autumn}"
            table = Table("Sheet1", _columns(school, activity=activity), rows, above=(banner,))
            yield _sent(school, f"{summer} in {autumn}", date(autumn, 11, 18), [table])


LAYOUTS: dict[str, Callable[[OtherSchool], Iterator[SentFile]]] = {
    "a tab a cohort": a_tab_a_cohort,
    "two year groups": two_year_groups,
    "a column group a year": a_column_group_a_year,
    "a tab a month": a_tab_a_month,
    "titles": titles_that_say_it,
    "a leaving year column": a_leaving_year_column,
    "a row a leaver a year": a_row_a_leaver_a_year,
    "a list an autumn": a_list_an_autumn,
}
