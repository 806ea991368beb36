"""The register: GIAS downloads and hub lists as people really have them."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from destinations.register.load_register import ALWAYS, RegisterUnreadable, load_register
from models.places import Hub, Institution, InstitutionLink, Membership

SHARED = Path(__file__).parents[2] / "shared"
REGISTERS = SHARED / "reference" / "data" / "registers"

HEADINGS = (
    "URN,LA (code),LA (name),EstablishmentNumber,EstablishmentName,TypeOfEstablishment (name),"
    "OfficialSixthForm (name),EstablishmentStatus (name),UKPRN,FurtherEducationType (name)"
)
SCHOOLS = f"""{HEADINGS}
900100,845,East Sussex,4000,Oakfield Academy,Free,Does not have a sixth form,Open,,Not applicable
900101,45,Nowhere,12,Elm Row School,LA,Has a sixth form,"Open, but proposed to close",10012345,NA
900102,845,East Sussex,,Ash College,Further education,Not applicable,Closed,10012346,General FE
900103,845,East Sussex,4003,Yew School,Free schools,,Proposed to open,,
"""
MEMBERS = """urn,hub,joined_on,left_on
900100,Downs  Hub,2022-09-01,
900101,Downs Hub,01-09-2021,31-08-2025
"""


def everything(session):
    """Every row of the register, without our own ids."""
    return [
        sorted(
            str(row.model_dump(exclude={"id", "hub_id"}))
            for row in session.execute(select(table)).scalars()
        )
        for table in (Hub, Institution, InstitutionLink, Membership)
    ]


def named(session, urn):
    return session.execute(select(Institution).where(col(Institution.urn) == urn)).scalar_one()


def test_a_school_is_what_gias_says_of_it(session):
    loaded = load_register(session, SCHOOLS.encode(), MEMBERS.encode())
    assert (loaded.institutions, loaded.members, loaded.links) == (4, 2, 0)
    oakfield, elm = named(session, "900100"), named(session, "900101")
    assert oakfield.laestab == "8454000"
    assert oakfield.name == "Oakfield Academy"
    assert oakfield.ukprn is None
    assert oakfield.further_education_type == ""
    assert (oakfield.has_sixth_form, oakfield.is_open) == (False, True)
    assert elm.laestab == "0450012"  # the zeros that Excel drops are back
    assert (elm.ukprn, elm.has_sixth_form, elm.is_open) == ("10012345", True, True)
    ash, yew = named(session, "900102"), named(session, "900103")
    assert (ash.laestab, ash.further_education_type, ash.is_open) == (None, "General FE", False)
    assert not yew.is_open
    joined = session.execute(select(Membership).order_by(col(Membership.urn))).scalars().all()
    assert [(each.urn, each.joined_on, each.left_on) for each in joined] == [
        ("900100", date(2022, 9, 1), None),
        ("900101", date(2021, 9, 1), date(2025, 8, 31)),
    ]
    assert session.execute(select(Hub)).scalar_one().name == "Downs Hub"


def test_loading_it_again_changes_nothing(session):
    load_register(session, SCHOOLS.encode(), MEMBERS.encode(), LINKS.encode())
    session.commit()
    before = everything(session)
    load_register(session, SCHOOLS.encode(), MEMBERS.encode(), LINKS.encode())
    session.commit()
    session.expire_all()
    assert everything(session) == before


LINKS = """"URN","LinkURN","LinkName","LinkType","LinkEstablishedDate"
900100,900104,"Oakfield School, Downs","Predecessor","01-04-2019"
900104,900100,"Oakfield Academy","Successor","01-04-2019"
900104,900100,"Oakfield Academy","Successor","01-04-2019"
900101,900105,"","Other",""
"""


def test_a_new_edition_brings_names_and_days_up_to_date(session):
    load_register(session, SCHOOLS.encode(), MEMBERS.encode())
    newer = SCHOOLS.replace("Oakfield Academy", "Oakfield Free School").replace("Closed", "Open")
    members = MEMBERS.replace("2022-09-01,", "2022-10-01,2026-08-31")
    load_register(session, newer.encode(), members.encode())
    session.commit()
    session.expire_all()
    assert named(session, "900100").name == "Oakfield Free School"
    assert named(session, "900102").is_open
    there = select(Membership).where(col(Membership.urn) == "900100")
    assert [(m.joined_on, m.left_on) for m in session.execute(there).scalars()] == [
        (date(2022, 10, 1), date(2026, 8, 31))
    ]


def test_a_list_of_members_says_nothing_of_schools_it_does_not_name(session):
    load_register(session, SCHOOLS.encode(), MEMBERS.encode())
    load_register(session, SCHOOLS.encode(), b"urn,hub\n900103,Weald Hub\n")
    load_register(session, SCHOOLS.encode())
    assert session.execute(select(func.count()).select_from(Membership)).scalar_one() == 3
    yew = select(Membership).where(col(Membership.urn) == "900103")
    assert session.execute(yew).scalar_one().joined_on == ALWAYS


def test_a_school_may_leave_a_hub_and_come_back(session):
    members = MEMBERS + "900101,Downs Hub,2026-09-01,\n"
    assert load_register(session, SCHOOLS.encode(), members.encode()).members == 3


def test_links_are_kept_once(session):
    assert load_register(session, SCHOOLS.encode(), None, LINKS.encode()).links == 3
    link = session.execute(
        select(InstitutionLink).where(col(InstitutionLink.kind) == "Successor")
    ).scalar_one()
    assert (link.urn, link.linked_urn, link.linked_on) == ("900104", "900100", date(2019, 4, 1))


@pytest.mark.parametrize(
    "content",
    [
        SCHOOLS.encode("utf-8-sig"),
        SCHOOLS.encode("utf-16"),
        SCHOOLS.replace("\n", "\r\n").encode("cp1252"),
        SCHOOLS.replace("EstablishmentName", " establishmentname ").encode(),
        SCHOOLS.replace("\n", ",\n,,,,,,,,,,\n").encode(),
    ],
)
def test_a_register_in_any_usual_letters(session, content):
    assert load_register(session, content).institutions == 4
    assert named(session, "900101").name == "Elm Row School"


@pytest.mark.parametrize("letters", ["utf-8", "utf-8-sig", "cp1252"])
def test_accents_survive(session, letters):
    load_register(session, SCHOOLS.replace("Ash College", "Collège Ésme – Ash").encode(letters))
    assert named(session, "900102").name == "Collège Ésme – Ash"


def test_pupils_are_kept_where_they_are_a_number(session):
    typed = ("1204", "1,204", "1204.0", "NA", "", "many", "1234567", "-3")
    lines = [f'9001{n:02d},School {n},"{one}",11,16' for n, one in enumerate(typed)]
    headings = "URN,EstablishmentName,NumberOfPupils,StatutoryLowAge,StatutoryHighAge"
    load_register(session, "\n".join([headings, *lines]).encode())
    found = [named(session, f"9001{n:02d}") for n in range(len(typed))]
    assert [one.pupils for one in found] == [1204, 1204, 1204, None, None, None, None, None]
    assert {(one.age_from, one.age_to) for one in found} == {(11, 16)}


def test_semicolons_and_few_columns_are_fine(session):
    load_register(session, b"EstablishmentName;URN\nOakfield;900100\n", b"hub;urn\nDowns;900100\n")
    oakfield = named(session, "900100")
    assert (oakfield.laestab, oakfield.is_open, oakfield.has_sixth_form) == (None, True, False)


def test_a_provider_without_a_urn_is_known_by_its_ukprn(session):
    lines = b"URN,UKPRN,EstablishmentName\n,10055555,Bright Training\n"
    load_register(session, lines)
    load_register(session, lines.replace(b"Bright", b"Brighter"))
    session.flush()
    there = session.execute(select(Institution)).scalars().all()
    assert [(each.urn, each.ukprn, each.name) for each in there] == [
        (None, "10055555", "Brighter Training")
    ]


UNREADABLE = {
    "no urn column": (b"EstablishmentName\nOakfield\n", None, None, "no column called URN"),
    "no name column": (b"URN\n900100\n", None, None, "no column called EstablishmentName"),
    "nothing at all": (b"", None, None, "URN or EstablishmentName"),
    "a workbook": (b"PK\x03\x04\0\0", None, None, "not a CSV file"),
    "a bad urn": (b"URN,EstablishmentName\n12,Oakfield\n", None, None, "line 2 has neither"),
    "no hub column": (SCHOOLS.encode(), b"urn\n900100\n", None, "members has no column called hub"),
    "unknown schools": (
        SCHOOLS.encode(),
        b"urn,hub\n900998,Downs\n900100,Downs\n900999,Downs\n",
        None,
        "line 2: URN 900998 is not in the register; line 4: URN 900999 is not in the register",
    ),
    "no such day": (
        SCHOOLS.encode(),
        b"urn,hub,joined_on\n900100,Downs,31-02-2022\n",
        None,
        "line 2 has a joined_on that is not a date",
    ),
    "left before joined": (
        SCHOOLS.encode(),
        b"urn,hub,joined_on,left_on\n900100,Downs,2022-09-01,2021-09-01\n",
        None,
        "left_on before joined_on",
    ),
    "no link type": (SCHOOLS.encode(), None, b"URN,LinkURN\n1,2\n", "no column called LinkType"),
}


@pytest.mark.parametrize("case", UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_cannot_be_loaded_says_why(session, case):
    institutions, members, links, words = case
    with pytest.raises(RegisterUnreadable, match=words):
        load_register(session, institutions, members, links)


def test_many_faults_are_counted_not_all_named(session):
    members = b"urn,hub\n" + b"".join(b"8%05d,Downs\n" % number for number in range(50))
    with pytest.raises(RegisterUnreadable, match="and 30 more"):
        load_register(session, SCHOOLS.encode(), members)


def real(name: str) -> bytes:
    path = REGISTERS / name
    if not path.exists():
        pytest.skip(f"{name} is not beside this checkout")
    return path.read_bytes()


def test_the_real_gias_columns_and_links(session):
    institutions, links = real("gias_sample_full_columns.csv"), real("gias_links_20250422.csv")
    loaded = load_register(session, institutions, None, links)
    assert loaded.institutions == 99
    assert loaded.links == 33_801
    girls = named(session, "100001")
    assert girls.name == "City of London School for Girls"
    assert (girls.laestab, girls.ukprn, girls.has_sixth_form) == ("2016005", "10013279", True)
    assert girls.type_name == "Other independent school"
    assert (girls.pupils, girls.age_from, girls.age_to) == (744, 7, 18)
    centre = named(session, "100006")
    assert (centre.pupils, centre.age_from, centre.age_to) == (53, 14, 16)
    again = load_register(session, institutions, None, links)
    assert again == loaded
    count = select(func.count()).select_from(InstitutionLink)
    assert session.execute(count).scalar_one() == 33_801
