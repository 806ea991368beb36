from datetime import UTC, datetime

import pytest

from destinations.returns.fix_order import biggest_first, finding_sentence
from destinations.returns.receipts import (
    Receipt,
    build_receipt,
    receipt_workbook,
    summary_sentence,
)
from models.handoffs.findings import Finding
from models.vocabulary import Severity
from tests.books_opened import PAYLOADS, opened, printed, words
from tests.builders.evidence import NAME, a_submission

MUST, CHECK = Severity.MUST_FIX, Severity.PLEASE_CHECK
FIELDS = {"I01": "upn", "I02": "upn", "P05": "born_on", "P01": "surname", "D01": "activity"}


def a_finding(code, row, column="C", *, severity=MUST, **more):
    facts = {"sheet": "Y11", "heading": "Pupil UPN", "value": "A12"} | more
    return Finding(
        code, severity, "The UPN is too short", "Copy it from your school's system",
        row=row, column=column, **facts,
    )  # fmt: skip


FINDINGS = (
    a_finding("D01", 22, "F", severity=CHECK, heading="Destination", suggests=("Work", "College")),
    a_finding("P05", 20, "D", heading="DOB"),
    a_finding("I01", 14),
    a_finding("I01", 9),
    a_finding("C02", None, "J", severity=CHECK, heading="Where now?", value=""),
)
REGIONS = [
    {"sheet": "Y11", "first_row": 1, "last_row": 1, "used": False, "why": "title above"},
    {"sheet": "Y11", "first_row": 5, "last_row": 158, "used": True, "why": ""},
    ["Notes", 1, 40, False, "hidden sheet"],
]


def a_receipt(findings=FINDINGS, **changes):
    values = {"regions": REGIONS, "rows_read": 154, "rows_sound": 151, "rows_waiting": 3}
    return build_receipt(a_submission(**(values | changes)), findings, school=NAME, fields=FIELDS)


# severity, code, row, column of each finding; then what the sender is told
SENTENCES = [
    ("", "Nothing to fix. Thank you."),
    ("must I01 3 C, must I01 4 C, must I01 5 C, check D01 3 F, check D01 9 F",
     "Fix 3 UPNs. Check 2 destinations."),
    ("must P05 3 D", "Fix 1 date of birth."),
    ("must I01 3 C, must P05 3 D", "Fix 1 UPN and 1 date of birth."),
    ("must P01 3 A, must I01 3 C, must I01 4 C, must P05 3 D",
     "Fix 2 UPNs, 1 date of birth and 1 name."),
    # Two things wrong with one cell are one cell to mend, and it must be mended.
    ("must I01 3 C, must I02 3 C, check I01 3 C", "Fix 1 UPN."),
    ("check X01 3 C, check X01 4 C", "Check 2 cells under “Heading”."),
    ("check R01 3 -, check R01 4 -", "Check 2 rows."),
    ("check M02 3 C, check M02 4 C", "Check 2 leavers."),
    ("check C02 - J", "Check 1 column."),
    ("check T01 - -", "Check 1 sheet."),
]  # fmt: skip


@pytest.mark.parametrize(("drawn", "said"), SENTENCES)
def test_what_there_is_to_do_is_counted(drawn, said):
    findings = []
    for each in filter(None, drawn.split(", ")):
        weight, code, row, column = each.split()
        findings.append(
            a_finding(
                code,
                None if row == "-" else int(row),
                column.strip("-"),
                severity=MUST if weight == "must" else CHECK,
                heading="Heading" if column != "-" else "",
            )
        )
    assert summary_sentence(findings, FIELDS) == said


def test_many_kinds_of_fault_do_not_make_an_endless_sentence():
    findings = [a_finding("X01", 3, letter, heading=f"Column {letter}") for letter in "ABCDEFGHIJ"]
    assert summary_sentence(findings).endswith("and 4 other things.")


def test_the_biggest_problems_come_first():
    order = [(each.code, each.row) for each in biggest_first(FINDINGS)]
    assert order == [("I01", 9), ("I01", 14), ("P05", 20), ("C02", None), ("D01", 22)]


def test_the_receipt_says_what_was_read_and_what_happens_next():
    page = opened(receipt_workbook(a_receipt()))["Receipt"]
    told = words(page)
    assert page["A2"].value == "leavers 2025 where now.xlsx, from Alder Bridge Academy"
    assert page["A3"].value == "Fix 2 UPNs and 1 date of birth. Check 1 column and 1 destination."
    assert "Received 12 November 2025 at 06:04" in told
    assert "We read it as: Year 11 leavers of 2024/25 at wave 1" in told
    counted = {row[0]: row[1] for row in page.iter_rows(values_only=True, max_col=2)}
    assert (counted["Rows read"], counted["Recorded"]) == (154, 151)
    assert (counted["Waiting for a fix"], counted["Not sure who it is"]) == (3, 0)
    read = [row[:4] for row in page.iter_rows(values_only=True) if row[0] in ("Y11", "Notes")]
    assert read == [
        ("Y11", "row 1", "left out", "title above"),
        ("Y11", "rows 5 to 158", "read", None),
        ("Notes", "rows 1 to 40", "left out", "hidden sheet"),
    ]
    assert any(line.startswith("3 rows wait until they are put right.") for line in told)


def test_each_finding_has_its_cell_what_was_typed_and_what_to_do():
    rows = _fixes(opened(receipt_workbook(a_receipt()))["What to fix"])
    assert [row["Cell"] for row in rows] == ["C9", "C14", "D20", "column J", "F22"]
    assert rows[0] == {
        "Sheet": "Y11",
        "Cell": "C9",
        "Heading": "Pupil UPN",
        "As you typed it": "A12",
        "What is wrong": "The UPN is too short.",
        "What to do": "Copy it from your school's system.",
        "It may be": None,
        "Rule": "I01",
    }
    assert rows[-1]["It may be"] == "Work; College"


def test_the_time_is_the_senders_time():
    in_summer = datetime(2025, 7, 1, 12, 0, tzinfo=UTC)
    for moment in (in_summer, in_summer.replace(tzinfo=None)):  # SQLite keeps no zone
        text = receipt_text(a_receipt(received_at=moment))
        assert "Received 1 July 2025 at 13:00" in text


def test_a_finding_in_a_sentence_has_its_place_what_was_typed_and_what_to_do():
    sentences = [finding_sentence(finding) for finding in FINDINGS]
    assert (
        "Y11, cell C9, Pupil UPN: “A12”. The UPN is too short. Copy it from your school's system."
    ) in sentences
    assert any("Pick one of: Work; College." in sentence for sentence in sentences)


def test_the_receipt_says_once_what_it_read_and_left_out():
    receipt = a_receipt()
    text = receipt_text(receipt)
    assert text.count(receipt.about) == 1
    assert "Fix 2 UPNs and 1 date of birth. Check 1 column and 1 destination." in text
    left_out = "Notes\nrows 1 to 40\nleft out\nhidden sheet"
    assert left_out in text
    fixes = text.partition("What to fix\n")[2]
    assert fixes.index("Must fix") < fixes.index("Please check")


def test_a_refused_file_gets_a_sentence_and_what_to_do():
    refusal = Finding("F03", MUST, "It is locked with a password", "Save it without one")
    receipt = a_receipt((refusal,), refused_code="F03", regions=[])
    words_told = receipt_text(receipt)
    assert (
        "We could not use this file. It is locked with a password. Save it without one."
        in words_told
    )
    assert "Nothing of this file is recorded" in words_told
    assert "Rows read" not in words_told


def test_what_is_set_aside_is_counted_by_rule():
    receipt = a_receipt(waived={"P11": 3, "H04": 1})
    said = (
        "4 things are not asked about: your hub has set rules H04 and P11 aside for you. "
        "Your evidence pack says by whom, why and until when."
    )
    assert said in receipt_text(receipt)
    assert said in words(opened(receipt_workbook(receipt))["Receipt"])
    assert "aside" not in receipt_text(a_receipt())


def test_a_sound_file_needs_nothing():
    receipt = a_receipt((), rows_sound=154, rows_waiting=0)
    assert opened(receipt_workbook(receipt)).sheetnames == ["Receipt"]
    assert "Nothing to fix. Thank you." in receipt_text(receipt)
    assert "You need do nothing." in receipt_text(receipt)


def test_a_check_says_that_it_kept_nothing():
    text = receipt_text(Receipt("leavers.csv", NAME, FINDINGS, rows_read=9, is_kept=False))
    assert "This was a check: nothing is recorded." in text
    assert "Recorded" not in text


def test_an_enrolment_list_is_called_one():
    receipt = a_receipt((), kind="enrolments", leaving_stage=None, wave=None)
    assert "a list of people enrolled" in receipt_text(receipt)


def test_what_was_typed_stays_as_typed():
    findings = tuple(
        a_finding("I01", row, value=payload, heading=payload)
        for row, payload in enumerate(PAYLOADS, start=5)
    )
    page = opened(receipt_workbook(a_receipt(findings)))["What to fix"]
    assert [row["As you typed it"] for row in _fixes(page)] == list(PAYLOADS)


def test_the_same_answer_gives_the_same_bytes():
    assert receipt_workbook(a_receipt()) == receipt_workbook(a_receipt())


@pytest.mark.slow
def test_libreoffice_opens_the_receipt(tmp_path):
    assert printed(receipt_workbook(a_receipt()), tmp_path).startswith(b"%PDF")


def _all_words(receipt):
    return [word for page in opened(receipt_workbook(receipt)) for word in words(page)]


def _fixes(page):
    rows = list(page.iter_rows(values_only=True))
    at = next(number for number, row in enumerate(rows) if row[2] == "Sheet")
    return [dict(zip(rows[at][2:], row[2:], strict=True)) for row in rows[at + 1 :]]


def receipt_text(receipt):
    """Every word of a receipt, a cell a line."""
    return "\n".join(_all_words(receipt))
