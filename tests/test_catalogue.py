"""The catalogue: every rule has its words, an example, a source, and reads as it should."""

import re
from datetime import date

import pytest

from expectations import catalogue as catalogue_module
from expectations.catalogue import (
    FAMILIES,
    catalogue,
    fill_places,
    places_in,
    rule_words,
    rules_page,
)
from expectations.rule import PLEASE_CHECK, Rule

RULES = list(catalogue().values())
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


@each_rule
def test_a_rule_has_everything(rule):
    assert re.fullmatch(r"[A-Z][0-9]{2}", rule.code)
    assert rule.code[0] in FAMILIES
    assert rule.says
    assert rule.do
    assert rule.bad or rule.good
    assert rule.bad != rule.good
    assert rule.source
    assert date.fromisoformat(rule.since) <= date.today()


@each_rule
def test_its_words_are_sentences_without_an_end(rule):
    for sentence in (rule.says, rule.do):
        assert sentence[0].isupper() or sentence[0] in "{."
        assert not sentence.endswith((".", "!", "?"))
        assert sentence == " ".join(sentence.split())


@each_rule
def test_it_speaks_plainly(rule):
    jargon = r"\b(null|regex|invalid|error|column_|field|string|integer|parse|boolean|upload)\b"
    assert not re.search(jargon, f"{rule.says} {rule.do}", re.IGNORECASE)


def test_a_code_used_twice_is_refused(monkeypatch):
    rule = Rule("Z01", PLEASE_CHECK, "Says", "Do", "bad", "good", "ours", "2026-11-23")
    monkeypatch.setattr(catalogue_module, "_all_rules", lambda: [rule, rule])
    with pytest.raises(ValueError, match="Z01 is used twice"):
        catalogue_module.catalogue.__wrapped__()


def test_places_are_filled_and_a_missing_fact_leaves_a_sentence():
    assert rule_words("R01", {"same_as": "row 5"})[0] == (
        "This leaver is also on row 5, which says the same"
    )
    assert fill_places("There are {many} rows", {}) == "There are rows"
    assert places_in(catalogue()["P10"]) == ("years", "born_from", "born_to")


def test_the_page_has_every_rule_once():
    page = rules_page()
    for rule in RULES:
        assert page.count(f"### {rule.code} ") == 1
    assert page.endswith("\n")
    assert not page.endswith("\n\n")
