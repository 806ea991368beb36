"""Normalised: a submission's metadata, its rows in our fields and codes, and their columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from models.handoffs.findings import Issue
from models.handoffs.sheets import Region, Value
from models.vocabulary import WAVES, LeavingStage, SubmissionKind

FieldPlace = tuple[str, int, str]  # sheet, row as Excel shows it, our field

# The fields that say where a leaver is or means to go; all others say who they are.
ANSWER_FIELDS = frozenset(
    {"activity", "intended", "provider_name", "provider_urn", "provider_ukprn"}
    | {"provider_laestab", "course", "level", "started_on", "ended_on", "as_at", "source"}
    | {"enrolled", "withdrawn", "cohort_status"}
)
HELD = "held"  # the mark of a value that waits until what is wrong with its row is fixed


@dataclass(frozen=True, slots=True, order=True)
class LeavingCohort:
    """The leavers that a row is of: the September in which their leaving year began, the stage."""

    academic_year: int
    leaving_stage: LeavingStage


@dataclass(frozen=True, slots=True)
class SubmissionMetadata:
    """What is known of a submission before its rows are read: from its sender, or inferred.

    `academic_year` is the September in which the leaving year starts: 2022 for 2022/23.  `waves`
    is for how many autumns the hub follows a cohort: nothing is of a later one.  `follows_id` is
    the submission for which we marked the workbook, where it is one that we marked.
    """

    submission_id: int
    urn: str
    sent_on: date
    kind: SubmissionKind | None = None
    academic_year: int | None = None
    leaving_stage: LeavingStage | None = None
    wave: int | None = None
    waves: int = WAVES
    # Whether the register has the sender as a college, or another place for after school.
    is_from_provider: bool = False
    follows_id: int | None = None

    @property
    def cohort(self) -> LeavingCohort | None:
        """The cohort that a leaver sheet is of; None where that is open, and of other lists."""
        if self.kind is SubmissionKind.ENROLMENTS or self.academic_year is None:
            return None
        return LeavingCohort(self.academic_year, self.leaving_stage) if self.leaving_stage else None


@dataclass(frozen=True, slots=True)
class FieldColumn:
    """Where one of our fields stands in a table; year columns name the wave they answer."""

    field: str
    sheet: str
    letter: str
    heading: str
    wave: int | None = None


@dataclass(frozen=True, slots=True)
class NormalisedRow:
    """One row in our fields and codes, for one wave; a row with a column a year gives several.

    `raw` holds what was typed, by field, blanks left out; `values` what we make of it, None where
    we cannot; `marks` what happened to a value on its way ("damaged", "placeholder", "held").
    `columns` is shared by the rows of a table: where each field stands.  `moment` is when the row
    was true, where it or its table says so: of two rows about one leaver the later counts.
    `cohort` is whose leaver the row says they are, None for that of its submission.
    """

    sheet: str
    row: int
    wave: int | None
    raw: Mapping[str, str]
    values: Mapping[str, Value]
    columns: Mapping[str, FieldColumn]
    marks: Mapping[str, str] = field(default_factory=dict)
    moment: datetime | None = None
    cohort: LeavingCohort | None = None

    def get(self, name: str) -> Value:
        """The value of a field, None where the row has none."""
        return self.values.get(name)

    def text(self, name: str) -> str:
        """The value of a field as text, '' where the row has none."""
        value = self.values.get(name)
        return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class NormalisedSubmission:
    """A submission's metadata, its normalised rows in reading order, and the issues noticed.

    A file may hold several cohorts: the metadata have the one with most rows, or the one that its
    sender named.
    `suggests` are close terms for a word that no map has, by the place of its field.
    """

    metadata: SubmissionMetadata
    rows: tuple[NormalisedRow, ...]
    remarks: tuple[Issue, ...] = ()
    suggests: Mapping[FieldPlace, tuple[str, ...]] = field(default_factory=dict)
    unused: tuple[FieldColumn, ...] = ()  # columns that no map knows, kept by name
    file_format: str = ""
    regions: tuple[Region, ...] = ()
    # By sheet, row and column letter, the row of the cell into which that one is merged, above it.
    merged_into: Mapping[tuple[str, int, str], int] = field(default_factory=dict)

    def rows_of_cell(self, sheet: str, row: int, column: str) -> tuple[int, ...]:
        """The rows that a cell speaks for: its own, and those below that are merged into it."""
        below = (
            number
            for (tab, number, letter), top in self.merged_into.items()
            if (tab, top, letter) == (sheet, row, column)
        )
        return (row, *below)

    @property
    def cohorts(self) -> tuple[LeavingCohort, ...]:
        """The cohorts that the rows are of, in order; none of a list that is of no cohort."""
        cohorts = {self.cohort_of(row) for row in self.rows} or {self.metadata.cohort}
        return tuple(sorted(cohort for cohort in cohorts if cohort))

    def cohort_of(self, row: NormalisedRow) -> LeavingCohort | None:
        """The cohort that a row is of; None in a list that is of no cohort."""
        return row.cohort or self.metadata.cohort

    def by_cohort(self) -> "tuple[NormalisedSubmission, ...]":
        """The submission once for each cohort that it holds, with the rows of that one."""
        if len(self.cohorts) < 2:
            return (self,)
        return tuple(
            replace(
                self,
                metadata=of_cohort(self.metadata, cohort),
                rows=tuple(row for row in self.rows if self.cohort_of(row) == cohort),
            )
            for cohort in self.cohorts
        )


def of_cohort(metadata: SubmissionMetadata, cohort: LeavingCohort) -> SubmissionMetadata:
    """The metadata of the part of a submission that is of one cohort."""
    return replace(metadata, academic_year=cohort.academic_year, leaving_stage=cohort.leaving_stage)
