"""Settings: what differs between a laptop and a council, read once and handed on as values."""

from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import TypeVar

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.vocabulary import MOST_WAVES, WAVES, excluding_codes

Kind = TypeVar("Kind")


class Settings(BaseSettings):
    """Every setting, each with a default that works on a laptop.  Prefix: DESTINATIONS_."""

    model_config = SettingsConfigDict(
        env_prefix="DESTINATIONS_", env_file=".env", frozen=True, extra="ignore"
    )

    home: Path = Field(default=Path("var"), description="Where a laptop keeps everything")
    database_url: str | None = Field(
        default=None, description="Default: one SQLite file, destinations.db, under home"
    )
    storage: str | None = Field(
        default=None, description="A folder, or s3://bucket/prefix.  Default: storage under home"
    )
    s3_endpoint: str | None = Field(default=None, description="An S3 server that is not Amazon's")
    s3_checksums: str = Field(
        default="when_required", description="when_supported for Amazon, when_required for others"
    )
    keys: SecretStr | None = Field(default=None, description="The secret that signs our workbooks")
    contact: str = Field(
        default="",
        max_length=200,
        description="Whom schools may ask, as receipts say it: a name and an address",
    )
    waves: int = Field(
        default=WAVES, ge=1, le=MOST_WAVES, description="How many autumns a cohort is followed"
    )
    left_england_counts: bool = Field(
        default=True,
        description="Whether who left England stays in the base, as DfE leaves them",
    )
    size_limit: int = Field(
        default=10 * 1024 * 1024, ge=1, description="The largest file taken, in bytes"
    )
    # One call takes 30,000 rows, and a cohort has 149 leavers on average.
    chunk: int = Field(
        default=180, ge=1, le=2_000, description="How many submissions are judged in one call"
    )
    chunk_rows: int = Field(
        default=30_000, ge=1, description="Rows from which no further submission is read with them"
    )
    chunk_bytes: int = Field(
        default=64 * 1024 * 1024, ge=1, description="Bytes of files, as sent, that go together"
    )
    limit_parts: int = Field(default=500, ge=1, description="Parts of a workbook")
    limit_unpacked: int = Field(
        default=100 * 1024 * 1024, ge=1, description="Bytes of a workbook once unpacked"
    )
    limit_sheet_part: int = Field(
        default=48 * 1024 * 1024, ge=1, description="Bytes of one sheet once unpacked"
    )
    limit_strings_part: int = Field(
        default=16 * 1024 * 1024, ge=1, description="Bytes of its texts once unpacked"
    )
    limit_styles_part: int = Field(
        default=8 * 1024 * 1024, ge=1, description="Bytes of its formats once unpacked"
    )
    limit_other_part: int = Field(
        default=4 * 1024 * 1024, ge=1, description="Bytes of any other part that we read"
    )
    limit_ratio: int = Field(
        default=150, ge=1, description="How many times a large part may grow when it is unpacked"
    )
    limit_sheets: int = Field(default=60, ge=1, description="Sheets of a workbook")
    limit_rows: int = Field(
        default=10_000, ge=1, description="The last row of a sheet that may hold something"
    )
    limit_columns: int = Field(default=1_024, ge=1, description="The last column that may")
    limit_table_rows: int = Field(default=5_000, ge=1, description="Leavers of one table")
    limit_table_columns: int = Field(default=200, ge=1, description="Columns of one table")
    limit_cells: int = Field(
        default=300_000, ge=1, description="Cells of a file that hold something"
    )
    limit_elements: int = Field(default=5_000_000, ge=1, description="XML elements of a file")
    limit_merges: int = Field(default=5_000, ge=1, description="Merged areas of a file")
    limit_text: int = Field(default=32_767, ge=1, description="Characters of one cell")
    limit_memory: int = Field(
        default=1024 * 1024 * 1024,
        ge=1,
        description="Bytes of memory that reading one file may take",
    )
    limit_cpu: int = Field(
        default=20, ge=1, description="Seconds of CPU that reading one file may take"
    )
    limit_wall: float = Field(
        default=30.0, gt=0, description="Seconds after which reading a file is ended from outside"
    )
    server_port: int = Field(default=4200, description="The Prefect page, on loopback only")

    tolerance_years_from_year_group: int = Field(
        default=2, ge=1, description="Years outside a year group from which a birth must be fixed"
    )
    tolerance_enrolled_from_age: int = Field(
        default=14, ge=0, description="The youngest that a college plausibly enrols"
    )
    tolerance_enrolled_to_age: int = Field(
        default=25, ge=0, description="The oldest that an enrolment list plausibly names"
    )
    tolerance_rows_to_be_constant: int = Field(
        default=20, ge=2, description="Rows from which a column that never varies is asked about"
    )
    tolerance_unknown_words: float = Field(
        default=0.2, ge=0, le=1, description="Share of a sheet's destinations in unknown words"
    )
    tolerance_unknown_words_from: int = Field(
        default=5, ge=1, description="Unknown words below which each is told and that is enough"
    )
    tolerance_sheet_shrinks: float = Field(
        default=0.2, ge=0, le=1, description="Share missing of a cohort's last sheet"
    )
    tolerance_sheet_grows: float = Field(
        default=0.2, ge=0, le=1, description="Share of leavers that no earlier sheet named"
    )
    tolerance_cohort_differs: float = Field(
        default=0.3, ge=0, description="By how much a cohort differs from that of the year before"
    )
    tolerance_above_register: float = Field(
        default=0.6, ge=0, description="By how much a cohort exceeds a year group of the register's"
    )
    tolerance_below_register: float = Field(
        default=0.6, ge=0, le=1, description="By how much a cohort falls short of such a year group"
    )
    tolerance_other_cohort: float = Field(
        default=0.2, ge=0, le=1, description="Share that stands in another year's cohort too"
    )
    tolerance_known_rises: float = Field(
        default=0.3, ge=0, le=1, description="Rise of the known, to all of them, since last year"
    )
    tolerance_other_school: float = Field(
        default=0.5, gt=0, le=1, description="Share of one other school's leavers that stops a file"
    )
    tolerance_other_school_from: int = Field(
        default=5, ge=1, description="Leavers of another school below which no file stops"
    )
    tolerance_fewest: int = Field(
        default=5, ge=1, description="Leavers below which a difference is chance"
    )
    tolerance_suspect_rule: float = Field(
        default=0.2, ge=0, le=1, description="Share of all rows from which a rule is itself suspect"
    )
    tolerance_alike_from: int = Field(
        default=20, ge=1, description="Leavers from which everybody alike is asked about"
    )
    same_round_percent: int = Field(
        default=50,
        ge=1,
        le=100,
        description="Of two files the same people: then two rounds",
    )

    @property
    def database(self) -> str:
        """The database address."""
        return self.database_url or f"sqlite:///{self.home / 'destinations.db'}"

    @property
    def store(self) -> str:
        """The storage address."""
        return self.storage or str(self.home / "storage")

    @property
    def excluding(self) -> tuple[str, ...]:
        """The codes of activities by which a leaver is out of the base."""
        return excluding_codes(left_england=not self.left_england_counts)

    def tolerances(self, kind: type[Kind]) -> Kind:
        """An instance of `kind`, a dataclass, each field from the setting tolerance_<its name>."""
        names = [limit.name for limit in fields(kind)]  # type: ignore[arg-type]
        return kind(**{name: getattr(self, f"tolerance_{name}") for name in names})

    def limits(self, kind: type[Kind]) -> Kind:
        """An instance of `kind`, a dataclass, each field from the setting limit_<its name> if any.

        Its `file_size` is the setting size_limit.
        """
        names = [limit.name for limit in fields(kind)]  # type: ignore[arg-type]
        limits = {
            name: getattr(self, f"limit_{name}") for name in names if hasattr(self, f"limit_{name}")
        }
        return kind(**limits | {"file_size": self.size_limit})


@cache
def get_settings() -> Settings:
    """The settings of this process.  Called in flows and the command line only."""
    return Settings()
