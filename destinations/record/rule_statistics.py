"""Rule statistics: findings of an intake run are counted by rule and school, for the trend."""

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
    """How many findings a rule had in a run, at one school (`urn`) or all of them ('')."""

    code: str
    urn: str
    findings: int
    rows: int  # judged in that run, of that school or of all
    before: float | None = None  # share of rows in the run before; None where there was none
    is_suspect: bool = False

    @property
    def share(self) -> float:
        """Findings divided by rows judged: 0.2 is one finding in five rows."""
        return self.findings / self.rows if self.rows else 0.0

    @property
    def trend(self) -> str:
        """Against the run before: new, more, fewer, as before; '' with nothing to compare."""
        if self.before is None:
            return ""
        if self.before == 0:
            return "new"
        if abs(self.share - self.before) < 0.1 * self.before:
            return "as before"
        return "more" if self.share > self.before else "fewer"


def count_findings(session: Session, submissions: Sequence[int], *, run_at: datetime) -> int:
    """Tally the findings of these submissions as one run; returns how many were counted.

    Counting a run twice changes nothing.  A refused submission counts by the rule that refused it.
    """
    rows: Counter[str] = Counter()
    counts: Counter[tuple[str, str]] = Counter()
    for chunk in in_chunks(sorted(set(submissions))):
        rows_by_school = session.execute(
            select(col(Submission.urn), func.sum(Submission.rows_read), func.count())
            .where(col(Submission.id).in_(chunk))
            .group_by(col(Submission.urn))
        )
        for urn, read, _ in rows_by_school:
            rows[urn] += int(read or 0)
        refused = session.execute(
            select(col(Submission.urn), col(Submission.refused_code)).where(
                col(Submission.id).in_(chunk), is_refused()
            )
        )
        counts.update((code, urn) for urn, code in refused if code)
        finding_counts = session.execute(
            select(col(FindingRecord.code), col(Submission.urn), func.count())
            .join(Submission, col(Submission.id) == col(FindingRecord.submission_id))
            .where(col(Submission.id).in_(chunk), ~is_refused())
            .group_by(col(FindingRecord.code), col(Submission.urn))
        )
        for code, urn, number in finding_counts:
            counts[code, urn] += number
    tallies = [
        {"run_at": run_at, "code": code, "urn": urn, "findings": number, "rows": rows[urn]}
        for (code, urn), number in sorted(counts.items())
    ]
    tallies += [
        {"run_at": run_at, "code": ROWS, "urn": urn, "findings": 0, "rows": number}
        for urn, number in sorted(rows.items())
    ]
    for chunk in in_chunks(tallies):
        upsert(
            session,
            RuleTally,
            chunk,
            key=("run_at", "code", "urn"),
            update=("findings", "rows"),
        )
    return counts.total()


def last_run_counts(session: Session, *, suspect: float = SUSPECT) -> tuple[RuleCount, ...]:
    """The counts of the last run: for each rule those of all schools (urn ''), then by school.

    The rules with most findings come first.  A rule with findings in more than `suspect` of the
    rows of all schools (0 to 1) is suspect.  Empty where no run was tallied yet.
    """
    moments = session.scalars(
        select(distinct(col(RuleTally.run_at))).order_by(col(RuleTally.run_at).desc()).limit(2)
    ).all()
    if not moments:
        return ()
    now = _run_counts(session, moments[0])
    before = _run_counts(session, moments[1]) if len(moments) > 1 else None
    counts = []
    for (code, urn), (findings, rows) in now.items():
        if code != ROWS:
            share_before = _share(before, code, urn) if before else None
            is_suspect = findings > suspect * rows and rows >= FEWEST_ROWS and not urn
            counts.append(RuleCount(code, urn, findings, rows, share_before, is_suspect))
    findings_by_rule = {count.code: count.findings for count in counts if not count.urn}
    return tuple(
        sorted(counts, key=lambda count: (-findings_by_rule[count.code], count.code, count.urn))
    )


def count_lines(counts: Iterable[RuleCount]) -> list[dict[str, object]]:
    """The counts as lines of a table, by its headings: counts, codes and URNs."""
    return [
        {
            "rule": count.code,
            "urn": count.urn or "all schools",
            "findings": count.findings,
            "rows judged": count.rows,
            "in 100 rows": f"{100 * count.share:.1f}",
            "last run": "" if count.before is None else f"{100 * count.before:.1f}",
            "trend": count.trend,
            "note": SUSPECT_WORDS if count.is_suspect else "",
        }
        for count in counts
    ]


# By code and school, all schools together under '': findings and the rows they were found in.
_CountsByRule = Mapping[tuple[str, str], tuple[int, int]]


def _run_counts(session: Session, moment: datetime) -> _CountsByRule:
    tallies = session.execute(
        select(
            col(RuleTally.code), col(RuleTally.urn), col(RuleTally.findings), col(RuleTally.rows)
        ).where(col(RuleTally.run_at) == moment)
    ).all()
    judged = sum(rows for code, _, _, rows in tallies if code == ROWS)
    by_school = {(code, urn): (findings, rows) for code, urn, findings, rows in tallies}
    of_all_schools: defaultdict[str, int] = defaultdict(int)
    for code, _, findings, _ in tallies:
        of_all_schools[code] += findings
    return by_school | {(code, ""): (findings, judged) for code, findings in of_all_schools.items()}


def _share(run: _CountsByRule, code: str, urn: str) -> float | None:
    """Findings a row in a run; None where the school sent nothing in it."""
    if (ROWS, urn) not in run:
        return None
    findings, _ = run.get((code, urn), (0, 0))
    _, rows = run[ROWS, urn]
    return findings / rows if rows else None
