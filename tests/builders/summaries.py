"""Summaries made up for tests and pictures: no school, no leaver and no number in them is real."""

from collections.abc import Iterator

from models.handoffs.summaries import Counts, SummaryLine
from models.vocabulary import ActivityType

HUB = "Seven Rivers Careers Hub"
SCHOOLS = (
    ("900101", "Alder Bridge Academy", 168, 93),
    ("900102", "Birch Lane School", 142, 88),
    ("900103", "Cedar Park Community College", 210, 81),
    ("900104", "Elmfield School (special)", 14, 100),
    ("900105", "Hawthorn High School", 187, 95),
    ("900106", "Rowan House (alternative provision)", 22, 64),
    ("900107", "St Willow’s Catholic School", 155, 90),
)


def counts(leavers: int, coverage: int, *, wave: int = 1, can_be_told: bool = True) -> Counts:
    """Counts that add up, of a cohort of which so many per cent are known."""
    known = leavers * coverage // 100
    neet = known // 24 + (known > 4)
    other = known // 90
    education = (known - neet - other) * 82 // 100
    apprenticeship = (known - neet - other) * 7 // 100
    training = (known - neet - other) * 3 // 100
    work = known - neet - other - education - apprenticeship - training
    base = known * (9 if wave < 3 else 7) // 10 if can_be_told else 0
    numbers = {
        ActivityType.EDUCATION: education,
        ActivityType.APPRENTICESHIP: apprenticeship,
        ActivityType.EMPLOYMENT: work,
        ActivityType.TRAINING: training,
        ActivityType.RE_ENGAGEMENT: other,
        ActivityType.NEET: neet,
        ActivityType.NOT_KNOWN: leavers - known,
    }
    return Counts(
        leavers=leavers,
        known=known,
        eet=known - neet - other,
        neet=neet,
        other=other,
        not_known=leavers - known,
        sustained=base * (94 - 3 * wave) // 100,
        sustained_base=base,
        activity_types=tuple(
            (activity_type.value, numbers.get(activity_type, 0)) for activity_type in ActivityType
        ),
    )


def a_line(counts: Counts, **changes: object) -> SummaryLine:
    """One line about a school's Year 11 leavers of 2024/25 at wave 1, but for the changes."""
    values: dict[str, object] = {
        "hub": HUB,
        "urn": "900101",
        "school": "Alder Bridge Academy",
        "academic_year": 2024,
        "leaving_stage": "Y11",
        "wave": 1,
    }
    return SummaryLine(**(values | changes), counts=counts)  # type: ignore[arg-type]


def a_hub(
    schools: tuple[tuple[str, str, int, int], ...] = SCHOOLS, *, year: int = 2025
) -> tuple[SummaryLine, ...]:
    """Every line of a hub in the autumn after the leaving year that starts in `year`."""
    return tuple(_lines(schools, year))


# The breakdowns of a hub, and the share of its leavers in each part.
PARTS = (
    ("disadvantaged", "disadvantaged", 27),
    ("disadvantaged", "not disadvantaged", 73),
    ("SEN", "no special educational need", 81),
    ("SEN", "SEN support", 14),
    ("SEN", "education, health and care plan", 5),
    ("sex", "female", 49),
    ("sex", "male", 51),
)


def _lines(schools: tuple[tuple[str, str, int, int], ...], year: int) -> Iterator[SummaryLine]:
    for age in range(4):
        for wave in range(1, min(age + 1, 3) + 1):
            yield from _cohort_lines(schools, year - age, wave, age=age)


def _cohort_lines(
    schools: tuple[tuple[str, str, int, int], ...], cohort: int, wave: int, *, age: int
) -> Iterator[SummaryLine]:
    can_be_told = wave <= age
    of_schools = []
    for urn, name, size, coverage in schools:
        known = max(coverage - 9 * (wave - 1), 0)
        of_school = counts(size + 3 * age, known, wave=wave, can_be_told=can_be_told)
        of_schools.append(of_school)
        yield a_line(of_school, urn=urn, school=name, academic_year=cohort, wave=wave)
    of_hub: dict[str, object] = {"urn": "", "school": "", "academic_year": cohort, "wave": wave}
    yield a_line(added(of_schools), **of_hub)
    leavers = sum(of_school.leavers for of_school in of_schools)
    for breakdown, part, percent in PARTS:
        of_part = counts(leavers * percent // 100, 84, wave=wave, can_be_told=can_be_told)
        yield a_line(of_part, **of_hub, breakdown=breakdown, part=part)


def added(several: list[Counts]) -> Counts:
    """Counts of several schools together."""
    names = ("leavers", "known", "eet", "neet", "other", "not_known", "sustained", "sustained_base")
    activity_types = {
        activity_type.value: sum(
            dict(counted.activity_types).get(activity_type.value, 0) for counted in several
        )
        for activity_type in ActivityType
    }
    return Counts(
        **{name: sum(getattr(counted, name) for counted in several) for name in names},
        activity_types=tuple(activity_types.items()),
    )
