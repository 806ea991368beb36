import csv
import logging
from datetime import UTC, date, datetime
from functools import partial
from io import StringIO

import pytest
from sqlmodel import Session, col, select

from destinations.outcomes.survivorship import leaver_outcomes
from destinations.platform.storage import open_storage
from destinations.publishing import (
    PublishedDocument,
    folder_slug,
    hub_and_school_documents,
    publish_documents,
    receipt_document,
    safe_name,
)
from destinations.reports.summary_export import SUMMARY_COLUMNS
from destinations.summarising import summarise
from models.database import insert_all
from models.destinations import Destination, Publication
from models.handoffs.findings import Finding
from models.leavers import Cohort, Leaver, Person, Wave
from models.places import Hub, Institution, Membership
from models.submissions import Submission
from models.vocabulary import Severity
from tests.books_opened import opened, rows_below, words
from tests.builders.evidence import a_submission

TODAY = date(2025, 11, 24)
NOW = datetime(2025, 11, 24, 8, 0, tzinfo=UTC)
SCHOOL, SILENT, COLLEGE = "900101", "900102", "900190"


@pytest.fixture
def hub(session: Session) -> Session:
    """A hub of two schools and a college; one school has sent, with two leavers."""
    session.add(Hub(id=1, name="Seven Rivers Careers Hub"))
    names = {SCHOOL: "Alder: Bridge/Academy", SILENT: "Birch Lane School", COLLEGE: "Riverside"}
    for urn, name in names.items():
        session.add(Institution(urn=urn, name=name))
    session.flush()
    for urn in names:
        session.add(Membership(hub_id=1, urn=urn, joined_on=date(2022, 9, 1)))
    session.add(Cohort(id=1, urn=SCHOOL, leaving_stage="Y11", academic_year=2024))
    session.add(a_submission(1, urn=SCHOOL))
    session.flush()
    dates = {"opens_on": date(2025, 9, 1), "asked_on": date(2025, 11, 1)}
    session.add(Wave(cohort_id=1, number=1, due_on=date(2025, 11, 30), **dates))
    for number, surname in enumerate(("Zephyrine", "Quillfeather"), start=1):
        session.add(Person(id=number))
        session.flush()
        session.add(
            Leaver(
                id=number, person_id=number, cohort_id=1, surname=surname, forename="Ida",
                upn="A845400011001", submission_id=1, sheet="Y11", row=number + 4, cells={},
            )
        )  # fmt: skip
    session.flush()
    session.add(
        Destination(
            leaver_id=1, wave=1, activity_code="230", as_at=date(2025, 11, 1), source="school",
            evidence="school says", recorded_at=NOW, submission_id=1, sheet="Y11", row=5,
            column="F",
        )
    )  # fmt: skip
    session.flush()
    return session


def edition(session, day=TODAY):
    lines = summarise(session, today=day)
    of_school = partial(_answers, session, day)
    return list(hub_and_school_documents(session, lines, day, answers=of_school))


def _answers(session, day, urn):
    return leaver_outcomes(session, today=day, urn=urn)


@pytest.fixture
def store(tmp_path):
    return open_storage(str(tmp_path / "storage"))


def test_hub_leads_and_schools_find_their_documents(hub, store):
    done = publish_documents(hub, store, edition(hub), published_at=NOW)
    assert (done.written, done.unchanged) == (3, 0)
    keys = [stored.key for stored in store.list("")]
    assert keys == [
        "hubs/seven-rivers-careers-hub/2025-11-24/summary.csv",
        "hubs/seven-rivers-careers-hub/2025-11-24/summary.xlsx",
        "returns/900101/evidence Alder- Bridge-Academy 2025-11-24.xlsx",
    ]
    noted = hub.exec(select(Publication).order_by(col(Publication.key))).all()
    assert [each.key for each in noted] == keys
    assert [each.what for each in noted] == ["summary", "summary", "evidence pack"]
    assert [(each.hub, each.urn) for each in noted][2] == (None, SCHOOL)
    assert {each.edition for each in noted} == {"2025-11-24"}


def test_the_hub_summary_counts_what_is_recorded(hub, store):
    publish_documents(hub, store, edition(hub), published_at=NOW)
    content = store.get("hubs/seven-rivers-careers-hub/2025-11-24/summary.xlsx")
    row = rows_below(opened(content)["Summary"], "Wave and leavers")[0]
    assert (row["Leavers"], row["Known"], row["Coverage"], row["Not known"]) == (2, 1, 0.5, 1)
    missing = rows_below(opened(content)["Summary"], "School or college")
    assert [each["School or college"] for each in missing] == ["Birch Lane School", "Riverside"]
    kept = store.get("hubs/seven-rivers-careers-hub/2025-11-24/summary.csv").decode()
    lines = list(csv.DictReader(StringIO(kept)))
    assert list(lines[0]) == [column.name for column in SUMMARY_COLUMNS]
    assert (lines[0]["breakdown"], lines[0]["leavers"], lines[0]["known"]) == ("all", "2", "1")
    assert lines[0]["coverage_percent"] == "50"


def test_the_pack_names_the_cell_of_each_answer(hub, store):
    publish_documents(hub, store, edition(hub), published_at=NOW)
    content = store.get("returns/900101/evidence Alder- Bridge-Academy 2025-11-24.xlsx")
    rows = rows_below(opened(content)["Every answer"], "Reference")
    ida = next(row for row in rows if row["Surname"] == "Zephyrine")
    assert (ida["  File"].strip(), ida["Sheet"], ida["Cell"]) == (
        "leavers 2025 where now.xlsx", "Y11", "F5",
    )  # fmt: skip


def test_publishing_twice_adds_nothing(hub, store):
    publish_documents(hub, store, edition(hub), published_at=NOW)
    before = {each.key: each.modified_at for each in store.list("")}
    done = publish_documents(hub, store, edition(hub), published_at=NOW.replace(hour=9))
    assert (done.written, done.unchanged) == (0, 3)
    assert {each.key: each.modified_at for each in store.list("")} == before
    assert len(hub.exec(select(Publication)).all()) == 3


def test_what_has_changed_is_written_again(hub, store):
    publish_documents(hub, store, edition(hub), published_at=NOW)
    insert_all(
        hub,
        Destination,
        [
            {
                "leaver_id": 2, "wave": 1, "activity_code": "310", "as_at": date(2025, 11, 1),
                "source": "school", "evidence": "school says", "recorded_at": NOW,
                "submission_id": 1, "sheet": "Y11", "row": 6, "column": "F",
            }
        ],
    )  # fmt: skip
    done = publish_documents(hub, store, edition(hub), published_at=NOW.replace(hour=9))
    assert (done.written, done.unchanged) == (3, 0)
    assert len(list(store.list(""))) == 3


def test_a_document_that_was_lost_is_written_again(hub, store):
    publish_documents(hub, store, edition(hub), published_at=NOW)
    store.delete("hubs/seven-rivers-careers-hub/2025-11-24/summary.csv")
    done = publish_documents(hub, store, edition(hub), published_at=NOW.replace(hour=9))
    assert (done.written, done.unchanged) == (1, 2)
    assert len(hub.exec(select(Publication)).all()) == 3


def test_the_readers_have_what_was_published_last(hub, store):
    first, second = (
        PublishedDocument("hubs/x/note.txt", words_, "summary") for words_ in (b"one", b"two")
    )
    for hour, document in enumerate((first, second, first), start=8):
        done = publish_documents(hub, store, [document], published_at=NOW.replace(hour=hour))
        assert done.written == 1
        assert store.get(document.key) == document.content
    assert publish_documents(hub, store, [first], published_at=NOW.replace(hour=12)).unchanged == 1


def test_a_receipt_goes_back_to_its_sender(hub, store):
    sent = hub.get(Submission, 1)
    findings = [
        Finding("I01", Severity.MUST_FIX, "Too short", "Copy it", "Y11", 7, "C", "UPN", "A1")
    ]
    receipt = receipt_document(hub, sent, findings, fields={"I01": "upn"})
    assert receipt.key == "returns/900101/2025-11-12 leavers 2025 where now receipt.xlsx"
    assert receipt.what == "receipt"
    told = words(opened(receipt.content)["Receipt"])
    assert "Fix 1 UPN." in told
    assert "leavers 2025 where now.xlsx, from Alder: Bridge/Academy" in told


def test_two_files_of_one_name_on_one_day_have_two_receipts(hub):
    other = a_submission(2, urn=SCHOOL, name="Leavers 2025 where now.csv")
    elsewhere = a_submission(3, urn=SILENT)
    hub.add(other)
    hub.add(elsewhere)
    hub.flush()
    keys = [
        receipt_document(hub, each, ()).key for each in (hub.get(Submission, 1), other, elsewhere)
    ]
    assert keys == [
        "returns/900101/2025-11-12 leavers 2025 where now receipt.xlsx",
        "returns/900101/2025-11-12 Leavers 2025 where now (2) receipt.xlsx",
        "returns/900102/2025-11-12 leavers 2025 where now receipt.xlsx",
    ]


def test_names_and_cells_never_reach_the_log_or_a_file_name(hub, store, caplog):
    caplog.set_level(logging.DEBUG)
    made = edition(hub)
    publish_documents(hub, store, made, published_at=NOW)
    public = caplog.text + "".join(document.key for document in made)
    assert "Zephyrine" not in public
    assert "A845400011001" not in public


def test_a_hub_whose_name_looks_like_a_formula_stays_text(hub, store):
    hub.get(Hub, 1).name = "=cmd|hub"
    hub.flush()
    made = {document.key: document.content for document in edition(hub)}
    kept = made["hubs/cmd-hub/2025-11-24/summary.csv"].decode()
    assert next(csv.DictReader(StringIO(kept)))["hub"] == "'=cmd|hub"


def test_two_hubs_never_share_a_folder(hub):
    hub.add(Hub(id=2, name="SEVEN RIVERS careers-hub"))
    hub.flush()
    folders = {document.key.split("/")[1] for document in edition(hub) if document.hub}
    assert folders == {"seven-rivers-careers-hub", "seven-rivers-careers-hub-2"}


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("St Willow’s Catholic School", "St Willow’s Catholic School"),
        ("Leavers 2025/26: final?", "Leavers 2025-26- final"),
        ("../../etc/passwd", "etc-passwd"),
        ("  a\tb\n c. ", "a-b- c"),
        ("....", "file"),
        ("", "file"),
        ("x" * 300, "x" * 100),
    ],
)
def test_file_names_are_safe_everywhere(typed, name):
    assert safe_name(typed) == name


@pytest.mark.parametrize(
    ("typed", "folder"),
    [
        ("Seven Sisters Careers Hub", "seven-sisters-careers-hub"),
        ("Cornwall & Isles of Scilly", "cornwall-isles-of-scilly"),
        ("Ynys Môn / Gwynedd", "ynys-mon-gwynedd"),
        ("St Helen's", "st-helens"),
        ("//", "hub"),
    ],
)
def test_hubs_have_plain_folders(typed, folder):
    assert folder_slug(typed) == folder
