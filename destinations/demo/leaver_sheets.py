"""A made-up school's sheet for one cohort and autumn, in the layout that the school keeps."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from destinations.demo.faults import Fault, Row, draw_fault, spoil
from destinations.demo.files import Cell, Tab, as_bytes
from destinations.demo.invented.column_headings import year_heading
from destinations.demo.invented.institutions import Hub, Place
from destinations.demo.invented.people import YoungPerson
from destinations.demo.layouts import Layout
from destinations.demo.rows import Said, key, type_activity, type_row
from destinations.demo.sent import Planted, Sent, TrueRow, TrueWord
from destinations.demo.tables import Column, Frame, Laid, lay_out

_WHO = (
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
    said: tuple[Said, ...]
    faults: list[Fault]


def leaver_sheet(
    chance: random.Random,
    hub: Hub,
    layout: Layout,
    occasion: Occasion,
    *,
    people: Sequence[YoungPerson],
    said: Mapping[tuple[str, int], Said],
    faults: Sequence[str],
) -> Sent:
    """The file, with one fault planted for each of the kinds in `faults` that it can have."""
    waves = range(1 if layout.kind == "years" else occasion.wave, occasion.wave + 1)
    lines = []
    for person in sorted(people, key=lambda one: (one.surname, one.forename, one.key)):
        told = tuple(said[person.key, wave] for wave in waves)
        cells = type_row(chance, layout, person, told, (*hub.schools, *hub.colleges))
        lines.append(_Line(person, cells, told, []))
    columns = _columns(layout, occasion)
    _plant(chance, layout, columns, lines, faults)
    laid = _tables(chance, layout, occasion, columns, lines)
    tabs = tuple(_around(chance, layout, [table.tab for table, _ in laid], lines))
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
        Sent(
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


def _columns(layout: Layout, occasion: Occasion) -> list[Column]:
    """The columns in their order; a school that keeps a column a year has one for each wave."""
    columns: list[Column] = []
    for field in layout.columns:
        if layout.kind == "years" and field == "activity":
            columns += _year_columns(layout, occasion)
        elif layout.kind != "years" or field != "provider_name":
            group = ""
            if layout.kind == "merged":
                group = "Pupil" if field in _WHO else "" if field[0] == "?" else "Destination"
                group = "" if field == "notes" else group
            columns.append(Column(field, layout.headings[field], group))
    if layout.kind == "merged":
        # Merged headings stand over columns side by side.
        columns.sort(key=lambda column: ("Pupil", "Destination", "").index(column.group))
    return columns


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
        columns.append(Column(key("activity", wave), first, group))
        if second:
            columns.append(Column(key("provider_name", wave), second, group))
    return columns


def _plant(
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
        sound = [at for at, line in enumerate(lines) if not line.faults]
        if fault is None or not sound:
            continue
        at = chance.choice(sound)
        line = lines[at]
        if not fault.key:
            lines.insert(at + 1, _again(chance, layout, line, fault))
        elif spoil(chance, fault, line.cells, line.person, dates=layout.dates, csv=is_csv):
            line.faults.append(fault)


def _again(chance: random.Random, layout: Layout, line: _Line, fault: Fault) -> _Line:
    """The same leaver a second time, saying the same or something else."""
    said = line.said
    cells = dict(line.cells)
    if fault.kind == "same_leaver_twice_differently":
        last = said[-1]
        said = (*said[:-1], replace(last, code="330" if last.code != "330" else "619"))
        wave = last.wave if layout.kind == "years" else None
        cells[key("activity", wave)] = type_activity(chance, layout, said[-1].code)
    line.faults.append(fault)
    return _Line(line.person, cells, said, [fault])


def _tables(
    chance: random.Random,
    layout: Layout,
    occasion: Occasion,
    columns: list[Column],
    lines: list[_Line],
) -> list[tuple[Laid, list[_Line]]]:
    """Each table of the workbook with the lines it holds."""
    if layout.kind != "forms":
        name = chance.choice(("Sheet1", "Leavers", f"{occasion.stage} {occasion.summer}", "Report"))
        frame = _frame(chance, layout, occasion, len(lines), name)
        table = lay_out(name, columns, [line.cells for line in lines], frame)
        return [(table, lines)]
    answer = []
    for form in sorted({line.person.form for line in lines}):
        here = [line for line in lines if line.person.form == form]
        order = chance.sample(columns, len(columns)) if layout.shuffles else columns
        frame = Frame(above=((f"{form} tutor group",),), below=((), ("TOTAL", len(here))))
        answer.append((lay_out(form, order, [line.cells for line in here], frame), here))
    return answer


def _frame(
    chance: random.Random, layout: Layout, occasion: Occasion, many: int, name: str
) -> Frame:
    breaks = chance.randrange(6, 11) if layout.breaks else 0
    if layout.kind != "report":
        left = 1 if layout.kind == "messy" else 0
        return Frame(above=((),) * left, left=left, breaks=breaks, hides=layout.hides)
    title = f"{occasion.school.name}: destinations of leavers, summer {occasion.summer}"
    above: list[tuple[Cell, ...]] = [(title,), (f"Printed 02/11/{occasion.autumn} 08:{many:02d}",)]
    if chance.random() < 0.5:
        above.append(("Confidential - do not email",))
    total: tuple[Cell, ...] = chance.choice(
        ((f"Total: {many}",), ("Total", many), ("Number of leavers", many), ("TOTAL", "", many))
    )
    below: list[tuple[Cell, ...]] = [(), total]
    if chance.random() < 0.4:
        below.append(("Report produced by the school's own system",))
    return Frame((*above, ()), tuple(below), breaks=breaks, hides=layout.hides)


def _around(
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


def _with_truth(sent: Sent, laid: list[tuple[Laid, list[_Line]]], *, is_csv: bool) -> Sent:
    """The file with where everybody stands in it, what was planted and what each row says."""
    rows: list[TrueRow] = []
    planted: list[Planted] = []
    words: list[TrueWord] = []
    for table, lines in laid:
        sheet = "" if is_csv else table.tab.name
        for number, line in zip(table.numbers, lines, strict=True):
            rows += [TrueRow(sheet, number, line.person.key, said.wave) for said in line.said]
            planted += [_planted(table, sheet, number, fault) for fault in line.faults]
            words += _words(table, sheet, number, line)
    return replace(sent, rows=tuple(rows), planted=tuple(planted), words=tuple(words))


def _planted(table: Laid, sheet: str, row: int, fault: Fault) -> Planted:
    heading = next((one.heading for one in table.columns if one.key == fault.key), "")
    return Planted(sheet, row, heading, fault.kind)


def _words(table: Laid, sheet: str, row: int, line: _Line) -> list[TrueWord]:
    answer = []
    for said in line.said:
        keys = (key("activity"), key("activity", said.wave))
        at = next(at for at, one in enumerate(table.columns) if one.key in keys)
        spoiled = any(fault.key == table.columns[at].key for fault in line.faults)
        answer.append(
            TrueWord(
                sheet,
                row,
                table.letter(at),
                table.columns[at].heading,
                line.person.key,
                said.wave,
                "" if spoiled else said.code,
                said.provider,
                str(line.cells[table.columns[at].key]),
            )
        )
    return answer
