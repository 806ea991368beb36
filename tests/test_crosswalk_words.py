"""What was heard: phrases and headings of schools, written down before the maps were looked at.

tests/crosswalk_words.csv has, for each, the value or field that any careers officer would read, and
nothing where none could: those must stay as typed.  Where two honest people would differ it is
left to its sender, and `why` says so.
"""

import csv
from pathlib import Path

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from imports.crosswalk.column_map import MapFile, load_map
from imports.crosswalk.fields import FIELDS, closed_list_values
from tests.test_column_map import MAPS, _loaded

STANDARD = load_map()
with (Path(__file__).parent / "crosswalk_words.csv").open(encoding="utf-8", newline="") as lines:
    HEARD = list(csv.DictReader(lines))
KINDS = [*closed_list_values(), "heading"]
UNDERSTOOD = [one for one in HEARD if one["means"] and one["kind"] != "heading"]
ANSWERS = [one for one in UNDERSTOOD if one["kind"] == "activity"]
WORDED = [one for one in UNDERSTOOD if not any(letter.isdigit() for letter in one["typed"])]
NEUTRAL = {
    name: words.neutral
    for path in MAPS
    for name, words in MapFile.model_validate(_loaded(path)).columns.items()
    if words.neutral
}
# Each of them takes an answer back, or puts it off.
TAKEN_BACK = """
    part time? | tbc | left | dropped out | withdrawn | not | no longer | applied for | offered |
    waiting for | hoping for | maybe | possibly | perhaps | or | to be confirmed | until June |
    not started | conditional offer | pending | next year | last year | then | was | finished
"""


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_heard_is_understood(kind):
    misheard = {
        one["typed"]: (_means(one), one["means"])
        for one in HEARD
        if one["kind"] == kind and one["means"] and _means(one) != one["means"]
    }
    assert misheard == {}


@pytest.mark.parametrize("kind", KINDS)
def test_what_nobody_could_tell_stays_as_typed(kind):
    guessed = {
        one["typed"]: _means(one)
        for one in HEARD
        if one["kind"] == kind and not one["means"] and _is_read(_means(one))
    }
    assert guessed == {}


@given(st.sampled_from(UNDERSTOOD), st.data())
def test_a_word_that_changes_nothing_never_changes_the_meaning(one, data):
    groups = NEUTRAL[one["kind"]]
    beside = [each for each in groups if _begins(one["means"], each)]
    word = data.draw(st.sampled_from(groups[data.draw(st.sampled_from(beside))]))
    for typed in (f"{one['typed']} {word}", f"{word} {one['typed']}", f"{one['typed']} ({word})"):
        assert STANDARD.value_of(one["kind"], typed) in (one["means"], None), typed


@given(st.sampled_from(WORDED), st.sampled_from(["zq", "Zebra", "x1x", "Ouseford", "qwerty"]))
def test_a_word_nobody_knows_makes_a_phrase_unknown(one, word):
    for typed in (f"{one['typed']} {word}", f"{word} {one['typed']}", f"{one['typed']} ({word})"):
        assert STANDARD.value_of(one["kind"], typed) is None, typed


@pytest.mark.parametrize("doubt", [one.strip() for one in TAKEN_BACK.split("|")])
@pytest.mark.parametrize("typed", ["College", "Our sixth form", "Apprenticeship level 3", "230"])
def test_an_answer_taken_back_or_put_off_is_none(typed, doubt):
    assert STANDARD.value_of("activity", f"{doubt} {typed}") is None
    assert STANDARD.value_of("activity", f"{typed} {doubt}") is None
    assert STANDARD.value_of("activity", f"{typed} ({doubt})") is None


@given(st.sampled_from(["College", "Apprenticeship", "University", "Unemployed"]), st.data())
def test_a_long_word_with_one_slip_of_the_finger_is_that_word(typed, data):
    at = data.draw(st.integers(1, len(typed) - 2))
    before, letter, following, after = typed[:at], typed[at], typed[at + 1], typed[at + 2 :]
    slip = data.draw(
        st.sampled_from(
            [
                before + following + after,
                before + letter * 2 + following + after,
                before + following + letter + after,
            ]
        )
    )
    assert STANDARD.value_of("activity", slip) == STANDARD.value_of("activity", typed)


@pytest.mark.parametrize(
    "typed",
    ["Starting college in January", "Apprenticeship starts Feb 2027", "To start college next term"],
)
def test_what_begins_after_the_autumn_has_not_begun(typed):
    assert STANDARD.value_of("activity", typed) is None


@given(st.sampled_from(ANSWERS), st.sampled_from(ANSWERS))
def test_one_or_another_is_no_answer(one, other):
    assume(_differs(one, other))
    typed = f"{one['typed']} or {other['typed']}"
    assert STANDARD.value_of("activity", typed) in (None, _whole(typed))


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_nothing_is_listed_twice_in_a_map(path):
    yaml.load(path.read_text("utf-8"), _Once)


def test_a_school_may_add_words_that_change_nothing():
    text = "name: oak\nextends: standard\naround: {activity: [Oakfield]}\n"
    text += "columns: {activity: {neutral: {'21': [Oakfield]}}}"
    from imports.crosswalk.column_map import parse_map

    own = parse_map(text, "oak")
    assert own.value_of("activity", "Oakfield sixth form") == "210"
    assert own.value_of("activity", "Oakfield college") is None
    assert own.field_of(("Oakfield destination",)) == "activity"
    assert STANDARD.value_of("activity", "Oakfield sixth form") is None
    assert STANDARD.field_of(("Oakfield destination",)) is None


class _Once(yaml.BaseLoader):
    """Reads a map and refuses a key that stands twice, of which YAML keeps the last."""

    def construct_mapping(self, node, deep=False):
        keys = [key.value for key, _ in node.value]
        assert len(keys) == len(set(keys)), keys
        return super().construct_mapping(node, deep)


def _means(one):
    if one["kind"] != "heading":
        return STANDARD.value_of(one["kind"], one["typed"])
    meaning = STANDARD.meaning((one["typed"],))
    return meaning.field if meaning else None


def _is_read(meant):
    return meant in FIELDS or meant in {
        value for each in closed_list_values().values() for value in each
    }


def _begins(value, beside):
    return beside == "any" or value.startswith(tuple(beside.split()))


def _differs(one, other):
    # "NEET / young carer" is the NEET that the rest says, "Looking for work or college" is looking,
    # and "other education" may be education of the kind that follows.
    both = one["means"], other["means"]
    is_neet = all(code.startswith(("54", "6")) for code in both)
    is_open = "619" in both or "270" in both
    return both[0] != both[1] and not is_neet and not is_open


def _whole(typed):
    """What the phrase is listed as: "not in employment or training" is one answer."""
    from imports.crosswalk.column_map import normalise_word

    return STANDARD.words["activity"].get(normalise_word(typed))
