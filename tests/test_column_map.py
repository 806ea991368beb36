"""Maps: every file loads, every word has one value of a closed list, and nothing is guessed."""

from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from imports.columns.proposals import propose_fields
from imports.crosswalk.column_map import ColumnMap, MapFile, load_map
from imports.crosswalk.confirmed_mappings import heading_fingerprint, map_as_yaml
from imports.crosswalk.fields import closed_list_values
from imports.crosswalk.suggested_words import suggest_values
from models.vocabulary import activities
from tests.builders.sheets import a_cell

MAPS = sorted(Path(str(files("imports.maps"))).glob("*.yaml"))
STANDARD = load_map()
LISTS = closed_list_values()

# What people type for each; every code of NCCIS 2019-20 that a leaver's sheet may hold is here.
WORDS = {
    "210": "6th form | VI form | VIth form | Sixth Form | School sixth form | Stayed on - Y12 | "
    "Stayed on at school | Y12 | Year 12 | FTE - School Sixth Form | 210 - School sixth form | "
    "Own 6th form | Full-time education: school sixth-form | 210.0 | Sixth form (internal)",
    "220": "SFC | VIth form coll | 6th form college | Sixth-Form College | 6FC | 220: SFC",
    "230": "College | FE | FE College | college course | Further Education | coll. | F.E. | "
    "College (Level 2) | 230: FE | Further Education (230) | F/T college | EDU4",
    "240": "University | uni. | Uni | HE | Higher Education | degree | At university | EDU6",
    "250": "PT college | Part-time education | Part Time Education",
    "260": "Gap year | Gap yr | Year out | Deferred entry | GAP1",
    "270": "Full-time education: other | FTE - Other | Alternative provision | Home educated",
    "280": "SPI | Special post-16 | Specialist college | Independent specialist provider",
    "310": "App | Apprentice | apprentiship | Modern Apprenticeship | App'ship | "
    "Level 3 Apprenticeship | L2 Apprenticeship | Higher Apprenticeship | EDU2 | Apprenticeships",
    "320": "Full time employment with study (regulated qualification) | Job with part-time study",
    "330": "Employment | FT work | Working | Job | Employed F/T | Employment without training",
    "340": "Employment with training | Work + training | Job w/ training | Armed forces | EWT",
    "350": "Temp work | Temporary job | Seasonal work | Agency work",
    "360": "PT work | Part-time job | P/T employment | Working part time | EMP2",
    "380": "Self-employed | Self employment | Own business | freelance | EMP4",
    "410": "Training | Training provider | WBL | Work-based learning | ITP",
    "430": "Other training",
    "440": "DWP training and support programme | Work Programme",
    "450": "Traineeship | EDU1",
    "460": "Supported Internship | Supported internships | EDU3",
    "530": "Re-engagement | Reengagement provision",
    "540": "Volunteering | Voluntary work | VOL1",
    "550": "Voluntary work with study",
    "610": "Not ready for work or learning",
    "615": "Start date agreed | Waiting to start course",
    "619": "NEET | Unemployed | NEET - seeking | Looking for work | Jobseeker | NEET (available) | "
    "Not in education, employment or training | NPE1",
    "620": "Young carer | NEET - carer | Caring responsibilities",
    "630": "Teenage parent | NEET (teenage parent)",
    "640": "NEET - illness | NEET (health) | Not available | Illness | Long-term sick",
    "650": "Pregnant | NEET - pregnancy",
    "660": "Religious grounds",
    "670": "Unlikely ever to be economically active",
    "680": "NEET - other reason | NEET inactive | NPE2",
    "710": "Custody | Prison | YOI",
    "810": "NK | N/K | Not known | Unknown | ? | ??? | Don't know | OTH4 | Situation unknown",
    "820": "No contact | Unable to contact | Cannot be contacted | No reply | OTH3",
    "830": "Refused | Declined to say | Prefer not to say | Refused to disclose activity",
}

# Words of doubt, of place, and codes beside words that mean something else.
UNKNOWN = """
    Gone abroad? | Colledge tbc | XXX | see notes | TBC | N/A | none | - | college? | other |
    Other | Sixth Form/College | school or college | 330 College | 240 ? | 520 | 999 | Plumbing |
    Left college | not college | Applied to college | Moved away | 210 or 230 |
    Employment/Training | 230 tbc | Downs Coast College | Mr Smith | part time | A levels |
    Education |
    12345
"""


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_each_map_loads_and_says_its_name(path):
    assert load_map(path.stem).name == path.stem
    assert MapFile.model_validate(yaml.load(path.read_text("utf-8"), yaml.BaseLoader))


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_every_word_maps_to_the_value_it_stands_under(path):
    for field, words in MapFile.model_validate(_loaded(path)).columns.items():
        for value, typed in words.values.items():
            assert value in LISTS[field]
            for word in typed:
                assert load_map(path.stem).value_of(field, word) == value, word


def test_no_code_is_without_words():
    for code, activity in activities().items():
        assert STANDARD.value_of("activity", code) == code
        assert STANDARD.value_of("activity", activity.label) == code


@pytest.mark.parametrize("field", LISTS)
def test_a_map_applied_to_mapped_words_changes_nothing(field):
    for value, label in LISTS[field].items():
        assert STANDARD.value_of(field, value) == value
        assert STANDARD.value_of(field, label) == value


@pytest.mark.parametrize(("code", "typed"), WORDS.items(), ids=WORDS)
def test_what_people_type(code, typed):
    for word in typed.split("|"):
        assert STANDARD.value_of("activity", word.strip()) == code, word


@pytest.mark.parametrize("word", [one.strip() for one in UNKNOWN.split("|")])
def test_what_stays_as_typed(word):
    assert STANDARD.value_of("activity", word) is None


@given(st.sampled_from(sorted(WORDS)), st.data())
def test_case_and_punctuation_are_nothing(code, data):
    word = data.draw(st.sampled_from([one.strip() for one in WORDS[code].split("|")]))
    assert STANDARD.value_of("activity", word.upper()) == code
    assert STANDARD.value_of("activity", f"  {word.lower()} ") == code


@given(st.text(max_size=40), st.sampled_from(sorted(LISTS)))
def test_any_word_is_a_value_of_its_list_or_unknown(word, field):
    assert STANDARD.value_of(field, word) in (None, *LISTS[field])


def test_intended_codes_only_in_an_intended_column():
    assert STANDARD.value_of("intended", "121") == "other education or training"
    assert STANDARD.value_of("activity", "121") is None
    assert STANDARD.value_of("intended", "230") is None
    assert STANDARD.value_of("intended", "6th form") == "same school"
    assert STANDARD.value_of("intended", "VIth form coll") == "other education or training"
    assert STANDARD.value_of("intended", "App") == "apprenticeship or traineeship"


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("sex", "Female", "F"), ("sex", "m", "M"), ("sen", "SEN Support", "K"),
        ("sen", "EHCP", "E"), ("sen", "No SEN", "N"), ("sen", "K - SEN support", "K"),
        ("disadvantaged", "Y", "yes"), ("disadvantaged", "PP", "yes"),
        ("disadvantaged", "Not eligible", "no"), ("consent", "Opted out", "no"),
        ("source", "Parent/carer", "family"), ("source", "Enrolment list", "provider"),
        ("sen", "Yes", None), ("sex", "?", None),
    ],
)  # fmt: skip
def test_words_of_the_other_lists(field, typed, value):
    assert STANDARD.value_of(field, typed) == value


def test_what_a_person_confirmed_is_added():
    mine = STANDARD.extended(
        aliases={"Where are they now?": "activity", "Bus pass": "not_ours"},
        words={"activity": {"Plumpton": "280"}},
    )
    assert mine.field_of(("WHERE ARE THEY NOW",)) == "activity"
    assert mine.field_of(("Bus pass",)) is None
    assert mine.meaning(("Bus pass",)).field == "not_ours"
    assert mine.value_of("activity", "plumpton") == "280"
    assert mine.field_of(("UPN",)) == "upn"
    assert STANDARD.field_of(("Where are they now?",)) is None
    assert STANDARD.value_of("activity", "Plumpton") is None


@pytest.mark.parametrize(
    "more",
    [
        {"aliases": {"UPN": "surname"}},
        {"aliases": {"Bus pass": "bus"}},
        {"words": {"activity": {"College": "240"}}},
        {"words": {"activity": {"Sea": "999"}}},
    ],
)
def test_an_addition_never_changes_what_is_there(more):
    with pytest.raises(ValueError, match="is both|no field|no value"):
        STANDARD.extended(**more)


def test_a_map_with_a_slip_names_its_file(tmp_path, monkeypatch):
    (tmp_path / "slip.yaml").write_text("name: slip\ncolums: {}\n")
    monkeypatch.setattr("imports.crosswalk.column_map.files", lambda _: tmp_path)
    with pytest.raises(ValueError, match=r"slip\.yaml"):
        load_map.__wrapped__("slip")


def test_the_nearest_words_are_suggested_in_our_own_labels():
    near = suggest_values("activity", "Colledge tbc", STANDARD)
    assert near[0] == "Full-time education: further education"
    assert set(near) <= {activity.label for activity in activities().values()}
    assert suggest_values("activity", "Aprentisheep", STANDARD)[0] == "Apprenticeship"
    assert len(suggest_values("sen", "SEN suport", STANDARD)) <= 3


PROPOSED = """
    Where are they now? | College; 6th form; NK; App          | activity
    Destinaton type     |                                     | activity
    Sournames           |                                     | surname
    Column 7            | 8554591991; 8730335611; 2853048720  | uln
    Ref no 2            | N845400011023; W845400011018; E845400011006 | upn
    Postal              | TR1 2AB; BN1 1AA; bn26jx            | postcode
    Parent DOB          |                                     |
    Emergency UPN       | N845400011023; W845400011018; E845400011006 |
    Bus pass            | Y; N; Y                             |
"""


@pytest.mark.parametrize("line", [one for one in PROPOSED.splitlines() if one.strip()])
def test_an_unknown_heading_is_proposed_with_its_evidence(line):
    heading, cells, field = (part.strip() for part in line.split("|"))
    cells = [a_cell(cell.strip()) for cell in cells.split(";") if cell]
    made = [one for one in propose_fields((heading,), cells, STANDARD) if one.is_made]
    assert [one.field for one in made] == ([field] if field else [])
    assert all(one.evidence for one in made)


def test_what_was_confirmed_can_be_given_to_others_as_a_map():
    aliases = {"Where are they now?": "activity", "Bus pass": "not_ours"}
    mine = {"activity": {"Plumpton": "280"}, "sex": {"Y": "M"}}
    written = map_as_yaml("oakfield", aliases, mine)
    own = MapFile.model_validate(yaml.load(written, yaml.BaseLoader))
    assert (own.name, own.extends) == ("oakfield", "standard")
    assert own.columns["activity"].values == {"280": ("Plumpton",)}
    assert own.columns["sex"].values == {"M": ("Y",)}
    assert own.columns["activity"].headings == ("Where are they now?",)


def test_a_heading_row_is_known_again_however_it_is_spaced():
    first = heading_fingerprint([("UPN ",), ("Date of Birth",), ("Destination", "Type")])
    assert heading_fingerprint([("upn",), ("DATE OF BIRTH\xa0",), ("Destination", "Type")]) == first
    assert heading_fingerprint([("Date of Birth",), ("UPN",), ("Destination", "Type")]) == first
    assert heading_fingerprint([("UPN",), ("Date of Birth",), ("Destination", "Where")]) != first


def test_an_empty_map_knows_nothing():
    empty = ColumnMap()
    assert empty.field_of(("UPN",)) is None
    assert empty.value_of("activity", "College") is None


def _loaded(path):
    return yaml.load(path.read_text("utf-8"), yaml.BaseLoader)
