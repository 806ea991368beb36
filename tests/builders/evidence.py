"""One made-up school with leavers, answers and files: everything an evidence pack is made of."""

from datetime import UTC, date, datetime

from destinations.outcomes.survivorship import LeaverOutcome
from destinations.outcomes.sustained import Sustained
from destinations.reports.evidence_pack import SchoolEvidence
from models.handoffs.summaries import Counts, SummaryLine
from models.leavers import Leaver
from models.submissions import Submission
from models.vocabulary import ActivityGroup, ActivityType, activities
from tests.builders.record import sent_file
from tests.builders.sheets import drawn
from tests.builders.summaries import a_line

URN, NAME = "900101", "Alder Bridge Academy"
EDITION = date(2026, 11, 23)

# surname | forename | sex | wave 1 | wave 2: an activity code, p where a college confirmed it
DRAWN = """
    Abbot    | Amara    | F | 230 p | 230 p
    Barrow   | Bertil   | M | 310   | 310
    Carver   | Chloë    | F | 210   |
    Dunn     | Dylan    | M | 619   | 330
    Ellison  | =HYPERLINK("http://example.org";"x") | F | 230 | 619
    Farrell  | +Finn    | M |       | 260
"""
COLLEGE = "Riverside College"


def a_submission(number: int = 1, **changes: object) -> Submission:
    """A school's sheet as it was taken in, but for the changes."""
    values: dict[str, object] = {
        "id": number,
        "urn": URN,
        "name": "leavers 2025 where now.xlsx",
        "sha256": f"{number:064x}",
        "size": 20_000,
        "stored_as": "submissions/2025/x/original.xlsx",
        "kind": "leavers",
        "academic_year": 2024,
        "leaving_stage": "Y11",
        "wave": 1,
        "sent_on": date(2025, 11, 12),
        "received_at": datetime(2025, 11, 12, 6, 4, tzinfo=UTC),
        "stage": "recorded",
        "rows_read": 7,
        "rows_sound": 6,
        "rows_waiting": 1,
        "rows_unsure": 0,
    }
    return sent_file(**(values | changes))


def a_school(**changes: object) -> SchoolEvidence:
    """The school of DRAWN in November 2026, but for the changes."""
    leavers, answers = [], []
    for number, (surname, forename, sex, *waves) in enumerate(drawn(DRAWN), start=1):
        leavers.append(
            Leaver(
                id=number,
                person_id=number,
                cohort_id=1,
                surname=surname,
                forename=forename,
                sex=sex,
                form="11B",
                submission_id=1,
                sheet="Y11",
                row=number + 4,
                cells={},
            )
        )
        answers += [
            an_answer(number, wave, answer, sex) for wave, answer in enumerate(waves, start=1)
        ]
    files = {
        1: a_submission(1),
        2: a_submission(2, name="update 2.xlsx", wave=2, sent_on=date(2026, 11, 3)),
        3: a_submission(3, urn="900190", name="Enrolled 2025.csv", kind="enrolments", wave=None),
    }
    values = {
        "urn": URN,
        "name": NAME,
        "edition": EDITION,
        "lines": tuple(lines_of(answers)),
        "answers": tuple(answers),
        "leavers": tuple(leavers),
        "files": files,
        "senders": {URN: NAME, "900190": COLLEGE},
    }
    return SchoolEvidence(**(values | changes))  # type: ignore[arg-type]


def an_answer(leaver: int, wave: int, drawn_answer: str, sex: str) -> LeaverOutcome:
    """The answer of one leaver at one wave: "" where nothing is known, "230 p" where confirmed."""
    code, confirmed = drawn_answer[:3], drawn_answer.endswith("p")
    activity = activities().get(code)
    where = (
        {}
        if not activity
        else {
            "activity_code": code,
            "provider_name": COLLEGE if activity.activity_type is ActivityType.EDUCATION else "",
            "started_on": date(2025, 9, 4),
            "as_at": date(2024 + wave, 11, 1),
            "source": "provider" if confirmed else "school",
            "evidence": "provider confirms" if confirmed else "school says",
            "submission_id": 3 if confirmed else wave,
            "sheet": "" if confirmed else "Y11",
            "row": leaver + 4,
            "column": "F",
        }
    )
    return LeaverOutcome(
        leaver_id=leaver,
        person_id=leaver,
        cohort_id=1,
        urn=URN,
        academic_year=2024,
        leaving_stage="Y11",
        sex=sex,
        sen="N",
        is_disadvantaged=False,
        wave=wave,
        group=activity.group if activity else ActivityGroup.NOT_KNOWN,
        activity_type=activity.activity_type if activity else ActivityType.NOT_KNOWN,
        sustained=Sustained.YES if confirmed and wave == 1 else Sustained.CANNOT_TELL,
        sustained_because="",
        **where,  # type: ignore[arg-type]
    )


def lines_of(answers: list[LeaverOutcome]) -> list[SummaryLine]:
    """The lines that summarising would make of the answers: everybody, and by sex."""
    parts = (("all", "all", "FM"), ("sex", "female", "F"), ("sex", "male", "M"))
    return [
        a_line(
            counts_of([a for a in answers if a.wave == wave and a.sex in sexes]),
            hub="Seven Rivers",
            urn=URN,
            school=NAME,
            wave=wave,
            breakdown=breakdown,
            part=part,
        )
        for wave in sorted({answer.wave for answer in answers})
        for breakdown, part, sexes in parts
    ]


def counts_of(answers: list[LeaverOutcome]) -> Counts:
    """The answers of one wave, counted."""
    groups = [answer.group for answer in answers]
    verdicts = [answer.sustained for answer in answers]
    not_known = groups.count(ActivityGroup.NOT_KNOWN)
    return Counts(
        leavers=len(answers),
        known=len(answers) - not_known,
        eet=groups.count(ActivityGroup.EET),
        neet=groups.count(ActivityGroup.NEET),
        other=groups.count(ActivityGroup.OTHER),
        not_known=not_known,
        sustained=verdicts.count(Sustained.YES),
        sustained_base=len(answers) - verdicts.count(Sustained.CANNOT_TELL),
        activity_types=tuple(
            (activity_type.value, sum(a.activity_type is activity_type for a in answers))
            for activity_type in ActivityType
        ),
    )
