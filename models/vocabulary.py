"""Vocabulary: the closed lists of every word that the rest of the system may store.

Codes are kept as text with a CHECK in the table, never as a database enum: a list that grows
then needs no rebuilt type.  What people really type for them lives in imports/maps/.
"""

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

# For how many autumns a cohort is followed where a hub says nothing else (DESTINATIONS_WAVES), and
# the most that it may say.
WAVES = 3
MOST_WAVES = 10


class Stage(StrEnum):
    """How far along the road a submission is.  The same words name modules, tasks and tests."""

    RECEIVED = "received"
    READ = "read"
    MAPPED = "mapped"
    VALIDATED = "validated"
    MATCHED = "matched"
    RECORDED = "recorded"
    SUMMARISED = "summarised"
    PUBLISHED = "published"


class SubmissionKind(StrEnum):
    """What a submission is: a school's leavers, or the people a provider has enrolled."""

    LEAVERS = "leavers"
    ENROLMENTS = "enrolments"


class Severity(StrEnum):
    """How much a finding weighs."""

    MUST_FIX = "must_fix"
    PLEASE_CHECK = "please_check"


class LeavingStage(StrEnum):
    """The year group that a cohort left from; the last is of special schools."""

    Y11 = "Y11"
    Y12 = "Y12"
    Y13 = "Y13"
    Y14 = "Y14"

    @property
    def year_group(self) -> int:
        """The number of the year group: 11 for Year 11."""
        return int(self.value.removeprefix("Y"))

    @property
    def age(self) -> int:
        """The age of its pupils on 31 August at the end of the leaving year."""
        return self.year_group + 5


# The stages that most leave from; the others are leavers of where a sheet or its sender says so.
COMMON_STAGES = (LeavingStage.Y11, LeavingStage.Y13)


class ActivityGroup(StrEnum):
    """The answers to "what are they doing?", kept apart and never added up silently.

    `EXCLUDED` is none of them: whoever it is said of is out of the base, and counted beside it.
    """

    EET = "EET"
    NEET = "NEET"
    NOT_KNOWN = "not known"
    OTHER = "other"
    EXCLUDED = "excluded"


class ActivityType(StrEnum):
    """What kind of activity a code is, for counting and for DfE's sustained rule."""

    EDUCATION = "education"
    APPRENTICESHIP = "apprenticeship"
    EMPLOYMENT = "employment"
    TRAINING = "training"
    RE_ENGAGEMENT = "re-engagement"
    GAP_YEAR = "gap year"
    NEET = "NEET"
    NOT_KNOWN = "not known"
    PRE_16 = "pre-16"
    OTHER = "other"


class SourceType(StrEnum):
    """Who is said to have told, as the row says; how strong that is depends on who sent it."""

    SCHOOL = "school"
    PROVIDER = "provider"
    LEAVER = "leaver"
    FAMILY = "family"
    EMPLOYER = "employer"
    COUNCIL = "council"


class EvidenceStrength(StrEnum):
    """How strong a statement is by who sent it, weakest first.

    `LEAVER_SAYS` is a leaver or a parent; `PROVIDER_CONFIRMS` a provider's or an employer's own
    list, never a school's word for theirs; `STILL_THERE` such a list dated after 1 January.
    """

    INTENDED = "intended"
    SCHOOL_SAYS = "school says"
    LEAVER_SAYS = "leaver says"
    PROVIDER_CONFIRMS = "provider confirms"
    STILL_THERE = "still there in term 2"

    @property
    def strength(self) -> int:
        """1 for the weakest; a larger number is stronger."""
        return list(EvidenceStrength).index(self) + 1

    @property
    def is_own_word(self) -> bool:
        """Whether the place where the leaver is says so itself."""
        return self.strength >= EvidenceStrength.PROVIDER_CONFIRMS.strength


class IntendedDestination(StrEnum):
    """Where a leaver means to go: our own short list.  `ID01` gives the NCCIS code of each."""

    SAME_SCHOOL = "same school"
    OTHER_EDUCATION = "other education or training"
    APPRENTICESHIP = "apprenticeship or traineeship"
    WORK_WITH_STUDY = "work with study"
    WORK = "work without training"
    OTHER = "other"
    UNDECIDED = "undecided"
    NOT_ASKED = "not obtained"


# NCCIS 2019-20 field ID01: the eight codes then valid.
# Source: Youth-Transitions/resources@69251eb (labels), Brianetta/CCISTool@1c0f49ea error 302.
ID01 = {
    IntendedDestination.SAME_SCHOOL: "111",
    IntendedDestination.OTHER_EDUCATION: "121",
    IntendedDestination.APPRENTICESHIP: "211",
    IntendedDestination.WORK_WITH_STUDY: "311",
    IntendedDestination.WORK: "321",
    IntendedDestination.OTHER: "411",
    IntendedDestination.UNDECIDED: "511",
    IntendedDestination.NOT_ASKED: "611",
}

SEXES = {"F": "female", "M": "male", "U": "not known", "W": "withheld"}
SEN = {
    "N": "no special educational need",
    "K": "SEN support",
    "E": "education, health and care plan",
}


# NCCIS cohort status, 2016/17 on: whether a council still follows a young person.
# Source: LEO variable request form v2.3 (Youth-Transitions/resources@69251eb); E by CCISTool.
COHORT_STATUSES = {
    "P": "Primary cohort",
    "G": "No longer in primary cohort but covered by September Guarantee",
    "A": "Age reached where an active record is no longer required",
    "L": "Young person aged 20 - 25 whose EHCP/LDA has ceased",
    "T": "Transferred to another LA",
    "E": "Left England",
    "M": "Duplicate record",
    "D": "Deceased",
}
# What those that settle an answer settle; of the others the answer stands in its own column.
ACTIVITY_OF_STATUS = {"E": "730", "D": "910", "M": "930"}


@dataclass(frozen=True, slots=True)
class Activity:
    """One NCCIS activity code (field CA01) and what it counts as."""

    code: str
    label: str
    group: ActivityGroup
    activity_type: ActivityType
    is_current: bool  # still in NCCIS 2019-20, the last version read in full


class SustainedCategory(StrEnum):
    """The six kinds of destination that DfE's destination measures count as sustained."""

    FE = "fe"
    SCHOOL_SIXTH_FORM = "school_sixth_form"
    SIXTH_FORM_COLLEGE = "sixth_form_college"
    OTHER_EDUCATION = "other_education"
    APPRENTICESHIP = "apprenticeship"
    EMPLOYMENT = "employment"


# The codes that DfE counts as a kind of their own; other education is the rest of it.
_CATEGORY_OF_CODE = {
    "230": SustainedCategory.FE,
    "210": SustainedCategory.SCHOOL_SIXTH_FORM,
    "220": SustainedCategory.SIXTH_FORM_COLLEGE,
}
_CATEGORY_OF_TYPE = {
    ActivityType.APPRENTICESHIP: SustainedCategory.APPRENTICESHIP,
    ActivityType.EMPLOYMENT: SustainedCategory.EMPLOYMENT,
}


def sustained_category(code: str | None, activity_type: ActivityType) -> SustainedCategory:
    """Which of DfE's six categories a sustained destination is, by its code and its type."""
    by_code = _CATEGORY_OF_CODE.get(code or "")
    return by_code or _CATEGORY_OF_TYPE.get(activity_type, SustainedCategory.OTHER_EDUCATION)


@cache
def activities() -> dict[str, Activity]:
    """Every activity code we may store, by code.  Sources are named in lists/activities.csv."""
    text = (files("models") / "lists" / "activities.csv").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return {
        row["code"]: Activity(
            row["code"],
            row["label"],
            ActivityGroup(row["group"]),
            ActivityType(row["activity_type"]),
            row["current"] == "yes",
        )
        for row in csv.DictReader(lines)
    }


def group_of(code: str | None) -> ActivityGroup:
    """The group that an activity code counts in; no code at all is not known."""
    return activities()[code].group if code else ActivityGroup.NOT_KNOWN


LEFT_ENGLAND = "730"


@cache
def excluding_codes(*, left_england: bool = False) -> tuple[str, ...]:
    """The codes by which somebody is out of the base; with them those who left England, if so."""
    codes = [code for code in activities() if group_of(code) is ActivityGroup.EXCLUDED]
    return (*codes, LEFT_ENGLAND) if left_england else tuple(codes)


def academic_year(day_year: int, day_month: int) -> int:
    """The September in which the academic year of a day starts: 2024 for 4 March 2025."""
    return day_year if day_month >= 9 else day_year - 1


def stage_name(leaving_stage: str) -> str:
    """What people call a leaving stage: Year 11."""
    return f"Year {LeavingStage(leaving_stage).year_group}"


def year_name(starts: int) -> str:
    """The name people use for an academic year: 2024 is 2024/25."""
    return f"{starts}/{(starts + 1) % 100:02d}"


def year_start(name: str) -> int:
    """The September in which an academic year starts: 2024 for "2024/25".

    Raises ValueError for anything that is not two years in a row.
    """
    first, _, second = name.strip().partition("/")
    starts = int(first)
    if len(first) != 4 or second not in {f"{(starts + 1) % 100:02d}", str(starts + 1)}:
        message = "an academic year is written 2024/25"
        raise ValueError(message)
    return starts
