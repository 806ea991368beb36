"""Validate: the rows of many submissions, judged in one call, become each sender's findings."""

import logging
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any

from expectations.catalogue import catalogue, fill, places, words
from expectations.rule import Rule
from expectations.tolerances import TOLERANCES, Tolerances
from models.sheets import Finding, Mapped, MappedRow, Remark
from models.vocabulary import Kind, Severity, academic_year

MOST_SUBMISSIONS = 200
MOST_ROWS = 30_000

# Positions and counts, and no cell of anybody.
RESULT_FORMAT = {
    "result_format": "COMPLETE",
    "partial_unexpected_count": 0,
    "exclude_unexpected_values": True,
    "include_unexpected_rows": False,
    "return_unexpected_index_query": False,
}

log = logging.getLogger(__name__)
_one_at_a_time = threading.Lock()


class RuleDidNotRun(Exception):
    """A rule raised, or answered for fewer rows than it counted.  Our fault, never the sender's."""

    def __init__(self, code: str) -> None:
        """`code` is the rule's; the library's own message is left out, for it can quote a cell."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Judged:
    """What each submission is told, by submission id.

    `faults` has the rule code of each submission that we could not judge: it has no findings, and
    must neither pass nor be refused.  `suites` has the hash of the suite that judged the others.
    """

    findings: Mapping[int, tuple[Finding, ...]] = field(default_factory=dict)
    faults: Mapping[int, str] = field(default_factory=dict)
    suites: Mapping[int, str] = field(default_factory=dict)


def validate(chunk: Sequence[Mapped], *, tolerances: Tolerances = TOLERANCES) -> Judged:
    """The findings of every submission of the chunk, mapping's own among them, in reading order.

    Any number of submissions may be given, of both kinds and of any years.
    """
    from expectations.suites import suite_hash

    findings: dict[int, tuple[Finding, ...]] = {}
    faults: dict[int, str] = {}
    suites: dict[int, str] = {}
    for kind, year, alike in _by_suite(chunk):
        for portion in _portions(alike):
            judged, failed = _apart(portion, kind, year, tolerances)
            for mapped in portion:
                number = mapped.declared.submission_id
                if number in failed:
                    faults[number] = failed[number]
                else:
                    findings[number] = _in_order(mapped, judged.get(number, ()))
                    suites[number] = suite_hash(kind, year)
    return Judged(findings, faults, suites)


def tell(remarks: Iterable[Remark]) -> tuple[Finding, ...]:
    """What a stage noticed, with the catalogue's words.  Raises KeyError for an unknown code."""
    return tuple(_told(remark) for remark in remarks)


def refusal(code: str, facts: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> Finding:
    """The one finding of a submission that we cannot go on with."""
    return _told(Remark(code, facts=tuple(dict(facts).items())))


def _told(remark: Remark) -> Finding:
    says, do = words(remark.code, remark.facts)
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


def _by_suite(chunk: Sequence[Mapped]) -> Iterator[tuple[Kind, int, list[Mapped]]]:
    """The submissions that one suite judges, together: years between two changes share one."""
    from expectations.suites import last_change

    groups: dict[tuple[Kind, int], list[Mapped]] = defaultdict(list)
    for mapped in chunk:
        kind, sent = mapped.declared.kind or Kind.LEAVERS, mapped.declared.sent_on
        groups[kind, last_change(kind, academic_year(sent.year, sent.month))].append(mapped)
    for (kind, year), alike in groups.items():
        yield kind, year, alike


def _portions(chunk: Sequence[Mapped]) -> Iterator[list[Mapped]]:
    """The submissions in order, no more than one call can hold at a time."""
    portion: list[Mapped] = []
    rows = 0
    for mapped in chunk:
        if portion and (len(portion) == MOST_SUBMISSIONS or rows + len(mapped.rows) > MOST_ROWS):
            yield portion
            portion, rows = [], 0
        portion.append(mapped)
        rows += len(mapped.rows)
    if portion:
        yield portion


def _apart(
    portion: Sequence[Mapped], kind: Kind, year: int, tolerances: Tolerances
) -> tuple[dict[int, list[Finding]], dict[int, str]]:
    """The findings by submission; where a rule did not run, halved until the cause stands alone."""
    try:
        return _judge(portion, kind, year, tolerances), {}
    except RuleDidNotRun as fault:
        if len(portion) == 1:
            number = portion[0].declared.submission_id
            log.error("rule %s did not run on submission %s", fault.code, number)
            return {}, {number: fault.code}
        half = len(portion) // 2
        first, first_faults = _apart(portion[:half], kind, year, tolerances)
        second, second_faults = _apart(portion[half:], kind, year, tolerances)
        return first | second, first_faults | second_faults


def _judge(
    portion: Sequence[Mapped], kind: Kind, year: int, tolerances: Tolerances
) -> dict[int, list[Finding]]:
    from expectations.frames import frame

    if not any(mapped.rows for mapped in portion):
        return {}
    try:
        framed = frame(portion, tolerances)
        result = _run(framed.table, kind, year)
    except Exception as error:
        # Whatever it is, its message may quote a cell; the halving finds whose it is.
        log.error("validation stopped: %s", type(error).__name__)
        raise RuleDidNotRun("all") from None
    told: dict[int, list[Finding]] = defaultdict(list)
    seen: set[tuple[Any, ...]] = set()
    for rule, position in _positions(result, kind, year):
        mapped, row = framed.rows[position]
        finding = _finding(rule, mapped, row, _facts(rule, framed.table, position, tolerances))
        key = (mapped.declared.submission_id, finding.code, row.sheet, finding.row, finding.column)
        if key not in seen:  # a row with a column a year is judged once for each of them
            seen.add(key)
            told[mapped.declared.submission_id].append(finding)
    return told


def _run(table: Any, kind: Kind, year: int) -> Any:
    """The library's answer for the whole table: one context a call, and one call at a time."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    from expectations.suites import columns, suite

    # Every condition of a rule copies the table: it holds what the rules look at and no more.
    table = table[table.columns.intersection(columns(kind, year))].reset_index(drop=True)
    with _one_at_a_time:
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(
            globally=False, metric_calculations=False
        )
        asset = context.data_sources.add_pandas("sheets").add_dataframe_asset("rows")
        whole = asset.add_batch_definition_whole_dataframe("all")
        batch = whole.get_batch(batch_parameters={"dataframe": table})
        return batch.validate(suite(kind, year), result_format=RESULT_FORMAT)


def _positions(result: Any, kind: Kind, year: int) -> Iterator[tuple[Rule, int]]:
    """Each rule and position that breaks it.  Raises RuleDidNotRun where one has no answer."""
    from expectations.suites import rules

    mine = {rule.code: rule for rule in rules(kind, year)}
    answers = {one.expectation_config.meta["rule_code"]: one.result for one in result.results}
    for code, rule in mine.items():
        answer = answers.get(code)
        if not answer or "unexpected_index_list" not in answer:
            raise RuleDidNotRun(code)
        positions = answer["unexpected_index_list"]
        if len(positions) != answer["unexpected_count"]:
            raise RuleDidNotRun(code)
        for position in positions:
            yield rule, int(position)


def _finding(rule: Rule, mapped: Mapped, row: MappedRow, facts: Mapping[str, str]) -> Finding:
    column = row.columns.get(rule.field)
    whole_column = rule.kind == "ExpectColumnToVaryInSheet"
    return Finding(
        code=rule.code,
        severity=rule.severity,
        says=fill(rule.says, facts),
        do=fill(rule.do, facts),
        sheet=row.sheet,
        row=None if whole_column else row.row,
        column=column.letter if column else "",
        heading=column.heading if column else "",
        value="" if whole_column else row.raw.get(rule.field, ""),
        suggests=mapped.suggests.get((row.sheet, row.row, rule.field), ()),
        facts=tuple(facts.items()),
    )


def _facts(rule: Rule, table: Any, position: int, tolerances: Tolerances) -> dict[str, str]:
    """What fills the places in a rule's words: days and places of the row, never a cell of it."""
    limits = {
        "years": tolerances.years_from_year_group,
        "from_age": tolerances.enrolled_from_age,
        "to_age": tolerances.enrolled_to_age,
    }
    return {
        name: _said(limits[name] if name in limits else table.at[position, name])
        for name in places(rule)
    }


def _said(value: Any) -> str:
    return f"{value.day} {value:%B %Y}" if isinstance(value, date) else str(value)


def _in_order(mapped: Mapped, judged: Iterable[Finding]) -> tuple[Finding, ...]:
    """Mapping's findings and the rules', one for each cell, the biggest things first."""
    sheets = {name: n for n, name in enumerate(dict.fromkeys(row.sheet for row in mapped.rows))}

    def place(finding: Finding) -> tuple[Any, ...]:
        ladder = 3 if finding.row else 2 if finding.column else 1 if finding.sheet else 0
        sheet = sheets.get(finding.sheet, len(sheets))
        column = (len(finding.column), finding.column)
        return (ladder, sheet, finding.sheet, finding.row or 0, column, finding.code)

    found = _one_for_each_cell(chain(tell(mapped.remarks), judged))
    return tuple(sorted(found, key=place))


def _one_for_each_cell(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The weightiest thing about each cell, the first told of it where two weigh the same.

    What is wrong across rows stands beside what is wrong with a cell; a row that has moved
    sideways is told that and nothing else.
    """
    every = list(findings)
    moved = {(one.sheet, one.row) for one in every if one.code == "R06"}
    best: dict[tuple[Any, ...], Finding] = {}
    for one in every:
        if one.row and (one.sheet, one.row) in moved and one.code != "R06":
            continue
        is_cell = bool(one.row) and bool(one.column) and one.code[0] in "CIPDE"
        key = (one.sheet, one.row, one.column) if is_cell else (id(one),)
        if key not in best or _outweighs(one, best[key]):
            best[key] = one
    yield from best.values()


def _outweighs(one: Finding, other: Finding) -> bool:
    return one.severity is Severity.MUST_FIX and other.severity is not Severity.MUST_FIX
