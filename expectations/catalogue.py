"""The catalogue: every rule by its code, gathered from the rules package, and its words."""

import pkgutil
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from expectations import rules
from expectations.rule import Rule
from models.vocabulary import Severity

FAMILIES = {
    "F": "The file",
    "T": "Tables and sheets",
    "C": "Columns and words",
    "A": "Arrival",
    "I": "Identifiers",
    "P": "The person",
    "D": "The destination",
    "E": "Enrolment lists",
    "R": "Across rows",
    "H": "Across the cohort",
    "Y": "Across years",
    "X": "Across schools",
    "M": "Matching",
    "N": "The same again, and the next round",
}
SEVERITY_WORDS = {Severity.MUST_FIX: "must fix", Severity.PLEASE_CHECK: "please check"}

_PLACE = re.compile(r"\{([a-z_0-9]+)\}")


@cache
def catalogue() -> Mapping[str, Rule]:
    """Every rule by code, in family order.  Raises ValueError where a code is used twice."""
    rules_by_code: dict[str, Rule] = {}
    for rule in _all_rules():
        if rule.code in rules_by_code:
            message = f"rule code {rule.code} is used twice"
            raise ValueError(message)
        rules_by_code[rule.code] = rule
    return MappingProxyType(
        {code: rules_by_code[code] for code in sorted(rules_by_code, key=_family_order)}
    )


def rule_words(
    code: str, facts: Mapping[str, str] | Iterable[tuple[str, str]] = ()
) -> tuple[str, str]:
    """What a rule says and what to do, its places filled from the facts.

    Raises KeyError for a code that is not in the catalogue.  A place without a fact is left out:
    a sender is better off with a shorter sentence than with none.
    """
    rule = catalogue()[code]
    facts_by_name = dict(facts)
    first_place = _PLACE.search(rule.says)
    is_one = (
        bool(rule.says_one) and first_place is not None and facts_by_name.get(first_place[1]) == "1"
    )
    return fill_places(rule.says_one if is_one else rule.says, facts_by_name), fill_places(
        rule.do, facts_by_name
    )


def fill_places(sentence: str, facts: Mapping[str, str]) -> str:
    """The sentence with each {place} filled from the facts."""
    return " ".join(_PLACE.sub(lambda place: facts.get(place[1], ""), sentence).split())


def places_in(rule: Rule) -> tuple[str, ...]:
    """The names of the places in a rule's words."""
    return tuple(dict.fromkeys(_PLACE.findall(f"{rule.says} {rule.do}")))


def rules_page() -> str:
    """The catalogue as a page in Markdown, family by family."""
    lines = [
        "# Rules",
        "",
        "What we tell the sender of a spreadsheet, and why. Written from the catalogue; "
        "do not edit by hand.",
        "",
        "*Must fix*: what is faulty waits until it is put right, and the whole row where it does "
        "not say who it is about; where no row is named, the file waits.",
        "*Please check*: it is recorded as it stands.",
    ]
    for letter, family in FAMILIES.items():
        mine = [rule for code, rule in catalogue().items() if code[0] == letter]
        if mine:
            lines += ["", f"## {family}", ""]
            lines += [line for rule in mine for line in _rule_entry(rule)]
    return "\n".join(lines).rstrip() + "\n"


def _all_rules() -> Iterable[Rule]:
    for module in sorted(info.name for info in pkgutil.iter_modules(rules.__path__)):
        yield from import_module(f"{rules.__name__}.{module}").RULES


def _family_order(code: str) -> tuple[int, str]:
    letters = list(FAMILIES)
    return (letters.index(code[0]) if code[0] in FAMILIES else len(letters), code)


def _rule_entry(rule: Rule) -> list[str]:
    weight = "the file is refused" if rule.refuses else SEVERITY_WORDS[rule.severity]
    return [
        f"### {rule.code} {rule.says}",
        "",
        f"- {rule.do}",
        f"- **{weight}**" + (f", looks at `{rule.field}`" if rule.field else ""),
        f"- not so: {_format_example(rule.bad)}; so: {_format_example(rule.good)}",
        f"- source: {rule.source}; since {rule.since}",
        "",
    ]


def _format_example(example: str) -> str:
    return f"`{example}`" if example else "an empty cell"
