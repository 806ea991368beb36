"""A made-up school's sheet for one cohort and autumn, in the layout that the school keeps."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from destinations.demo.faults import Fault, Row, draw_fault, spoil
from destinations.demo.files import Cell, Tab, as_bytes
from destinations.demo.invented.column_headings import year_heading
from destinations.demo.invented.institutions import MadeUpHub, Place
from destinations.demo.invented.people import YoungPerson
from destinations.demo.layouts import Layout
from destinations.demo.rows import SchoolAnswer, cell_key, type_activity, type_row
from destinations.demo.sent_files import PlantedFault, SentFile, TrueRow, TrueWord
from destinations.demo.tables import Column, Frame, LaidOutTable, lay_out

_IDENTITY_FIELDS = (
    "upn uln surname forename full_name born_on sex postcode form sen disadvantaged"
    " school_name school_laestab leaving_year year_group"
).split()


@dataclass(frozen=True, slots=True)
class Occasion:
    """One sheet to be made: whose, of which summer's leavers, at which wave."""

    school: Place
    summer: int
    wave: int
    stage: str = "Y11"

    @property
    def autumn(self) -> int:
        """The year in which the sheet is sent."""
        return self.summer + self.wave - 1


@dataclass(slots=True)
class _Line:
    """One row on its way to the sheet, and what is true of it."""

    person: YoungPerson
    cells: Row
    answers: tuple[SchoolAnswer, ...]
    faults: list[Fault]


def leaver_sheet(
    chance: random.Random,
    hub: MadeUpHub,
    layout: Layout,
    occasion: Occasion,
    *,
    people: Sequence[YoungPerson],
    answers: Mapping[tuple[str, int], SchoolAnswer],
    faults: Sequence[str],
) -> SentFile:
    """The file, with one fault planted for each of the kinds in `faults` that it can have."""
    waves = range(1 if layout.kind == "years" else occasion.wave, occasion.wave + 1)
    lines = []
    for person in sorted(people, key=lambda person: (person.surname, person.forename, person.key)):
        own_answers = tuple(answers[person.key, wave] for wave in waves)
        cells = type_row(chance, layout, person, own_answers, (*hub.schools, *hub.colleges))
        lines.append(_Line(person, cells, own_answers, []))
    columns = _sheet_columns(layout, occasion)
    _plant_faults(chance, layout, columns, lines, faults)
    laid = _lay_out_tables(chance, layout, occasion, columns, lines)
    tabs = tuple(_with_other_tabs(chance, layout, [table.tab for table, _ in laid], lines))
    name = layout.file_name.format(
        short=occasion.school.short,
        urn=occasion.school.urn,
        summer=occasion.summer,
        autumn=occasion.autumn,
        wave=occasion.wave,
    )
    if occasion.stage == "Y13":
        name = name.replace("Y11", "Y13") if "Y11" in name else f"{name} sixth form"
    return _with_truth(
        SentFile(
            urn=occasion.school.urn,
            file=f"{name}.{layout.writing.extension}",
            kind="leavers",
            cohort=people[0].cohort,
            wave=occasion.wave,
            sent_on=date(occasion.autumn, 11, chance.randrange(2, 21)),
            content=as_bytes(tabs, layout.writing),
            rows=(),
        ),
        laid,
        is_csv=layout.writing.extension == "csv",
    )


def _sheet_columns(layout: Layout, occasion: Occasion) -> list[Column]:
    """The columns in their order; a school that keeps a column a year has one for each wave."""
    columns: list[Column] = []
    for field in layout.columns:
        if layout.kind == "years" and field == "activity":
            columns += _year_columns(layout, occasion)
        elif layout.kind != "years" or field != "provider_name":
            group = _merged_heading(field) if layout.kind == "merged" else ""
            columns.append(Column(field, layout.headings[field], group))
    if layout.kind == "merged":
        # Merged headings stand over columns side by side.
        columns.sort(key=lambda column: ("Pupil", "Destination", "").index(column.group))
    return columns


def _merged_heading(field: str) -> str:
    """The heading that is merged over a field's column; '' where none is."""
    if field in _IDENTITY_FIELDS:
        return "Pupil"
    return "" if field == "notes" or field.startswith("?") else "Destination"


def _year_columns(layout: Layout, occasion: Occasion) -> list[Column]:
    columns = []
    for wave in range(1, (3 if layout.years_ahead else occasion.wave) + 1):
        year = year_heading(layout.years, occasion.summer, wave)
        first, second, group = {
            "one": (year, "", ""),
            "where": (year, f"where {year}", ""),
            "named": (f"Destination {year}", f"Provider {year}", ""),
            "grouped": ("Destination", "Provider", year),
        }[layout.pairs]
        columns.append(Column(cell_key("activity", wave), first, group))
        if second:
            columns.append(Column(cell_key("provider_name", wave), second, group))
    return columns


def _plant_faults(
    chance: random.Random,
    layout: Layout,
    columns: Sequence[Column],
    lines: list[_Line],
    faults: Sequence[str],
) -> None:
    keys = frozenset(column.key for column in columns if column.key in lines[0].cells)
    is_csv = layout.writing.extension == "csv"
    for kind in faults:
        fault = draw_fault(chance, keys, (kind,))
        unspoiled = [index for index, line in enumerate(lines) if not line.faults]
        if fault is None or not unspoiled:
            continue
        index = chance.choice(unspoiled)
        line = lines[index]
        if not fault.key:
            lines.insert(index + 1, _duplicate_line(chance, layout, line, fault))
        elif spoil(chance, fault, line.cells, line.person, dates=layout.dates, csv=is_csv):
            line.faults.append(fault)


def _duplicate_line(chance: random.Random, layout: Layout, line: _Line, fault: Fault) -> _Line:
    """The same leaver a second time, saying the same or something else."""
    answers = line.answers
    cells = dict(line.cells)
    if fault.kind == "same_leaver_twice_differently":
        last = answers[-1]
        answers = (*answers[:-1], replace(last, code="330" if last.code != "330" else "619"))
        wave = last.wave if layout.kind == "years" else None
        cells[cell_key("activity", wave)] = type_activity(chance, layout, answers[-1].code)
    line.faults.append(fault)
    return _Line(line.person, cells, answers, [fault])


def _lay_out_tables(
    chance: random.Random,
    layout: Layout,
    occasion: Occasion,
    columns: list[Column],
    lines: list[_Line],
) -> list[tuple[LaidOutTable, list[_Line]]]:
    """Each table of the workbook with the lines it holds."""
    if layout.kind != "forms":
        name = chance.choice(("Sheet1", "Leavers", f"{occasion.stage} {occasion.summer}", "Report"))
        frame = _frame(chance, layout, occasion, len(lines), name)
        table = lay_out(name, columns, [line.cells for line in lines], frame)
        return [(table, lines)]
    tables = []
    for form in sorted({line.person.form for line in lines}):
        form_lines = [line for line in lines if line.person.form == form]
        order = chance.sample(columns, len(columns)) if layout.shuffles else columns
        frame = Frame(above=((f"{form} tutor group",),), below=((), ("TOTAL", len(form_lines))))
        tables.append(
            (lay_out(form, order, [line.cells for line in form_lines], frame), form_lines)
        )
    return tables


def _frame(
    chance: random.Random, layout: Layout, occasion: Occasion, leaver_count: int, name: str
) -> Frame:
    breaks = chance.randrange(6, 11) if layout.breaks else 0
    if layout.kind != "report":
        left = 1 if layout.kind == "messy" else 0
        return Frame(above=((),) * left, left=left, breaks=breaks, hides=layout.hides)
    title = f"{occasion.school.name}: destinations of leavers, summer {occasion.summer}"
    above: list[tuple[Cell, ...]] = [
        (title,),
        (f"Printed 02/11/{occasion.autumn} 08:{leaver_count:02d}",),
    ]
    if chance.random() < 0.5:
        above.append(("Confidential - do not email",))
    total: tuple[Cell, ...] = chance.choice(
        (
            (f"Total: {leaver_count}",),
            ("Total", leaver_count),
            ("Number of leavers", leaver_count),
            ("TOTAL", "", leaver_count),
        )
    )
    below: list[tuple[Cell, ...]] = [(), total]
    if chance.random() < 0.4:
        below.append(("Report produced by the school's own system",))
    return Frame((*above, ()), tuple(below), breaks=breaks, hides=layout.hides)


def _with_other_tabs(
    chance: random.Random, layout: Layout, tabs: list[Tab], lines: Sequence[_Line]
) -> list[Tab]:
    """The tabs that hold no leavers: a count by form before them, an old sheet hidden behind."""
    if layout.kind != "forms":
        return tabs
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.person.form] = counts.get(line.person.form, 0) + 1
    rows: list[tuple[Cell, ...]] = [("Form", "Number"), *sorted(counts.items())]
    summary = Tab("Summary", tuple(rows))
    tabs = [summary, *tabs] if chance.random() < 0.6 else [*tabs, summary]
    if layout.writing.extension != "ods":
        tabs.append(Tab("old", (("do not use",),), hidden=True))
    return tabs


def _with_truth(
    sent: SentFile, laid: list[tuple[LaidOutTable, list[_Line]]], *, is_csv: bool
) -> SentFile:
    """The file with where everybody stands in it, what was planted and what each row says."""
    rows: list[TrueRow] = []
    planted: list[PlantedFault] = []
    words: list[TrueWord] = []
    for table, lines in laid:
        sheet = "" if is_csv else table.tab.name
        for number, line in zip(table.numbers, lines, strict=True):
            rows += [
                TrueRow(sheet, number, line.person.key, answer.wave) for answer in line.answers
            ]
            planted += [_planted_fault(table, sheet, number, fault) for fault in line.faults]
            words += _true_words(table, sheet, number, line)
    return replace(sent, rows=tuple(rows), planted=tuple(planted), words=tuple(words))


def _planted_fault(table: LaidOutTable, sheet: str, row: int, fault: Fault) -> PlantedFault:
    heading = next((column.heading for column in table.columns if column.key == fault.key), "")
    return PlantedFault(sheet, row, heading, fault.kind)


def _true_words(table: LaidOutTable, sheet: str, row: int, line: _Line) -> list[TrueWord]:
    words = []
    for answer in line.answers:
        keys = (cell_key("activity"), cell_key("activity", answer.wave))
        index = next(index for index, column in enumerate(table.columns) if column.key in keys)
        spoiled = any(fault.key == table.columns[index].key for fault in line.faults)
        words.append(
            TrueWord(
                sheet,
                row,
                table.letter(index),
                table.columns[index].heading,
                line.person.key,
                answer.wave,
                "" if spoiled else answer.code,
                answer.provider,
                str(line.cells[table.columns[index].key]),
            )
        )
    return words
