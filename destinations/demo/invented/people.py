"""Made-up leavers: a cohort for each school and summer, with its twins and namesakes."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from destinations.demo.invented.identifiers import make_postcode, make_uln, make_upn
from destinations.demo.invented.institutions import MadeUpHub, Place
from destinations.demo.invented.names import draw_forename, draw_sex, draw_surname


@dataclass(frozen=True, slots=True)
class YoungPerson:
    """One leaver as they really are, whatever a sheet says of them.

    `summer` is the year they left in: 2024 for the cohort 2023/24, born from September 2007 to
    August 2008 when they left Year 11, and two years before when they left Year 13.
    """

    key: str
    school: Place
    summer: int
    forename: str
    surname: str
    sex: str
    born_on: date
    upn: str
    uln: str
    postcode: str
    sen: str
    disadvantaged: bool
    form: str
    stage: str = "Y11"

    @property
    def cohort(self) -> str:
        """The academic year they left in: "2023/24"."""
        return f"{self.summer - 1}/{self.summer % 100:02d}"


@dataclass
class Register:
    """What has been given out so far, so that no key and no ULN is given twice."""

    people: int = 0
    ulns: set[str] = field(default_factory=set)


# Shares of SEN support, of plans and of the disadvantaged, by kind of school.
_SHARES = {
    "mainstream": (0.13, 0.03, 0.26),
    "special": (0.0, 1.0, 0.45),
    "alternative": (0.55, 0.2, 0.6),
}


def cohort_size(chance: random.Random, school: Place, leavers: int) -> int:
    """A size around the mainstream one asked for.

    DfE's school file for 2020/21: medians of 174 in mainstream and 14 in special schools, a tenth
    under 98 and a tenth over 258 (sources.md: sizes).
    """
    if school.kind == "mainstream":
        return max(4, round(leavers * chance.triangular(0.6, 1.45, 0.95)))
    return max(4, round(leavers * chance.triangular(0.12, 0.3, 0.16)))


def draw_cohort(
    chance: random.Random,
    hub: MadeUpHub,
    school: Place,
    *,
    summer: int,
    size: int,
    register: Register,
) -> tuple[YoungPerson, ...]:
    """The leavers of one school and summer: twins now and then, and two of one name."""
    forms = _forms(chance, size)
    people: list[YoungPerson] = []
    for serial in range(1, size + 1):
        person = _draw_person(chance, hub, school, summer, serial, register)
        people.append(replace(person, form=chance.choice(forms)))
    if size >= 12:
        _make_twins(chance, people)
        if chance.random() < 0.5:
            _make_namesakes(chance, people)
    return tuple(people)


def draw_sixth_form(
    chance: random.Random,
    hub: MadeUpHub,
    school: Place,
    *,
    summer: int,
    size: int,
    register: Register,
) -> tuple[YoungPerson, ...]:
    """The Year 13 leavers of a school: as old as those who left its Year 11 two years before."""
    return tuple(
        replace(person, summer=summer, stage="Y13", form=person.form.replace("11", "13"))
        for person in draw_cohort(
            chance, hub, school, summer=summer - 2, size=size, register=register
        )
    )


def _forms(chance: random.Random, size: int) -> list[str]:
    style = chance.choice(("11{}", "11-{}", "Y11{}", "{}"))
    letters = chance.choice(("ABCDEFGH", "NESWPQRT"))[: max(1, min(8, size // 7))]
    return [style.format(letter) for letter in letters]


def _draw_person(
    chance: random.Random,
    hub: MadeUpHub,
    school: Place,
    summer: int,
    serial: int,
    register: Register,
) -> YoungPerson:
    register.people += 1
    sex = draw_sex(chance)
    support, plan, disadvantaged = _SHARES[school.kind]
    sen = chance.choices("NKE", weights=(max(0.0, 1 - support - plan), support, plan))[0]
    uln = make_uln(chance)
    while uln in register.ulns:
        uln = make_uln(chance)
    register.ulns.add(uln)
    return YoungPerson(
        key=f"P{register.people:05d}",
        school=school,
        summer=summer,
        forename=draw_forename(chance, sex),
        surname=draw_surname(chance),
        sex=sex,
        born_on=_draw_birthday(chance, summer),
        upn=make_upn(school.la_code, school.establishment, summer - 5, serial),
        uln=uln,
        postcode=make_postcode(chance, hub.areas),
        sen=sen,
        disadvantaged=chance.random() < disadvantaged,
        form="",
    )


def _draw_birthday(chance: random.Random, summer: int) -> date:
    first = date(summer - 17, 9, 1)
    return first + timedelta(days=chance.randrange((date(summer - 16, 8, 31) - first).days + 1))


def _make_twins(chance: random.Random, people: list[YoungPerson]) -> None:
    """The first two become twins: same surname, birthday, home and form; different forenames."""
    first, second = people[0], people[1]
    forename = second.forename
    while forename[:3] == first.forename[:3]:
        forename = draw_forename(chance, second.sex)
    people[1] = replace(
        second,
        forename=forename,
        surname=first.surname,
        born_on=first.born_on,
        postcode=first.postcode,
        form=first.form,
    )


def _make_namesakes(chance: random.Random, people: list[YoungPerson]) -> None:
    """Two that share a whole name, and nothing else."""
    named, namesake = chance.sample(range(2, len(people)), 2)
    if people[named].born_on != people[namesake].born_on:
        people[namesake] = replace(
            people[namesake],
            forename=people[named].forename,
            surname=people[named].surname,
            sex=people[named].sex,
        )


def strangers(
    chance: random.Random, hub: MadeUpHub, summer: int, count: int
) -> Iterator[YoungPerson]:
    """Learners of a college who came from no school of the hub."""
    no_school = replace(hub.schools[0], urn="", establishment="6900", kind="mainstream")
    register = Register()
    for serial in range(1, count + 1):
        # A key that no leaver has: the truth names nobody for these rows.
        stranger = _draw_person(chance, hub, no_school, summer, serial, register)
        yield replace(stranger, key="", upn=make_upn("909", "6900", summer - 5, serial))
