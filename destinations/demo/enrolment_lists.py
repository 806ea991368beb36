"""A made-up college's list of whom it has enrolled, in the style that the college keeps."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from destinations.demo.files import Cell, Writing, as_bytes
from destinations.demo.invented import destination_words
from destinations.demo.invented.column_headings import ENROLMENT_STYLES
from destinations.demo.invented.institutions import Place
from destinations.demo.invented.names import nickname
from destinations.demo.invented.people import YoungPerson
from destinations.demo.paths import Doing
from destinations.demo.rows import type_date, without_accents
from destinations.demo.sent_files import SentFile, TrueRow
from destinations.demo.tables import Column, Frame, lay_out


@dataclass(frozen=True, slots=True)
class Style:
    """How one college makes its list, kept from year to year."""

    headings: dict[str, str]
    writing: Writing
    dates: str
    tab: str
    misses_upn: float
    nicknames: float
    no_accents: bool
    banner: bool


def draw_style(chance: random.Random, number: int) -> Style:
    """The style of the college that is `number` in its hub."""
    extension = chance.choice(("xlsx", "xlsx", "ods", "csv"))
    csv = Writing("csv", encoding=chance.choice(("cp1252", "utf-8-sig")), delimiter=",")
    return Style(
        headings=ENROLMENT_STYLES[number % len(ENROLMENT_STYLES)],
        writing=csv if extension == "csv" else Writing(extension),
        dates="dd/mm/yyyy" if extension == "csv" else chance.choice(("real", "real", "d/m/yyyy")),
        tab=chance.choice(("Starters", "Learners", "Enrolments", "Sheet1")),
        misses_upn=chance.uniform(0.1, 0.5),
        nicknames=chance.choice((0.0, 0.01)),
        no_accents=chance.random() < 0.3,
        banner=extension != "csv" and chance.random() < 0.3,
    )


def enrolment_list(
    chance: random.Random,
    style: Style,
    college: Place,
    *,
    autumn: int,
    in_spring: bool,
    enrolled: Sequence[tuple[YoungPerson, Doing]],
) -> SentFile:
    """The list of an autumn, or the one that says in spring who is still there.

    A list never knows the future: who leaves in winter has an end date in spring only.
    """
    sent_on = date(autumn + 1, 3, 27) if in_spring else date(autumn, 10, chance.randrange(2, 9))
    order = chance.sample(list(enrolled), len(enrolled))
    rows = [
        _type_row(chance, style, college, person, _dates_known(doing, sent_on))
        for person, doing in order
    ]
    columns = [Column(field, heading) for field, heading in style.headings.items()]
    above: tuple[tuple[Cell, ...], ...] = ()
    if style.banner:
        above = ((f"{college.name} enrolments {autumn}/{(autumn + 1) % 100:02d}",), ())
    laid = lay_out(style.tab, columns, rows, Frame(above=above))
    sheet = "" if style.writing.extension == "csv" else style.tab
    season = f"{autumn} still here in March" if in_spring else str(autumn)
    return SentFile(
        urn=college.urn,
        file=f"{college.name} enrolled {season}.{style.writing.extension}",
        kind="enrolments",
        cohort="",
        wave=None,
        sent_on=sent_on,
        content=as_bytes((laid.tab,), style.writing),
        rows=tuple(
            TrueRow(sheet, number, person.key, doing.wave if person.key else None)
            for number, (person, doing) in zip(laid.numbers, order, strict=True)
        ),
    )


def _dates_known(doing: Doing, sent_on: date) -> tuple[date, date | None]:
    """(start, end) as the college knows them on the day it sends the list."""
    has_ended = doing.ended_on is not None and doing.ended_on <= sent_on
    return doing.started_on, doing.ended_on if has_ended else None


def _type_row(
    chance: random.Random,
    style: Style,
    college: Place,
    person: YoungPerson,
    dates: tuple[date, date | None],
) -> dict[str, Cell]:
    forename = person.forename
    if chance.random() < style.nicknames:
        forename = nickname(forename)
    surname = person.surname
    if style.no_accents:
        forename, surname = without_accents(forename), without_accents(surname)
    started_on, ended_on = dates
    return {
        "reference": chance.randrange(100_000, 999_999),
        "forename": forename,
        "surname": surname,
        "born_on": type_date(chance, style.dates, person.born_on),
        "sex": person.sex,
        "postcode": person.postcode,
        "upn": "" if chance.random() < style.misses_upn else person.upn,
        "uln": person.uln,
        "own_laestab": college.laestab,
        "school_name": person.school.name if person.key else "Another school",
        "started_on": type_date(chance, style.dates, started_on),
        "ended_on": type_date(chance, style.dates, ended_on) if ended_on else "",
        "level": chance.choice(("1", "2", "3")),
        "course": chance.choice(destination_words.COURSES),
    }
