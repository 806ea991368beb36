"""Quality: what rules said by run and school, and a page about rows that names nobody."""

import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import pytest
from sqlalchemy import update
from sqlmodel import Session, select

from destinations.record.rule_statistics import (
    SUSPECT_WORDS,
    count_findings,
    count_lines,
    last_run_counts,
)
from destinations.reports.quality_page import quality_page
from destinations.responses.waivers import waive
from expectations.catalogue import catalogue
from models.database import insert_all
from models.places import Institution
from models.responses import RuleTally
from models.submissions import FindingRecord, Submission
from models.vocabulary import LeavingStage

ONE, OTHER = "900100", "900101"
SURNAME, UPN, VALUE = "Quillfeather-Obafemi", "L900100018001", "31/02/2009"
MONDAY = datetime(2025, 11, 24, 6, tzinfo=UTC)
WORDS = {code: (rule.says, rule.do) for code, rule in catalogue().items()}


@pytest.fixture
def sent(session: Session):
    """Files of two schools; names of files, sheets and schools may hold anything."""
    session.add_all(
        [
            Institution(urn=ONE, name="St <b>Bride's</b> & All Saints"),
            Institution(urn=OTHER, name="Other School"),
        ]
    )

    def one(
        number: int,
        urn: str,
        rows: int,
        refused: str | None = None,
        about: dict[str, object] | None = None,
        **told: int,
    ) -> int:
        session.add(
            Submission(
                id=number,
                urn=urn,
                sha256=f"{number:064}",
                size=1,
                stored_as="",
                rows_read=rows,
                refused_code=refused,
                regions=[
                    {"sheet": "Cover", "first_row": 1, "last_row": 2, "used": False, "why": ""},
                    {"sheet": SURNAME, "first_row": 1, "last_row": 9, "used": True, "why": ""},
                ],
                **{
                    "name": f"{SURNAME} {UPN} {number}.xlsx",
                    "sent_on": date(2025, 11, 20),
                    **(about or {}),
                },
            )
        )
        session.flush()
        insert_all(
            session,
            FindingRecord,
            [
                {
                    "submission_id": number,
                    "code": code,
                    "severity": catalogue()[code].severity.value,
                    "sheet": SURNAME,
                    "row": row + 2,
                    "column": "E",
                    "heading": f"DOB of {SURNAME}",
                    "suggests": [VALUE],
                    "facts": {"file": SURNAME, "found": VALUE},
                }
                for code, many in told.items()
                for row in range(many)
            ],
        )
        return number

    return one


def test_rules_are_counted_by_school_beside_the_run_before(session, sent):
    count_findings(session, [sent(1, ONE, 100, P04=10)], run_at=MONDAY)
    second = [sent(2, ONE, 100, P04=2, I03=3), sent(3, OTHER, 300, P04=30)]
    assert count_findings(session, second, run_at=MONDAY + timedelta(days=1)) == 35
    told = [
        (one.code, one.urn, one.findings, one.rows, one.trend) for one in last_run_counts(session)
    ]
    assert told == [
        ("P04", "", 32, 400, "fewer"),
        ("P04", ONE, 2, 100, "fewer"),
        ("P04", OTHER, 30, 300, ""),
        ("I03", "", 3, 400, "new"),
        ("I03", ONE, 3, 100, "new"),
    ]


def test_counting_a_run_twice_changes_nothing(session, sent):
    ids = [sent(1, ONE, 100, P04=10), sent(2, OTHER, 0, refused="F03")]
    count_findings(session, ids, run_at=MONDAY)
    once = [one.model_dump() for one in session.exec(select(RuleTally))]
    count_findings(session, ids, run_at=MONDAY)
    assert [one.model_dump() for one in session.exec(select(RuleTally))] == once
    assert {one["code"] for one in once} == {"", "F03", "P04"}


def test_a_rule_that_speaks_of_a_fifth_of_all_rows_is_itself_suspect(session, sent):
    ids = [sent(1, ONE, 100, P04=80, I03=20), sent(2, OTHER, 100, I03=20)]
    count_findings(session, ids, run_at=MONDAY)
    suspects = {line["rule"] for line in count_lines(last_run_counts(session)) if line["note"]}
    assert suspects == {"P04"}
    assert {one.code for one in last_run_counts(session, suspect=0.1) if one.is_suspect} == {
        "P04",
        "I03",
    }
    assert any(line["note"] == SUSPECT_WORDS for line in count_lines(last_run_counts(session)))


def test_nothing_was_run_yet(session):
    assert last_run_counts(session) == ()


def page(session: Session, *urns: str) -> str:
    urns = urns or (ONE, OTHER)
    return quality_page(
        session, hub="Hub <A>", urns=urns, edition=date(2025, 11, 24), words=WORDS
    ).decode()


def test_the_page_says_which_rules_fail_and_where(session, sent):
    ids = [
        sent(1, ONE, 100, P04=2, P11=1),
        sent(2, OTHER, 3, I03=1),
        sent(3, ONE, 0, refused="F03"),
    ]
    count_findings(session, ids, run_at=MONDAY)
    seen = page(session)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", seen))
    assert "4 to fix" in text
    assert "1 to check" in text
    assert "sheet 2, E2; sheet 2, E3" in text
    assert text.index("P04") < text.index("I03") < text.index("P11")
    assert "24 November 2025, 06:00 UTC 2 103 5 4.9" in text
    assert "Other School" not in page(session, ONE)


AUTUMN = {"academic_year": 2024, "leaving_stage": LeavingStage.Y11, "wave": 1}
DECEMBER = {"name": "leavers.xlsx", "sent_on": date(2025, 12, 1)}


@pytest.mark.parametrize(
    ("refused", "read", "is_left_out"),
    [
        ({"name": "leavers.xlsx"}, DECEMBER, True),
        (AUTUMN, AUTUMN, True),
        ({"name": "leavers.xlsx"}, DECEMBER | {"sent_on": date(2026, 11, 20)}, False),
        (AUTUMN, AUTUMN | {"wave": 2}, False),
        ({}, {}, False),
    ],
)
def test_a_refused_file_that_was_sent_again_and_read_is_no_longer_failing(
    session, sent, refused, read, is_left_out
):
    sent(1, ONE, 0, refused="F03", about=refused)
    sent(2, OTHER, 10, about=read)
    assert ">F03<" in page(session)
    sent(3, ONE, 10, about=read)
    assert (">F03<" in page(session)) is not is_left_out


def text_of(seen):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", seen))


def test_the_page_says_at_how_many_schools_and_which_rule_is_itself_suspect(session, sent):
    ids = [sent(1, ONE, 60, P04=20), sent(2, OTHER, 40, P04=6, I03=1)]
    count_findings(session, ids, run_at=MONDAY)
    suspects = [one.code for one in last_run_counts(session) if one.is_suspect]
    seen = quality_page(
        session, hub="A", urns=[ONE, OTHER], edition=date(2025, 11, 24), words=WORDS,
        suspects=suspects,
    ).decode()  # fmt: skip
    text = text_of(seen)
    assert "26 at 2 schools" in text
    assert "1 at 1 school " in text
    assert text.count("Suspect: the rule or the map is wrong, not the schools.") == 1
    assert "P04 26.0 I03 1.0" in text  # rule by rule, in 100 rows


def test_what_a_newer_round_replaced_is_history(session, sent):
    sent(1, ONE, 100, P04=2)
    newer = sent(2, ONE, 100, P04=1)
    line = session.get(Submission, newer)
    line.follows_id = 1
    session.add(line)
    session.flush()
    assert "1 to fix" in text_of(page(session))
    line.undone_at = MONDAY  # the newer one was taken back
    session.flush()
    assert "2 to fix" in text_of(page(session))


def test_a_whole_row_is_called_one(session, sent):
    sent(1, ONE, 100, R02=1)
    session.execute(update(FindingRecord).values(column="", sheet=""))
    assert "row 2" in text_of(page(session))


def test_what_is_set_aside_is_shown_without_a_name(session, sent):
    sent(1, ONE, 100, P11=3, P04=1)
    assert "3 to check" in text_of(page(session))
    waive(
        session, code="P11", urn=ONE, by=SURNAME, reason=f"about {UPN}", today=MONDAY.date(),
        expires_on=date(2025, 12, 31),
    )  # fmt: skip
    seen = page(session)
    assert "1 to fix, 0 to check" in text_of(seen)
    says = "P11 This date of birth does not belong to this year group every cohort 31 December"
    assert says in text_of(seen)
    assert SURNAME not in seen
    assert UPN not in seen
    assert "Set aside" not in page(session, OTHER)


def test_the_page_names_nobody_and_quotes_nothing(session, sent):
    sent(1, ONE, 100, P04=2, C01=1, F30=1, H01=1)
    seen = page(session)
    for planted in (SURNAME, UPN, VALUE, "Cover"):
        assert planted not in seen


class Tags(HTMLParser):
    VOID = ("meta", "br", "link", "img")

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_stands_alone_and_can_be_read_aloud(session, sent):
    count_findings(session, [sent(1, ONE, 100, P04=2)], run_at=MONDAY)
    seen = page(session)
    assert seen == page(session)
    tags = Tags()
    tags.feed(seen)
    assert tags.open == []
    names = [tag for tag, _ in tags.seen]
    assert {"script", "link", "img", "iframe", "form", "b"}.isdisjoint(names)
    assert not any({"src", "href"} & attrs.keys() for _, attrs in tags.seen)
    assert ("html", {"lang": "en-GB"}) in tags.seen
    assert names.count("h1") == 1
    assert names.count("caption") == names.count("table") == 3
    assert all(attrs == {"scope": "col"} for tag, attrs in tags.seen if tag == "th")
    assert "St &lt;b&gt;Bride&#x27;s&lt;/b&gt; &amp; All Saints" in seen


def test_a_hub_without_findings_has_a_page_too(session):
    assert "No rule has anything to say" in page(session)
