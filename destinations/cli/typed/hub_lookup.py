"""Hub look-up: a database that is fit for use, and the submissions and schools that are in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from destinations.cli.shown.output import is_locked
from destinations.cli.typed.arguments import LARGEST, urn

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlmodel import Session

    from models.submissions import Submission

_CLOSE = 60  # out of 100: from how much likeness a school's name is worth proposing
_PROPOSED = 3
_DIGITS_OFF = 2


def open_hub() -> "Engine":
    """The engine of the hub's database.

    Raises BadParameter, with what to do, where nobody has set it up, where it is of another
    version of this program, and where it cannot be reached.
    """
    from destinations.platform.settings import get_settings

    address = get_settings().database
    with _database_faults_in_words():
        if _is_missing_file(address):
            raise typer.BadParameter(_NOT_SET_UP)
    return _open_checked(address, tuple(_REVISION_WORDS))


def open_to_set_up() -> "Engine":
    """The engine of a database that is to be made or migrated.

    Raises BadParameter where it is of a newer version than this program, or cannot be opened.
    """
    from destinations.platform.settings import get_settings

    return _open_checked(get_settings().database, ("newer",))


def _open_checked(address: str, refused: tuple[str, ...]) -> "Engine":
    from models.database import open_database, reading
    from models.revisions import revision_of

    with _database_faults_in_words():
        engine = open_database(address)
        with reading(engine) as session:  # whoever only looks waits for nobody who writes
            revision = revision_of(session.connection())
    if revision.value in refused:
        engine.dispose()
        raise typer.BadParameter(_REVISION_WORDS[revision.value])
    return engine


def _is_missing_file(address: str) -> bool:
    from sqlalchemy import make_url

    url = make_url(address)
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file()


@contextmanager
def _database_faults_in_words() -> Iterator[None]:
    from sqlalchemy.exc import ArgumentError, DBAPIError

    try:
        yield
    except (ArgumentError, ModuleNotFoundError):
        raise typer.BadParameter(
            "DESTINATIONS_DATABASE_URL is no address of a database; type one such as "
            "postgresql://user:password@host/destinations, or leave it out"
        ) from None
    except (DBAPIError, OSError) as error:
        if is_locked(error):
            raise
        raise typer.BadParameter(
            "the database cannot be opened; see that its server runs, that its file is whole, and "
            "that DESTINATIONS_DATABASE_URL (or DESTINATIONS_HOME) names a place you may write to"
        ) from None


_NOT_SET_UP = "there is no database here yet; run `destinations setup` first"
_REVISION_WORDS = {
    "none": _NOT_SET_UP,
    "older": "the database is from an older version; run `destinations setup` to bring it up to "
    "date (back it up before)",
    "newer": "the database is from a newer version than this program; update the program, or "
    "restore the backup that was made before the update",
}


@contextmanager
def hub_session() -> "Iterator[Session]":
    """A session in the hub's database, closed with its engine."""
    from sqlmodel import Session

    engine = open_hub()
    try:
        with Session(engine, expire_on_commit=False) as session:
            yield session
    finally:
        engine.dispose()


@contextmanager
def reading_hub() -> "Iterator[Session]":
    """A session that only reads the hub's database, and so waits for nobody who writes."""
    from models.database import reading

    engine = open_hub()
    try:
        with reading(engine) as session:
            yield session
    finally:
        engine.dispose()


def known_submission(session: "Session", number: int) -> "Submission":
    """The submission of that number.  Raises BadParameter where there is none."""
    from models.submissions import Submission

    submission = session.get(Submission, number) if 0 < number <= LARGEST else None
    if submission is None:
        raise typer.BadParameter(
            f"there is no submission {number}; `destinations where` lists those there are"
        )
    return submission


def known_school_urn(session: "Session", typed: str) -> str:
    """The URN that was typed, of a school or college that the register or a submission names.

    Raises BadParameter for any other, with the likeliest that the register has.
    """
    from sqlmodel import col, select

    from models.places import Institution
    from models.submissions import Submission

    try:
        bare = urn(typed)
    except typer.BadParameter as wrong:
        raise typer.BadParameter(wrong.message + _likely_schools(session, typed)) from None
    in_register = session.exec(select(Institution.urn).where(col(Institution.urn) == bare)).first()
    in_submissions = session.exec(select(Submission.urn).where(col(Submission.urn) == bare)).first()
    if in_register is None and in_submissions is None:
        raise typer.BadParameter(
            f"nobody knows a school {bare}{_likely_schools(session, bare) or _REGISTER_HINT}"
        )
    return bare


_REGISTER_HINT = "; `destinations register` loads those there are"


def has_register(session: "Session") -> bool:
    """Whether a register of schools was loaded."""
    from sqlmodel import select

    from models.places import Institution

    return session.exec(select(Institution.id).limit(1)).first() is not None


def _likely_schools(session: "Session", typed: str) -> str:
    """A question after the likeliest schools: of several as likely, members of a hub first."""
    from rapidfuzz import fuzz, process, utils
    from rapidfuzz.distance import DamerauLevenshtein
    from sqlmodel import col, select

    from models.places import Institution, Membership

    query = select(Institution.urn, Institution.name).where(col(Institution.urn).is_not(None))
    names: dict[Any, str] = dict(session.exec(query).all())
    members = set(session.exec(select(Membership.urn)).all())
    bare = typed.strip()
    if bare.isdecimal():
        distances = (
            (DamerauLevenshtein.distance(bare, candidate), candidate) for candidate in names
        )
        likely = [
            candidate
            for distance, candidate in sorted(
                distances, key=lambda pair: (pair[0], pair[1] not in members, pair[1])
            )
            if distance <= _DIGITS_OFF
        ]
    else:
        scored = process.extract(
            bare, names, scorer=fuzz.WRatio, processor=utils.default_process,
            score_cutoff=_CLOSE, limit=_PROPOSED,
        )  # fmt: skip
        scored.sort(key=lambda score: score[2] not in members)
        likely = [candidate for _, _, candidate in scored]
    proposals = [f"{candidate} {names[candidate]}" for candidate in likely[:_PROPOSED]]
    return f". Did you mean {' or '.join(proposals)}?" if proposals else ""
