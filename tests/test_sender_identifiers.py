"""Whose number it is: the sender's own on every row, or the provider's beside its name."""

from datetime import date

import pytest

from imports.crosswalk.column_map import load_map
from imports.mapping import map_columns_and_values
from imports.reading import read_file
from models.handoffs.normalised import SubmissionMetadata
from models.vocabulary import LeavingStage, SubmissionKind
from tests.builders.sheets import a_workbook, drawn
from tests.builders.workbooks import sheet, workbook

SENDER = "900100"
STANDARD = load_map()
PEOPLE = """
    UPN           | Surname | Forename | DOB | Destination       | {provider} | {heading}
    B801200005001 | Lee     | Ana      | 12/03/2009    | FE college | {names[0]} | {numbers[0]}
    Q801200005002 | Marsh   | Peter    | 14/05/2009    | Sixth form | {names[1]} | {numbers[1]}
    E801200005003 | Hill    | Jo       | 20/06/2009    | Apprenticeship | {names[2]} | {numbers[2]}
    U801200005004 | Khan    | Omar     | 21/06/2009    | FE college | {names[3]} | {numbers[3]}
"""
SPREAD = ("Downs College", "Ridge School", "Acme Ltd", "Downs College")
ONE = ("Downs College",) * 4


def mapped(heading, numbers, names=SPREAD, provider="Provider", kind=SubmissionKind.LEAVERS):
    text = PEOPLE.format(heading=heading, numbers=numbers, names=names, provider=provider)
    read = read_file("leavers.xlsx", a_workbook(text), STANDARD.field_of)
    declared = SubmissionMetadata(1, SENDER, date(2025, 11, 20), kind, 2024, LeavingStage.Y11, 1)
    return map_columns_and_values(read, declared, STANDARD)


OWN = """
    DfE Number           | 900/4001
    DfE No.              | 9004001
    LAESTAB              | 9004001
    Estab                | 4001
    Establishment number | 4001
    URN                  | 900100
    UKPRN                | 10090100
    Establishment        | Oakfield School
    Institution name     | Oakfield School
"""


@pytest.mark.parametrize(("heading", "number"), drawn(OWN), ids=" ".join)
def test_the_same_on_every_row_is_the_senders_own(heading, number):
    rows = mapped(heading, (number,) * 4)
    for row, name in zip(rows.rows, SPREAD, strict=True):
        assert {field for field in row.values if field.startswith("provider")} == {"provider_name"}
        assert row.get("provider_name") == name
    assert not rows.unused
    assert not rows.remarks


THEIRS = """
    DfE Number | provider_laestab | 900/8001 | 900/4002 |          | 900/8001
    LAESTAB    | provider_laestab | 9008001  | 9004002  |          | 9008001
    URN        | provider_urn     | 900300   | 900400   |          | 900300
    UKPRN      | provider_ukprn   | 10090300 | 10090400 |          | 10090300
    URN        | provider_urn     | 900300   | 900100   | 900500   | 900300
"""


@pytest.mark.parametrize(("heading", "field", "one", "two", "three", "four"), drawn(THEIRS))
def test_what_goes_with_the_providers_is_theirs(heading, field, one, two, three, four):
    rows = mapped(heading, (one, two, three, four)).rows
    said = [row.text(field) for row in rows]
    assert said == [number.replace("/", "") for number in (one, two, three, four)]


@pytest.mark.parametrize(
    ("heading", "number", "field"),
    [
        ("URN", "900300", "provider_urn"),
        ("URN", SENDER, "school_urn"),
        ("DfE Number", "9008001", "provider_laestab"),
        ("UKPRN", "10090300", "provider_ukprn"),
        ("Provider URN", SENDER, "provider_urn"),
    ],
)
def test_where_all_went_to_one_provider_its_number_stands_beside_it(heading, number, field):
    rows = mapped(heading, (number,) * 4, names=ONE).rows
    assert {row.text(field) for row in rows} == {number}


NEXT_TO_THE_SCHOOL = """
    School name    | DfE number | UPN           | Surname | Forename | DOB        | Provider
    Oakfield       | 9004001    | B801200005001 | Lee     | Ana      | 12/03/2009 | Downs College
    Oakfield       | 9004001    | Q801200005002 | Marsh   | Peter    | 14/05/2009 | Downs College
    Oakfield       | 9004001    | E801200005003 | Hill    | Jo       | 20/06/2009 | Downs College
    {name}         | {number}   | U801200005004 | Khan    | Omar     | 21/06/2009 | {provider}
"""


@pytest.mark.parametrize(
    ("name", "number", "provider"),
    [
        ("Oakfield", "9004001", "Downs College"),
        ("Oakfield", "9004001", "Ridge School"),
        ("Oakfield", "x", "Ridge School"),
        ("", "", "x"),
        ("Oakfield", "12", ""),
    ],
)
def test_a_number_next_to_the_schools_name_is_the_schools_whatever_one_row_holds(
    name, number, provider
):
    text = NEXT_TO_THE_SCHOOL.format(name=name, number=number, provider=provider)
    lines = [f"{line} | {'Destination' if 'UPN' in line else 'FE college'}"
             for line in text.strip().splitlines()]  # fmt: skip
    read = read_file("leavers.xlsx", a_workbook("\n".join(lines)), STANDARD.field_of)
    declared = SubmissionMetadata(
        1, SENDER, date(2025, 11, 20), SubmissionKind.LEAVERS, 2024, LeavingStage.Y11, 1
    )
    rows = map_columns_and_values(read, declared, STANDARD).rows
    assert [row.text("school_laestab") for row in rows[:3]] == ["9004001"] * 3
    assert not any(row.text("provider_laestab") for row in rows)


@pytest.mark.parametrize("heading", ["Institution", "Establishment", "DfE Number", "UKPRN"])
def test_where_most_went_to_one_place_it_is_theirs_still(heading):
    # The only column that says where: nobody at work has anything in it.
    here = ("Downs College", "Downs College", "", "Downs College")
    if heading in ("DfE Number", "UKPRN"):
        here = ("10090300", "10090300", "", "10090300")
    rows = mapped(heading, here, names=("",) * 4, provider="Remarks").rows
    said = [[value for name, value in row.values.items() if name.startswith("provider") and value]
            for row in rows]  # fmt: skip
    assert [bool(one) for one in said] == [True, True, False, True]


def test_a_college_or_an_employer_is_either_still():
    rows = mapped("Employer", ("", "", "Acme Ltd", "Brown & Co"), provider="Institution",
                  names=("Downs College", "Downs College", "", "")).rows  # fmt: skip
    said = [row.text("provider_name") for row in rows]
    assert said == ["Downs College", "Downs College", "Acme Ltd", "Brown & Co"]


def test_schools_that_send_one_sheet_together_keep_their_own_numbers():
    # Whoever sent it, the number goes with no provider's name.
    rows = mapped("URN", ("900100", "900200", "900200", "900200")).rows
    assert [row.text("provider_urn") for row in rows] == [""] * 4
    assert [row.text("school_urn") for row in rows] == ["900100", "900200", "900200", "900200"]


FORM = """
    DfE No  | {heads}
    9004001 | {one}
    {cell}  | {two}
"""
HEADS = "UPN | Surname | Forename | DOB | Destination | Provider"
ANA = "B801200005001 | Lee   | Ana   | 12/03/2009 | FE college | Downs College"
OMAR = "U801200005004 | Khan  | Omar  | 21/06/2009 | FE college | Ridge School"
JO = "E801200005003 | Hill  | Jo    | 20/06/2009 | Work       | "


@pytest.mark.parametrize("spoilt", ["", "x", "9004001"])
def test_a_form_of_two_is_read_like_the_other_forms_of_the_workbook(spoilt):
    tabs = {
        "11E": FORM.format(heads=HEADS, one=ANA, cell="9004001", two=JO),
        "11N": FORM.format(heads=HEADS, one=OMAR, cell=spoilt, two=ANA.replace("Ana", "Eve")),
        "11S": FORM.format(heads=HEADS, one=JO.replace("Jo", "Sam"), cell="9004001", two=OMAR),
    }
    pages = {name: sheet(drawn(text)) for name, text in tabs.items()}
    read = read_file("leavers.xlsx", workbook(pages), STANDARD.field_of)
    declared = SubmissionMetadata(
        1, SENDER, date(2025, 11, 20), SubmissionKind.LEAVERS, 2024, LeavingStage.Y11, 1
    )
    rows = map_columns_and_values(read, declared, STANDARD).rows
    assert len(rows) == 6
    assert not any(row.text("provider_laestab") for row in rows)
    assert [row.text("school_laestab") for row in rows].count("9004001") >= 5


APART = """
    Destination | Provider      | Consent | DfE Number | UPN | Surname | Forename | DOB
    FE college  | Downs College | Y       | 9004001    | B801200005001 | Lee | Ana | 12/03/2009
    FE college  | Downs College | Y       | 9004001    | Q801200005002 | Marsh | Peter | 14/05/2009
    FE college  | Downs College | Y       | 9004001    | E801200005003 | Hill | Jo | 20/06/2009
    FE college  | Downs College | Y       | 9004001    | U801200005004 | Khan | Omar | 21/06/2009
"""
SPOILT = """
    FE college  | Ridge School | Y | 12/03/2009    | J801200005005 | Bell | Lin | 22/06/2009
    FE college  | Ridge School | Y | x             | J801200005005 | Bell | Lin | 22/06/2009
    FE college  | Ridge School | Y | A845400011001 | J801200005005 | Bell | Lin | 22/06/2009
    ?           | 12345        |   | ??            |               |      |     |
    12/03/2009  | =1+1         |   | 1.5           |               |      |     |
"""


@pytest.mark.parametrize("line", [line for line in SPOILT.splitlines() if line.strip()])
def test_what_is_no_number_makes_nobody_elses_the_colleges(line):
    read = read_file("leavers.xlsx", a_workbook(APART + line), STANDARD.field_of)
    declared = SubmissionMetadata(
        1, SENDER, date(2025, 11, 20), SubmissionKind.LEAVERS, 2024, LeavingStage.Y11, 1
    )
    rows = map_columns_and_values(read, declared, STANDARD).rows
    assert [row.text("school_laestab") for row in rows[:4]] == ["9004001"] * 4
