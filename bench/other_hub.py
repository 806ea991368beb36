"""A second kind of made-up hub, in other words and layouts than the demonstration's."""

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from other_layouts import LAST_AUTUMN, LAYOUTS, Answer, OtherSchool
from other_words import NAMES_EMPLOYER, NOT_KNOWN, PLANS, OtherStyle, draw_style

from destinations.demo.invented.institutions import MadeUpHub, Place, draw_hub
from destinations.demo.invented.people import (
    Register,
    YoungPerson,
    cohort_size,
    draw_cohort,
    draw_sixth_form,
)
from destinations.demo.paths import AFTER_YEAR_13, Doing, first_weights, follow
from destinations.demo.truth import write_hub

_NEEDS_YEAR_13 = "two year groups"


def make_other_hub(folder: Path, *, seed: int, schools: int = 9, leavers: int = 30) -> Path:
    """The hub in the folder, as the demonstration's are: the same bytes for the same arguments."""
    hub = draw_hub(_chance(seed, "places"), schools, 2)
    register = Register()
    kinds = _kinds(_chance(seed, "kinds"), hub.schools)
    everybody: list[YoungPerson] = []
    doings: dict[str, tuple[Doing, ...]] = {}
    sent = []
    for place, kind in zip(hub.schools, kinds, strict=True):
        chance = _chance(seed, "school", place.urn)
        people = _people(chance, hub, place, leavers, register)
        doings |= _doings(chance, hub, place, people)
        style = draw_style(chance)
        answers = {
            (person.key, wave): answer
            for person in people
            for wave, answer in _answers(chance, hub, style, person, doings[person.key]).items()
        }
        sent += LAYOUTS[kind](OtherSchool(place, style, people, answers, chance))
        everybody += people
    return write_hub(folder, hub, everybody, doings, sent)


def _chance(seed: int, *purpose: object) -> random.Random:
    return random.Random("/".join(str(part) for part in ("other", seed, *purpose)))


def _kinds(chance: random.Random, schools: Sequence[Place]) -> list[str]:
    """A layout for each school, all of them before any comes twice."""
    kinds: list[str] = []
    pool: list[str] = []
    for place in schools:
        pool = pool or chance.sample(list(LAYOUTS), len(LAYOUTS))
        has_both = place.sixth_form and place.kind == "mainstream"
        able = [kind for kind in pool if kind != _NEEDS_YEAR_13 or has_both] or [*LAYOUTS][:1]
        wanted = _NEEDS_YEAR_13 if has_both and _NEEDS_YEAR_13 in able else able[0]
        kinds.append(wanted)
        pool = [kind for kind in pool if kind != wanted]
    return kinds


def _people(
    chance: random.Random, hub: MadeUpHub, place: Place, leavers: int, register: Register
) -> list[YoungPerson]:
    people: list[YoungPerson] = []
    for summer in range(LAST_AUTUMN - 2, LAST_AUTUMN + 1):
        size = cohort_size(chance, place, leavers)
        people += draw_cohort(chance, hub, place, summer=summer, size=size, register=register)
        # Later Year 13 leavers would be people who are in Year 11 cohorts of the hub already.
        if place.sixth_form and summer < LAST_AUTUMN:
            people += draw_sixth_form(
                chance, hub, place, summer=summer, size=max(4, size // 2), register=register
            )
    return people


def _doings(
    chance: random.Random, hub: MadeUpHub, place: Place, people: Sequence[YoungPerson]
) -> dict[str, tuple[Doing, ...]]:
    weights = first_weights(chance, place)
    return {
        person.key: tuple(
            _moved_away(doing) if chance.random() < 0.015 else doing
            for doing in follow(
                chance,
                hub,
                person,
                min(3, LAST_AUTUMN - person.summer + 1),
                AFTER_YEAR_13 if person.stage == "Y13" else weights,
            )
        )
        for person in people
    }


def _moved_away(doing: Doing) -> Doing:
    return replace(doing, code="730", provider="", urn="", ukprn="", ended_on=None)


def _answers(
    chance: random.Random,
    hub: MadeUpHub,
    style: OtherStyle,
    person: YoungPerson,
    doings: tuple[Doing, ...],
) -> dict[int, Answer]:
    """What the school types at wave 0, where it asks for plans, and at each wave since."""
    planned = doings[0].code if doings[0].code in PLANS else "810"
    if planned == "210" and not person.school.sixth_form:
        planned = "810"
    answers = {0: Answer(planned, chance.choice(PLANS[planned]), "")}
    for doing in doings:
        code, provider = doing.code, doing.provider
        if chance.random() > style.coverage:
            code, provider = chance.choices(NOT_KNOWN, weights=(7, 2, 1))[0], ""
            if chance.random() < 0.05:
                answers[doing.wave] = Answer("", "", "")
                continue
        words = code
        if code == "210" and not person.school.sixth_form:
            words = "210 elsewhere"
            provider = next(place.name for place in hub.schools if place.sixth_form)
        typed = chance.choice(style.words[words])
        answers[doing.wave] = Answer(code, typed, "" if typed in NAMES_EMPLOYER else provider)
    return answers
