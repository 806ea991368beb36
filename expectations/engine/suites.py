"""Suites: the rules that judge a kind of sheet in one year, as Great Expectations means them.

A year is the year before, and what was added, changed or removed.  The year of a suite is the
academic year in which the sheet was sent: 2026 from September 2026 to August 2027.  What was
sent before the first is judged by the first.
"""

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from expectations.catalogue import catalogue
from expectations.engine.column_subset import narrowed_kwargs, rules_by_field
from expectations.lists import codes, years_of_change
from expectations.rule import Rule
from expectations.rules.person import FIRST_YEAR
from models.vocabulary import Severity, SubmissionKind

GX_SEVERITY = {Severity.MUST_FIX: "critical", Severity.PLEASE_CHECK: "warning"}

BOTH = (
    *("I01", "I02", "I03", "I04", "I05", "I06", "I10", "I11", "I12", "I13", "I21", "I22", "I30"),
    *("P01", "P02", "P03", "P04", "P05", "P06", "P12", "P13", "P20", "P21"),
    *("D01", "D05", "D11", "D14", "D15", "R06", "R07", "R08", "R09"),
)
LEAVERS = (
    *("I20", "I23", "I24", "I25", "P10", "P11", "P22", "P23", "P24", "P25"),
    *("D02", "D03", "D04", "D06", "D07", "D08", "D09", "D10", "D12", "D16", "D17", "D18", "D19"),
    *("D20", "D21", "D22", "D23", "D24", "D25", "R01", "R02", "R03", "R04", "R05", "R10", "R11"),
)
ENROLMENTS = ("E01", "E02", "E03", "E04", "E05", "E06", "E07", "E08")
FIRST = {SubmissionKind.LEAVERS: BOTH + LEAVERS, SubmissionKind.ENROLMENTS: BOTH + ENROLMENTS}


@dataclass(frozen=True, slots=True)
class SuiteChange:
    """What a year does to the suite of the year before.  `changed` gives a rule its new kwargs."""

    added: tuple[str, ...] = ()
    changed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    removed: tuple[str, ...] = ()


# The rules that hold a field to a list, and the list.  The lists alone say from which year a code
# counts (lists/*.csv); the suites of those years follow from them.
BY_LIST = {"P23": "ethnicities"}
# What else a year changes.
OWN_CHANGES: Mapping[SubmissionKind, Mapping[int, SuiteChange]] = {
    SubmissionKind.LEAVERS: {},
    SubmissionKind.ENROLMENTS: {},
}


def _with_list_changes(
    own_changes: Mapping[int, SuiteChange], first: Sequence[str]
) -> dict[int, SuiteChange]:
    """What each year changes, with the codes that the lists take in or drop in it."""
    changes = dict(own_changes)
    for code, name in BY_LIST.items():
        for year in years_of_change(name):
            if code in first and year > FIRST_YEAR:
                change = changes.get(year, SuiteChange())
                changed = {**change.changed, code: {"value_set": codes(name, year)}}
                changes[year] = dataclasses.replace(change, changed=changed)
    return changes


CHANGES = {kind: _with_list_changes(OWN_CHANGES[kind], FIRST[kind]) for kind in SubmissionKind}


def rules(kind: SubmissionKind, year: int) -> tuple[Rule, ...]:
    """The rules that judge a kind of sheet sent in an academic year, by code.

    Raises ValueError where a year adds what is there, or changes or removes what is not.
    """
    rules_by_code = {code: catalogue()[code] for code in FIRST[kind]}
    for changed_in, change in sorted(CHANGES[kind].items()):
        if changed_in <= year:
            rules_by_code = _apply_change(rules_by_code, change)
    return tuple(rules_by_code[code] for code in sorted(rules_by_code))


def suite(kind: SubmissionKind, year: int) -> Any:
    """The Great Expectations suite of those rules.  Built once a process for each different one."""
    return _cached_suite(kind, suite_year(kind, year))


def suite_year(kind: SubmissionKind, year: int) -> int:
    """The year whose suite still holds in the given one: years between changes share a suite."""
    return max((y for y in (FIRST_YEAR, *CHANGES[kind]) if y <= year), default=FIRST_YEAR)


@cache
def suite_by_field(kind: SubmissionKind, year: int) -> tuple[tuple[tuple[Rule, ...], Any], ...]:
    """The same suite field by field: the rules of each, and their Great Expectations suite."""
    return tuple(
        (field_rules, _build_suite(f"{kind.value}_{year}_{field or 'row'}", field_rules))
        for field, field_rules in rules_by_field(rules(kind, suite_year(kind, year))).items()
    )


def snapshot(kind: SubmissionKind, year: int) -> str:
    """The suite as JSON, by rule code: without ids, and without the library's version."""
    document = {
        "sheet": kind.value,
        "year": suite_year(kind, year),
        "rules": [_rule_as_json(rule) for rule in rules(kind, year)],
    }
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False, default=str) + "\n"


@cache
def suite_hash(kind: SubmissionKind, year: int) -> str:
    """The SHA-256 of the snapshot, kept with each submission that was judged by it."""
    return hashlib.sha256(snapshot(kind, year).encode()).hexdigest()


def suites_in_code() -> dict[tuple[str, int], str]:
    """The hash of every different suite, by kind of sheet and the year it begins in."""
    return {
        (kind.value, year): suite_hash(kind, year)
        for kind in SubmissionKind
        for year in sorted({FIRST_YEAR, *CHANGES[kind]})
    }


def snapshots() -> dict[str, str]:
    """Every different suite by the name of its file: "leavers_2024.json"."""
    return {
        f"{kind.value}_{year}.json": snapshot(kind, year)
        for kind in SubmissionKind
        for year in sorted({FIRST_YEAR, *CHANGES[kind]})
    }


def _apply_change(rules_by_code: Mapping[str, Rule], change: SuiteChange) -> dict[str, Rule]:
    wrong = {*change.added} & {*rules_by_code} | (
        {*change.changed, *change.removed} - {*rules_by_code}
    )
    if wrong:
        message = f"a year cannot add, change or remove these rules: {sorted(wrong)}"
        raise ValueError(message)
    changed_rules = {
        code: rule for code, rule in rules_by_code.items() if code not in change.removed
    }
    changed_rules |= {code: catalogue()[code] for code in change.added}
    for code, kwargs in change.changed.items():
        changed_rules[code] = dataclasses.replace(
            changed_rules[code], kwargs={**changed_rules[code].kwargs, **kwargs}
        )
    return changed_rules


def _rule_as_json(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "severity": rule.severity.value,
        "says": rule.says,
        "do": rule.do,
        "field": rule.field,
        "kind": rule.kind,
        "kwargs": dict(rule.kwargs),
    }


@cache
def _cached_suite(kind: SubmissionKind, year: int) -> Any:
    return _build_suite(f"{kind.value}_{year}", rules(kind, year))


def _build_suite(name: str, suite_rules: Sequence[Rule]) -> Any:
    import great_expectations as gx

    gx_suite = gx.ExpectationSuite(
        name=name, expectations=[_build_expectation(rule) for rule in suite_rules]
    )
    if len(gx_suite.expectations) != len(suite_rules):
        message = "a rule was dropped while the suite was built"
        raise RuntimeError(message)
    return gx_suite


def _build_expectation(rule: Rule) -> Any:
    from great_expectations import expectations as core

    from expectations.engine import custom_expectations

    expectation_class = getattr(custom_expectations, rule.kind, None) or getattr(core, rule.kind)
    return expectation_class(
        severity=GX_SEVERITY[rule.severity],
        description=rule.says,
        notes=rule.do,
        meta={"rule_code": rule.code, "field": rule.field},
        **narrowed_kwargs(rule),
    )
