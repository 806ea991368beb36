"""Desk: what the stages of one run need, and what it has read and not yet recorded."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from destinations.outcomes.waves import WaveCalendar
from destinations.platform.keys import marking_key
from destinations.platform.settings import Settings
from destinations.platform.storage import open_storage
from destinations.register.providers import ProviderRegister, load_providers
from flows.pipeline.reference_data import load_crosswalk
from imports.crosswalk.confirmed_mappings import Crosswalk
from imports.workbook.guard import Guard, open_guard
from imports.workbook.limits import ReadLimits
from models.database import open_database
from models.handoffs.findings import Finding
from models.handoffs.normalised import NormalisedSubmission, SubmissionMetadata
from models.handoffs.sheets import ReadFile
from models.handoffs.store import Store


@dataclass
class RunContext:
    """What the stages need, and the desk where a run keeps what it has not yet recorded."""

    engine: Engine
    store: Store
    settings: Settings
    remembered: Crosswalk  # what every school's headings and words mean; a sender may add to it
    guard: Guard
    snapshot: Session | None = None  # what is summarised and published is read from, while it is
    taken_up: dict[int, datetime | None] = field(default_factory=dict)  # since when it was asked
    declared: dict[int, SubmissionMetadata] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    read: dict[int, ReadFile] = field(default_factory=dict)
    mapped: dict[int, NormalisedSubmission] = field(default_factory=dict)
    findings: dict[int, tuple[Finding, ...]] = field(default_factory=dict)
    waived: dict[int, Mapping[str, int]] = field(default_factory=dict)  # findings not told, by code
    suites: dict[int, str] = field(default_factory=dict)
    told: dict[int, tuple[Finding, ...]] = field(default_factory=dict)  # for the receipts
    as_read: dict[int, ReadFile] = field(default_factory=dict)  # for the marked workbooks

    @property
    def key(self) -> bytes:
        """What signs the workbooks that we give back."""
        given = self.settings.keys
        return marking_key(given.get_secret_value() if given else None, self.settings.home)

    @property
    def calendar(self) -> WaveCalendar:
        """When each wave opens, is asked and is due."""
        return WaveCalendar(waves=self.settings.waves)

    def register(self) -> ProviderRegister:
        """Schools and providers by every name and number they go by."""
        with Session(self.engine) as session:
            return load_providers(session)

    def clear(self) -> None:
        """Forget what lies on the desk."""
        for pile in (
            self.taken_up,
            self.declared,
            self.names,
            self.read,
            self.mapped,
            self.findings,
            self.waived,
            self.suites,
            self.told,
            self.as_read,
        ):
            pile.clear()


@contextmanager
def open_run(settings: Settings) -> Iterator[RunContext]:
    """The road for one run; the reading child lives as long as it."""
    engine = open_database(settings.database)
    store = open_storage(
        settings.store, endpoint=settings.s3_endpoint, checksums=settings.s3_checksums
    )
    with open_guard(settings.limits(ReadLimits)) as guard:
        try:
            yield RunContext(engine, store, settings, _known(engine), guard)
        finally:
            engine.dispose()


def _known(engine: Engine) -> Crosswalk:
    with Session(engine) as session:
        return load_crosswalk(session)
