"""Quality: what rules found in a hub becomes a page about rows, and not about people.

One file of HTML that needs nothing else.  It has no name of a leaver and no value of a cell; files
and sheets go by number, for their names can hold a person's.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from destinations.tallies import ROWS
from destinations.undone import stands
from models.answers import RuleTally
from models.places import Institution
from models.submissions import Submission, ToldFinding
from models.vocabulary import Severity

RUNS = 12  # of the history
CELLS = 60  # shown of one rule in one file

Words = Mapping[str, tuple[str, str]]  # rule code -> what it says, what to do


@dataclass(frozen=True, slots=True)
class Failing:
    """What one rule said of one file."""

    code: str
    severity: str
    urn: str
    submission_id: int
    sent_on: date
    cells: Sequence[str]  # "sheet 2, B5"; '' for the whole file
    many: int


@dataclass(frozen=True, slots=True)
class Run:
    """One intake: rows judged and findings told, of the hub's schools."""

    run_at: datetime
    rows: int
    findings: int
    schools: int


def quality_page(
    session: Session, *, hub: str, urns: Sequence[str], edition: date, words: Words
) -> bytes:
    """The page of one hub as HTML, the same bytes for the same record.

    `urns` are its members, `words` those of the catalogue, with their places still open.
    """
    failing = _failing(session, urns)
    schools = _names(session, urns)
    title = f"Quality of what was sent: {hub}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>As known on {_day(edition)}. Rules by code, and the rows that they speak of. Files go "
        "by the number of their submission, sheets by their place in the file, cells by the "
        "letters and numbers that Excel shows. Nobody is named here.</p>",
        _summary(failing),
        _rules(failing, schools, words),
        _history(_runs(session, urns)),
    ]
    return _page(title, parts).encode()


def _failing(session: Session, urns: Sequence[str]) -> list[Failing]:
    """Everything told of the files of these schools that stand, worst and most first."""
    rows = session.execute(
        select(
            col(ToldFinding.code),
            col(ToldFinding.severity),
            col(ToldFinding.submission_id),
            col(ToldFinding.sheet),
            col(ToldFinding.row),
            col(ToldFinding.column),
            col(Submission.urn),
            col(Submission.sent_on),
            col(Submission.regions),
        )
        .join(Submission, col(Submission.id) == col(ToldFinding.submission_id))
        .where(
            col(Submission.urn).in_(urns),
            col(Submission.refused_code).is_(None),
            stands(col(Submission.id)),
        )
        .order_by(col(ToldFinding.submission_id), col(ToldFinding.id))
    ).all()
    cells: defaultdict[tuple[str, str, str, int, date], list[str]] = defaultdict(list)
    for one in rows:
        key = (one.code, one.severity, one.urn, one.submission_id, one.sent_on)
        cells[key].append(_cell(one.sheet, one.row, one.column, one.regions))
    found = [Failing(*key, told, len(told)) for key, told in cells.items()]
    found += _refused(session, urns)
    total: defaultdict[str, int] = defaultdict(int)
    for each in found:
        total[each.code] += each.many
    return sorted(
        found,
        key=lambda one: (one.severity, -total[one.code], one.code, one.urn, one.submission_id),
    )


def _refused(session: Session, urns: Sequence[str]) -> list[Failing]:
    rows = session.execute(
        select(
            col(Submission.refused_code),
            col(Submission.urn),
            col(Submission.id),
            col(Submission.sent_on),
        ).where(col(Submission.urn).in_(urns), col(Submission.refused_code).is_not(None))
    )
    must = Severity.MUST_FIX.value
    return [Failing(code, must, urn, number, sent, [""], 1) for code, urn, number, sent in rows]


def _cell(sheet: str, row: int | None, column: str, regions: Sequence[Any]) -> str:
    """Where to look: sheet 2, B5.  The sheet by its place, for its name may be somebody's."""
    place = f"{column}{row}" if row else f"column {column}" if column else ""
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


def _runs(session: Session, urns: Sequence[str]) -> list[Run]:
    """The last intakes in which these schools sent something, the latest first."""
    rows = session.execute(
        select(
            col(RuleTally.run_at),
            func.sum(RuleTally.findings),
            func.count(func.distinct(RuleTally.urn)),
        )
        .where(col(RuleTally.urn).in_(urns))
        .group_by(col(RuleTally.run_at))
        .order_by(col(RuleTally.run_at).desc())
        .limit(RUNS)
    ).all()
    judged = session.execute(
        select(col(RuleTally.run_at), func.sum(RuleTally.rows))
        .where(col(RuleTally.urn).in_(urns), col(RuleTally.code) == ROWS)
        .group_by(col(RuleTally.run_at))
    ).all()
    read = {one[0]: int(one[1] or 0) for one in judged}
    return [Run(moment, read.get(moment, 0), int(found), many) for moment, found, many in rows]


def _summary(failing: Sequence[Failing]) -> str:
    if not failing:
        return "<p>No rule has anything to say.</p>"
    must = sum(one.many for one in failing if one.severity == Severity.MUST_FIX)
    check = sum(one.many for one in failing) - must
    return f"<p><strong>{must:,}</strong> to fix, <strong>{check:,}</strong> to check.</p>"


def _rules(failing: Sequence[Failing], schools: Mapping[str, str], words: Words) -> str:
    by_rule: defaultdict[tuple[str, str], list[Failing]] = defaultdict(list)
    for one in failing:
        by_rule[one.code, one.severity].append(one)
    parts = ["<h2>Failing rules</h2>"] if by_rule else []
    for (code, severity), told in by_rule.items():
        says, do = words.get(code, ("", ""))
        must = severity == Severity.MUST_FIX
        many = sum(one.many for one in told)
        parts += [
            f'<details><summary><span class="{"must" if must else "check"}">'
            f"{'Must fix' if must else 'Please check'}</span> <code>{escape(code)}</code> "
            f"{_open(says)} <strong>{many:,}</strong></summary>",
            f"<p>{_open(do)}</p>",
            _table(
                f"{code}: where",
                ("School", "URN", "Submission", "Sent on", "Findings", "Rows"),
                (
                    (
                        schools.get(one.urn, ""),
                        one.urn,
                        one.submission_id,
                        _day(one.sent_on),
                        one.many,
                        _shown(one.cells),
                    )
                    for one in told
                ),
            ),
            "</details>",
        ]
    return "\n".join(parts)


def _history(runs: Sequence[Run]) -> str:
    if not runs:
        return ""
    rows = (
        (
            f"{_day(one.run_at.date())}, {one.run_at:%H:%M} UTC",
            one.schools,
            one.rows,
            one.findings,
            f"{100 * one.findings / one.rows:.1f}" if one.rows else "",
        )
        for one in runs
    )
    headings = ("Intake", "Schools", "Rows judged", "Findings", "Findings in 100 rows")
    return "<h2>History</h2>" + _table("Intake by intake, the latest first", headings, rows)


def _table(caption: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in headings)
    body = "\n".join(f"<tr>{''.join(_td(cell) for cell in row)}</tr>" for row in rows)
    return (
        f'<div class="wide"><table><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table></div>"
    )


def _td(cell: object) -> str:
    if isinstance(cell, int):
        return f'<td class="number">{cell:,}</td>'
    return f"<td>{escape(str(cell))}</td>"


def _shown(cells: Sequence[str]) -> str:
    named = [one for one in cells if one]
    more = len(named) - CELLS
    return "; ".join(named[:CELLS]) + (f"; and {more:,} more" if more > 0 else "")


def _open(sentence: str) -> str:
    """A sentence of the catalogue; what is filled in for a sender is left open here."""
    pieces = sentence.replace("}", "{").split("{")
    return escape("…".join(pieces[::2]))


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _page(title: str, parts: Iterable[str]) -> str:
    body = "\n".join(part for part in parts if part)
    return (
        '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; margin: 0; }
main { max-width: 70rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2rem; }
details { border-top: 1px solid #bbb; padding: .5rem 0; }
summary { cursor: pointer; } summary:focus-visible { outline: 3px solid #0b57d0; }
.must { background: #8c1d18; color: #fff; padding: 0 .4rem; }
.check { background: #3c4043; color: #fff; padding: 0 .4rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: .75rem 0; min-width: 40rem; }
caption { text-align: left; font-weight: 600; }
th, td { border-bottom: 1px solid #ddd; padding: .3rem .6rem; text-align: left;
  vertical-align: top; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
"""
