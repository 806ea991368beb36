"""Which register entry a typed provider is: exactly one, or none."""

import csv
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from destinations.register.providers import (
    ProviderRegister,
    RegisterEntry,
    activity_code_at,
    load_providers,
)
from tests.builders.hub import a_hub

DATA = Path(__file__).parents[2] / "shared" / "reference" / "data"


def place(urn: str, name: str, *, la: str = "845", is_open: bool = True) -> RegisterEntry:
    return RegisterEntry(urn, None, None, name, is_open=is_open, la_code=la)


REGISTER = ProviderRegister(
    [
        place("1", "Downs Coast College"),
        place("2", "The St Leonard's Academy"),
        place("3", "Brighton Hove & Sussex Sixth Form College", la="846"),
        place("4", "Ratton School", is_open=False),
        place("5", "Ratton School"),
        place("6", "Priory School"),
        place("7", "Priory School", la="208"),
        place("8", "Priory School", la="860"),
        place("9", "Hove Park School and Sixth Form Centre", la="846"),
        place("10", "St John's College", la="851"),
        place("11", "Smith Training Ltd"),
        place("12", "Seaford Head"),
        place("13", "Seaford Head"),
        place("14", "Plumpton College (Main Site)"),
    ]
)

EXAMPLES = """
    Downs Coast College                             > 1
    downs coast college                             > 1
    Downs Coast College, Sussex                     > 1
    Downs Coast College, Newhaven, East Sussex      > 1
    Downs Coast College (Newhaven campus)           > 1
    Downs-Coast College.                            > 1
    Downs Coast                                     >
    St Leonards Academy                             > 2
    Saint Leonard’s Academy                         > 2
    St. Leonard's Academy, The                      > 2
    Brighton, Hove and Sussex 6th Form College      > 3
    Ratton School                                   > 5
    Priory School - Lewes                           > 6
    Hove Park School                                > 9
    St John's College                               >
    SMITH TRAINING LIMITED                          > 11
    Seaford Head                                    >
    Plumpton College                                > 14
    College                                         >
    the                                             >
    ,                                               >
    n/a                                             >
"""


@pytest.mark.parametrize(
    "drawn", [line for line in EXAMPLES.splitlines() if line.strip()], ids=lambda line: line.strip()
)
def test_a_typed_name_is(drawn: str) -> None:
    typed, urn = (part.strip() for part in drawn.split(">"))
    found = REGISTER.by_name(typed, la_code="845")
    assert (found.urn if found else "") == urn


def test_a_name_that_several_councils_have_is_the_one_of_the_senders_council() -> None:
    for council, urn in (("845", "6"), ("208", "7"), ("999", None), ("", None)):
        found = REGISTER.by_name("Priory School", la_code=council)
        assert (found.urn if found else None) == urn


def test_a_number_is_surer_than_a_name(engine: Engine) -> None:
    a_hub(engine)
    with Session(engine) as session:
        register = load_providers(session)
    found = [
        register.resolve(laestab="845/8001", name="Ouse Valley Sixth Form College"),
        register.resolve(ukprn="10990197"),
        register.resolve(urn="900191"),
        register.resolve(laestab="8459999", name="ouse valley sixth-form college"),
        register.resolve(laestab="8459999"),
    ]
    assert [one.urn if one else None for one in found] == [
        "900190",
        "900191",
        "900191",
        "900191",
        None,
    ]


KINDS = """
    Further education           | Sixth Form College (General)  |     | 220
    Further education           | General FE College            | yes | 230
    Further education           | Tertiary College              |     | 230
    Academy 16-19 converter     |                               |     | 220
    Sixth form centres          |                               |     | 220
    Free schools 16 to 19       |                               |     | 210
    Academy converter           | Not applicable                | yes | 210
    Community school            | Not applicable                |     | 270
    Special post 16 institution |                               |     | 280
    Higher education institutions |                             |     | 240
"""


@pytest.mark.parametrize("drawn", [line for line in KINDS.splitlines() if line.strip()])
def test_being_enrolled_there_is(drawn: str) -> None:
    kind, college, sixth_form, code = (part.strip() for part in drawn.split("|"))
    there = RegisterEntry("1", None, None, "A place", kind, college, sixth_form == "yes")
    assert activity_code_at(there) == code


def test_a_provider_known_by_its_ukprn_alone_trains() -> None:
    assert activity_code_at(RegisterEntry(None, "10000028", None, "Woodspeen Training")) == "410"


# Read through by hand: what these spellings of real college applicants mean.
REAL = {
    "ARK Helenswood Academy": "139996",
    "Seaford Head School and 6th Form Centre": "138473",
    "King’s Academy Ringmer": "144505",
    "Beacon Academy (Beacon Community College)": "137982",
    "Sussex Downs College - (Oak House)": "133435",
    "Lindfield School": "142744",
    "The Skinners' Kent Academy": "135888",
    "Brighton Hove & Sussex Sixth Form College": "130669",
    "Rye College": "146825",
    "St Richard's Catholic College": "114612",
}
NOBODY = (
    "Other from UK",
    "Not Provided",
    "Out of County",
    "NOT KNOWN",
    "European Union",
    "Home Schooled",
    "ST GREGORYS",
    "ST JOHNS COLLEGE",
    "Unknown",
    "College Central (Closed)",
    "Self-registered learner - not at school",
)


@pytest.fixture(scope="module")
def real_register() -> ProviderRegister:
    path = DATA / "registers" / "school_reference_composite_DERIVED.csv"
    if not path.exists():
        pytest.skip("the public registers are not beside the checkout")
    with path.open(encoding="utf-8") as lines:
        return ProviderRegister(
            RegisterEntry(
                row["URN"],
                row["ukprn"] or None,
                row["laestab"] or None,
                row["name"],
                is_open=not row["close_date"],
                la_code=row["la"],
            )
            for row in csv.DictReader(lines)
        )


def test_real_spellings_are_resolved_or_left_alone(real_register: ProviderRegister) -> None:
    for typed, urn in REAL.items():
        found = real_register.by_name(typed, la_code="845")
        assert found is not None, typed
        assert found.urn == urn
    assert [typed for typed in NOBODY if real_register.by_name(typed, la_code="845")] == []


def test_half_of_real_spellings_and_most_applicants_are_resolved(
    real_register: ProviderRegister,
) -> None:
    path = DATA / "providers" / "escg_previous_school_names_AGGREGATED.csv"
    with path.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    told = {row["School"]: int(row["n"].strip("<")) for row in rows}
    found = {typed for typed in told if real_register.by_name(typed, la_code="845")}
    assert len(found) >= 78
    assert sum(told[typed] for typed in found) / sum(told.values()) > 0.70


def test_every_entry_of_the_register_is_itself_or_shares_its_name(
    real_register: ProviderRegister,
) -> None:
    path = DATA / "registers" / "school_reference_composite_DERIVED.csv"
    with path.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    wrong = 0
    for row in rows:
        found = real_register.by_name(row["name"], la_code=row["la"])
        wrong += found is not None and found.la_code != row["la"]
    assert wrong == 0
