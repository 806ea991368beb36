from datetime import date

import pytest

from destinations.reports.evidence_pack import evidence_pack
from tests.books_opened import charts, opened, printed, rows_below, words
from tests.builders.evidence import COLLEGE, DRAWN, NAME, a_school, a_submission

SURNAMES = [line.split("|")[0].strip() for line in DRAWN.splitlines() if line.strip()]


def a_pack(**changes):
    return opened(evidence_pack(a_school(**changes)))


def test_the_front_page_shows_each_cohort_at_each_wave_with_its_coverage():
    book = a_pack()
    assert book.sheetnames == [
        "For governors", "Y11 2024-25", "Method", "Leavers", "Every answer",
    ]  # fmt: skip
    page = book["For governors"]
    assert page["A1"].value == f"{NAME}: where our leavers went"
    assert page["A2"].value == "Benchmark 3 evidence, URN 900101, as known on 23 November 2026"
    assert rows_below(page, "Cohort") == [
        {
            "Cohort": "Year 11, 2024/25",
            "Wave 1: leavers": 6,
            "Wave 1: known": 5,
            "Wave 1: coverage": 0.83,
            "Wave 1: rows not counted": 0,
            "Wave 2: leavers": 6,
            "Wave 2: known": 5,
            "Wave 2: coverage": 0.83,
            "Wave 2: rows not counted": 0,
        }
    ]
    assert len(charts(evidence_pack(a_school()))) == 1


def test_what_schools_say_and_what_is_confirmed_are_told_apart():
    row = rows_below(a_pack()["For governors"], "Wave and leavers")[0]
    assert row["School says"] == 4
    assert row["Provider confirms"] == 1
    assert row["Confirmed, of known"] == 0.2
    assert row["Known"] + row["Not known"] == row["Leavers"] == 6


def test_pages_that_governors_read_name_nobody():
    book = a_pack()
    for page in ("For governors", "Y11 2024-25", "Method"):
        told = " ".join(words(book[page]))
        assert not [name for name in SURNAMES if name in told]
        assert not [leaver.forename for leaver in a_school().leavers if leaver.forename in told]
    for page in ("Leavers", "Every answer"):
        assert "names leavers" in " ".join(words(book[page])[:2])


def test_the_old_benchmark_is_quoted_as_the_old_benchmark():
    told = {
        row[0]: row[1]
        for row in a_pack()["For governors"].iter_rows(values_only=True, max_col=2)
        if row[0]
    }
    assert "three years" in told["To August 2025"]
    assert "wording of 2014 and 2018" in told["To August 2025"]
    assert "three years" not in told["From September 2025"]
    assert "sustained and longer-term destination data" in told["From September 2025"]


@pytest.mark.parametrize("counted_as", ["EET", "NEET", "not known"])
@pytest.mark.parametrize("wave", [1, 2])
def test_a_number_leads_to_its_leavers(wave, counted_as):
    book = a_pack()
    heading = counted_as[:1].upper() + counted_as[1:]
    number = rows_below(book["Y11 2024-25"], "Wave and leavers")[wave - 1][heading]
    behind = [
        row
        for row in rows_below(book["Every answer"], "Reference")
        if row["Wave"] == str(wave) and row["Counted as"] == counted_as
    ]
    assert len(behind) == number
    assert number


def test_an_answer_leads_to_its_cell():
    rows = rows_below(a_pack()["Every answer"], "Reference")
    amara, ben = rows[0], rows[2]
    assert (amara["Surname"], amara["Wave"]) == ("Abbot", "1")
    assert amara["Answer"] == "Full-time education: further education"
    assert (amara["  File"].strip(), amara["Cell"]) == ("Enrolled 2025.csv", "F5")
    assert (amara["Who said so"], amara["Sent by"]) == ("provider", COLLEGE)
    assert amara["Evidence"] == "provider confirms"
    assert (ben["  File"].strip(), ben["Sheet"], ben["Cell"]) == (
        "leavers 2025 where now.xlsx", "Y11", "F6",
    )  # fmt: skip
    assert ben["As at"].date() == date(2025, 11, 1)


def test_a_leaver_of_whom_nothing_is_known_is_listed_and_has_no_cell():
    rows = rows_below(a_pack()["Leavers"], "Reference")
    chloe = next(row for row in rows if row["Surname"] == "Carver")
    assert chloe["Wave 2"] == "Not known"
    assert chloe["Cell"] == "F7"  # of the last thing known of her
    finn = next(
        row
        for row in rows_below(a_pack()["Every answer"], "Reference")
        if row["Surname"] == "Farrell" and row["Wave"] == "1"
    )
    assert finn["Counted as"] == "not known"
    assert finn["Cell"] is None


def test_names_that_look_like_formulas_stay_names():
    names = {row["Forename"] for row in rows_below(a_pack()["Leavers"], "Reference")}
    assert '=HYPERLINK("http://example.org";"x")' in names
    assert "+Finn" in names


def test_rows_that_wait_are_told_and_not_counted():
    files = rows_below(a_pack()["Method"], "File")
    assert [row["File"] for row in files] == ["leavers 2025 where now.xlsx", "update 2.xlsx"]
    assert files[0]["What became of it"] == "Read; 1 row has something that waits"
    refused = a_submission(4, refused_code="F03", rows_read=0, rows_sound=0, rows_waiting=0)
    files = rows_below(a_pack(files={4: refused})["Method"], "File")
    assert files[0]["What became of it"] == "Refused: see its receipt"


def test_a_school_that_was_never_asked_has_its_pack_all_the_same():
    book = a_pack(lines=(), answers=(), files={})
    assert "No destination has been asked for yet." in words(book["For governors"])
    assert len(rows_below(book["Leavers"], "Reference")) == len(SURNAMES)


def test_the_same_answers_give_the_same_bytes():
    assert evidence_pack(a_school()) == evidence_pack(a_school())


@pytest.mark.slow
def test_libreoffice_opens_the_pack(tmp_path):
    assert printed(evidence_pack(a_school()), tmp_path).startswith(b"%PDF")
