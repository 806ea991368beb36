"""Known: what sheets are read with: the maps, what people confirmed, the places of the register."""

from collections.abc import Callable
from functools import cache

from sqlmodel import Session

from destinations.layouts import accepted
from destinations.providers import Register, load_providers, studying_at
from imports.columns import load_map
from imports.remembered import Remembered
from imports.whereabouts import Places


def everything_known(session: Session) -> Remembered:
    """What people confirmed, for every school, and the places that names may mean.

    The register is only loaded when a destination is in no word that we know.
    """
    engine = session.get_bind()

    @cache
    def register() -> Register:
        with Session(engine) as own:
            return load_providers(own)

    return Remembered(load_map(), *accepted(session), places=_places(register))


def _places(register: Callable[[], Register]) -> Callable[[str], Places]:
    """By the URN of a sender: the code of studying at a place, which may be near or far."""

    def seen_from(urn: str) -> Places:
        @cache
        def at(name: str) -> str | None:
            sender = register().by_number("urn", urn)
            la_code = sender.la_code if sender else ""
            return studying_at(register(), name, la_code=la_code)

        return at

    return seen_from
