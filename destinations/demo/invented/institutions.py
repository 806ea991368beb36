"""A made-up hub's schools and colleges, as the GIAS register would list them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

# Real councils, so that UPNs carry a code that exists; everything else is fiction.
COUNCILS = (
    ("380", "Bradford", "BD LS"),
    ("382", "Kirklees", "HD WF"),
    ("815", "North Yorkshire", "HG YO"),
    ("830", "Derbyshire", "DE S"),
    ("840", "County Durham", "DH DL"),
    ("856", "Leicester", "LE"),
    ("878", "Devon", "EX TQ"),
    ("886", "Kent", "CT ME TN"),
    ("908", "Cornwall", "PL TR"),
    ("926", "Norfolk", "NR IP"),
    ("931", "Oxfordshire", "OX"),
    ("935", "Suffolk", "IP CO"),
)

_TOWNS = (
    "Aldermoor Brackenfield Calderwick Dunmere Eskleigh Fenholme Garthside Harrowdene Inglebeck "
    "Kettlethwaite Langstrode Marlbourne Netherfold Oakhanger Penwithick Quarrydale Ravensby "
    "Saltwick Thornaby-le-Moor Underhay Wexcombe Yarrowgate Ashlow Birkenshawe Coldharbour "
    "Drayhurst Elmstead Farnhill Greenacre Hollinroyd"
).split()
_RIVERS = "Arne Brathe Corve Deben Eddle Fulwater Glaze Hodder Irthing Kenwith Lathe Meon".split()
_SAINTS = ("Aidan", "Bede", "Cuthbert", "Hilda", "Oswald", "Winifred", "Thomas More")
_TREES = ("Willow", "Rowan", "Hawthorn", "Hazel", "Juniper", "Alder", "Maple", "Cedar")


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the register.  `kind` is ours: mainstream, special, alternative or college."""

    urn: str
    la_code: str
    la_name: str
    establishment: str
    name: str
    type_name: str
    kind: str
    sixth_form: bool = False
    ukprn: str = ""
    further_education: str = "Not applicable"
    short: str = ""  # what people call it

    @property
    def laestab(self) -> str:
        """The DfE number: three digits of council, four of school."""
        return self.la_code + self.establishment


@dataclass(frozen=True, slots=True)
class MadeUpHub:
    """The hub: its name, council and postcode areas, its schools and its colleges."""

    name: str
    areas: str
    schools: tuple[Place, ...]
    colleges: tuple[Place, ...]


# (what it is called, GIAS type, kind, sixth form).  The first six make a fair small hub.
_KINDS = (
    ("{town} Academy", "Academy converter", "mainstream", False),
    ("{town} High School", "Community school", "mainstream", True),
    ("{tree} Bank School", "Community special school", "special", False),
    ("The {tree} Centre", "Pupil referral unit", "alternative", False),
    ("St {saint}’s Catholic School", "Voluntary aided school", "mainstream", True),
    ("{town} Community College", "Academy sponsor led", "mainstream", False),
    ("{town} School", "Foundation school", "mainstream", False),
    ("{tree} Lodge Academy", "Academy special converter", "special", True),
    ("{town} Free School", "Free schools", "mainstream", True),
    ("{town} AP Academy", "Academy alternative provision converter", "alternative", False),
)

_COLLEGES = (
    ("{river} Valley College", "General FE College", "8001"),
    ("{river} Sixth Form College", "Sixth Form College (General)", "8600"),
    ("{town} and {river} College", "General FE College", "8002"),
    ("{river} Land and Technical College", "Agriculture and Horticulture College", "8003"),
)


def draw_hub(chance: random.Random, schools: int, colleges: int) -> MadeUpHub:
    """A hub of so many schools and colleges, no two of the same name."""
    la_code, la_name, areas = chance.choice(COUNCILS)
    towns = chance.sample(_TOWNS, len(_TOWNS))
    first = 880_000 + chance.randrange(0, 9_000) * 2
    places = [
        _school(number, towns, chance, (first, la_code, la_name)) for number in range(schools)
    ]
    return MadeUpHub(
        name=f"{towns[-1]} Careers Hub",
        areas=areas,
        schools=tuple(_with_unique_names(places)),
        colleges=tuple(
            _college(number, chance, (first + schools, la_code, la_name), towns)
            for number in range(colleges)
        ),
    )


def _school(
    number: int, towns: Sequence[str], chance: random.Random, base: tuple[int, str, str]
) -> Place:
    pattern, type_name, kind, sixth_form = _KINDS[number % len(_KINDS)]
    name = pattern.format(
        town=towns[number % len(towns)], tree=chance.choice(_TREES), saint=chance.choice(_SAINTS)
    )
    establishment = {"special": 7000, "alternative": 1100}.get(kind, 4000) + number
    first, la_code, la_name = base
    return Place(
        urn=str(first + number),
        la_code=la_code,
        la_name=la_name,
        establishment=str(establishment),
        name=name,
        type_name=type_name,
        kind=kind,
        sixth_form=sixth_form,
        short=name.removeprefix("The ").split(" School")[0],
    )


def _with_unique_names(places: Sequence[Place]) -> list[Place]:
    counts: dict[str, int] = {}
    unique = []
    for place in places:
        counts[place.name] = counts.get(place.name, 0) + 1
        occurrence = counts[place.name]
        unique.append(place if occurrence == 1 else _renamed(place, f"{place.name} {occurrence}"))
    return unique


def _renamed(place: Place, name: str) -> Place:
    return replace(place, name=name, short=name)


def _college(
    number: int, chance: random.Random, base: tuple[int, str, str], towns: Sequence[str]
) -> Place:
    pattern, further_education, establishment = _COLLEGES[number % len(_COLLEGES)]
    first, la_code, la_name = base
    river = _RIVERS[(number * 5 + first) % len(_RIVERS)]
    name = pattern.format(river=river, town=towns[-2 - number])
    return Place(
        urn=str(first + number),
        la_code=la_code,
        la_name=la_name,
        establishment=establishment,
        name=name,
        type_name="Further education",
        kind="college",
        sixth_form=True,
        ukprn=str(10_880_000 + (first + number) % 10_000),
        further_education=further_education,
        short=chance.choice((name, name.replace("Sixth Form College", "SFC"))),
    )
