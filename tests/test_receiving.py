"""Receiving: what becomes of the files that senders put in the inbox."""

import hashlib
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select
from sqlmodel import Session, col

from destinations.platform.storage import open_storage
from destinations.register.load_register import load_register
from expectations.rules.arrivals import RULES
from imports.cover_notes import apply_cover_note, last_note, later_notes, store_cover_note
from imports.inbox import look_into
from imports.receiving import list_new_files, receive
from models.database import transaction
from models.submissions import Arrival, CoverNote, Submission
from models.vocabulary import Stage

SHARED = Path(__file__).parents[2] / "shared"
TODAY = date(2026, 11, 23)
LIMIT = 1_000

SCHOOLS = b"""URN,EstablishmentName
900100,Oakfield
900101,Elm Row
900102,Elm Row Academy
900103,Ash
900104,Yew
900105,Yew North
900106,Yew South
"""
MEMBERS = b"""urn,hub,joined_on,left_on
900100,Downs,2022-09-01,
900102,Downs,2022-09-01,
900103,Downs,2022-09-01,2023-08-31
900105,Downs,2022-09-01,
900106,Downs,2022-09-01,
"""
# Elm Row became an academy, and its first URN is in no register any more; Yew was split in two.
LINKS = b"""URN,LinkURN,LinkType
900101,900102,Successor
900101,900199,Predecessor
900104,900105,Successor - Split School
900106,900104,Predecessor - Split School
"""


@pytest.fixture
def session(engine):
    with transaction(engine) as session:
        load_register(session, SCHOOLS, MEMBERS, LINKS)
    with Session(engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def store(tmp_path):
    return open_storage(str(tmp_path / "storage"))


@pytest.fixture
def put(tmp_path):
    """Put a file where a sender would, on a day."""

    def put(key, content=b"UPN,Name\n", day="2025-11-03"):
        path = tmp_path / "storage" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        moment = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC).timestamp()
        os.utime(path, (moment, moment))
        return path

    return put


def intake(session, store, today=TODAY, size_limit=LIMIT):
    """One morning's receiving, as the flow does it."""
    arrivals = []
    for stored in list_new_files(session, look_into(store).files):
        arrivals.append(receive(session, store, stored, today=today, size_limit=size_limit))
        session.commit()
    return arrivals


def submissions(session):
    session.expire_all()
    return session.execute(select(Submission).order_by(col(Submission.id))).scalars().all()


def test_a_file_becomes_a_submission_and_its_original_is_kept(session, store, put):
    content = b"UPN,Name\nA1,B\n"
    put("inbox/900100/Leavers 2025 (final).XLSX", content)
    [arrival] = intake(session, store)
    [sent] = submissions(session)
    sha256 = hashlib.sha256(content).hexdigest()
    assert (arrival.urn, arrival.name) == ("900100", "Leavers 2025 (final).XLSX")
    assert (arrival.submission_id, arrival.is_again, arrival.refused_code) == (sent.id, False, None)
    assert (sent.urn, sent.name, sent.size) == ("900100", arrival.name, len(content))
    assert sent.sha256 == arrival.sha256 == sha256
    assert sent.sent_on == date(2025, 11, 3)
    assert (sent.stage, sent.refused_code) == (Stage.RECEIVED, None)
    assert (sent.kind, sent.academic_year, sent.leaving_stage, sent.wave) == (None,) * 4
    assert sent.stored_as == f"submissions/2025/{sha256}/original.xlsx"
    assert store.get(sent.stored_as) == content
    assert store.get("inbox/900100/Leavers 2025 (final).XLSX") == content


ENDINGS = [
    ("a.csv", "csv"),
    ("a.tar.GZ", "gz"),
    ("a", "bin"),
    ("a.", "bin"),
    ("a.x/x", "bin"),
    ("a.xls x", "bin"),
    ("a.élan", "bin"),
    (".csv", "bin"),
    ("a." + "x" * 40, "bin"),
]


@pytest.mark.parametrize(("name", "ending"), ENDINGS)
def test_the_kept_original_has_a_plain_ending(session, store, put, name, ending):
    put(f"inbox/900100/{name}")
    intake(session, store)
    assert submissions(session)[0].stored_as.endswith(f"/original.{ending}")


def test_a_second_morning_finds_nothing_new(session, store, put):
    for number in range(5):
        put(f"inbox/900100/{number}.csv", b"%d" % number)
    assert len(intake(session, store)) == 5
    assert intake(session, store) == []
    assert list_new_files(session, look_into(store).files) == []


def test_the_same_bytes_again_are_the_same_submission(session, store, put):
    put("inbox/900100/a.csv", day="2025-11-03")
    intake(session, store)
    put("inbox/900100/a.csv", day="2025-11-04")  # sent again
    put("inbox/900100/copy of a.csv")
    put("inbox/900100/autumn/a.csv")
    again = intake(session, store)
    [sent] = submissions(session)
    assert [(each.is_again, each.submission_id) for each in again] == [(True, sent.id)] * 3
    assert (sent.name, sent.sent_on) == ("a.csv", date(2025, 11, 3))
    assert len(list(store.list("submissions/"))) == 1


def test_a_file_that_changed_is_a_new_submission(session, store, put):
    put("inbox/900100/a.csv", b"one")
    intake(session, store)
    put("inbox/900100/a.csv", b"two")
    os.utime(put("inbox/900100/a.csv", b"two"), None)
    intake(session, store)
    assert [store.get(sent.stored_as) for sent in submissions(session)] == [b"one", b"two"]


def test_two_schools_may_send_the_same_bytes(session, store, put):
    put("inbox/900100/a.csv")
    put("inbox/900102/a.csv")
    intake(session, store)
    assert [sent.urn for sent in submissions(session)] == ["900100", "900102"]


def test_a_file_in_a_deeper_folder_is_theirs_too(session, store, put):
    put("inbox/900100/Y11/autumn/leavers.csv")
    [arrival] = intake(session, store)
    assert (arrival.urn, arrival.name) == ("900100", "leavers.csv")
    assert arrival.submission_id is not None


LEFT_BEHIND = ["~$a.xlsx", ".DS_Store", "Thumbs.db", "DESKTOP.INI", ".~lock.a.ods#", "._a.csv"]


@pytest.mark.parametrize("name", [*LEFT_BEHIND, "__MACOSX/a.csv", "@eaDir/a.csv"])
def test_what_programs_leave_behind_is_not_a_file_that_was_sent(session, store, put, name):
    put(f"inbox/900100/{name}")
    assert list_new_files(session, look_into(store).files) == []


REFUSED = [
    # the file                  | why
    ("inbox/999999/a.csv", "A01"),  # no such school
    ("inbox/900104/a.csv", "A02"),  # became two schools of the hub: whose is it?
    ("inbox/900103/a.csv", "A02"),  # left the hub before it sent this
    ("inbox/a.csv", "A03"),
    ("inbox/Oakfield/a.csv", "A03"),
    ("inbox/9001000/a.csv", "A03"),
    ("inbox/٩٠٠١٠٠/a.csv", "A03"),  # digits, in other letters
]


@pytest.mark.parametrize(("key", "code"), REFUSED)
def test_a_file_of_nobody_we_know_is_left_alone(session, store, put, key, code):
    put(key, b"theirs")
    [arrival] = intake(session, store)
    assert (arrival.refused_code, arrival.submission_id) == (code, None)
    assert submissions(session) == []
    assert [(found.key, store.get(found.key)) for found in store.list("")] == [(key, b"theirs")]
    assert intake(session, store) == []  # and it is said once


def test_a_file_waits_until_its_school_is_known(session, store, put):
    put("inbox/900200/a.csv")
    put("inbox/900103/a.csv")
    assert {each.refused_code for each in intake(session, store)} == {"A01", "A02"}
    load_register(
        session,
        b"URN,EstablishmentName\n900200,New School\n",
        b"urn,hub,joined_on\n900200,Downs,2024-09-01\n900103,Downs,2022-09-01\n",
    )
    session.commit()
    arrivals = intake(session, store)
    assert [(each.urn, each.refused_code) for each in arrivals] == [
        ("900103", None),
        ("900200", None),
    ]
    assert session.execute(select(func.count()).select_from(Arrival)).scalar_one() == 2
    assert intake(session, store) == []


BELONGING = [
    # folder  | day sent      | belongs to
    ("900103", "2023-05-04", "900103"),  # before it left
    ("900103", "2023-08-31", "900103"),
    ("900103", "2023-09-01", None),
    ("900100", "2020-05-04", "900100"),  # before it joined, but it is a member now
    ("900101", "2025-05-04", "900102"),  # the predecessor of an academy
    ("900199", "2025-05-04", "900102"),  # and the predecessor of that
]


@pytest.mark.parametrize(("folder", "day", "belongs_to"), BELONGING)
def test_whose_a_file_is(session, store, put, folder, day, belongs_to):
    put(f"inbox/{folder}/a.csv", day=day)
    [arrival] = intake(session, store)
    assert arrival.urn == folder
    assert [sent.urn for sent in submissions(session)] == ([belongs_to] if belongs_to else [])
    assert arrival.refused_code == (None if belongs_to else "A02")


def a_note(session, content=b"UPN,Name\n", urn="900100", **said):
    said = {"sent_on": date(2024, 11, 5)} | said
    sha256 = hashlib.sha256(content).hexdigest()
    store_cover_note(session, urn=urn, name="a.csv", sha256=sha256, **said)
    session.commit()


def test_what_a_sender_says_goes_with_the_file(session, store, put):
    a_note(session, kind="enrolments", academic_year=2023, leaving_stage="Y13", wave=2)
    put("inbox/900100/a.csv")
    intake(session, store)
    [sent] = submissions(session)
    assert (sent.kind, sent.academic_year) == ("enrolments", 2023)
    assert (sent.leaving_stage, sent.wave) == ("Y13", 2)
    assert sent.sent_on == date(2024, 11, 5)
    assert sent.stored_as.startswith("submissions/2024/")


def test_a_cover_note_under_the_old_urn_is_found(session, store, put):
    a_note(session, urn="900101", wave=2)
    put("inbox/900101/a.csv")
    intake(session, store)
    assert [(sent.urn, sent.wave) for sent in submissions(session)] == [("900102", 2)]


def test_a_note_is_later_until_it_is_taken_on_and_only_where_it_says_anything_new(
    session, store, put
):
    put("inbox/900101/a.csv")
    intake(session, store)
    [sent] = submissions(session)
    assert later_notes(session) == []
    a_note(session, urn="900101", wave=1)
    assert [each.submission_id for each in later_notes(session)] == [sent.id]
    apply_cover_note(sent, last_note(session, sent))
    session.commit()
    assert (sent.wave, later_notes(session)) == (1, [])
    a_note(session, urn="900101", wave=1)
    assert later_notes(session) == []
    a_note(session, urn="900101", wave=2)
    assert [each.submission_id for each in later_notes(session)] == [sent.id]


def test_saying_it_again_replaces_what_was_said(session):
    a_note(session, wave=1)
    a_note(session, wave=2)
    session.expire_all()
    assert [each.wave for each in session.execute(select(CoverNote)).scalars()] == [2]


@pytest.mark.parametrize("said", [{"kind": "pupils"}, {"leaving_stage": "Year 11"}])
def test_a_word_that_does_not_exist_cannot_be_said(session, said):
    with pytest.raises(ValueError, match="is not a valid"):
        a_note(session, **said)


def refuse(session):
    [sent] = submissions(session)
    sent.refused_code, sent.refused_facts, sent.stage = "F05", {"sheets": "2"}, Stage.READ.value
    session.commit()


def test_a_refused_file_starts_again_when_its_sender_says_something_else(session, store, put):
    put("inbox/900100/a.csv")
    intake(session, store)
    refuse(session)
    put("inbox/900100/a.csv", day="2025-11-04")
    [arrival] = intake(session, store)  # nothing else was said
    assert (arrival.is_again, submissions(session)[0].refused_code) == (True, "F05")

    a_note(session, academic_year=2024, leaving_stage="Y11", sent_on=date(2025, 11, 5))
    put("inbox/900100/a.csv", day="2025-11-05")
    [arrival] = intake(session, store)
    [sent] = submissions(session)
    assert (arrival.is_again, arrival.submission_id) == (True, sent.id)
    assert (sent.refused_code, sent.refused_facts, sent.stage) == (None, {}, Stage.RECEIVED)
    assert (sent.academic_year, sent.leaving_stage) == (2024, "Y11")
    assert store.get(sent.stored_as) == b"UPN,Name\n"

    refuse(session)
    put("inbox/900100/a.csv", day="2025-11-06")
    intake(session, store)  # the same words once more change nothing
    assert submissions(session)[0].refused_code == "F05"


def test_a_recorded_file_never_starts_again(session, store, put):
    put("inbox/900100/a.csv")
    intake(session, store)
    [sent] = submissions(session)
    sent.stage = Stage.RECORDED.value
    session.commit()
    a_note(session, wave=3)
    put("inbox/900100/a.csv", day="2025-11-05")
    intake(session, store)
    assert [(each.stage, each.wave) for each in submissions(session)] == [(Stage.RECORDED, None)]


@pytest.mark.parametrize(("content", "code"), [(b"", "A05"), (b"x" * (LIMIT + 1), "A04")])
def test_an_empty_or_a_too_large_file_is_refused_and_answered(session, store, put, content, code):
    put("inbox/900100/a.csv", content)
    [arrival] = intake(session, store)
    [sent] = submissions(session)
    assert arrival.submission_id == sent.id
    assert sent.refused_code == code
    assert sent.size == len(content)
    assert sent.sha256 == hashlib.sha256(content).hexdigest()
    rule = next(rule for rule in RULES if rule.code == code)
    assert "{" not in rule.says.format(**sent.refused_facts)
    assert [found.key for found in store.list("")] == ["inbox/900100/a.csv"]
    put("inbox/900100/a.csv", content, day="2025-11-04")
    assert intake(session, store)[0].is_again
    assert len(submissions(session)) == 1


def test_a_file_of_just_the_limit_is_taken(session, store, put):
    put("inbox/900100/a.csv", b"x" * LIMIT)
    intake(session, store)
    assert submissions(session)[0].refused_code is None


def test_a_file_that_was_too_large_is_taken_when_the_limit_is_raised(session, store, put):
    put("inbox/900100/a.csv", b"x" * (LIMIT + 1))
    intake(session, store)
    put("inbox/900100/a.csv", b"x" * (LIMIT + 1), day="2025-11-04")
    intake(session, store, size_limit=2 * LIMIT)
    [sent] = submissions(session)
    assert (sent.refused_code, store.get(sent.stored_as)) == (None, b"x" * (LIMIT + 1))


def test_a_sending_day_is_never_after_today(session, store, put):
    put("inbox/900100/a.csv", day="2027-01-01")  # a clock that is wrong
    intake(session, store)
    assert submissions(session)[0].sent_on == TODAY


def test_a_day_is_the_day_in_england(session, store, put, tmp_path):
    path = put("inbox/900100/a.csv")
    moment = datetime(2025, 7, 1, 23, 30, tzinfo=UTC).timestamp()
    os.utime(path, (moment, moment))
    intake(session, store)
    assert submissions(session)[0].sent_on == date(2025, 7, 2)


def test_a_kill_between_the_copy_and_the_row_leaves_nothing_wrong(session, store, put):
    put("inbox/900100/a.csv")
    [stored] = list_new_files(session, look_into(store).files)
    receive(session, store, stored, today=TODAY, size_limit=LIMIT)
    session.rollback()  # the copy is there, the rows are not
    assert len(list(store.list("submissions/"))) == 1
    [arrival] = intake(session, store)
    assert (arrival.is_again, len(submissions(session))) == (False, 1)
    assert len(list(store.list("submissions/"))) == 1


def test_a_file_taken_away_meanwhile_stops_only_itself(session, store, put):
    put("inbox/900100/a.csv").unlink()
    put("inbox/900100/b.csv")
    [stored] = list_new_files(session, look_into(store).files)
    store.delete(stored.key)
    with pytest.raises(KeyError):
        receive(session, store, stored, today=TODAY, size_limit=LIMIT)
    session.rollback()
    assert submissions(session) == []


def test_names_that_are_not_utf_8_or_very_long(session, store, tmp_path):
    folder = tmp_path / "storage" / "inbox" / "900100"
    folder.mkdir(parents=True)
    Path(os.fsdecode(bytes(folder) + b"/\xe9l\xe8ves.csv")).write_bytes(b"1")
    deep = folder / ("d" * 250) / ("e" * 250)
    deep.mkdir(parents=True)
    (deep / ("f" * 250 + ".csv")).write_bytes(b"2")
    arrivals = intake(session, store)
    assert {each.name for each in arrivals} == {"élèves.csv", "f" * 250 + ".csv"}
    assert len(submissions(session)) == 2
    assert intake(session, store) == []


def test_listing_asks_the_database_once_however_many_files(session, store, put):
    for number in range(40):
        put(f"inbox/900100/{number}.csv", b"%d" % number)
        put(f"inbox/999999/{number}.csv", b"%d" % number)
    intake(session, store)
    asked = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert list_new_files(session, look_into(store).files) == []
    assert len(asked) <= 10


@pytest.mark.slow
def test_the_road_begins_the_same_in_a_bucket(
    session, s3_server, monkeypatch, tmp_path, migrated_sqlite
):
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    store = open_storage(f"s3://{s3_server.bucket}/{tmp_path.name}", endpoint=s3_server.endpoint)
    store.put("inbox/900100/Leavers (final) + école #1.csv", b"1")
    store.put("inbox/900100/empty.csv", b"")
    store.put("inbox/999999/a.csv", b"1")
    arrivals = intake(session, store)
    assert [each.refused_code for each in arrivals] == [None, None, "A01"]
    taken, empty = submissions(session)
    assert store.get(taken.stored_as) == b"1"
    assert empty.refused_code == "A05"
    assert intake(session, store) == []


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    files=st.lists(
        st.tuples(st.sampled_from("abc"), st.binary(max_size=2)), min_size=1, max_size=6
    ),
    mornings=st.integers(1, 3),
)
def test_however_often_files_are_sent_each_is_one_submission(
    tmp_path_factory, migrated_sqlite, files, mornings
):
    from models.database import open_database

    made = tmp_path_factory.mktemp("often")
    (made / "a.db").write_bytes(migrated_sqlite.read_bytes())
    engine = open_database(f"sqlite:///{made / 'a.db'}")
    store = open_storage(str(made / "storage"))
    with Session(engine, expire_on_commit=False) as session:
        load_register(session, SCHOOLS, MEMBERS)
        for _ in range(mornings):
            for name, content in files:
                store.put(f"inbox/900100/{name}.csv", content)
                intake(session, store)
        found = [sent.sha256 for sent in submissions(session)]
    engine.dispose()
    assert sorted(found) == sorted({hashlib.sha256(content).hexdigest() for _, content in files})


@pytest.mark.samples
def test_every_file_of_the_sample_hub_is_received_with_its_cover_note(session, tmp_path):
    hub = SHARED / "samples" / "hub_a"
    if not hub.exists():
        pytest.skip("the sample hubs are not beside this checkout")
    store = open_storage(str(tmp_path / "storage"))
    load_register(
        session, (hub / "institutions.csv").read_bytes(), (hub / "hub_members.csv").read_bytes()
    )
    sent = sorted((hub / "inbox").glob("*/*"))
    for path in sent:
        store.put(f"inbox/{path.parent.name}/{path.name}", path.read_bytes())
    arrivals = intake(session, store, size_limit=10_000_000)
    assert len(arrivals) == len(sent)
    assert {each.refused_code for each in arrivals} == {None}
    assert not any(each.is_again for each in arrivals)
    assert [each.name for each in arrivals] == [path.name for path in sent]
    assert len(submissions(session)) == len(sent)
