"""Cohorts: every row of a workbook counts for the leavers that it is of, in one sending."""

import csv
import io
from collections import Counter
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from typer.testing import CliRunner

from destinations.cli import app
from destinations.platform.settings import get_settings
from models.facts.identifiers import upn_check_letter
from tests.builders.hub import a_hub_at_home, take_in
from tests.builders.sheets import drawn

SCHOOL, SENT = "900100", date(2025, 11, 20)
NAMES = "Okafor Bell Marsh Khan Lee Hill Price Stone Webb Frost Dale Eyre".split()


def people(count: int, born_in: int, *, start: int = 0) -> list[str]:
    """Leavers born in one school year, its September given: surname, forename, date of birth."""
    first = date(born_in, 9, 20)
    days = (first + timedelta(days=23 * number) for number in range(count))
    return [
        f"{NAMES[start + number]} | Jo{'abcdefghijkl'[start + number]} | {day:%d/%m/%Y}"
        for number, day in enumerate(days)
    ]


def tab(leavers: list[str], *, headings: str = "Destination", answers: str = "FE college") -> str:
    rows = "\n".join(f"{leaver} | {answers}" for leaver in leavers)
    return f"Surname | Forename | Date of Birth | {headings}\n{rows}"


def a_book(**tabs: str) -> bytes:
    """A workbook with a drawn table on each tab."""
    book = Workbook()
    book.remove(book.active)
    for title, text in tabs.items():
        page = book.create_sheet(title)
        for row in drawn(text):
            page.append([cell or None for cell in row])
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def submit(content: bytes, tmp_path: Path, *said: str, sent_on: date = SENT) -> None:
    path = tmp_path / "leavers.xlsx"
    path.write_bytes(content)
    words = ["submit", str(path), "--school", SCHOOL, "--sent-on", sent_on.isoformat(), *said]
    told = CliRunner().invoke(app, words)
    assert told.exit_code == 0, told.output
    take_in(sent_on)


def exported(what: str) -> list[dict[str, str]]:
    told = CliRunner().invoke(app, ["export", what])
    assert told.exit_code == 0, told.output
    return list(csv.DictReader(io.StringIO(told.stdout)))


def cohorts() -> dict[tuple[str, str], int]:
    """How many leavers are in each cohort."""
    return dict(Counter((line["cohort"], line["stage"]) for line in exported("leavers")))


def waves() -> dict[tuple[str, str, str], int]:
    """How many answers there are for each cohort and wave."""
    lines = exported("destinations")
    return dict(Counter((line["cohort"], line["stage"], line["wave"]) for line in lines))


def codes() -> set[str]:
    return {line["code"] for line in exported("findings")}


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    with a_hub_at_home(tmp_path / "home", monkeypatch, SCHOOL):
        yield
    get_settings.cache_clear()


Y11_2025, Y11_2024, Y13_2025 = ("2024/25", "Y11"), ("2023/24", "Y11"), ("2024/25", "Y13")
BOOKS = {
    "a tab a stage": (
        {"Y11 2025": tab(people(5, 2008)), "Y13 2025": tab(people(3, 2006, start=5))},
        {Y11_2025: 5, Y13_2025: 3},
    ),
    "a tab a leaving year, and nothing but the year": (
        {"2024": tab(people(3, 2007)), "2025": tab(people(4, 2008, start=3))},
        {Y11_2024: 3, Y11_2025: 4},
    ),
    "a tab a class of a summer": (
        {
            "Leavers summer 2024": tab(people(3, 2007)),
            "Leavers summer 2025": tab(people(4, 2008, start=3)),
        },
        {Y11_2024: 3, Y11_2025: 4},
    ),
    "a special school's Year 11 and Year 14": (
        {"Year 11": tab(people(4, 2008)), "Year 14 leavers": tab(people(3, 2005, start=4))},
        {Y11_2025: 4, ("2024/25", "Y14"): 3},
    ),
    "Year 12 leavers": ({"Y12 leavers 2025": tab(people(4, 2007))}, {("2024/25", "Y12"): 4}),
    "a tab a form of Year 13": (
        {"13A": tab(people(3, 2006)), "13B": tab(people(3, 2006, start=3))},
        {Y13_2025: 6},
    ),
    "one list of two stages, which only dates of birth tell apart": (
        {"Leavers 2025": tab(people(6, 2008) + people(4, 2006, start=6))},
        {Y11_2025: 6, Y13_2025: 4},
    ),
}


@pytest.mark.parametrize(("tabs", "held"), BOOKS.values(), ids=BOOKS)
def test_a_workbook_is_read_into_as_many_cohorts_as_it_holds(tabs, held, tmp_path):
    submit(a_book(**tabs), tmp_path)
    assert cohorts() == held
    assert not codes() & {"P10", "P11"}
    if len(held) > 1:
        assert "C46" in codes()


@pytest.mark.parametrize(
    ("headings", "older", "newer", "held"),
    [
        ("Leaving year", "2024", "2025", {Y11_2024: 3, Y11_2025: 4}),
        ("Cohort", "2023/24", "2024/25", {Y11_2024: 3, Y11_2025: 4}),
        ("NCY", "11", "13", {Y11_2025: 3, Y13_2025: 4}),
        ("Year group", "Year 11", "Year 14", {Y11_2025: 3, ("2024/25", "Y14"): 4}),
    ],
)
def test_a_column_may_tell_of_each_row_whose_leaver_it_is(headings, older, newer, held, tmp_path):
    (year, stage), (year_2, stage_2) = held
    born = [
        int(name[:4]) - int(group[1:]) - 5 for name, group in ((year, stage), (year_2, stage_2))
    ]
    rows = [f"{leaver} | {older} | Sixth form" for leaver in people(3, born[0])]
    rows += [f"{leaver} | {newer} | NEET" for leaver in people(4, born[1], start=3)]
    text = f"Surname | Forename | Date of Birth | {headings} | Destination\n" + "\n".join(rows)
    submit(a_book(Leavers=text), tmp_path)
    assert cohorts() == held
    assert not codes() & {"P10", "P11"}


def test_year_groups_that_leavers_are_in_now_are_not_the_stage_they_left_from(tmp_path):
    rows = [f"{leaver} | 12 | Sixth form" for leaver in people(3, 2008)]
    rows += [f"{leaver} | 11 | FE college" for leaver in people(3, 2008, start=3)]
    text = "Surname | Forename | Date of Birth | Year | Destination\n" + "\n".join(rows)
    submit(a_book(Leavers=text), tmp_path)
    assert cohorts() == {Y11_2025: 6}


MOMENTS = {
    "Year after leaving": ("1", "2"),
    "Check point": ("Sept 2024", "Sept 2025"),
    "Survey": ("Autumn 2024", "Autumn 2025"),
    "Year": ("2024/25", "2025/26"),
    "Follow up": ("1 year on", "2 years on"),
}


@pytest.mark.parametrize(("heading", "moments"), MOMENTS.items(), ids=MOMENTS)
def test_a_row_a_leaver_a_year_is_an_answer_a_wave(heading, moments, tmp_path):
    rows = [
        f"{leaver} | {moment} | {answer}"
        for leaver in people(4, 2007)
        for moment, answer in zip(moments, ("FE college", "Apprenticeship"), strict=True)
    ]
    text = f"Surname | Forename | Date of Birth | {heading} | Destination\n" + "\n".join(rows)
    submit(a_book(**{"Year 11 leavers 2024": text}), tmp_path)
    assert cohorts() == {Y11_2024: 4}
    assert waves() == {(*Y11_2024, "1"): 4, (*Y11_2024, "2"): 4}
    assert not {code for code in codes() if code.startswith("R")}


def test_tabs_of_one_year_each_with_the_same_leavers_are_a_wave_each(tmp_path):
    leavers = people(4, 2007)
    book = {"2024": tab(leavers), "2025": tab(leavers, answers="NEET"), "Sheet3": "notes"}
    submit(a_book(**book), tmp_path, "--cohort", "2023/24")
    assert cohorts() == {Y11_2024: 4}
    assert waves() == {(*Y11_2024, "1"): 4, (*Y11_2024, "2"): 4}


def test_what_was_sent_for_one_cohort_and_says_another_waits_and_the_advice_works(tmp_path):
    book = a_book(**{"Year 11 leavers 2024": tab(people(5, 2007))})
    submit(book, tmp_path, "--cohort", "2024/25")
    assert cohorts() == {}
    where = CliRunner().invoke(app, ["where", "--json"]).output
    assert "it was sent as leavers of 2024/25, and says Year 11 leavers of 2023/24" in where
    submit(book, tmp_path, "--cohort", "2023/24")
    assert cohorts() == {Y11_2024: 5}


def test_dates_of_birth_of_other_leavers_wait_and_a_named_tab_settles_it(tmp_path):
    submit(a_book(Sheet1=tab(people(5, 2007))), tmp_path, "--cohort", "2024/25", "--stage", "Y11")
    assert cohorts() == {}
    book = a_book(**{"Year 11 leavers 2025": tab(people(5, 2007))})
    submit(book, tmp_path, "--cohort", "2024/25", "--stage", "Y11")
    assert cohorts() == {Y11_2025: 5}
    assert "C30" in codes()


def test_one_tab_that_contradicts_itself_waits_and_the_others_are_read(tmp_path):
    book = {"Y11 2025": tab(people(5, 2008)), "Y11 2024": tab(people(4, 2008, start=5))}
    submit(a_book(**book), tmp_path)
    assert cohorts() == {Y11_2025: 5}
    assert {"C47"} <= codes()


def test_who_left_before_the_summer_is_asked_about_and_not_counted(tmp_path):
    rows = [f"{leaver} | 27/06/2025 | Sixth form" for leaver in people(4, 2008)]
    rows += [f"{leaver} | 14/01/2025 | Home educated" for leaver in people(2, 2008, start=4)]
    text = "Surname | Forename | Date of Birth | Date left | Destination\n" + "\n".join(rows)
    submit(a_book(Leavers=text), tmp_path)
    assert cohorts() == {Y11_2025: 4}
    assert [line["code"] for line in exported("findings")].count("C49") == 1


def test_two_tables_under_banners_of_one_sheet_are_what_their_banners_say(tmp_path):
    leavers = people(4, 2008)
    text = "\n".join(
        (
            "Intended destinations",
            tab(leavers, answers="School sixth form"),
            "Actual destinations October 2025",
            tab(leavers[:3]),
        )
    )
    submit(a_book(**{"Leavers 2025": text}), tmp_path)
    assert waves() == {(*Y11_2025, "0"): 4, (*Y11_2025, "1"): 3}


def test_a_cohort_stays_its_own_beside_a_larger_one_that_does_not_say_where_they_went(tmp_path):
    submit(
        a_book(
            **{
                "Year 11 leavers 2024": tab(people(6, 2007), headings="Mystery", answers="Xyzzy"),
                "Year 11 leavers 2025": tab(people(4, 2008, start=6)),
            }
        ),
        tmp_path,
    )
    assert cohorts() == {Y11_2024: 6, Y11_2025: 4}
    assert waves() == {(*Y11_2025, "1"): 4}
    assert "C54" in codes()


def test_an_unknown_heading_of_several_years_is_read_for_each_of_them(tmp_path):
    leavers = people(4, 2007)
    text = tab(
        leavers,
        headings="Whereabouts Oct 2024 | Whereabouts Oct 2025",
        answers="FE college | NEET",
    )
    submit(a_book(**{"Year 11 leavers 2024": text}), tmp_path)
    assert waves() == {(*Y11_2024, "1"): 4, (*Y11_2024, "2"): 4}


@pytest.mark.parametrize(
    "heading",
    ["Where did they go?", "After Year 11", "Went on to", "What they went on to Oct 2025"],
)
def test_a_heading_that_may_be_a_destination_is_one_where_a_word_is_strange(heading, tmp_path):
    rows = [f"{leaver} | FE college" for leaver in people(7, 2008)]
    rows.append(f"{people(1, 2008, start=7)[0]} | Xyzzy")
    text = "\n".join((f"Surname | Forename | Date of Birth | {heading}", *rows))
    submit(a_book(**{"Year 11 leavers 2025": text}), tmp_path)
    assert waves() == {(*Y11_2025, "1"): 7}
    assert "D01" in codes()


def test_an_unknown_heading_says_itself_which_autumn_it_is_of(tmp_path):
    text = tab(people(4, 2007), headings="Whereabouts Oct 2024", answers="FE college")
    submit(a_book(**{"Year 11 leavers 2024": text}), tmp_path)
    assert waves() == {(*Y11_2024, "1"): 4}


def test_undecided_is_a_plan_under_a_title_of_plans(tmp_path):
    rows = [f"{leaver} | FE college" for leaver in people(3, 2008)]
    rows += [f"{leaver} | Undecided" for leaver in people(2, 2008, start=3)]
    text = "\n".join(
        ("Intended destinations", "Surname | Forename | Date of Birth | Destination", *rows)
    )
    submit(a_book(**{"Leavers 2025": text}), tmp_path)
    assert waves() == {(*Y11_2025, "0"): 5}
    assert "D01" not in codes()


def test_taking_back_a_file_of_two_cohorts_takes_back_both_and_nothing_else(tmp_path):
    submit(a_book(**{"Year 11 leavers 2024": tab(people(2, 2007))}), tmp_path)
    submit(
        a_book(
            **{
                "Year 11 leavers 2024": tab(people(4, 2007), answers="NEET"),
                "Year 11 leavers 2025": tab(people(4, 2008, start=4)),
            }
        ),
        tmp_path,
    )
    assert cohorts() == {Y11_2024: 4, Y11_2025: 4}
    told = CliRunner().invoke(
        app, ["undo", "2", "--reason", "the wrong file", "--by", "A. Officer"]
    )
    assert told.exit_code == 0, told.output
    assert cohorts() == {Y11_2024: 2}
    assert waves() == {(*Y11_2024, "2"): 2}


def test_a_later_file_of_one_of_two_cohorts_calls_nobody_of_the_other_missing(tmp_path):
    both = {
        "Year 11 leavers 2024": tab(people(4, 2007)),
        "Year 11 leavers 2025": tab(people(6, 2008, start=4)),
    }
    submit(a_book(**both), tmp_path)
    submit(
        a_book(**{"Year 11 leavers 2025": tab(people(6, 2008, start=4), answers="NEET")}), tmp_path
    )
    assert cohorts() == {Y11_2024: 4, Y11_2025: 6}
    assert not [line for line in exported("findings") if line["code"] in ("N04", "N05")]


def test_a_tab_of_which_nothing_tells_the_year_waits_and_the_others_are_read(tmp_path):
    unknown = "Surname | Forename | Destination\nWebb | Joi | FE college\nFrost | Joj | NEET"
    book = {"Year 11 leavers 2025": tab(people(5, 2008)), "More": unknown}
    submit(a_book(**book), tmp_path)
    assert cohorts() == {Y11_2025: 5}
    assert "C48" in codes()


def test_a_cohort_whose_tab_lacks_a_column_waits_and_the_others_are_read(tmp_path):
    older = "\n".join(
        ["UPN | Surname | Forename | Date of Birth | Shoe size"]
        + [f" | {leaver} | 41" for leaver in people(3, 2007, start=6)]
    )
    book = {"Year 11 leavers 2025": tab(people(5, 2008)), "Year 11 leavers 2024": older}
    submit(a_book(**book), tmp_path)
    assert cohorts() == {Y11_2025: 5, Y11_2024: 3}
    assert waves() == {(*Y11_2025, "1"): 5}  # the three are leavers, and not known
    assert "C54" in codes()


def test_a_row_that_does_not_say_its_year_and_one_still_to_come_are_said(tmp_path):
    leavers = people(5, 2007)
    said = [*["1"] * 5, *["2"] * 3, "later", "3"]
    rows = [
        f"{leaver} | {year} | NEET" for leaver, year in zip([*leavers, *leavers], said, strict=True)
    ]
    text = "Surname | Forename | Date of Birth | Year after leaving | Destination\n" + "\n".join(
        rows
    )
    submit(a_book(**{"Year 11 leavers 2024": text}), tmp_path)
    assert waves() == {(*Y11_2024, "1"): 5, (*Y11_2024, "2"): 3}
    assert {"C50", "C51"} <= codes()


def test_whom_only_a_row_of_no_known_year_names_is_a_leaver_and_not_known(tmp_path):
    leavers = people(7, 2007)
    rows = [f"{leaver} | 2 | NEET" for leaver in leavers[:5]]
    rows += [f"{leavers[5]} | later | FE college", f"{leavers[6]} | 3 | FE college"]
    text = "Surname | Forename | Date of Birth | Year after leaving | Destination\n" + "\n".join(
        rows
    )
    submit(a_book(**{"Year 11 leavers 2024": text}), tmp_path)
    assert cohorts() == {Y11_2024: 7}
    assert waves() == {(*Y11_2024, "2"): 5}
    assert [line["code"] for line in exported("findings")].count("C50") == 2


def test_a_tab_without_a_destination_beside_one_that_has_it_leaves_nobody_out(tmp_path):
    names = "\n".join(["Surname | Forename | Date of Birth", *people(3, 2008, start=5)])
    submit(a_book(**{"11A": tab(people(5, 2008)), "11B": names}), tmp_path)
    assert cohorts() == {Y11_2025: 8}
    assert waves() == {(*Y11_2025, "1"): 5}
    assert "C54" in codes()


def test_a_cohort_whose_tab_does_not_say_who_waits_and_the_others_are_read(tmp_path):
    nameless = "\n".join(
        ["Forename | Date of Birth | Destination"]
        + [f"{leaver.split(' | ', 1)[1]} | NEET" for leaver in people(3, 2007, start=6)]
    )
    book = {"Year 11 leavers 2025": tab(people(5, 2008)), "Year 11 leavers 2024": nameless}
    submit(a_book(**book), tmp_path)
    assert cohorts() == {Y11_2025: 5}
    assert "C53" in codes()


def test_the_receipt_says_which_cohorts_and_waves_were_read_and_the_words(tmp_path, monkeypatch):
    monkeypatch.setenv("DESTINATIONS_CONTACT", "Jo Bloggs, jo@hub.example")
    get_settings.cache_clear()
    book = {
        "Year 11 leavers 2024": tab(people(3, 2007), answers="Collage"),
        "Year 11 leavers 2025": tab(people(4, 2008, start=3), answers="FE"),
    }
    submit(a_book(**book), tmp_path)
    (receipt,) = Path(get_settings().store).glob(f"returns/{SCHOOL}/*receipt.xlsx")
    words = [
        tuple(cell for cell in row if cell is not None)
        for row in load_workbook(receipt)["Receipt"].iter_rows(values_only=True)
    ]
    told = [str(cell) for row in words for cell in row]
    assert any("Year 11 leavers of 2023/24, autumn 2025: 3 rows" in cell for cell in told)
    assert any("Year 11 leavers of 2024/25, autumn 2025: 4 rows" in cell for cell in told)
    assert any(row[0] == "Collage" and row[-1] == 3 for row in words if row)
    assert ("Leavers named", 7) in words
    assert "Ask Jo Bloggs, jo@hub.example about anything here." in told


def test_the_outcomes_are_the_summary_leaver_by_leaver(tmp_path):
    submit(a_book(**{"Year 11 leavers 2025": tab(people(5, 2008))}), tmp_path)
    submit(a_book(**{"Year 11 leavers 2025": tab(people(4, 2008), answers="NEET")}), tmp_path)
    outcomes = exported("outcomes")
    groups = Counter(line["activity_group"] for line in outcomes if line["wave"] == "1")
    (line,) = [
        line
        for line in exported("summary")
        if (line["urn"], line["wave"], line["breakdown"]) == (SCHOOL, "1", "all")
    ]
    assert (groups["EET"], groups["NEET"]) == (int(line["eet"]), int(line["neet"])) == (1, 4)
    answers = exported("destinations")
    assert Counter(line["counts"] for line in answers) == {"Y": 5, "N": 4}
    assert all(line["because"] for line in answers if line["counts"] == "Y")


def numbered(count: int, *, start: int = 0) -> list[str]:
    """Leavers without a date of birth: surname, forename, UPN."""
    bodies = {at: f"8012000050{at:02d}" for at in range(start, start + count)}
    return [
        f"{NAMES[at]} | Jo{'abcdefghijkl'[at]} | {upn_check_letter(body)}{body}"
        for at, body in bodies.items()
    ]


def listed(leavers: list[str], *lines: str, more: str = "", answers: str = "FE college") -> str:
    """A table of leavers without dates of birth, with lines above it."""
    rows = [f"{leaver} | {answers}" for leaver in leavers]
    return "\n".join([*lines, f"Surname | Forename | UPN | {more}Destination", *rows])


TITLES = {
    "the answers' year before the leavers'": (
        "Sheet1",
        "Destinations 2025/26 – Year 11 leavers of summer 2025",
        {(*Y11_2025, "1"): 5},
    ),
    "the leavers' year before the answers' month": (
        "Sheet1",
        "Year 11 leavers 2024 – position in October 2025",
        {(*Y11_2024, "2"): 5},
    ),
    "a tab of the year of the answers": ("2024-25", "Year 11 leavers 2024", {(*Y11_2024, "1"): 5}),
    "where the leavers are, in a year group": (
        "Y13",
        "Year 11 leavers 2024: now in Y13",
        {(*Y11_2024, "2"): 5},
    ),
    "where the leavers of a year are now": (
        "Leavers 2024 now Year 13",
        "",
        {(*Y11_2024, "2"): 5},
    ),
    "leavers of the upper sixth": ("Upper Sixth leavers 2025", "", {(*Y13_2025, "1"): 5}),
    "leavers of the lower sixth": ("L6 leavers 2025", "", {("2024/25", "Y12", "1"): 5}),
    "leavers with A levels": ("A level leavers 2025", "", {(*Y13_2025, "1"): 5}),
    "leavers of the sixth form": ("6th form leavers 2025", "", {(*Y13_2025, "1"): 5}),
    "a tab in full outweighs what stands below it": (
        "Year 11 leavers 2024",
        "Year 11 leavers 2025",
        {(*Y11_2024, "2"): 5},
    ),
}


@pytest.mark.parametrize(("title", "line", "held"), TITLES.values(), ids=TITLES)
def test_a_title_says_of_its_leavers_and_of_their_answers_what_it_is(title, line, held, tmp_path):
    submit(a_book(**{title: listed(numbered(5), *filter(None, [line]))}), tmp_path)
    assert waves() == held


UNCLEAR = {
    "a tab and a banner of two leaving years": {
        "Y11 2024": listed(numbered(5), "Year 11 leavers 2025")
    },
    "a year that has only begun": {"Sheet1": listed(numbered(5), "Year 11 Destinations 2025-26")},
    "a year group and a year that may be of the answers": {"Year 12 2025-26": listed(numbered(5))},
    "months of two autumns with nobody in both": {
        "Nov 2024": listed(numbered(4), "Year 11 destinations"),
        "Nov 2025": listed(numbered(4, start=4), "Year 11 destinations"),
    },
    "the same leavers of two year groups in one year": {
        "2024 leavers - Y12": listed(numbered(4)),
        "2024 leavers - Y13": listed(numbered(4), answers="Apprenticeship"),
    },
    "year groups that they may be in now": {
        "Leavers 2025": listed(
            [f"{who} | {12 + at % 2}" for at, who in enumerate(numbered(6))], more="Year group | "
        )
    },
    "pupils below Year 11": {"Year 10 leavers 2025": listed(numbered(5))},
}


@pytest.mark.parametrize("tabs", UNCLEAR.values(), ids=UNCLEAR)
def test_where_two_readings_are_possible_nothing_is_recorded_and_one_question_asked(tabs, tmp_path):
    submit(a_book(**tabs), tmp_path)
    assert cohorts() == {}
    assert '"stage": "refused"' in CliRunner().invoke(app, ["where", "--json"]).output


def test_the_advice_about_two_leaving_years_gives_the_right_cohort(tmp_path):
    book = a_book(**{"Y11 2024": listed(numbered(5), "Year 11 leavers 2025")})
    submit(book, tmp_path)
    where = CliRunner().invoke(app, ["where", "--json"]).output
    assert "says leavers of 2023/24 and leavers of 2024/25" in where
    submit(book, tmp_path, "--cohort", "2024/25")
    assert cohorts() == {Y11_2025: 5}


CELLS = {
    "a special school's year groups": (
        ("NC Year | ", ("Year 11", "Year 13", "Year 14", "Year 11", "Year 13")),
        {Y11_2025: 2, Y13_2025: 2, ("2024/25", "Y14"): 1},
    ),
    "forms": (("Reg | ", ("11A", "11B", "13A", "13A", "11A")), {Y11_2025: 3, Y13_2025: 2}),
    "key stages": (
        ("Key Stage | ", ("KS4", "KS5", "KS5", "KS4", "KS4")),
        {Y11_2025: 3, Y13_2025: 2},
    ),
    "year groups in a column of cohorts": (
        ("Cohort | ", ("2025 Y11", "2025 Y13", "2025 Y13", "2025 Y11", "2025 Y11")),
        {Y11_2025: 3, Y13_2025: 2},
    ),
    "pupils of Years 9 and 10 beside leavers": (
        ("NC Year | ", ("11", "11", "11", "10", "9")),
        {Y11_2025: 3},
    ),
}


@pytest.mark.parametrize(("column", "held"), CELLS.values(), ids=CELLS)
def test_rows_without_dates_of_birth_are_of_the_year_group_in_their_cells(column, held, tmp_path):
    heading, groups = column
    leavers = [f"{who} | {group}" for who, group in zip(numbered(5), groups, strict=True)]
    submit(a_book(**{"Leavers July 2025": listed(leavers, more=heading)}), tmp_path)
    assert cohorts() == held


def test_tabs_of_people_of_two_ages_are_two_cohorts_and_nobody_is_said_to_be_of_both(tmp_path):
    book = {"A": tab(people(4, 2007)), "B": tab(people(6, 2008, start=4))}
    submit(a_book(**book), tmp_path)
    assert cohorts() == {Y11_2024: 4, Y11_2025: 6}
    assert not {"H05", "P11", "C30"} & codes()


def test_a_tab_of_year_12_with_nobody_of_the_tab_of_year_11_waits_and_its_name_settles_it(tmp_path):
    said = ("--cohort", "2024/25", "--stage", "Y11")
    older = listed(numbered(3, start=4), answers="Employment")
    submit(a_book(**{"Y11": listed(numbered(4)), "Y12": older}), tmp_path, *said)
    assert cohorts() == {Y11_2025: 4}
    assert [line["sheet"] for line in exported("findings") if line["code"] == "C47"] == ["Y12"]
    book = {"Y11": listed(numbered(4)), "Year 12 leavers 2025": older}
    submit(a_book(**book), tmp_path, *said)
    assert cohorts() == {Y11_2025: 4, ("2024/25", "Y12"): 3}
