"""What is suggested for a word that nobody knows: something near, or better nothing at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.crosswalk.column_map import load_map
from imports.crosswalk.fields import closed_list_values
from imports.crosswalk.suggested_words import suggest_values
from tests.builders.sheets import drawn

STANDARD = load_map()

# Typed by schools in a column of destinations, and no destination at all.
SILENT = """
    see notes | see tab 2 | as above | ditto | same | other | misc | yes | n | xx
    ask Mrs Hall | Miss Brown to check | phoned twice | on roll | sent letter | 12/9 | B
    went to sea | Plumpton thing | Downs | Bexhil | deceased | emigrated | lives in Wales
    moved to Spain | cadets | footballer | ESOL | interview 12/9 | applied | awaiting results
    not in education | left college | dropped out of college | no apprenticeship yet
    never at college | withdrew from sixth form | finished apprenticeship | hairdressing
    Electrician | level 2 | Sep start | studing | A | teenager | resident | notes
"""
# And these, beside what stands first among what is suggested.
NEAR = """
    colledge tbc              | Full-time education: further education
    prob college              | Full-time education: further education
    Apprentisheep             | Apprenticeship
    aprentership with Balfour | Apprenticeship
    sixthfrom                 | Full-time education: school sixth-form
    part time job and college | Part-time employment
    unemploymed               | Seeking employment
    gap year after Xmas       | Gap year
    traineship w Prospects    | Traineeship
    universty sept            | higher education
"""


@pytest.mark.parametrize("typed", [word for row in drawn(SILENT) for word in row if word])
def test_nothing_is_better_than_a_poor_suggestion(typed):
    if STANDARD.value_of("activity", typed) is None:
        assert suggest_values("activity", typed, STANDARD) == ()


@pytest.mark.parametrize(("typed", "meant"), drawn(NEAR), ids=[row[0] for row in drawn(NEAR)])
def test_what_is_nearly_a_word_of_ours_is_suggested(typed, meant):
    known = STANDARD.value_of("activity", typed)
    near = [closed_list_values()["activity"][known]] if known else suggest_values(
        "activity", typed, STANDARD
    )  # fmt: skip
    assert near, typed
    assert meant.casefold() in near[0].casefold()


@given(st.text(max_size=60))
def test_whatever_is_typed_what_is_suggested_is_on_the_list(typed):
    for field, labels in closed_list_values().items():
        near = suggest_values(field, typed, STANDARD)
        assert len(near) <= 3
        assert set(near) <= set(labels.values())


def test_of_a_very_long_answer_the_first_words_are_looked_at():
    (first, *_) = suggest_values("activity", "colledge tbc " + "1/" * 3_000, STANDARD)
    assert first == "Full-time education: further education"
