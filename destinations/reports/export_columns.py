"""Export columns: each export of the record as one list of columns, in an order that never changes.

The columns that readers rely on come first; more may follow, none may go.  The header, the rows
and docs/exports.md are all made from these lists.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import case
from sqlmodel import col

from destinations.outcomes.exclusions import EXCLUDING, exclusion_column
from models.destinations import Destination, Match
from models.facts.effective import superseded_ids
from models.leavers import Cohort, Leaver
from models.submissions import FindingRecord, Submission
from models.vocabulary import (
    SEN,
    SEXES,
    ActivityGroup,
    EvidenceStrength,
    IntendedDestination,
    LeavingStage,
    Severity,
    SourceType,
    activities,
    year_name,
)

ExportValue = str | int | None
Source = TypeVar("Source")


def written(value: Any) -> ExportValue:
    """A value as readers get it: days as ISO 8601, moments too and in UTC, numbers and text."""
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return moment.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, int) or value is None else str(value)


def _yes_or_no(value: Any) -> ExportValue:
    # SQLite gives 0 and 1 for what is computed, and PostgreSQL a boolean.
    return None if value is None else "Y" if value else "N"


def _as_text(value: Any) -> ExportValue:
    return None if value is None else str(value)


def _group_of_code(value: Any) -> ExportValue:
    return activities()[value].group.value if value else ""


@dataclass(frozen=True, slots=True)
class ExportColumn(Generic[Source]):
    """One column of an export.

    `value` is where its value comes from: a column of a query, or a function of a summary's line;
    `meaning` is one plain sentence for the data dictionary; `one_of` its closed list, if it has
    one; `as_written` turns the value into what readers get.
    """

    name: str
    value: Source
    meaning: str
    one_of: tuple[str, ...] = ()
    as_written: Callable[[Any], ExportValue] = written


def _label_of_code(value: Any) -> ExportValue:
    return activities()[value].label if value else ""


def _unless_objecting(value: Any) -> Any:
    """A column that names a leaver, without those who object to being tracked."""
    return case((col(Leaver.consent).is_(False), None), else_=value)


COHORT_MEANING = "Academic year in which the cohort left, written 2024/25"
STAGE_MEANING = "Year group that the cohort left from"
STAGES = tuple(stage.value for stage in LeavingStage)
_YES_NO = ("Y", "N")

_COHORT = (
    ExportColumn("urn", col(Cohort.urn), "URN of the school that the leaver left"),
    ExportColumn("cohort", col(Cohort.academic_year), COHORT_MEANING, as_written=year_name),
    ExportColumn("stage", col(Cohort.leaving_stage), STAGE_MEANING, STAGES),
)
_PERSON = ExportColumn(
    "person",
    col(Leaver.person_id),
    "Our number for the young person, the same in every cohort and export",
    as_written=_as_text,
)
_SUBMISSION = ExportColumn("submission", col(Submission.id), "Number of the submission")
_FILE = ExportColumn("file", col(Submission.name), "Name of the file, as it was sent")


def _cell_columns(record: type[Leaver | Destination | Match]) -> tuple[ExportColumn[Any], ...]:
    """The file, the sheet and the row that a line of the export comes from."""
    return (
        _FILE,
        ExportColumn("sheet", col(record.sheet), "Name of the sheet; empty for a CSV file"),
        ExportColumn("row", col(record.row), "Number of the row, as Excel shows it"),
    )


LEAVER_COLUMNS: tuple[ExportColumn[Any], ...] = (
    _PERSON,
    *_COHORT,
    ExportColumn(
        "upn",
        _unless_objecting(col(Leaver.upn)),
        "Unique pupil number: a letter and 12 more characters; empty for who objects to tracking, "
        "as every column that names them",
    ),
    ExportColumn("uln", _unless_objecting(col(Leaver.uln)), "Unique learner number: 10 digits"),
    ExportColumn(
        "forename", _unless_objecting(col(Leaver.forename)), "Forename, as the school writes it"
    ),
    ExportColumn(
        "surname", _unless_objecting(col(Leaver.surname)), "Surname, as the school writes it"
    ),
    ExportColumn(
        "born_on", _unless_objecting(col(Leaver.born_on)), "Date of birth, written 2008-03-14"
    ),
    ExportColumn(
        "sex",
        col(Leaver.sex),
        "Sex, by its code; empty where the sheet says nothing",
        tuple(f"{code} ({label})" for code, label in SEXES.items()),
    ),
    ExportColumn(
        "sen",
        col(Leaver.sen),
        "Special educational need, by its code; empty where the sheet says nothing",
        tuple(f"{code} ({label})" for code, label in SEN.items()),
    ),
    ExportColumn(
        "disadvantaged",
        col(Leaver.is_disadvantaged),
        "Whether the school counts the leaver as disadvantaged; empty where the sheet says nothing",
        _YES_NO,
        _yes_or_no,
    ),
    ExportColumn(
        "excluded",
        exclusion_column(col(Destination.activity_code)),
        "Why the leaver is out of the base, by the last word of the school; empty for who is in it",
        tuple(activities()[code].label for code in EXCLUDING),
        _label_of_code,
    ),
    _SUBMISSION,
    *_cell_columns(Leaver),
    ExportColumn(
        "excluded_on", exclusion_column(col(Destination.as_at)), "Day on which that was so"
    ),
    ExportColumn(
        "excluded_by", exclusion_column(col(Submission.urn)), "URN of the school that said so"
    ),
    ExportColumn(
        "consent",
        col(Leaver.consent),
        "Whether the leaver agrees to be tracked, by the last word on it; empty where nobody said",
        _YES_NO,
        _yes_or_no,
    ),
)

DESTINATION_COLUMNS: tuple[ExportColumn[Any], ...] = (
    _PERSON,
    *_COHORT,
    ExportColumn(
        "wave",
        col(Destination.wave),
        "Which asking it answers: 0 for what was intended, 1 for the first autumn after leaving, "
        "and so on",
    ),
    ExportColumn(
        "activity_code",
        col(Destination.activity_code),
        "NCCIS activity code, three digits, of models/lists/activities.csv; empty where only an "
        "intention is recorded",
    ),
    ExportColumn(
        "activity_group",
        col(Destination.activity_code),
        "What the activity counts as; empty where there is no activity code",
        tuple(group.value for group in ActivityGroup),
        _group_of_code,
    ),
    ExportColumn(
        "provider_name",
        col(Destination.provider_name),
        "Name of the provider or employer where the leaver is",
    ),
    ExportColumn(
        "provider_urn", col(Destination.provider_urn), "URN of the provider, where it has one"
    ),
    ExportColumn(
        "provider_ukprn",
        col(Destination.provider_ukprn),
        "UKPRN of the provider, 8 digits, where it has one",
    ),
    ExportColumn("started_on", col(Destination.started_on), "First day there, written 2024-09-03"),
    ExportColumn(
        "ended_on",
        col(Destination.ended_on),
        "Last day there, written 2025-07-18; empty where no end is known",
    ),
    ExportColumn("as_at", col(Destination.as_at), "Day on which the answer was true"),
    ExportColumn(
        "source",
        col(Destination.source),
        "Who is said to have said so, as the sheet has it",
        tuple(kind.value for kind in SourceType),
    ),
    ExportColumn(
        "evidence",
        col(Destination.evidence),
        "How strong the evidence is, by who sent it: a school that says that a provider confirmed "
        "is a school that says so",
        tuple(strength.value for strength in EvidenceStrength),
    ),
    ExportColumn(
        "recorded_at",
        col(Destination.recorded_at),
        "Moment at which we learned it, in UTC, written 2024-11-05T06:00:00+00:00",
    ),
    ExportColumn(
        "superseded",
        col(Destination.id).in_(superseded_ids()),
        "Whether a later answer has taken the place of this one",
        _YES_NO,
        _yes_or_no,
    ),
    _SUBMISSION,
    *_cell_columns(Destination),
    ExportColumn("column", col(Destination.column), "Letters of the column, as Excel shows them"),
    ExportColumn(
        "intended",
        col(Destination.intended),
        "What the leaver meant to do, where that was asked",
        tuple(intention.value for intention in IntendedDestination),
    ),
    ExportColumn("course", col(Destination.course), "Course, as it was typed"),
    ExportColumn("level", col(Destination.level), "Level of the course, as it was typed"),
    ExportColumn("destination", col(Destination.id), "Our number for this answer"),
    ExportColumn(
        "supersedes",
        col(Destination.supersedes_id),
        "Number of the earlier answer that this one took the place of, if any",
    ),
    ExportColumn("sender", col(Submission.urn), "URN of the school or college that sent the file"),
)

MATCH_COLUMNS: tuple[ExportColumn[Any], ...] = (
    ExportColumn(
        "person",
        col(Match.person_id),
        "Our number for the young person that the row is about; empty where that is not settled",
        as_written=_as_text,
    ),
    _SUBMISSION,
    *_cell_columns(Match),
    ExportColumn(
        "level", col(Match.level), "Named level of matching that decided it, or why nothing did"
    ),
    ExportColumn(
        "decided_by", col(Match.decided_by), "Who decided: rule, or the name that a person gave"
    ),
    ExportColumn("reason", col(Match.reason), "Why, in words, where there is more to say"),
    ExportColumn("urn", col(Submission.urn), "URN of the school or college that sent the file"),
)

FINDING_COLUMNS: tuple[ExportColumn[Any], ...] = (
    _SUBMISSION,
    ExportColumn("urn", col(Submission.urn), "URN of the school or college that sent the file"),
    _FILE,
    ExportColumn(
        "sheet",
        col(FindingRecord.sheet),
        "Name of the sheet; empty for a CSV file, and for a finding about the whole file",
    ),
    ExportColumn(
        "row",
        col(FindingRecord.row),
        "Number of the row, as Excel shows it; empty for a finding about more than a row",
    ),
    ExportColumn(
        "column",
        col(FindingRecord.column),
        "Letters of the column, as Excel shows them; empty for a finding about no one column",
    ),
    ExportColumn("heading", col(FindingRecord.heading), "Heading of the column, as it was typed"),
    ExportColumn("code", col(FindingRecord.code), "Code of the rule, as in rules.md"),
    ExportColumn(
        "severity",
        col(FindingRecord.severity),
        "Whether the row waits until it is put right",
        tuple(severity.value for severity in Severity),
    ),
)
