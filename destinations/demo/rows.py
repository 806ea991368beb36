"""One made-up leaver as a school types them: the cells of a row, by field."""

import random
import unicodedata
from dataclasses import dataclass
from datetime import date

from destinations.demo.files import Cell
from destinations.demo.invented import destination_words
from destinations.demo.invented.institutions import Place
from destinations.demo.invented.names import nickname
from destinations.demo.invented.people import YoungPerson
from destinations.demo.layouts import Layout
from destinations.demo.paths import Doing

_MONTHS = (
    "January February March April May June July August September October November December"
).split()


@dataclass(frozen=True, slots=True)
class SchoolAnswer:
    """What a school says of a leaver at a wave; code '' where it says nothing."""

    wave: int
    code: str
    provider: str = ""
    started_on: date | None = None
    asked_on: date | None = None


def draw_school_answer(
    chance: random.Random, doing: Doing, autumn: int, coverage: float
) -> SchoolAnswer:
    """What the school says at a wave: the truth for a share `coverage` (0 to 1) of its leavers.

    For the others a code for not known; now and then the cell is simply left empty.
    """
    asked_on = date(autumn, 10, chance.randrange(1, 31))
    if chance.random() < coverage:
        return SchoolAnswer(doing.wave, doing.code, doing.provider, doing.started_on, asked_on)
    if chance.random() < 0.04:
        return SchoolAnswer(doing.wave, "")
    code = chance.choices(destination_words.UNKNOWN, weights=(7, 2, 1))[0]
    return SchoolAnswer(doing.wave, code, asked_on=asked_on)


def cell_key(field: str, wave: int | None = None) -> str:
    """The name of a cell in a row: the field, with its wave where there is a column a year."""
    return field if wave is None else f"{field} {wave}"


def type_row(
    chance: random.Random,
    layout: Layout,
    person: YoungPerson,
    answers: tuple[SchoolAnswer, ...],
    places: tuple[Place, ...],
) -> dict[str, Cell]:
    """The cells of one row, for one wave or, where there is a column a year, for several."""
    row = _identity_cells(chance, layout, person)
    for answer in answers:
        wave = answer.wave if layout.kind == "years" else None
        row[cell_key("activity", wave)] = type_activity(chance, layout, answer.code)
        row[cell_key("provider_name", wave)] = _provider_as_typed(chance, answer.provider, places)
    if layout.kind != "years":
        row |= _destination_details(chance, layout, answers[-1])
    return row


def _identity_cells(chance: random.Random, layout: Layout, person: YoungPerson) -> dict[str, Cell]:
    forename, surname = type_name(chance, layout, person)
    uln: Cell = int(person.uln) if layout.uln_numbers else person.uln
    return {
        "upn": "" if chance.random() < layout.misses_upn else _type_upn(layout, person.upn),
        "uln": person.uln if layout.writing.extension == "csv" else uln,
        "surname": surname,
        "forename": forename,
        "full_name": f"{surname}, {forename}",
        "born_on": type_date(chance, layout.dates, person.born_on),
        "sex": layout.sexes[person.sex],
        "postcode": person.postcode,
        "sen": layout.sens[person.sen],
        "disadvantaged": layout.yes_or_no[person.disadvantaged],
        "form": person.form,
        "notes": chance.choice(destination_words.NOTES) if chance.random() < 0.2 else "",
        "school_name": person.school.name,
        "school_laestab": person.school.laestab,
        "leaving_year": person.cohort,
        "year_group": person.stage.removeprefix("Y"),
        "intended": chance.choice(chance.choice(list(destination_words.INTENDED.values()))),
        "consent": layout.yes_or_no[chance.random() < 0.9],
    } | {column: _extra_cell(chance, column) for column in layout.columns if column[0] == "?"}


def _destination_details(
    chance: random.Random, layout: Layout, answer: SchoolAnswer
) -> dict[str, Cell]:
    """What stands beside a destination: course, level, dates, who said so."""
    is_learning = answer.code[:1] == "2" and answer.code != "260"
    started_on = answer.started_on if answer.code[:1] in ("2", "3", "4") else None
    return {
        "course": chance.choice(destination_words.COURSES) if is_learning else "",
        "level": chance.choice(("1", "2", "3", "3")) if is_learning else "",
        "started_on": type_date(chance, layout.dates, started_on) if started_on else "",
        "as_at": type_date(chance, layout.dates, answer.asked_on) if answer.asked_on else "",
        "source": chance.choice(layout.sources) if answer.code not in ("", "810", "820") else "",
    }


def type_name(chance: random.Random, layout: Layout, person: YoungPerson) -> tuple[str, str]:
    """(forename, surname) as this school writes them."""
    forename, surname = person.forename, person.surname
    if chance.random() < layout.nicknames:
        forename = nickname(forename)
    if layout.names == "no accents":
        forename, surname = without_accents(forename), without_accents(surname)
    if layout.names in ("surname capitals", "all capitals"):
        surname = surname.upper()
    if layout.names == "all capitals":
        forename = forename.upper()
    return forename, surname


def without_accents(name: str) -> str:
    """The name as a system that knows only plain letters keeps it."""
    plain = unicodedata.normalize("NFD", name).replace("’", "'")
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def type_activity(chance: random.Random, layout: Layout, code: str) -> Cell:
    """A word for the code, or the code itself; a number where a workbook would make it one."""
    if not code:
        return ""
    word = chance.choice(layout.words[code])
    if layout.kind == "coded":
        return word if layout.writing.extension == "csv" else int(word)
    if chance.random() < layout.slips:
        word = destination_words.SLIPS.get(word, word)
    if layout.care == "spaces":
        return word + chance.choice(("", " ", "\u00a0"))
    return {"small": word.lower(), "capitals": word.upper()}.get(layout.care, word)


def type_date(chance: random.Random, style: str, day: date) -> Cell:
    """A date as it is typed here."""
    if style == "mixed":
        style = chance.choice(("real", "d/m/yyyy", "dd.mm.yy", "d month yyyy"))
    if style == "real":
        return day
    if style == "serial":
        return (day - date(1899, 12, 30)).days
    month = _MONTHS[day.month - 1]
    return {
        "d/m/yyyy": f"{day.day}/{day.month}/{day.year}",
        "dd/mm/yyyy": f"{day.day:02d}/{day.month:02d}/{day.year}",
        "dd.mm.yy": f"{day.day:02d}.{day.month:02d}.{day.year % 100:02d}",
        "dd-mmm-yy": f"{day.day:02d}-{month[:3]}-{day.year % 100:02d}",
        "d month yyyy": f"{day.day} {month} {day.year}",
        "yyyy-mm-dd": day.isoformat(),
    }[style]


def _type_upn(layout: Layout, upn: str) -> str:
    return {"small": upn.lower(), "spaces": upn + "\u00a0"}.get(layout.upns, upn)


def _provider_as_typed(chance: random.Random, provider: str, places: tuple[Place, ...]) -> str:
    """The provider's name, now and then as people call it."""
    if chance.random() < 0.15:
        return next((place.short for place in places if place.name == provider), provider)
    return provider


def _extra_cell(chance: random.Random, column: str) -> Cell:
    if column == "?Parent DOB":
        return date(1975, 1, 1).replace(
            month=chance.randrange(1, 13), year=chance.randrange(1966, 1990)
        )
    if column == "?KS4 Attendance %":
        return round(chance.uniform(60, 100), 1)
    if column in ("?Adm No", "?Exam Number", "?Locker No"):
        return chance.randrange(1000, 9999)
    if column == "?Parent Email":
        return f"parent{chance.randrange(10_000)}@example.org"
    return chance.choice(("Y", "N", "", "Red", "12"))
