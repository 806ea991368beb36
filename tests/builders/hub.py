"""Hubs of schools and colleges: in a database, or a whole home with its inbox and mornings."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from destinations.platform.settings import get_settings
from flows.pipeline import process_again, stages
from models.database import migrate, open_database, transaction
from models.places import Hub, Institution, InstitutionLink, Membership
from tests.builders.sheets import a_workbook

SCHOOL, OTHER_SCHOOL, COLLEGE, SIXTH_FORM, AFAR = "900100", "900101", "900190", "900191", "900300"
FORMER_SCHOOL = "900099"
SUSSEX = {"la_code": "845", "la_name": "Sussex"}


def institution(urn: str, name: str = "", **columns: Any) -> Institution:
    """A line of the register: an open academy of no authority, but for the columns given."""
    return Institution(
        **{"urn": urn, "name": name or f"School {urn}", "type_name": "Academy converter"} | columns
    )


def join_hub(session: Session, hub: str, *urns: str, **dates: date) -> None:
    """Make them members of that hub, which is made where there is none, since September 2020."""
    joined = session.exec(select(Hub).where(Hub.name == hub)).one_or_none() or Hub(name=hub)
    session.add(joined)
    session.flush()
    days = {"joined_on": date(2020, 9, 1)} | dates
    session.add_all(Membership(hub_id=joined.id, urn=urn, **days) for urn in urns)
    session.flush()


def a_hub(engine: Engine) -> None:
    """The register and the hub; AFAR is in another hub, FORMER_SCHOOL was the URN of SCHOOL."""
    with transaction(engine) as session:
        session.add_all(
            [
                institution(SCHOOL, "Firle High School", has_sixth_form=True, **SUSSEX),
                institution(
                    FORMER_SCHOOL,
                    "Firle High School",
                    type_name="Community school",
                    is_open=False,
                    **SUSSEX,
                ),
                institution(
                    OTHER_SCHOOL, "Long Man School", type_name="Community special school", **SUSSEX
                ),
                institution(
                    COLLEGE,
                    "Downs Coast College",
                    type_name="Further education",
                    further_education_type="General FE College",
                    ukprn="10990097",
                    laestab="8458001",
                    **SUSSEX,
                ),
                institution(
                    SIXTH_FORM,
                    "Ouse Valley Sixth Form College",
                    type_name="Further education",
                    further_education_type="Sixth Form College (General)",
                    ukprn="10990197",
                    laestab="8458600",
                    **SUSSEX,
                ),
                institution(AFAR, "Tamar Academy", **SUSSEX | {"la_code": "908"}),
                InstitutionLink(urn=SCHOOL, linked_urn=FORMER_SCHOOL, kind="Predecessor"),
                InstitutionLink(urn=FORMER_SCHOOL, linked_urn=SCHOOL, kind="Successor"),
            ]
        )
        join_hub(session, "Seven Sisters", SCHOOL, FORMER_SCHOOL, OTHER_SCHOOL, COLLEGE, SIXTH_FORM)
        join_hub(session, "Tamar", AFAR)


@contextmanager
def a_hub_at_home(home: Path, monkeypatch: pytest.MonkeyPatch, *urns: str) -> Iterator[Engine]:
    """A fresh database and storage there, with a hub of these schools; the settings are its own."""
    monkeypatch.setenv("DESTINATIONS_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "250")  # so that no table of the command line is cut
    get_settings.cache_clear()
    engine = open_database(get_settings().database)
    migrate(engine)
    with transaction(engine) as session:
        session.add_all(institution(urn, type_name="") for urn in urns)
        join_hub(session, "Test Hub", *urns)
    yield engine
    engine.dispose()
    get_settings.cache_clear()


def send(urn: str, drawn: str, name: str = "leavers.xlsx") -> None:
    """A drawn sheet as a workbook in a school's inbox."""
    inbox = Path(get_settings().store) / "inbox" / urn
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / name).write_bytes(a_workbook(drawn))


def take_in(today: date) -> None:
    """What a morning's intake does, stage by stage, without Prefect."""
    with stages.open_run(get_settings()) as way:
        stages.receive_files(way, today)
        for ids in [*stages.unfinished(way), *stages.lists_to_match_again(way)]:
            process_again.process_chunk(way, ids, today)
        process_again.answer_repeated_files(way)


def publish(today: date) -> None:
    """What a week's publish does, stage by stage, without Prefect."""
    with stages.open_run(get_settings()) as run, stages.one_moment(run) as way:
        stages.publish_all(way, stages.summarise_all(way, today), today)
