"""A whole made-up hub on disk: register, members, what everybody sent, and the truth about it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from destinations.demo.enrolment_lists import draw_style, enrolment_list
from destinations.demo.faults import KINDS as FAULTS
from destinations.demo.invented.institutions import MadeUpHub, Place, draw_hub
from destinations.demo.invented.people import (
    Register,
    YoungPerson,
    cohort_size,
    draw_cohort,
    draw_sixth_form,
    strangers,
)
from destinations.demo.layouts import KINDS as LAYOUTS
from destinations.demo.layouts import Layout, draw_layout, kinds_for
from destinations.demo.leaver_sheets import Occasion, leaver_sheet
from destinations.demo.paths import AFTER_YEAR_13, Doing, first_weights, follow
from destinations.demo.rows import SchoolAnswer, draw_school_answer
from destinations.demo.sent_files import SentFile
from destinations.demo.truth import write_hub


@dataclass(frozen=True, slots=True)
class Wishes:
    """What else a made-up hub may be asked for."""

    colleges: int = 2
    last_autumn: int = 2026
    layouts: tuple[str, ...] = LAYOUTS
    faults: tuple[str, ...] = FAULTS
    faults_a_file: int = 3  # at most; a third of the files have none
    strangers: float = 0.15  # learners of a college from elsewhere, for each leaver it enrols
    spring_lists: bool = True  # colleges say in March who is still there
    unsent: int = 1  # sheets of the last autumn that have not come
    year_13: bool = False  # schools with a sixth form send its leavers too


def make_hub(
    folder: Path,
    *,
    seed: int,
    schools: int = 6,
    years: int = 3,
    leavers: int = 30,
    wishes: Wishes = Wishes(),  # noqa: B008 - frozen
) -> Path:
    """A made-up hub in the folder: the same files, byte for byte, for the same arguments.

    `years` cohorts of each school, followed for up to three autumns and to `last_autumn`;
    `leavers` is about the size of a mainstream cohort.  Gives the folder, which then holds
    institutions.csv, hub_members.csv, manifest.csv, inbox/<urn>/... and truth/.
    """
    hub = draw_hub(_chance(seed, "places"), schools, wishes.colleges)
    people = _draw_people(seed, hub, years, leavers, wishes)
    doings = _follow_people(seed, hub, people, wishes)
    sent = [
        *_leaver_sheets(seed, hub, people, doings, wishes),
        *_enrolment_lists(seed, hub, people, doings, wishes),
    ]
    return write_hub(folder, hub, people, doings, sent)


def _chance(seed: int, *purpose: object) -> random.Random:
    """Dice for one purpose only, so that a change in one place moves nothing in another."""
    return random.Random("/".join(str(part) for part in (seed, *purpose)))


def _draw_people(
    seed: int, hub: MadeUpHub, years: int, leavers: int, wishes: Wishes
) -> list[YoungPerson]:
    register = Register()
    people: list[YoungPerson] = []
    first = wishes.last_autumn - years + 1
    for school in hub.schools:
        for summer in range(first, wishes.last_autumn + 1):
            chance = _chance(seed, "people", school.urn, summer)
            size = cohort_size(chance, school, leavers)
            people += draw_cohort(chance, hub, school, summer=summer, size=size, register=register)
            # Later sixth-form leavers would be people who are in the hub's Year 11 cohorts already.
            if wishes.year_13 and school.sixth_form and summer < first + 2:
                people += draw_sixth_form(
                    chance, hub, school, summer=summer, size=max(4, size // 2), register=register
                )
    return people


def _follow_people(
    seed: int, hub: MadeUpHub, people: Sequence[YoungPerson], wishes: Wishes
) -> dict[str, tuple[Doing, ...]]:
    """What each person did in each autumn so far, at most three."""
    weights = {
        school.urn: first_weights(_chance(seed, "weights", school.urn), school)
        for school in hub.schools
    }
    return {
        person.key: follow(
            _chance(seed, "paths", person.key),
            hub,
            person,
            min(3, wishes.last_autumn - person.summer + 1),
            AFTER_YEAR_13 if person.stage == "Y13" else weights[person.school.urn],
        )
        for person in people
    }


def _leaver_sheets(
    seed: int,
    hub: MadeUpHub,
    people: Sequence[YoungPerson],
    doings: dict[str, tuple[Doing, ...]],
    wishes: Wishes,
) -> list[SentFile]:
    chance = _chance(seed, "layouts")
    kinds = kinds_for(chance, hub.schools, wishes.layouts)
    start = chance.randrange(10)
    unsent = _unsent(seed, hub, people, wishes)
    sent = []
    for number, (school, kind) in enumerate(zip(hub.schools, kinds, strict=True)):
        layout = draw_layout(_chance(seed, "layout", school.urn), school, start + number, kind)
        answers = _draw_answers(_chance(seed, "said", school.urn), layout, school, people, doings)
        for occasion in _occasions(school, people, wishes):
            if occasion in unsent:
                continue
            cohort = [
                person
                for person in people
                if person.school is school
                and (person.summer, person.stage) == (occasion.summer, occasion.stage)
            ]
            sheet_chance = _chance(
                *(seed, "sheet", school.urn, occasion.summer, occasion.wave, occasion.stage)
            )
            sent.append(
                leaver_sheet(
                    sheet_chance,
                    hub,
                    layout,
                    occasion,
                    people=cohort,
                    answers=answers,
                    faults=_draw_faults(sheet_chance, wishes),
                )
            )
    return sent


def _unsent(
    seed: int, hub: MadeUpHub, people: Sequence[YoungPerson], wishes: Wishes
) -> list[Occasion]:
    """The sheets that somebody in the hub must ask for."""
    due = [
        occasion
        for school in hub.schools
        for occasion in _occasions(school, people, wishes)
        if occasion.autumn == wishes.last_autumn
    ]
    return _chance(seed, "unsent").sample(due, min(wishes.unsent, len(due)))


def _draw_faults(chance: random.Random, wishes: Wishes) -> list[str]:
    count = chance.randrange(1, wishes.faults_a_file + 1) if wishes.faults_a_file else 0
    if chance.random() < 1 / 3:
        count = 0
    return [chance.choice(wishes.faults) for _ in range(count)]


def _occasions(school: Place, people: Sequence[YoungPerson], wishes: Wishes) -> list[Occasion]:
    cohorts = sorted(
        {(person.summer, person.stage) for person in people if person.school is school}
    )
    return [
        Occasion(school, summer, wave, stage)
        for summer, stage in cohorts
        for wave in range(1, min(3, wishes.last_autumn - summer + 1) + 1)
    ]


def _draw_answers(
    chance: random.Random,
    layout: Layout,
    school: Place,
    people: Sequence[YoungPerson],
    doings: dict[str, tuple[Doing, ...]],
) -> dict[tuple[str, int], SchoolAnswer]:
    """What the school says of each leaver at each wave, the same in every sheet."""
    return {
        (person.key, doing.wave): draw_school_answer(
            chance, doing, person.summer + doing.wave - 1, layout.coverage[doing.wave - 1]
        )
        for person in people
        if person.school is school
        for doing in doings[person.key]
    }


def _enrolment_lists(
    seed: int,
    hub: MadeUpHub,
    people: Sequence[YoungPerson],
    doings: dict[str, tuple[Doing, ...]],
    wishes: Wishes,
) -> list[SentFile]:
    sent = []
    first = min(person.summer for person in people)
    for number, college in enumerate(hub.colleges):
        style = draw_style(_chance(seed, "style", college.urn), number + seed)
        for autumn in range(first, wishes.last_autumn + 1):
            chance = _chance(seed, "list", college.urn, autumn)
            enrolled = [
                (person, doing)
                for person in people
                for doing in doings[person.key]
                if doing.urn == college.urn and person.summer + doing.wave - 1 == autumn
            ]
            enrolled += _enrolled_from_elsewhere(
                chance, hub, college, autumn, len(enrolled), wishes
            )
            seasons = (
                (False, True) if wishes.spring_lists and autumn < wishes.last_autumn else (False,)
            )
            sent += [
                enrolment_list(
                    chance, style, college, autumn=autumn, in_spring=spring, enrolled=enrolled
                )
                for spring in seasons
                if enrolled
            ]
    return sent


def _enrolled_from_elsewhere(
    chance: random.Random, hub: MadeUpHub, college: Place, autumn: int, count: int, wishes: Wishes
) -> list[tuple[YoungPerson, Doing]]:
    return [
        (stranger, follow(chance, hub, stranger, 1, {"230": 1.0})[0])
        for stranger in strangers(chance, hub, autumn, round(count * wishes.strangers))
    ]
