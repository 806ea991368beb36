"""Quality: what rules found in a hub becomes a page about rows, and not about people.

One file of HTML that needs nothing else.  It has no name of a leaver and no value of a cell; files
and sheets go by number, for their names can hold a person's.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape
from typing import Any

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

CELLS = 60  # shown of one rule in one file
A_ROUND = timedelta(days=180)  # next year's file may have the name of this year's

Words = Mapping[str, tuple[str, str]]  # rule code -> what it says, what to do


@dataclass(frozen=True, slots=True)
class FileFailures:
    """What one rule said of one file."""

    code: str
    severity: str
    urn: str
    submission_id: int
    sent_on: date
    cells: Sequence[str]  # "sheet 2, B5"; '' for the whole file
    many: int


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

    `urns` are its members, `words` those of the catalogue, with their places still open;
    `suspects` the rules that spoke of more rows than schools are likely to have got wrong.
    """
    waivers = [one for one in waivers_in_force(session, edition) if one.urn in urns]
    failing = _failing(session, urns, waivers)
    schools = _names(session, urns)
    title = f"Quality of what was sent: {hub}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>As known on {in_words(edition)}. Rules by code, and the rows that they speak of. "
        "Files go by the number of their submission, sheets by their place in the file, cells by "
        "the letters and numbers that Excel shows. A file that a newer round of it replaced, or "
        "that was sent again and read, is left out. Nobody is named here.</p>",
        _summary(failing),
        _rules(failing, schools, words, suspects),
        _set_aside(waivers, schools, words),
        _history(recent_runs(session, urns)),
    ]
    return html_page(title, parts).encode()


def _failing(
    session: Session, urns: Sequence[str], waivers: Sequence[Waiver]
) -> list[FileFailures]:
    """Everything told of the files of these schools that stand, worst and most first.

    What was told of a file is history once the next round of it is there, and nothing to look at
    where the rule has been set aside since.
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
    cells: defaultdict[tuple[str, str, str, int, date], list[str]] = defaultdict(list)
    for one in rows:
        cohort = (one.academic_year, one.leaving_stage)
        if any(waives(each, one.code, one.urn, *cohort) for each in waivers):
            continue
        key = (one.code, one.severity, one.urn, one.submission_id, one.sent_on)
        cells[key].append(_cell(one.sheet, one.row, one.column, one.regions))
    found = [FileFailures(*key, told, len(told)) for key, told in cells.items()]
    found += _refused(session, urns)
    total: defaultdict[str, int] = defaultdict(int)
    for each in found:
        total[each.code] += each.many
    return sorted(
        found,
        key=lambda one: (one.severity, -total[one.code], one.code, one.urn, one.submission_id),
    )


def _refused(session: Session, urns: Sequence[str]) -> list[FileFailures]:
    """The files sent back whole, and not sent again in a form that was read."""
    of_hub = select(Submission).where(col(Submission.urn).in_(urns), is_standing())
    refused = session.scalars(of_hub.where(is_refused())).all()
    if not refused:
        return []
    read: defaultdict[str, list[Submission]] = defaultdict(list)
    for one in session.scalars(of_hub.where(~is_refused())):
        read[one.urn].append(one)
    must = Severity.MUST_FIX.value
    return [
        FileFailures(one.refused_code or "", must, one.urn, one.id or 0, one.sent_on, [""], 1)
        for one in refused
        if not any(_stands_for(later, one) for later in read[one.urn])
    ]


def _stands_for(later: Submission, refused: Submission) -> bool:
    """Whether what was sent later is the refused file put right: its name, or its declaration."""
    if (later.id or 0) < (refused.id or 0):
        return False
    if later.name == refused.name and later.sent_on - refused.sent_on < A_ROUND:
        return True
    declared = (refused.academic_year, refused.leaving_stage, refused.wave)
    return None not in declared and declared == (
        later.academic_year,
        later.leaving_stage,
        later.wave,
    )


def _cell(sheet: str, row: int | None, column: str, regions: Sequence[Any]) -> str:
    """Where to look: sheet 2, B5.  The sheet by its place, for its name may be somebody's."""
    place = (f"{column}{row}" if column else f"row {row}") if row else f"column {column}"
    place = place if row or column else ""
    if not sheet:
        return place
    names = [one["sheet"] if isinstance(one, Mapping) else one[0] for one in regions]
    order = list(dict.fromkeys(names))
    named = f"sheet {order.index(sheet) + 1}" if sheet in order else "a sheet"
    return f"{named}, {place}" if place else named


def _names(session: Session, urns: Sequence[str]) -> dict[str, str]:
    rows = session.execute(
        select(col(Institution.urn), col(Institution.name)).where(col(Institution.urn).in_(urns))
    )
    return {urn: name for urn, name in rows if urn}


def _summary(failing: Sequence[FileFailures]) -> str:
    if not failing:
        return "<p>No rule has anything to say.</p>"
    must = sum(one.many for one in failing if one.severity == Severity.MUST_FIX)
    check = sum(one.many for one in failing) - must
    return f"<p><strong>{must:,}</strong> to fix, <strong>{check:,}</strong> to check.</p>"


def _rules(
    failing: Sequence[FileFailures],
    schools: Mapping[str, str],
    words: Words,
    suspects: Collection[str],
) -> str:
    by_rule: defaultdict[tuple[str, str], list[FileFailures]] = defaultdict(list)
    for one in failing:
        by_rule[one.code, one.severity].append(one)
    parts = ["<h2>Failing rules</h2>"] if by_rule else []
    for (code, severity), told in by_rule.items():
        says, do = words.get(code, ("", ""))
        must = severity == Severity.MUST_FIX
        many, where = sum(one.many for one in told), len({one.urn for one in told})
        at = f"at {count_of(where, 'school')}"
        parts += [
            f'<details><summary><span class="{"must" if must else "check"}">'
            f"{'Must fix' if must else 'Please check'}</span> <code>{escape(code)}</code> "
            f"{escape(unfilled_sentence(says))} <strong>{many:,}</strong> {at}</summary>",
            f"<p>{escape(unfilled_sentence(do))}</p>",
            f"<p>{SUSPECT_WORDS.capitalize()}.</p>" if code in suspects else "",
            html_table(
                f"{code}: where",
                ("School", "URN", "Submission", "Sent on", "Findings", "Rows"),
                (
                    (
                        schools.get(one.urn, ""),
                        one.urn,
                        one.submission_id,
                        in_words(one.sent_on),
                        one.many,
                        _shown(one.cells),
                    )
                    for one in told
                ),
            ),
            "</details>",
        ]
    return "\n".join(parts)


def _history(told: Sequence[IntakeRun]) -> str:
    if not told:
        return ""
    rows = (
        (_moment(one.run_at), one.schools, one.rows, one.findings, WrittenNumber(one.in_100_rows()))
        for one in told
    )
    headings = ("Intake", "Schools", "Rows judged", "Findings", "Findings in 100 rows")
    latest = told[:BY_RULE]
    by_rule = (
        (code, *(WrittenNumber(one.in_100_rows(code)) for one in latest))
        for code in rules_in_runs(latest)
    )
    parts = [
        "<h2>History</h2>",
        html_table("Intake by intake, the latest first", headings, rows),
        html_table(
            "Rule by rule: findings in 100 rows, the latest intake first",
            ("Rule", *(_moment(one.run_at) for one in latest)),
            by_rule,
        ),
    ]
    return "\n".join(parts if rules_in_runs(latest) else parts[:2])


def _set_aside(waivers: Sequence[Waiver], schools: Mapping[str, str], words: Words) -> str:
    """Rules that are set aside today; by whom and why stands in the school's evidence pack."""
    if not waivers:
        return ""
    rows = (
        (
            schools.get(one.urn, ""),
            one.urn,
            f"{one.code} {unfilled_sentence(words.get(one.code, ('', ''))[0])}".strip(),
            waived_cohort_name(one),
            in_words(one.expires_on),
        )
        for one in waivers
    )
    headings = ("School", "URN", "Rule", "For", "Until")
    return "<h2>Set aside</h2>" + html_table("Rules that some are not asked", headings, rows)


def _shown(cells: Sequence[str]) -> str:
    named = [one for one in cells if one]
    more = len(named) - CELLS
    return "; ".join(named[:CELLS]) + (f"; and {more:,} more" if more > 0 else "")


def unfilled_sentence(sentence: str) -> str:
    """A sentence of the catalogue; what is filled in for a sender is left open here."""
    pieces = sentence.replace("}", "{").split("{")
    return "…".join(pieces[::2])


def _moment(when: datetime) -> str:
    return f"{in_words(when.date())}, {when:%H:%M} UTC"
