"""Outcome export: the answer that counts of each leaver at each wave, and which those are."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from destinations.outcomes.survivorship import LeaverOutcome
from destinations.reports.export_columns import (
    COHORT_MEANING,
    STAGE_MEANING,
    STAGES,
    ExportColumn,
    ExportValue,
    written,
)
from models.submissions import Submission
from models.vocabulary import ActivityGroup, EvidenceStrength, year_name

A_ROW = "a leaver at a wave that is counted, with the answer that counts; not known where none does"
# What the export of destinations says beside each answer, behind "superseded".
COUNTING_COLUMNS: tuple[ExportColumn[Any], ...] = (
    ExportColumn(
        "counts",
        None,
        "Whether this is the answer that counts for the leaver at that wave",
        ("Y", "N"),
    ),
    ExportColumn(
        "sustained",
        None,
        "Of an answer that counts, whether it lasted from October to March",
        ("yes", "no", "cannot be told"),
    ),
    ExportColumn("because", None, "Why, in words"),
)

OUTCOME_COLUMNS: tuple[ExportColumn[Callable[[LeaverOutcome], Any]], ...] = (
    ExportColumn(
        "person",
        lambda outcome: str(outcome.person_id),
        "Our number for the young person, the same in every cohort and export",
    ),
    ExportColumn("urn", lambda outcome: outcome.urn, "URN of the school that the leaver left"),
    ExportColumn("cohort", lambda outcome: year_name(outcome.academic_year), COHORT_MEANING),
    ExportColumn("stage", lambda outcome: outcome.leaving_stage, STAGE_MEANING, STAGES),
    ExportColumn(
        "wave", lambda outcome: outcome.wave, "Which asking it answers: 0 for what was intended"
    ),
    ExportColumn(
        "activity_code",
        lambda outcome: outcome.activity_code,
        "NCCIS activity code; empty where nothing counts, and for an intention",
    ),
    ExportColumn(
        "activity_group",
        lambda outcome: outcome.group.value,
        "What the leaver counts as at that wave",
        tuple(group.value for group in ActivityGroup),
    ),
    ExportColumn(
        "intended", lambda outcome: outcome.intended, "What the leaver meant to do, at wave 0"
    ),
    ExportColumn(
        "provider_name", lambda outcome: outcome.provider_name, "Name of the provider or employer"
    ),
    ExportColumn("started_on", lambda outcome: outcome.started_on, "First day there"),
    ExportColumn("ended_on", lambda outcome: outcome.ended_on, "Last day there, where known"),
    ExportColumn("as_at", lambda outcome: outcome.as_at, "Day on which the answer was true"),
    ExportColumn("source", lambda outcome: outcome.source, "Who is said to have said so"),
    ExportColumn(
        "evidence",
        lambda outcome: outcome.evidence,
        "How strong the evidence is, by who sent it",
        tuple(strength.value for strength in EvidenceStrength),
    ),
    ExportColumn(
        "sustained",
        lambda outcome: outcome.sustained.value,
        "Whether it lasted from October to March",
        ("yes", "no", "cannot be told"),
    ),
    ExportColumn("because", lambda outcome: outcome.sustained_because, "Why, in words"),
    ExportColumn(
        "submission", lambda outcome: outcome.submission_id, "Number of the submission it is from"
    ),
    ExportColumn("file", lambda outcome: "", "Name of the file, as it was sent"),
    ExportColumn("sheet", lambda outcome: outcome.sheet, "Name of the sheet; empty for a CSV file"),
    ExportColumn("row", lambda outcome: outcome.row, "Number of the row, as Excel shows it"),
    ExportColumn("column", lambda outcome: outcome.column, "Letters of the column"),
)


def outcome_rows(
    session: Session, outcomes: Iterable[LeaverOutcome]
) -> tuple[tuple[str, ...], list[tuple[ExportValue, ...]]]:
    """The columns and rows of the outcome export, in the order of the outcomes."""
    names: Mapping[int | None, str] = dict(
        session.exec(select(col(Submission.id), col(Submission.name))).all()
    )
    columns = tuple(column.name for column in OUTCOME_COLUMNS)
    file = columns.index("file")
    rows = []
    for outcome in outcomes:
        values = [written(column.value(outcome)) for column in OUTCOME_COLUMNS]
        values[file] = names.get(outcome.submission_id, "")
        rows.append(tuple(values))
    return columns, rows


def with_counting(
    columns: Sequence[str],
    rows: Iterable[Sequence[ExportValue]],
    outcomes: Iterable[LeaverOutcome],
) -> tuple[tuple[str, ...], Iterator[tuple[ExportValue, ...]]]:
    """The destination export with whether each answer is the one that counts, and if it lasted.

    The columns stand behind "superseded"; of an answer that does not count they say only that.
    """
    counting: dict[tuple[ExportValue, ...], tuple[str, str]] = {
        (
            str(outcome.person_id),
            outcome.urn,
            year_name(outcome.academic_year),
            outcome.leaving_stage,
            outcome.wave,
            outcome.submission_id,
            outcome.sheet,
            outcome.row,
            outcome.column,
        ): (outcome.sustained.value, outcome.sustained_because)
        for outcome in outcomes
        if outcome.submission_id is not None
    }
    at = columns.index("superseded") + 1
    key = [
        columns.index(name)
        for name in (
            *("person", "urn", "cohort", "stage", "wave"),
            *("submission", "sheet", "row", "column"),
        )
    ]
    superseded = columns.index("superseded")

    def lines() -> Iterator[tuple[ExportValue, ...]]:
        for row in rows:
            counted = counting.get(tuple(row[place] for place in key))
            if counted is None or row[superseded] == "Y":
                yield (*row[:at], "N", None, None, *row[at:])
            else:
                yield (*row[:at], "Y", *counted, *row[at:])

    counting_names = tuple(column.name for column in COUNTING_COLUMNS)
    return (*columns[:at], *counting_names, *columns[at:]), lines()
