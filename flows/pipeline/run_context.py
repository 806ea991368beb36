"""Run context: what the stages of one run need; nothing of what they make of a submission."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

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
from models.handoffs.store import Store


@dataclass(frozen=True)
class RunContext:
    """What the stages of one run need."""

    engine: Engine
    store: Store
    settings: Settings
    crosswalk: Crosswalk  # what headings and words meant when the run began
    guard: Guard
    snapshot: Session | None = None  # what is summarised and published is read from, if given

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

    def latest_crosswalk(self, session: Session) -> Crosswalk:
        """What headings and words mean by now; the places of the register are loaded once a run."""
        return replace(load_crosswalk(session), places=self.crosswalk.places)


@contextmanager
def open_run(settings: Settings) -> Iterator[RunContext]:
    """The context of one run; the child process that opens files lives as long as it."""
    engine = open_database(settings.database)
    store = open_storage(
        settings.store, endpoint=settings.s3_endpoint, checksums=settings.s3_checksums
    )
    with open_guard(settings.limits(ReadLimits)) as guard:
        try:
            with Session(engine) as session:
                crosswalk = load_crosswalk(session)
            yield RunContext(engine, store, settings, crosswalk, guard)
        finally:
            engine.dispose()
