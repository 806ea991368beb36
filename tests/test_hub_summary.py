import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from destinations.outcomes.outstanding_returns import OutstandingReturn
from destinations.reports.hub_summary import hub_summary_workbook
from destinations.reports.summary_figures import latest_known, percent_in_words, rounded_share
from destinations.spreadsheets.book import (
    CUT,
    LONGEST,
    Book,
    CellNotWritten,
    PageColumn,
    check_written,
)
from models.facts.calendar import in_words
from models.handoffs.summaries import Counts
from tests.books_opened import PAYLOADS, charts, opened, printed, rows_below, words
from tests.builders.summaries import HUB, a_hub, a_line, counts

EDITION = date(2026, 11, 23)
AWAITED = (
    OutstandingReturn(
        HUB, "900103", "Cedar Park Community College", "Y11", 2023, 3, date(2026, 11, 30)
    ),
    OutstandingReturn(HUB, "900190", "Riverside College"),
)


def a_book(**changes):
    given_ = {"lines": a_hub(), "hub": HUB, "edition": EDITION, "awaited": AWAITED} | changes
    return hub_summary_workbook(given_.pop("lines"), **given_)


def test_a_hub_lead_reads_the_first_page_in_a_minute():
    book = opened(a_book())
    assert book.sheetnames == [
        "Summary", "Coverage", "Destinations", "Groups", "Schools", "About",
    ]  # fmt: skip
    page = book["Summary"]
    assert page["A1"].value == "Seven Rivers Careers Hub: where leavers went"
    assert page["A2"].value == "As known on 23 November 2026"
    assert "names no leaver" in page["A3"].value
    assert "small numbers are not hidden" in page["A3"].value
    newest = rows_below(page, "Wave and leavers")[0]
    assert newest["Wave and leavers"] == "Wave 1: Year 11, 2025/26"
    assert newest["Asked"] == "autumn 2026"
    assert (newest["Leavers"], newest["Known"], newest["Coverage"]) == (898, 794, 0.88)
    assert newest["Known"] + newest["Not known"] == newest["Leavers"]
    told = " ".join(words(page))
    assert "794 of 898 have a known destination (88% coverage)" in told
    assert "2 schools and colleges have not sent something that was due" in told


def test_the_first_page_says_who_has_not_sent():
    rows = rows_below(opened(a_book())["Summary"], "School or college")
    assert [row["School or college"] for row in rows] == [
        "Cedar Park Community College", "Riverside College",
    ]  # fmt: skip
    assert rows[0]["What has not come"] == "Year 11, 2023/24: wave 3"
    assert rows[0]["Due"].date() == date(2026, 11, 30)
    assert rows[1]["What has not come"] == "Nothing received yet"
    assert "Nothing that was due is missing" in words(opened(a_book(awaited=()))["Summary"])


def test_every_rate_stands_beside_its_parts():
    book = opened(a_book())
    seen = 0
    for page, heading in (("Summary", "Wave and leavers"), ("Schools", "School")):
        for row in rows_below(book[page], heading):
            for rate, part, whole in (
                ("Coverage", "Known", "Leavers"),
                ("EET %", "EET", "Leavers"),
                ("NEET %", "NEET", "Leavers"),
                ("Not known %", "Not known", "Leavers"),
                ("Sustained %", "Sustained", "Can be told"),
            ):
                if rate in row:
                    expected = rounded_share(row[part], row[whole])
                    assert row[rate] == ("-" if expected is None else expected)
                    assert row["Rows not counted"] == 0
                    seen += 1
            everybody = row["EET"] + row["NEET"] + row["Other"] + row["Not known"]
            assert everybody == row["Leavers"]
    assert seen > 300


@pytest.mark.parametrize(
    ("part", "whole", "cell", "said"),
    [
        (1, 8, 0.13, "13%"),  # 12.5
        (1, 200, 0.01, "1%"),  # 0.5
        (23, 40, 0.58, "58%"),  # 57.5, which binary fractions make 57
        (199, 200, 1.0, "100%"),
        (0, 5, 0.0, "0%"),
        (0, 0, None, "no leavers"),
    ],
)
def test_percentages_round_half_up(part, whole, cell, said):
    assert rounded_share(part, whole) == cell
    assert percent_in_words(part, whole) == said


def test_a_rate_of_nobody_is_a_dash():
    line = a_line(Counts(leavers=4, known=4, eet=4))
    row = rows_below(opened(a_book(lines=(line,)))["Schools"], "School")[0]
    assert (row["Sustained"], row["Can be told"], row["Sustained %"]) == (0, 0, "-")


def test_each_wave_shows_its_latest_cohort_of_which_anything_is_known():
    just_opened = a_line(counts(100, 0), urn="", school="", academic_year=2025)
    answered = a_line(counts(100, 80), urn="", school="", academic_year=2024)
    older = a_line(counts(100, 80), urn="", school="", academic_year=2023)
    assert latest_known((older, just_opened, answered)) == (answered,)


def test_lasting_is_shown_of_the_latest_cohort_of_which_it_can_be_told():
    asked_now = a_line(Counts(leavers=10, known=9, eet=9), urn="", academic_year=2025)
    a_year_ago = a_line(
        Counts(leavers=10, known=9, eet=9, sustained=7, sustained_base=8), urn="", school=""
    )
    page = opened(a_book(lines=(asked_now, a_year_ago)))["Summary"]
    assert [row["Wave and leavers"] for row in rows_below(page, "Wave and leavers")] == [
        "Wave 1: Year 11, 2025/26"
    ]
    section = next(cell.row for cell in page["A"] if str(cell.value).startswith("Did it last?"))
    (row,) = rows_below(page, "Wave and leavers", start=section)
    assert row["Wave and leavers"] == "Wave 1: Year 11, 2024/25"
    assert (row["Sustained"], row["Can be told"], row["Sustained %"]) == (7, 8, 0.88)
    page = opened(a_book(lines=(asked_now,)))["Summary"]
    assert "It cannot be told of any cohort yet" in words(page)


def test_coverage_is_drawn_by_school_and_wave():
    content = a_book()
    page = opened(content)["Coverage"]
    row = rows_below(page, "School")[2]
    assert row["School"] == "Cedar Park Community College"
    assert row["Wave 1, 2025/26: coverage"] == rounded_share(
        row["Wave 1, 2025/26: known"], row["Wave 1, 2025/26: leavers"]
    )
    chart = next(each for each in charts(content) if "Coverage" in each)
    assert re.findall(r'<c:grouping val="(\w+)"/>', chart) == ["clustered"]
    assert '<c:max val="1"/>' in chart
    assert "Leavers with a known destination, of all leavers" in chart
    assert chart.count("<c:ser>") == 3
    # Each bar is a cell of the table below: seven schools, no heading and no blank row.
    places = {number for pair in re.findall(r"\$(\d+):\$\w+\$(\d+)", chart) for number in pair}
    first, last = sorted(map(int, places))
    names = [page.cell(number, 1).value for number in range(first, last + 1)]
    assert names == [each["School"] for each in rows_below(page, "School")]
    assert len(names) == 7


def test_destinations_are_drawn_by_wave():
    content = a_book()
    row = rows_below(opened(content)["Destinations"], "Wave and leavers")[0]
    kinds = ("Education", "Apprenticeship", "Employment", "Training or gap year", "NEET", "Other")
    assert sum(row[kind] for kind in kinds) == row["Known"]
    assert row["Known"] + row["Not known"] == row["Leavers"]
    chart = next(each for each in charts(content) if "Destinations" in each)
    assert re.findall(r'<c:grouping val="(\w+)"/>', chart) == ["percentStacked"]
    assert '<c:max val="1"/>' in chart
    drawn = re.findall(r"<c:tx><c:v>([^<]+)</c:v></c:tx>", chart)
    assert drawn == [*kinds, "Not known"]


def test_a_large_hub_has_a_higher_chart():
    many = tuple((f"9002{i:02d}", f"School {i:02d}", 100 + i, 60 + i) for i in range(40))
    small, large = (opened(a_book(lines=lines))["Coverage"] for lines in (a_hub(), a_hub(many)))
    heights = [sheet._charts[0].anchor.to.row for sheet in (small, large)]
    assert heights[1] > 2 * heights[0]
    assert len(rows_below(large, "School")) == 40


def test_year_11_and_year_13_are_never_in_one_chart():
    older = tuple(
        a_line(counts(90, 70), urn=urn, school=name, leaving_stage="Y13", academic_year=2025)
        for urn, name in (("900101", "Alder Bridge Academy"), ("", ""))
    )
    content = a_book(lines=(*a_hub(), *older))
    drawn = [each for each in charts(content) if "by school" in each or "Coverage!" in each]
    assert len(drawn) == 2
    assert ["Year 11" in each for each in drawn] == [True, False]
    assert "Wave 1: Year 13, 2025/26" in words(opened(content)["Summary"])


def test_groups_stand_apart():
    rows = rows_below(opened(a_book())["Groups"], "Group")
    assert {row["Group"] for row in rows} == {"Disadvantage", "SEN", "Sex"}
    first = [row for row in rows if row["Wave and leavers"] == "Wave 1: Year 11, 2025/26"]
    assert [row["Part"] for row in first if row["Group"] == "Sex"] == ["Female", "Male"]


def test_national_figures_carry_year_version_and_method():
    page = opened(a_book())["About"]
    rows = rows_below(page, "Stage")
    mainstream = next(row for row in rows if row["Who"] == "State-funded mainstream schools")
    assert mainstream["Sustained %"] == 91.3
    assert (mainstream["Leavers of"], mainstream["Destinations in"]) == ("2022/23", "2023/24")
    assert mainstream["Version and method"] == "provisional, new method (October 2025 release)"
    assert all(row["Version and method"] and row["Leavers"] for row in rows)
    assert {"Special schools (with non-maintained)", "Alternative provision"} <= {
        row["Who"] for row in rows
    }


def test_a_hub_of_which_nothing_is_known_yet_has_its_book_all_the_same():
    book = opened(hub_summary_workbook((), hub=HUB, edition=EDITION, awaited=AWAITED))
    assert "No destination is recorded yet" in words(book["Summary"])
    assert "Riverside College" in words(book["Summary"])


def test_the_same_numbers_give_the_same_bytes():
    assert a_book() == a_book()
    assert a_book() != a_book(edition=date(2026, 11, 24))


def test_names_that_look_like_formulas_stay_names():
    lines = tuple(
        a_line(counts(30, 90), urn=f"90040{number}", school=payload)
        for number, payload in enumerate(PAYLOADS)
    )
    book = opened(a_book(lines=lines, hub=PAYLOADS[0]))
    assert set(PAYLOADS) <= {row["School"] for row in rows_below(book["Schools"], "School")}


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_whatever_is_typed_stays_text(typed):
    book = Book("typed", made_on=EDITION)
    page = book.page("Typed", [20])
    page.table(0, [PageColumn("Typed", 20)], [[typed]])
    cell = opened(book.content())["Typed"]["A2"]
    assert cell.value is None or cell.data_type == "s"
    if typed.isprintable() and "_x" not in typed.lower() and typed.strip() == typed:
        assert (cell.value or "") == typed


def test_what_is_too_long_for_a_cell_is_cut_and_says_so():
    book = Book("long", made_on=EDITION)
    book.page("Long", [20]).text(0, 0, "x" * 40_000)
    written = opened(book.content())["Long"]["A1"].value
    assert len(written) == LONGEST
    assert written.endswith(CUT)


def test_a_cell_that_was_not_written_is_our_fault():
    with pytest.raises(CellNotWritten):
        check_written(-2)


def test_days_are_written_as_people_write_them():
    assert in_words(date(2025, 5, 4)) == "4 May 2025"


@pytest.mark.slow
def test_libreoffice_opens_the_hub_summary(tmp_path):
    assert printed(a_book(), tmp_path).startswith(b"%PDF")
