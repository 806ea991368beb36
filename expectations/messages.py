"""Told: what stages noticed and rules found, in the catalogue's words and in the order to read."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from expectations.catalogue import catalogue, rule_words
from models.handoffs.findings import Finding, Issue
from models.handoffs.normalised import NormalisedSubmission
from models.vocabulary import Severity


def word_issues(remarks: Iterable[Issue]) -> tuple[Finding, ...]:
    """What a stage noticed, with the catalogue's words.  Raises KeyError for an unknown code."""
    return tuple(_told(remark) for remark in remarks)


def refusal_finding(
    code: str, facts: Mapping[str, str] | Iterable[tuple[str, str]] = ()
) -> Finding:
    """The one finding of a submission that we cannot go on with."""
    return _told(Issue(code, facts=tuple(dict(facts).items())))


def _told(remark: Issue) -> Finding:
    says, do = rule_words(remark.code, remark.facts)
    return Finding(
        code=remark.code,
        severity=catalogue()[remark.code].severity,
        says=says,
        do=do,
        sheet=remark.sheet,
        row=remark.row,
        column=remark.column,
        heading=remark.heading,
        value=remark.value,
        suggests=remark.suggests,
        facts=remark.facts,
    )


def in_reading_order(
    mapped: NormalisedSubmission, judged: Iterable[Finding]
) -> tuple[Finding, ...]:
    """Mapping's findings and the rules', one for each cell, the biggest things first."""
    sheets = {name: n for n, name in enumerate(dict.fromkeys(row.sheet for row in mapped.rows))}

    def place(finding: Finding) -> tuple[Any, ...]:
        ladder = 3 if finding.row else 2 if finding.column else 1 if finding.sheet else 0
        sheet = sheets.get(finding.sheet, len(sheets))
        column = (len(finding.column), finding.column)
        return (ladder, sheet, finding.sheet, finding.row or 0, column, finding.code)

    found = _one_for_each_cell(chain(word_issues(mapped.remarks), judged))
    return tuple(sorted(found, key=place))


def _one_for_each_cell(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The weightiest thing about each cell, the first told of it where two weigh the same.

    What is wrong across rows stands beside what is wrong with a cell; a row that has moved
    sideways is told that and nothing else.  Where the whole file seems to be of another cohort,
    that is said once and not again of each date of birth.
    """
    every = list(findings)
    moved = {(one.sheet, one.row) for one in every if one.code == "R06"}
    is_of_others = any(one.code == "C30" for one in every)
    best: dict[tuple[Any, ...], Finding] = {}
    for one in every:
        if one.row and (one.sheet, one.row) in moved and one.code != "R06":
            continue
        if is_of_others and one.code == "P11":
            continue
        is_cell = bool(one.row) and bool(one.column) and one.code[0] in "CIPDE"
        key = (one.sheet, one.row, one.column) if is_cell else (id(one),)
        if key not in best or _outweighs(one, best[key]):
            best[key] = one
    yield from best.values()


def _outweighs(one: Finding, other: Finding) -> bool:
    return one.severity is Severity.MUST_FIX and other.severity is not Severity.MUST_FIX
