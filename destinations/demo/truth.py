"""A made-up hub written down: what its people would send, and beside it what is really true."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path

from destinations.demo.invented.institutions import MadeUpHub, Place
from destinations.demo.invented.people import YoungPerson
from destinations.demo.paths import Doing
from destinations.demo.sent_files import SentFile

_INSTITUTION_COLUMNS = (
    "URN",
    "LA (code)",
    "LA (name)",
    "EstablishmentNumber",
    "EstablishmentName",
    "TypeOfEstablishment (name)",
    "OfficialSixthForm (name)",
    "EstablishmentStatus (name)",
    "UKPRN",
    "FurtherEducationType (name)",
    "StatutoryLowAge",
    "StatutoryHighAge",
    "NumberOfPupils",
)


def write_hub(
    folder: Path,
    hub: MadeUpHub,
    people: Sequence[YoungPerson],
    doings: Mapping[str, tuple[Doing, ...]],
    sent: Sequence[SentFile],
) -> Path:
    """The folder, with everything in it.  Raises ValueError when two files share a name."""
    if len({sent_file.file for sent_file in sent}) < len(sent):
        message = "two made-up files have the same name, so the truth would not know them apart"
        raise ValueError(message)
    places = (*hub.schools, *hub.colleges)
    sizes = Counter(
        (person.school.urn, person.summer) for person in people if person.stage == "Y11"
    )
    lines = [_institution_row(place, *_ages_and_pupils(place, sizes)) for place in places]
    _write(folder / "institutions.csv", _INSTITUTION_COLUMNS, lines)
    _write(
        folder / "hub_members.csv",
        ("urn", "hub", "joined_on", "left_on"),
        ((place.urn, hub.name, "2019-09-01", "") for place in places),
    )
    _write(
        folder / "manifest.csv",
        ("urn", "file", "kind", "cohort", "wave", "sent_on"),
        (
            (
                sent_file.urn,
                sent_file.file,
                sent_file.kind,
                sent_file.cohort,
                sent_file.wave,
                sent_file.sent_on,
            )
            for sent_file in sent
        ),
    )
    for sent_file in sent:
        path = folder / "inbox" / sent_file.urn / sent_file.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(sent_file.content)
    _write_truth(folder / "truth", people, doings, sent)
    return folder


def _ages_and_pupils(place: Place, sizes: Mapping[tuple[str, int], int]) -> tuple[object, ...]:
    """The ages that a school is for and how many pupils it has: year groups like its cohorts.

    The register counts the pupils of no college.
    """
    cohorts = [size for (urn, _), size in sizes.items() if urn == place.urn]
    if not cohorts:
        return "", "", ""
    year_group = sum(cohorts) / len(cohorts)
    return 11, 18 if place.sixth_form else 16, round(year_group * (6.2 if place.sixth_form else 5))


def _institution_row(place: Place, *pupils: object) -> tuple[object, ...]:
    return (
        place.urn,
        place.la_code,
        place.la_name,
        place.establishment,
        place.name,
        place.type_name,
        "Has a sixth form" if place.sixth_form else "Does not have a sixth form",
        "Open",
        place.ukprn,
        place.further_education,
        *pupils,
    )


def _write_truth(
    folder: Path,
    people: Sequence[YoungPerson],
    doings: Mapping[str, tuple[Doing, ...]],
    sent: Sequence[SentFile],
) -> None:
    _write(
        folder / "people.csv",
        (
            "person urn cohort year forename surname sex dob upn uln postcode sen dis form stage"
        ).split(),
        map(_person_row, people),
    )
    _write(
        folder / "destinations.csv",
        "person wave code provider urn ukprn start left_before_march".split(),
        ((key, *_destination_row(doing)) for key, path in doings.items() for doing in path),
    )
    _write(
        folder / "rows.csv",
        "file sheet row person wave".split(),
        (
            (sent_file.file, row.sheet, row.row, row.person, row.wave)
            for sent_file in sent
            for row in sent_file.rows
        ),
    )
    _write(
        folder / "planted.csv",
        "file sheet row heading kind".split(),
        (
            (sent_file.file, fault.sheet, fault.row, fault.heading, fault.kind)
            for sent_file in sent
            for fault in sent_file.planted
        ),
    )
    _write(
        folder / "words.csv",
        "file sheet row column heading person wave code provider typed".split(),
        ((sent_file.file, *astuple(word)) for sent_file in sent for word in sent_file.words),
    )


def _person_row(person: YoungPerson) -> tuple[object, ...]:
    return (
        person.key,
        person.school.urn,
        person.cohort,
        person.summer,
        person.forename,
        person.surname,
        person.sex,
        person.born_on,
        person.upn,
        person.uln,
        person.postcode,
        person.sen,
        "Y" if person.disadvantaged else "N",
        person.form,
        person.stage,
    )


def _destination_row(doing: Doing) -> tuple[object, ...]:
    return (
        doing.wave,
        doing.code,
        doing.provider,
        doing.urn,
        doing.ukprn,
        doing.started_on,
        doing.ended_on is not None,
    )


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
