"""Code lists: a code is added in one place, and everything that must know of it does."""

import csv
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from expectations.rules import destination as rules
from imports.crosswalk.fields import INTENDED_BY_ACTIVITY
from models.vocabulary import ActivityGroup, activities
from tests.builders.sheets import a_workbook
from tests.checkout import Checkout

URN = "900101"
NEW_ACTIVITY = "470,Made-up green skills year,EET,training,yes"
NEW_NEET = "690,Made-up waiting time,NEET,NEET,yes"
SHEET = """
    Surname | Forename | Date of Birth | Ethnicity | Destination                | Provider
    --------+----------+---------------+-----------+----------------------------+---------
    Okafor  | Ada      | 14/09/2008    | WZZZ      | Made-up green skills year  | Acorn Ltd
    Lark    | Ben      | 15/10/2008    | WBRI      | 690                        | Acorn Ltd
    Moss    | Cal      | 16/11/2008    | WEND      | gren skils yr              |
"""
SHEET = "\n".join(line for line in SHEET.splitlines() if "-+-" not in line)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = Checkout(tmp_path_factory.mktemp("code-lists"))
    made.add("models/lists/activities.csv", NEW_ACTIVITY, NEW_NEET)
    made.replace("expectations/lists/ethnicities.csv", "code,since\n", "code,since,until\n")
    made.add("expectations/lists/ethnicities.csv", "WZZZ,2025", "WEND,,2025")
    return made


@pytest.fixture(scope="module")
def sheet(checkout: Checkout) -> Path:
    file = checkout.code.parent / "leavers.xlsx"
    file.write_bytes(a_workbook(SHEET))
    return file


def told_on(checkout: Checkout, sheet: Path, day: str) -> list[tuple[str, int | None]]:
    """The code and row of each finding where the sheet is sent on that day."""
    return checkout.findings(sheet, "--cohort", "2024/25", "--sent-on", day)


def test_an_ethnicity_code_counts_from_its_year_on(checkout: Checkout, sheet: Path) -> None:
    assert ("P23", 2) in told_on(checkout, sheet, "2025-08-30")  # of 2024/25
    assert ("P23", 2) not in told_on(checkout, sheet, "2025-09-20")
    assert ("P23", 2) not in told_on(checkout, sheet, "2026-11-20")  # and of every later one


def test_an_ethnicity_code_counts_until_its_year_begins(checkout: Checkout, sheet: Path) -> None:
    assert ("P23", 4) not in told_on(checkout, sheet, "2025-08-30")  # of 2024/25, its last
    assert ("P23", 4) in told_on(checkout, sheet, "2025-09-20")


def test_an_activity_code_is_read_offered_and_judged(checkout: Checkout, sheet: Path) -> None:
    told = told_on(checkout, sheet, "2025-11-20")
    assert {row for code, row in told if code == "D01"} == {4}  # read, in words and as a code
    assert ("D12", 3) in told  # somebody who is nowhere has a provider
    marked = sheet.with_name("marked.xlsx")
    checkout.run(
        "check", sheet, "--cohort", "2024/25", "--sent-on", "2025-11-20", "--marked", marked
    )
    book = load_workbook(BytesIO(marked.read_bytes()))
    offered = {cell.value for page in book for row in page.iter_rows() for cell in row}
    assert {"Made-up green skills year", "Made-up waiting time"} <= offered


def test_an_activity_code_is_recorded_exported_and_counted(checkout: Checkout, sheet: Path) -> None:
    institutions, members = sheet.with_name("institutions.csv"), sheet.with_name("members.csv")
    institutions.write_text(
        "URN,EstablishmentName,EstablishmentStatus (name),LA (code),EstablishmentNumber\n"
        f"{URN},Oakfield School,Open,900,4001\n"
    )
    members.write_text(f"hub,urn,joined_on,left_on\nTest Hub,{URN},2020-09-01,\n")
    checkout.run("setup")
    checkout.run("register", "--institutions", institutions, "--members", members)
    checkout.run(
        *("submit", sheet, "--school", URN, "--cohort", "2024/25", "--stage", "Y11"),
        *("--wave", "1", "--sent-on", "2025-11-20"),
    )
    checkout.run("run", "intake", "--today", "2025-11-23")
    checkout.run("run", "follow-up", "--today", "2025-11-23")
    rows = list(csv.DictReader(StringIO(checkout.run("export", "destinations", "--format", "csv"))))
    groups = {row["activity_code"]: row["activity_group"] for row in rows}
    assert groups == {"470": "EET", "690": "NEET"}
    lines = csv.DictReader(StringIO(checkout.run("export", "summary", "--format", "csv")))
    [line] = [
        line
        for line in lines
        if (line["urn"], line["wave"], line["breakdown"]) == (URN, "1", "all")
    ]
    assert (line["eet"], line["neet"]) == ("1", "1")


def test_what_a_code_of_the_list_asks_for_has_been_decided() -> None:
    """What no list can tell: the sentence says where to write it."""
    eet = {
        code
        for code, one in activities().items()
        if one.group is ActivityGroup.EET and one.is_current
    }
    decided = set(rules.AT_A_PROVIDER) | set(rules.PROVIDER_NOT_ASKED)
    assert eet == decided, (
        f"write {sorted(eet ^ decided)} into AT_A_PROVIDER or PROVIDER_NOT_ASKED, "
        "or out of both, in expectations/rules/destination.py"
    )
    meant = eet - {rules.IN_CUSTODY}
    assert meant <= INTENDED_BY_ACTIVITY.keys(), (
        f"say in imports/crosswalk/fields.py, INTENDED_BY_ACTIVITY, what leavers who mean to do "
        f"{sorted(meant - INTENDED_BY_ACTIVITY.keys())} intend"
    )
