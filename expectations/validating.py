"""Validating: the rows of many submissions, judged in one call, become each sender's findings."""

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from expectations.catalogue import fill_places, places_in
from expectations.engine.run_suite import RuleDidNotRun, find_broken_rules
from expectations.engine.trial import AS_IT_IS, Trial
from expectations.messages import in_reading_order, refusal_finding, word_issues
from expectations.rule import Rule
from expectations.tolerances import TOLERANCES, Tolerances
from models.facts.calendar import in_words
from models.handoffs.findings import Finding
from models.handoffs.normalised import NormalisedRow, NormalisedSubmission
from models.vocabulary import SubmissionKind, academic_year

MOST_SUBMISSIONS = 200
MOST_ROWS = 30_000

__all__ = ["ValidatedSubmissions", "refusal_finding", "word_issues", "validate"]

log = logging.getLogger(__name__)


class _FindingPlace(NamedTuple):
    submission_id: int
    code: str
    sheet: str
    row: int | None
    column: str


@dataclass(frozen=True, slots=True)
class ValidatedSubmissions:
    """The findings of each submission, by submission id.

    `faults` has the rule code of each submission that we could not judge: it has no findings, and
    must neither pass nor be refused.  `suites` has the hash of the suite that judged the others.
    """

    findings: Mapping[int, tuple[Finding, ...]] = field(default_factory=dict)
    faults: Mapping[int, str] = field(default_factory=dict)
    suites: Mapping[int, str] = field(default_factory=dict)


def validate(
    chunk: Sequence[NormalisedSubmission],
    *,
    tolerances: Tolerances = TOLERANCES,
    trial: Trial = AS_IT_IS,
) -> ValidatedSubmissions:
    """The findings of every submission of the chunk, mapping's own among them, in reading order.

    Any number of submissions may be given, of both kinds and of any years.  A `trial` leaves rules
    out or weighs them otherwise, and changes nothing else.
    """
    from expectations.engine.suites import suite_hash

    findings: dict[int, tuple[Finding, ...]] = {}
    faults: dict[int, str] = {}
    suites: dict[int, str] = {}
    for kind, year, submissions in _group_by_suite(chunk):
        for portion in _split_into_portions(submissions):
            judged, faulted = _judge_bisecting(portion, kind, year, tolerances, trial)
            for mapped in portion:
                number = mapped.metadata.submission_id
                if number in faulted:
                    faults[number] = faulted[number]
                else:
                    findings[number] = in_reading_order(mapped, judged.get(number, ()))
                    suites[number] = suite_hash(kind, year)
    return ValidatedSubmissions(findings, faults, suites)


def _group_by_suite(
    chunk: Sequence[NormalisedSubmission],
) -> Iterator[tuple[SubmissionKind, int, list[NormalisedSubmission]]]:
    """The submissions that one suite judges, together: years between two changes share one."""
    from expectations.engine.suites import suite_year

    groups: dict[tuple[SubmissionKind, int], list[NormalisedSubmission]] = defaultdict(list)
    for mapped in chunk:
        kind, sent = mapped.metadata.kind or SubmissionKind.LEAVERS, mapped.metadata.sent_on
        groups[kind, suite_year(kind, academic_year(sent.year, sent.month))].append(mapped)
    for (kind, year), submissions in groups.items():
        yield kind, year, submissions


def _split_into_portions(
    chunk: Sequence[NormalisedSubmission],
) -> Iterator[list[NormalisedSubmission]]:
    """The submissions in order, no more than one call can hold at a time."""
    portion: list[NormalisedSubmission] = []
    rows = 0
    for mapped in chunk:
        if portion and (len(portion) == MOST_SUBMISSIONS or rows + len(mapped.rows) > MOST_ROWS):
            yield portion
            portion, rows = [], 0
        portion.append(mapped)
        rows += len(mapped.rows)
    if portion:
        yield portion


def _judge_bisecting(
    portion: Sequence[NormalisedSubmission],
    kind: SubmissionKind,
    year: int,
    tolerances: Tolerances,
    trial: Trial,
) -> tuple[dict[int, list[Finding]], dict[int, str]]:
    """The findings by submission; where a rule did not run, halved until the cause stands alone."""
    try:
        return _judge(portion, kind, year, tolerances, trial), {}
    except RuleDidNotRun as fault:
        if len(portion) == 1:
            number = portion[0].metadata.submission_id
            log.error("rule %s did not run on submission %s", fault.code, number)
            return {}, {number: fault.code}
        half = len(portion) // 2
        first, first_faults = _judge_bisecting(portion[:half], kind, year, tolerances, trial)
        second, second_faults = _judge_bisecting(portion[half:], kind, year, tolerances, trial)
        return first | second, first_faults | second_faults


def _judge(
    portion: Sequence[NormalisedSubmission],
    kind: SubmissionKind,
    year: int,
    tolerances: Tolerances,
    trial: Trial,
) -> dict[int, list[Finding]]:
    from expectations.engine.rule_inputs import build_rule_inputs

    if not any(mapped.rows for mapped in portion):
        return {}
    try:
        inputs = build_rule_inputs(portion, tolerances)
        broken = [
            (tried, position)
            for rule, position in find_broken_rules(inputs.table, kind, year)
            if (tried := trial.of(rule))
        ]
    except RuleDidNotRun:
        raise
    except Exception as error:
        # Whatever it is, its message may quote a cell; the halving finds whose it is.
        log.error("validation stopped: %s", type(error).__name__)
        raise RuleDidNotRun("all") from None
    findings: dict[int, list[Finding]] = defaultdict(list)
    seen: set[_FindingPlace] = set()
    for rule, position in broken:
        mapped, row = inputs.rows[position]
        finding = _build_finding(
            rule, mapped, row, _rule_facts(rule, inputs.table, position, tolerances)
        )
        number = mapped.metadata.submission_id
        place = _FindingPlace(number, finding.code, row.sheet, finding.row, finding.column)
        if place not in seen:  # a row with a column a year is judged once for each of them
            seen.add(place)
            findings[number].append(finding)
    return findings


def _build_finding(
    rule: Rule, mapped: NormalisedSubmission, row: NormalisedRow, facts: Mapping[str, str]
) -> Finding:
    column = row.columns.get(rule.field)
    return Finding(
        code=rule.code,
        severity=rule.severity,
        says=fill_places(rule.says, facts),
        do=fill_places(rule.do, facts),
        sheet=row.sheet,
        row=None if rule.whole else row.row,
        column=column.letter if column else "",
        heading=column.heading if column else "",
        value="" if rule.whole else row.raw.get(rule.field, ""),
        suggests=mapped.suggests.get((row.sheet, row.row, rule.field), ()),
        facts=tuple(facts.items()),
        holds_back=rule.holds_back,
    )


def _rule_facts(rule: Rule, table: Any, position: int, tolerances: Tolerances) -> dict[str, str]:
    """What fills the places in a rule's words: days and places of the row, never a cell of it."""
    limits = {
        "years": tolerances.years_from_year_group,
        "from_age": tolerances.enrolled_from_age,
        "to_age": tolerances.enrolled_to_age,
    }
    return {
        name: _fact_text(limits[name] if name in limits else table.at[position, name])
        for name in places_in(rule)
    }


def _fact_text(value: Any) -> str:
    return in_words(value) if isinstance(value, date) else str(value)
