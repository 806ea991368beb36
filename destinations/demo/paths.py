"""What made-up leavers really did, autumn by autumn, drawn from how real schools spread."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from destinations.demo.invented.institutions import MadeUpHub, Place
from destinations.demo.invented.people import YoungPerson


@dataclass(frozen=True, slots=True)
class Doing:
    """What somebody was really doing in the autumn of a wave.

    `ended_on` is set when they had left again before March, so that it did not last.
    """

    wave: int
    code: str
    provider: str
    urn: str
    ukprn: str
    started_on: date
    ended_on: date | None = None


_EMPLOYERS = (
    "Hartside Joinery Ltd|Brook & Daughters|Northgate Autos|Tanfield Foods|Castle Hair Studio|"
    "Redwing Logistics|Marlow Care Homes|J. Pemberton & Sons|Bluebird Nursery|Skelton Roofing|"
    "Whitmoor Farm|Cobblers Café|Ridgeway Electrical|Stonebridge Builders' Merchants|"
    "Lakeside Leisure Centre|Oakfield Dental Practice|The Plough Inn|Fleetwood Engineering plc"
).split("|")
_TRAINERS = (
    "Ladder Training|Stepwise Skills|Northern Trades Academy|Pathway Learning Group|Kickstart Works"
).split("|")
_UNIVERSITIES = (
    "University of Leeds|Sheffield Hallam University|University of Exeter|Durham University|"
    "Nottingham Trent University|University of Bristol"
).split("|")
_SPECIALISTS = ("Orchard Specialist College", "Bridgeway Specialist College")
_STRANGE_COLLEGES = ("Tidewater College", "Hollowell College", "Three Rivers College")

# Not in the hub's figures but in each of ours: weights a code, by kind of school, drawn around
# DfE's rows for mainstream, special and alternative provision (sources.md: national figures).
_FIRST = {
    "special": {"280": 42, "230": 28, "210": 4, "460": 6, "410": 6, "330": 2, "619": 6, "640": 6},
    "alternative": {
        "230": 38,
        "410": 13,
        "310": 7,
        "330": 9,
        "619": 24,
        "530": 4,
        "630": 2,
        "710": 3,
    },
}
_LATER = {
    "310": 24,
    "330": 26,
    "340": 8,
    "360": 6,
    "230": 10,
    "619": 14,
    "380": 2,
    "450": 2,
    "260": 2,
}
_THIRD = {"240": 34, "330": 24, "310": 14, "340": 8, "260": 4, "619": 10, "360": 4, "230": 2}
# Roughly DfE's row for all leavers of 16 to 18 study (sources.md: national figures).
AFTER_YEAR_13 = {
    "240": 37.0,
    "330": 21.0,
    "310": 8.0,
    "230": 6.0,
    "340": 5.0,
    "260": 6.0,
    "360": 3.0,
    "619": 10.0,
}
# Of those in school or college at wave 1, about three in four are there a year on; of all, about
# half do the same in the third autumn as in the second (sources.md: change).
_STAYS = {2: 0.73, 3: 0.46}
_LEFT_EARLY = 0.05


def first_weights(chance: random.Random, school: Place) -> dict[str, float]:
    """How likely each activity is in the first autumn after this school, for all of its cohorts.

    The spread between mainstream schools (2020/21, 5th to 95th of a hundred): FE 8 to 71, own
    sixth form 1 to 83, sixth form college 0 to 54, apprenticeships 0 to 9, work 2 to 10, not
    sustained 1 to 13 (sources.md: sizes).
    """
    if school.kind in _FIRST:
        return {code: float(weight) for code, weight in _FIRST[school.kind].items()}
    return {
        "210": chance.triangular(35, 80, 55) if school.sixth_form else 2.0,
        "230": chance.triangular(8, 71, 34),
        "220": chance.triangular(2, 54, 14),
        "310": chance.triangular(1, 9, 4),
        "330": chance.triangular(0.5, 5, 2),
        "340": 1.0,
        "410": 1.5,
        "360": 0.5,
        "619": chance.triangular(1, 8, 4),
        "270": 0.3,
    }


def follow(
    chance: random.Random,
    hub: MadeUpHub,
    person: YoungPerson,
    waves: int,
    weights: dict[str, float],
) -> tuple[Doing, ...]:
    """What one leaver did in each autumn, from wave 1 on."""
    doings: list[Doing] = []
    for wave in range(1, waves + 1):
        previous = doings[-1] if doings else None
        if previous and not previous.ended_on and chance.random() < _STAYS.get(wave, 0.5):
            doings.append(
                Doing(
                    wave,
                    previous.code,
                    previous.provider,
                    previous.urn,
                    previous.ukprn,
                    previous.started_on,
                )
            )
        else:
            wave_weights = weights if wave == 1 else _LATER if wave == 2 else _THIRD
            doings.append(_start(chance, hub, person, wave, wave_weights))
    return tuple(doings)


def _start(
    chance: random.Random,
    hub: MadeUpHub,
    person: YoungPerson,
    wave: int,
    weights: dict[str, float] | dict[str, int],
) -> Doing:
    code = chance.choices(list(weights), weights=list(weights.values()))[0]
    provider, urn, ukprn = _provider(chance, hub, person.school, code)
    autumn = person.summer + wave - 1
    started = date(autumn, 9, 2) + timedelta(days=chance.randrange(12))
    ended = None
    if code[0] in "23" and code != "260" and chance.random() < _LEFT_EARLY:
        ended = date(autumn, 11, 20) + timedelta(days=chance.randrange(80))
    return Doing(wave, code, provider, urn, ukprn, started, ended)


def _provider(
    chance: random.Random, hub: MadeUpHub, school: Place, code: str
) -> tuple[str, str, str]:
    """(name, URN, UKPRN) of where somebody goes to do this; '' where nowhere is."""
    if code == "210":
        return (school.name, school.urn, "")
    if code in ("220", "230"):
        local = [
            college
            for college in hub.colleges
            if ("Sixth" in college.further_education) is (code == "220")
        ]
        if local and chance.random() < 0.93:
            college = chance.choice(local)
            return (college.name, college.urn, college.ukprn)
        ending = " Sixth Form College" if code == "220" else ""
        name = chance.choice(_STRANGE_COLLEGES)
        return (name.removesuffix(" College") + ending if ending else name, "", "")
    names = {
        "240": _UNIVERSITIES,
        "280": _SPECIALISTS,
        "460": _SPECIALISTS,
        "410": _TRAINERS,
        "450": _TRAINERS,
        "530": _TRAINERS,
        "270": ("Northern School of Music",),
    }.get(code, _EMPLOYERS if code[0] == "3" and code != "380" else None)
    return (chance.choice(names), "", "") if names else ("", "", "")
