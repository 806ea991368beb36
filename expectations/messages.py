"""Messages: issues and findings get the catalogue's words, and the order to be read in."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any, NamedTuple

from expectations.catalogue import catalogue, rule_words
from models.handoffs.findings import Finding, Issue
from models.handoffs.normalised import NormalisedSubmission
from models.vocabulary import Severity


class _CellPlace(NamedTuple):
    sheet: str
    row: int | None
    column: str


def word_issues(issues: Iterable[Issue]) -> tuple[Finding, ...]:
    """Issues with the catalogue's words, as findings.  Raises KeyError for an unknown code."""
    return tuple(_word_issue(issue) for issue in issues)


def refusal_finding(
    code: str, facts: Mapping[str, str] | Iterable[tuple[str, str]] = ()
) -> Finding:
    """The one finding of a refused submission.  Raises KeyError for an unknown code."""
    return _word_issue(Issue(code, facts=tuple(dict(facts).items())))


def _word_issue(issue: Issue) -> Finding:
    says, do = rule_words(issue.code, issue.facts)
    rule = catalogue()[issue.code]
    return Finding(
        code=issue.code,
        severity=rule.severity,
        says=says,
        do=do,
        sheet=issue.sheet,
        row=issue.row,
        column=issue.column,
        heading=issue.heading,
        value=issue.value,
        suggests=issue.suggests,
        facts=issue.facts,
        holds_back=rule.holds_back,
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

    every = chain(word_issues(mapped.remarks), judged)
    findings = _heaviest_for_each_cell(_at_top_of_merges(mapped, every))
    return tuple(sorted(findings, key=place))


def _at_top_of_merges(
    mapped: NormalisedSubmission, findings: Iterable[Finding]
) -> Iterator[Finding]:
    """The findings, each on a cell where somebody can type: of merged cells the topmost."""
    for finding in findings:
        place = (finding.sheet, finding.row or 0, finding.column)
        top = mapped.merged_into.get(place)
        yield replace(finding, row=top) if top else finding


def _heaviest_for_each_cell(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The weightiest thing about each cell, the first of those that weigh the same.

    What is wrong across rows stands beside what is wrong with a cell; a row that has moved
    sideways is told that and nothing else.  Where the whole file seems to be of another cohort,
    that is said once and not again of each date of birth.
    """
    every = list(findings)
    shifted = {(finding.sheet, finding.row) for finding in every if finding.code == "R06"}
    is_other_cohort = any(finding.code == "C30" for finding in every)
    best: dict[_CellPlace | int, Finding] = {}
    for finding in every:
        if finding.row and (finding.sheet, finding.row) in shifted and finding.code != "R06":
            continue
        if is_other_cohort and finding.code == "P11":
            continue
        is_cell = bool(finding.row) and bool(finding.column) and finding.code[0] in "CIPDE"
        place = _CellPlace(finding.sheet, finding.row, finding.column)
        key = place if is_cell else id(finding)
        if key not in best or _outweighs(finding, best[key]):
            best[key] = finding
    yield from best.values()


def _outweighs(finding: Finding, other: Finding) -> bool:
    return finding.severity is Severity.MUST_FIX and other.severity is not Severity.MUST_FIX
