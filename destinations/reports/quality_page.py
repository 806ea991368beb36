"""Quality page: what rules found in a hub becomes a page about rows, and not about people.

One file of HTML that needs nothing else.  It has no name of a leaver and no value of a cell; files
and sheets go by number, for their names can hold a person's.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from destinations.record.rule_statistics import SUSPECT_WORDS
from destinations.reports.html_page import WrittenNumber, html_page, html_table
from destinations.reports.rule_trend import BY_RULE, IntakeRun, recent_runs, rules_in_runs
from destinations.responses.waivers import waived_cohort_name, waivers_in_force, waives
from models.facts.calendar import in_words
from models.facts.counts import count_of
from models.facts.submission_state import is_accepted, is_refused, is_standing
from models.places import Institution
from models.responses import Waiver
from models.submissions import FindingRecord, Submission
from models.vocabulary import Severity

MOST_CELLS = 60  # shown of one rule in one file
RESENT_WITHIN = timedelta(days=180)  # next year's file may have the name of this year's

Words = Mapping[str, tuple[str, str]]  # rule code -> what it says, what to do


class _RuleInFile(NamedTuple):
    code: str
    severity: str
    urn: str
    submission_id: int
    sent_on: date


@dataclass(frozen=True, slots=True)
class FileFailures:
    """Findings of one rule in one file: their cells, and how many they are."""

    code: str
    severity: str
    urn: str
    submission_id: int
    sent_on: date
    cells: Sequence[str]  # "sheet 2, B5"; '' for the whole file
    findings: int


def quality_page(
    session: Session,
    *,
    hub: str,
    urns: Sequence[str],
    edition: date,
    words: Words,
    suspects: Collection[str] = (),
) -> bytes:
    """The page of one hub as HTML, the same bytes for the same record.

    `urns` are its members; `words` the sentences of the catalogue by rule code, their placeholders
    unfilled; `suspects` the codes of rules with findings in more rows than schools are likely to
    have got wrong.
    """
    waivers = [waiver for waiver in waivers_in_force(session, edition) if waiver.urn in urns]
    failing = _current_failures(session, urns, waivers)
    schools = _school_names(session, urns)
    title = f"Quality of what was sent: {hub}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>As known on {in_words(edition)}. Rules by code, and the rows that they speak of. "
        "Files go by the number of their submission, sheets by their place in the file, cells by "
        "the letters and numbers that Excel shows. A file that a newer round of it replaced, or "
        "that was sent again and read, is left out. Nobody is named here.</p>",
        _totals_html(failing),
        _rules_html(failing, schools, words, suspects),
        _waivers_html(waivers, schools, words),
        _history_html(recent_runs(session, urns)),
    ]
    return html_page(title, parts).encode()


def _current_failures(
    session: Session, urns: Sequence[str], waivers: Sequence[Waiver]
) -> list[FileFailures]:
    """The findings of these schools' files that still hold, by rule and file, worst and most first.

    Findings of a file are history once the next round of it is there, and nothing to look at where
    the rule has been waived since.
    """
    newer = aliased(Submission)
    replaced = select(col(newer.follows_id)).where(
        col(newer.follows_id).is_not(None),
        is_accepted(newer),
    )
    rows = session.execute(
        select(
            col(FindingRecord.code),
            col(FindingRecord.severity),
            col(FindingRecord.submission_id),
            col(FindingRecord.sheet),
            col(FindingRecord.row),
            col(FindingRecord.column),
            col(Submission.urn),
            col(Submission.sent_on),
            col(Submission.regions),
            col(Submission.academic_year),
            col(Submission.leaving_stage),
        )
        .join(Submission, col(Submission.id) == col(FindingRecord.submission_id))
        .where(
            col(Submission.urn).in_(urns),
            is_accepted(),
            col(Submission.id).not_in(replaced),
        )
        .order_by(col(FindingRecord.submission_id), col(FindingRecord.id))
    ).all()
    cells: defaultdict[_RuleInFile, list[str]] = defaultdict(list)
    for row in rows:
        cohort = (row.academic_year, row.leaving_stage)
        if any(waives(waiver, row.code, row.urn, *cohort) for waiver in waivers):
            continue
        rule_in_file = _RuleInFile(row.code, row.severity, row.urn, row.submission_id, row.sent_on)
        cells[rule_in_file].append(_cell_place(row.sheet, row.row, row.column, row.regions))
    failures = [
        FileFailures(*rule_in_file, places, len(places)) for rule_in_file, places in cells.items()
    ]
    failures += _refused_files(session, urns)
    total: defaultdict[str, int] = defaultdict(int)
    for failure in failures:
        total[failure.code] += failure.findings
    return sorted(
        failures,
        key=lambda failure: (
            failure.severity,
            -total[failure.code],
            failure.code,
            failure.urn,
            failure.submission_id,
        ),
    )


def _refused_files(session: Session, urns: Sequence[str]) -> list[FileFailures]:
    """The files sent back whole, and not sent again in a form that was read."""
    of_hub = select(Submission).where(col(Submission.urn).in_(urns), is_standing())
    refused = session.scalars(of_hub.where(is_refused())).all()
    if not refused:
        return []
    read: defaultdict[str, list[Submission]] = defaultdict(list)
    for submission in session.scalars(of_hub.where(~is_refused())):
        read[submission.urn].append(submission)
    must = Severity.MUST_FIX.value
    return [
        FileFailures(
            submission.refused_code or "",
            must,
            submission.urn,
            submission.id or 0,
            submission.sent_on,
            cells=[""],
            findings=1,
        )
        for submission in refused
        if not any(_is_put_right(later, submission) for later in read[submission.urn])
    ]


def _is_put_right(later: Submission, refused: Submission) -> bool:
    """Whether what was sent later is the refused file put right: its name, or its declaration."""
    if (later.id or 0) < (refused.id or 0):
        return False
    if later.name == refused.name and later.sent_on - refused.sent_on < RESENT_WITHIN:
        return True
    declared = (refused.academic_year, refused.leaving_stage, refused.wave)
    return None not in declared and declared == (
        later.academic_year,
        later.leaving_stage,
        later.wave,
    )


def _cell_place(sheet: str, row: int | None, column: str, regions: Sequence[Any]) -> str:
    """Where to look: sheet 2, B5.  The sheet by its place, for its name may be somebody's."""
    place = (f"{column}{row}" if column else f"row {row}") if row else f"column {column}"
    place = place if row or column else ""
    if not sheet:
        return place
    names = [region["sheet"] if isinstance(region, Mapping) else region[0] for region in regions]
    order = list(dict.fromkeys(names))
    named = f"sheet {order.index(sheet) + 1}" if sheet in order else "a sheet"
    return f"{named}, {place}" if place else named


def _school_names(session: Session, urns: Sequence[str]) -> dict[str, str]:
    rows = session.execute(
        select(col(Institution.urn), col(Institution.name)).where(col(Institution.urn).in_(urns))
    )
    return {urn: name for urn, name in rows if urn}


def _totals_html(failing: Sequence[FileFailures]) -> str:
    if not failing:
        return "<p>No rule has anything to say.</p>"
    must = sum(failure.findings for failure in failing if failure.severity == Severity.MUST_FIX)
    check = sum(failure.findings for failure in failing) - must
    return f"<p><strong>{must:,}</strong> to fix, <strong>{check:,}</strong> to check.</p>"


def _rules_html(
    failing: Sequence[FileFailures],
    schools: Mapping[str, str],
    words: Words,
    suspects: Collection[str],
) -> str:
    by_rule: defaultdict[tuple[str, str], list[FileFailures]] = defaultdict(list)
    for failure in failing:
        by_rule[failure.code, failure.severity].append(failure)
    parts = ["<h2>Failing rules</h2>"] if by_rule else []
    for (code, severity), failures in by_rule.items():
        says, do = words.get(code, ("", ""))
        must = severity == Severity.MUST_FIX
        findings = sum(failure.findings for failure in failures)
        at = f"at {count_of(len({failure.urn for failure in failures}), 'school')}"
        parts += [
            f'<details><summary><span class="{"must" if must else "check"}">'
            f"{'Must fix' if must else 'Please check'}</span> <code>{escape(code)}</code> "
            f"{escape(unfilled_sentence(says))} <strong>{findings:,}</strong> {at}</summary>",
            f"<p>{escape(unfilled_sentence(do))}</p>",
            f"<p>{SUSPECT_WORDS.capitalize()}.</p>" if code in suspects else "",
            html_table(
                f"{code}: where",
                ("School", "URN", "Submission", "Sent on", "Findings", "Rows"),
                (
                    (
                        schools.get(failure.urn, ""),
                        failure.urn,
                        failure.submission_id,
                        in_words(failure.sent_on),
                        failure.findings,
                        _cells_in_words(failure.cells),
                    )
                    for failure in failures
                ),
            ),
            "</details>",
        ]
    return "\n".join(parts)


def _history_html(runs: Sequence[IntakeRun]) -> str:
    if not runs:
        return ""
    rows = (
        (
            _moment_in_words(run.run_at),
            run.schools,
            run.rows,
            run.findings,
            WrittenNumber(run.in_100_rows()),
        )
        for run in runs
    )
    headings = ("Intake", "Schools", "Rows judged", "Findings", "Findings in 100 rows")
    latest = runs[:BY_RULE]
    by_rule = (
        (code, *(WrittenNumber(run.in_100_rows(code)) for run in latest))
        for code in rules_in_runs(latest)
    )
    parts = [
        "<h2>History</h2>",
        html_table("Intake by intake, the latest first", headings, rows),
        html_table(
            "Rule by rule: findings in 100 rows, the latest intake first",
            ("Rule", *(_moment_in_words(run.run_at) for run in latest)),
            by_rule,
        ),
    ]
    return "\n".join(parts if rules_in_runs(latest) else parts[:2])


def _waivers_html(waivers: Sequence[Waiver], schools: Mapping[str, str], words: Words) -> str:
    """Rules that are set aside today; by whom and why stands in the school's evidence pack."""
    if not waivers:
        return ""
    rows = (
        (
            schools.get(waiver.urn, ""),
            waiver.urn,
            f"{waiver.code} {unfilled_sentence(words.get(waiver.code, ('', ''))[0])}".strip(),
            waived_cohort_name(waiver),
            in_words(waiver.expires_on),
        )
        for waiver in waivers
    )
    headings = ("School", "URN", "Rule", "For", "Until")
    return "<h2>Set aside</h2>" + html_table("Rules that some are not asked", headings, rows)


def _cells_in_words(cells: Sequence[str]) -> str:
    named = [cell for cell in cells if cell]
    more = len(named) - MOST_CELLS
    return "; ".join(named[:MOST_CELLS]) + (f"; and {more:,} more" if more > 0 else "")


def unfilled_sentence(sentence: str) -> str:
    """A sentence of the catalogue; what is filled in for a sender is left open here."""
    pieces = sentence.replace("}", "{").split("{")
    return "…".join(pieces[::2])


def _moment_in_words(when: datetime) -> str:
    return f"{in_words(when.date())}, {when:%H:%M} UTC"
