"""Tallies: how often each rule spoke in one intake, by school; counts only, for the trend."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import distinct, func, select
from sqlmodel import Session, col

from destinations.linkage.candidates import in_chunks
from models.database import upsert
from models.facts.submission_state import is_refused
from models.responses import RuleTally
from models.submissions import FindingRecord, Submission

SUSPECT = 0.2  # of all rows of a run: beyond it the rule or the map is wrong, not the schools
FEWEST_ROWS = 50  # below this, a share of all rows means little
SUSPECT_WORDS = "suspect: the rule or the map is wrong, not the schools"
ROWS = ""  # the tally that says how many rows of a school were judged


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often a rule spoke in a run, at one school (`urn`) or all of them ('')."""

    code: str
    urn: str
    findings: int
    rows: int  # judged in that run, of that school or of all
    before: float | None = None  # share of rows in the run before; None where there was none
    is_suspect: bool = False

    @property
    def share(self) -> float:
        """Findings a row judged."""
        return self.findings / self.rows if self.rows else 0.0

    @property
    def trend(self) -> str:
        """Beside the run before: new, more, fewer, as before; '' where nothing can be said."""
        if self.before is None:
            return ""
        if self.before == 0:
            return "new"
        if abs(self.share - self.before) < 0.1 * self.before:
            return "as before"
        return "more" if self.share > self.before else "fewer"


def count_findings(session: Session, submissions: Sequence[int], *, run_at: datetime) -> int:
    """How many findings of these submissions were counted.  Counting a run twice changes nothing.

    A refused submission counts by the rule that refused it.
    """
    rows: Counter[str] = Counter()
    spoke: Counter[tuple[str, str]] = Counter()
    for some in in_chunks(sorted(set(submissions))):
        sent = session.execute(
            select(col(Submission.urn), func.sum(Submission.rows_read), func.count())
            .where(col(Submission.id).in_(some))
            .group_by(col(Submission.urn))
        )
        for urn, read, _ in sent:
            rows[urn] += int(read or 0)
        refused = session.execute(
            select(col(Submission.urn), col(Submission.refused_code)).where(
                col(Submission.id).in_(some), is_refused()
            )
        )
        spoke.update((code, urn) for urn, code in refused if code)
        told = session.execute(
            select(col(FindingRecord.code), col(Submission.urn), func.count())
            .join(Submission, col(Submission.id) == col(FindingRecord.submission_id))
            .where(col(Submission.id).in_(some), ~is_refused())
            .group_by(col(FindingRecord.code), col(Submission.urn))
        )
        for code, urn, number in told:
            spoke[code, urn] += number
    lines = [
        {"run_at": run_at, "code": code, "urn": urn, "findings": number, "rows": rows[urn]}
        for (code, urn), number in sorted(spoke.items())
    ]
    lines += [
        {"run_at": run_at, "code": ROWS, "urn": urn, "findings": 0, "rows": number}
        for urn, number in sorted(rows.items())
    ]
    for part in in_chunks(lines):
        upsert(
            session,
            RuleTally,
            part,
            key=("run_at", "code", "urn"),
            update=("findings", "rows"),
        )
    return spoke.total()


def last_run_counts(session: Session, *, suspect: float = SUSPECT) -> tuple[RuleCount, ...]:
    """What each rule said in the last run: of all schools (urn ''), then school by school.

    Rules that spoke most come first.  Nothing where no run was tallied yet.
    """
    moments = session.scalars(
        select(distinct(col(RuleTally.run_at))).order_by(col(RuleTally.run_at).desc()).limit(2)
    ).all()
    if not moments:
        return ()
    now = _run(session, moments[0])
    then = _run(session, moments[1]) if len(moments) > 1 else None
    found = []
    for (code, urn), (findings, rows) in now.items():
        if code != ROWS:
            before = _share(then, code, urn) if then else None
            told = findings > suspect * rows and rows >= FEWEST_ROWS and not urn
            found.append(RuleCount(code, urn, findings, rows, before, told))
    most = {one.code: one.findings for one in found if not one.urn}
    return tuple(sorted(found, key=lambda one: (-most[one.code], one.code, one.urn)))


def count_lines(spoke: Iterable[RuleCount]) -> list[dict[str, object]]:
    """The same as lines for a table: counts, codes and URNs."""
    return [
        {
            "rule": one.code,
            "urn": one.urn or "all schools",
            "findings": one.findings,
            "rows judged": one.rows,
            "in 100 rows": f"{100 * one.share:.1f}",
            "last run": "" if one.before is None else f"{100 * one.before:.1f}",
            "trend": one.trend,
            "note": SUSPECT_WORDS if one.is_suspect else "",
        }
        for one in spoke
    ]


# By code and school, all schools together under '': findings and the rows they were found in.
_Run = Mapping[tuple[str, str], tuple[int, int]]


def _run(session: Session, moment: datetime) -> _Run:
    kept = session.execute(
        select(
            col(RuleTally.code), col(RuleTally.urn), col(RuleTally.findings), col(RuleTally.rows)
        ).where(col(RuleTally.run_at) == moment)
    ).all()
    judged = sum(rows for code, _, _, rows in kept if code == ROWS)
    found = {(code, urn): (findings, rows) for code, urn, findings, rows in kept}
    every: defaultdict[str, int] = defaultdict(int)
    for code, _, findings, _ in kept:
        every[code] += findings
    return found | {(code, ""): (findings, judged) for code, findings in every.items()}


def _share(run: _Run, code: str, urn: str) -> float | None:
    """Findings a row in a run; None where the school sent nothing in it."""
    if (ROWS, urn) not in run:
        return None
    findings, _ = run.get((code, urn), (0, 0))
    _, rows = run[ROWS, urn]
    return findings / rows if rows else None
