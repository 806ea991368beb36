"""A made-up national autumn: thousands of schools, each drawn when its turn comes and then let go.

Cohort sizes follow DfE's school file for the leavers of 2020/21 (sources.md: sizes): by kind of
school the smallest, 5, 10, 25, 50, 75, 90, 95, 99 in a hundred and the largest.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from destinations.demo.faults import KINDS as FAULTS
from destinations.demo.invented.institutions import COUNCILS, MadeUpHub, Place
from destinations.demo.invented.people import Register, draw_cohort
from destinations.demo.layouts import KINDS as LAYOUTS
from destinations.demo.layouts import draw_layout
from destinations.demo.leaver_sheets import Occasion, leaver_sheet
from destinations.demo.paths import first_weights, follow
from destinations.demo.rows import draw_school_answer
from destinations.demo.sent_files import SentFile

SHARES = (0.0, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99, 1.0)
SIZES = {
    "mainstream": (15, 74, 98, 130, 174, 217, 258, 284, 340, 448),
    "special": (4, 4, 5, 8, 14, 21, 28, 33, 43, 58),
    "alternative": (4, 4, 5, 7, 12, 20, 32, 40, 60, 80),  # ours: no figure was found
}
# A few more mainstream schools among them than in England, so that 4,000 make some 600,000 rows.
KINDS = (("mainstream", 84), ("special", 12), ("alternative", 4))
A_HUB = 30  # schools; hubs have 20 to 40


def schools(many: int) -> Iterator[Place]:
    """So many schools, for ever the same ones."""
    chance = random.Random("national")
    for number in range(many):
        kind = chance.choices([kind for kind, _ in KINDS], [share for _, share in KINDS])[0]
        la_code, la_name, _ = COUNCILS[number % len(COUNCILS)]
        yield Place(
            urn=str(300_000 + number),
            la_code=la_code,
            la_name=la_name,
            establishment=str(2_000 + number // len(COUNCILS)),
            name=f"School {number}",
            type_name={
                "mainstream": "Academy converter",
                "special": "Community special school",
            }.get(kind, "Pupil referral unit"),
            kind=kind,
            sixth_form=kind == "mainstream" and chance.random() < 0.55,
            short=f"School {number}",
        )


def hub_of(number: int) -> str:
    """The hub that the school of that number belongs to."""
    return f"Hub {number // A_HUB:03d}"


def sheet(school: Place, number: int, autumn: int) -> SentFile:
    """What the school sends of this summer's leavers, in a layout of its own."""
    chance = random.Random(f"national/{number}")
    hub = MadeUpHub(hub_of(number), "LS BD HX EX", (school,), ())
    size = _size(chance, school.kind)
    # Numbers of people go up from school to school, so that no two share one.
    people = draw_cohort(
        chance, hub, school, summer=autumn, size=size, register=Register(people=number * 500)
    )
    kind = chance.choice([kind for kind in LAYOUTS if kind != "years"])
    layout = draw_layout(chance, school, number, kind)
    layout = replace(layout, file_name="leavers {summer}")
    weights = first_weights(chance, school)
    answers = {
        (person.key, 1): draw_school_answer(
            chance, follow(chance, hub, person, 1, weights)[0], autumn, layout.coverage[0]
        )
        for person in people
    }
    faults = chance.choices(FAULTS, k=size // 60)
    return leaver_sheet(
        chance,
        hub,
        layout,
        Occasion(school, autumn, 1),
        people=people,
        answers=answers,
        faults=faults,
    )


def sent_on(autumn: int) -> date:
    """The day on which the whole country has sent."""
    return date(autumn, 11, 22)


def _size(chance: random.Random, kind: str) -> int:
    """A cohort size from the spread: straight lines between the points that are known."""
    drawn, sizes = chance.random(), SIZES[kind]
    at = next(at for at, share in enumerate(SHARES[1:]) if drawn <= share)
    part = (drawn - SHARES[at]) / (SHARES[at + 1] - SHARES[at])
    return round(sizes[at] + part * (sizes[at + 1] - sizes[at]))
