"""The made-up hub: the same seed the same bytes, and a truth that agrees with its sheets."""

import csv
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from stdnum.gb import upn as stdnum_upn

from destinations.demo import Wishes, make_hub
from destinations.demo.invented.identifiers import make_uln
from models.facts.identifiers import upn_check_letter

SEEDS = (1, 2, 3, 4, 5)
Hub = dict[str, list[dict[str, str]]]


@pytest.fixture(scope="module", params=SEEDS)
def folder(request, tmp_path_factory):
    return make_hub(tmp_path_factory.mktemp("hub") / "hub", seed=request.param)


@pytest.fixture(scope="module")
def tables(folder) -> Hub:
    """Every csv of the hub by its name: "manifest", "people" ..."""
    return {path.stem: lines(path) for path in (*folder.glob("*.csv"), *folder.glob("truth/*.csv"))}


@pytest.fixture(scope="module")
def cells(folder, tables):
    """The cell at a file, sheet, row and heading, as its reader would see it."""
    tabs = {}
    for sent in tables["manifest"]:
        for sheet, rows in open_file(folder / "inbox" / sent["urn"] / sent["file"]).items():
            tabs[sent["file"], sheet] = rows
    return tabs


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def open_file(path: Path) -> dict[str, list[list[object]]]:
    if path.suffix == ".csv":
        content = path.read_bytes()
        encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ()
        for encoding in (*encodings, "utf-8-sig", "cp1252"):
            try:
                text = content.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
        first = text.splitlines()[0]
        delimiter = max(",;\t|", key=first.count)
        return {"": [list(row) for row in csv.reader(text.splitlines(True), delimiter=delimiter)]}
    book = CalamineWorkbook.from_path(str(path))
    return {
        name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in book.sheet_names
    }


def headings_above(rows, number):
    """heading -> the cell below it in the row of that number; the lower of two heading rows."""
    row = rows[number - 1]
    for above in reversed(rows[: number - 1]):
        filled = [cell for cell in above if cell not in ("", None)]
        if len(filled) > 2 and any(map(is_birthday, above)):
            return dict(zip(above, row, strict=False))
    return {}


def at(column: str) -> int:
    """The place of a column, the first being 0."""
    place = 0
    for letter in column:
        place = place * 26 + ord(letter) - 64
    return place - 1


def is_birthday(heading: object) -> bool:
    letters = "".join(letter for letter in str(heading).lower() if letter.isalpha())
    return letters in ("dob", "dateofbirth", "birthdate", "dateofbirthddmmyyyy")


MONTHS = {
    name: number
    for number, name in enumerate(
        "jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1
    )
}


def as_date(cell: object) -> date | None:
    """A date in any of the ways that the made-up schools type one."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, float):
        return date.fromordinal(date(1899, 12, 30).toordinal() + int(cell))
    parts = str(cell).replace("/", " ").replace(".", " ").replace("-", " ").split()
    if len(parts) != 3:
        return None
    if len(parts[0]) == 4:
        parts.reverse()
    day, month, year = parts
    number = MONTHS.get(month[:3].lower()) or int(month)
    return date(int(year) + (2000 if len(year) == 2 else 0), number, int(day))


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    one, other = make_hub(tmp_path / "one", seed=11), make_hub(tmp_path / "other", seed=11)
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(other) for path in other.rglob("*") if path.is_file())
    assert [(one / name).read_bytes() for name in files] == [
        (other / name).read_bytes() for name in files
    ]


def test_another_seed_gives_another_hub(tmp_path):
    one, other = make_hub(tmp_path / "one", seed=11), make_hub(tmp_path / "other", seed=12)
    assert (one / "truth/people.csv").read_text() != (other / "truth/people.csv").read_text()


def test_the_hub_is_as_large_as_asked(tmp_path):
    hub = make_hub(tmp_path / "hub", seed=5, schools=9, years=2, wishes=Wishes(colleges=3))
    assert len(lines(hub / "institutions.csv")) == 12
    assert {row["cohort"] for row in lines(hub / "truth/people.csv")} == {"2024/25", "2025/26"}


def test_everything_in_the_manifest_lies_in_its_senders_inbox(folder, tables):
    sent = {Path(row["urn"]) / row["file"] for row in tables["manifest"]}
    assert sent == {
        path.relative_to(folder / "inbox") for path in folder.glob("inbox/*/*") if path.is_file()
    }
    assert {row["urn"] for row in tables["manifest"]} == {
        row["URN"] for row in tables["institutions"]
    }


def test_one_sheet_of_the_last_autumn_has_not_come(tmp_path):
    some = lines(make_hub(tmp_path / "some", seed=4) / "manifest.csv")
    every = lines(make_hub(tmp_path / "all", seed=4, wishes=Wishes(unsent=0)) / "manifest.csv")
    (missing,) = [row for row in every if row["file"] not in {one["file"] for one in some}]
    assert missing["kind"] == "leavers"
    assert missing["sent_on"].startswith("2026")


def test_nobody_sends_anything_after_the_last_autumn(tables):
    assert max(row["sent_on"] for row in tables["manifest"]) < "2026-11-23"


def test_every_person_has_identifiers_with_right_letters_and_digits(tables):
    people = tables["people"]
    assert len({person["upn"] for person in people}) == len(people)
    assert len({person["uln"] for person in people}) == len(people)
    for person in people:
        assert stdnum_upn.is_valid(person["upn"])
        digits = [int(digit) for digit in person["uln"]]
        total = sum(digit * weight for digit, weight in zip(digits, range(10, 0, -1), strict=True))
        assert total % 11 == 10


def test_check_letters_agree_with_published_examples():
    # python-stdnum's own example, and govtalk's sum worked by hand (sources.md: identifiers).
    assert upn_check_letter("801200005001") == "B"
    assert upn_check_letter("207000016049") == "P"


def test_a_uln_never_looks_like_one_that_excel_has_rounded():
    import random

    chance = random.Random(1)
    assert not any(make_uln(chance).endswith("0000") for _ in range(20_000))


def test_everybody_was_of_age(tables):
    for person in tables["people"]:
        left = int(person["year"])
        assert f"{left - 17}-09-01" <= person["dob"] <= f"{left - 16}-08-31"


def test_sixth_forms_send_older_leavers_whom_no_other_cohort_has(tmp_path):
    folder = make_hub(tmp_path / "hub", seed=3, wishes=Wishes(year_13=True))
    people = lines(folder / "truth/people.csv")
    older = [person for person in people if person["stage"] == "Y13"]
    assert older
    for person in older:
        left = int(person["year"])
        assert f"{left - 19}-09-01" <= person["dob"] <= f"{left - 18}-08-31"
    assert len({person["upn"] for person in people}) == len(people)


def test_there_are_twins_and_namesakes_and_awkward_names(tables):
    people = tables["people"]
    twins = Counter((one["urn"], one["surname"], one["dob"]) for one in people)
    assert max(twins.values()) == 2
    assert any("-" in one["surname"] for one in people)
    assert any("'" in one["surname"] or "’" in one["surname"] for one in people)
    assert not all(one["surname"].isascii() for one in people)


def test_each_row_of_the_truth_stands_where_it_says(tables, cells):
    """The UPN and birthday in the sheet are the person's, wherever no fault was planted."""
    people = {person["person"]: person for person in tables["people"]}
    planted = {(row["file"], row["sheet"], row["row"]) for row in tables["planted"]}
    seen = 0
    for row in tables["rows"]:
        sheet = cells[row["file"], row["sheet"]]
        here = headings_above(sheet, int(row["row"]))
        if not row["person"] or (row["file"], row["sheet"], row["row"]) in planted:
            continue
        seen += 1
        person = people[row["person"]]
        birthday = next(cell for heading, cell in here.items() if is_birthday(heading))
        assert as_date(birthday) == date.fromisoformat(person["dob"])
        upns = [str(v).strip().upper() for k, v in here.items() if "U" in str(k).upper()]
        assert not any(len(v) == 13 and v[1:].isdigit() and v != person["upn"] for v in upns)
    assert seen > 200


def test_each_word_stands_in_the_cell_that_the_truth_names(tables, cells):
    for word in tables["words"]:
        cell = cells[word["file"], word["sheet"]][int(word["row"]) - 1][at(word["column"])]
        spoiled = any(
            (fault["file"], fault["sheet"], fault["row"])
            == (word["file"], word["sheet"], word["row"])
            for fault in tables["planted"]
        )
        assert spoiled or bool(word["code"]) == (cell != "")


def test_faults_are_planted_in_the_cells_that_the_truth_names(tables, cells):
    people = {person["person"]: person for person in tables["people"]}
    who = {(row["file"], row["sheet"], row["row"]): row["person"] for row in tables["rows"]}
    assert tables["planted"]
    for fault in tables["planted"]:
        place = fault["file"], fault["sheet"], fault["row"]
        person = people[who[place]]
        here = headings_above(cells[place[:2]], int(fault["row"]))
        cell = str(here.get(fault["heading"], ""))
        if fault["kind"].endswith("_missing"):
            assert cell == ""
        elif fault["kind"] in ("upn_check_letter", "upn_length"):
            assert cell != person["upn"]
        elif fault["kind"].startswith("uln"):
            assert cell.removesuffix(".0") != person["uln"]


def test_no_two_rows_of_a_sheet_are_one_leaver_unless_it_was_planted(tables):
    twice = {
        (row["file"], row["sheet"], row["row"])
        for row in tables["planted"]
        if row["kind"].startswith("same_leaver")
    }
    files = {row["file"] for row in tables["manifest"] if row["kind"] == "leavers"}
    rows = [row for row in tables["rows"] if row["file"] in files]
    counted = Counter((row["file"], row["person"], row["wave"]) for row in rows)
    for row in rows:
        if counted[row["file"], row["person"], row["wave"]] > 1:
            assert (row["file"], row["sheet"], row["row"]) in twice


@pytest.mark.parametrize("layout", Wishes().layouts)
def test_every_layout_opens_and_holds_every_leaver(tmp_path, layout):
    folder = make_hub(
        tmp_path / "hub",
        seed=7,
        schools=2,
        years=2,
        wishes=Wishes(layouts=(layout,), colleges=1, unsent=0),
    )
    people = {row["person"] for row in lines(folder / "truth/people.csv")}
    rows = {row["person"] for row in lines(folder / "truth/rows.csv")}
    assert people <= rows
    for path in folder.glob("inbox/*/*"):
        assert open_file(path)
