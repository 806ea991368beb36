"""Reference data: the maps, what people confirmed, and the places that names may mean."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, lru_cache

from sqlalchemy import select
from sqlmodel import Session, col

from destinations.linkage.numbered_leavers import cohorts_by_number
from destinations.register.providers import (
    ProviderRegister,
    load_providers,
    studying_at,
    takes_nobody_before_16,
)
from destinations.responses.mappings import load_mappings
from imports.crosswalk.column_map import load_map
from imports.crosswalk.confirmed_mappings import Crosswalk
from imports.crosswalk.provider_as_destination import PlaceLookup
from models.database import reading
from models.handoffs.normalised import LeavingCohort
from models.places import Institution

_MOST_NAMES = 50_000


def load_crosswalk(session: Session) -> Crosswalk:
    """What people confirmed, for every school, and the places and leavers that cells may mean.

    The register is only loaded when a destination is in no word that we know.
    """
    engine = session.get_bind().engine

    @cache
    def register() -> ProviderRegister:
        # Somebody may be writing meanwhile, and waiting for what this reads.
        with reading(engine) as own:
            return load_providers(own)

    def leavers(urn: str, numbers: Collection[str]) -> Mapping[str, Sequence[LeavingCohort]]:
        with reading(engine) as own:
            return cohorts_by_number(own, urn, numbers)

    @cache
    def is_provider(urn: str) -> bool:
        type_name = select(col(Institution.type_name)).where(col(Institution.urn) == urn)
        with reading(engine) as own:
            return takes_nobody_before_16(own.execute(type_name.limit(1)).scalar() or "")

    return Crosswalk(
        load_map(),
        *load_mappings(session),
        places=_places(register),
        leavers=leavers,
        is_provider=is_provider,
    )


def _places(register: Callable[[], ProviderRegister]) -> PlaceLookup:
    @cache
    def la_code(urn: str) -> str:
        sender = register().by_number("urn", urn)
        return sender.la_code if sender else ""

    @lru_cache(maxsize=_MOST_NAMES)
    def at(name: str, urn: str) -> str | None:
        return studying_at(register(), name, la_code=la_code(urn))

    return at
