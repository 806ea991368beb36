"""Rule trend: findings of a hub's schools, intake by intake, for a page to show."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from destinations.record.rule_statistics import ROWS
from models.responses import RuleTally

RUNS = 12  # of the history
BY_RULE = 6  # of them beside each other, rule by rule


@dataclass(frozen=True, slots=True)
class IntakeRun:
    """One intake: schools that sent something, rows validated, and findings by rule code."""

    run_at: datetime
    rows: int
    schools: int
    by_rule: Mapping[str, int]

    @property
    def findings(self) -> int:
        """Findings of all rules together."""
        return sum(self.by_rule.values())

    def in_100_rows(self, code: str = "") -> str:
        """Findings in 100 rows to one decimal, of one rule or of all; '' where no row was read."""
        findings = self.by_rule.get(code, 0) if code else self.findings
        return f"{100 * findings / self.rows:.1f}" if self.rows else ""


def recent_runs(session: Session, urns: Sequence[str]) -> list[IntakeRun]:
    """The last intakes (RUNS at most) in which these schools sent something, the latest first."""
    of_schools = col(RuleTally.urn).in_(urns)
    moments = session.execute(
        select(col(RuleTally.run_at), func.count(func.distinct(RuleTally.urn)))
        .where(of_schools)
        .group_by(col(RuleTally.run_at))
        .order_by(col(RuleTally.run_at).desc())
        .limit(RUNS)
    ).all()
    tallies = session.execute(
        select(
            col(RuleTally.run_at),
            col(RuleTally.code),
            func.sum(RuleTally.findings),
            func.sum(RuleTally.rows),
        )
        .where(of_schools, col(RuleTally.run_at).in_([moment for moment, _ in moments]))
        .group_by(col(RuleTally.run_at), col(RuleTally.code))
    ).all()
    rows_judged: dict[datetime, int] = {}
    findings_by_rule: defaultdict[datetime, dict[str, int]] = defaultdict(dict)
    for moment, code, findings, judged in tallies:
        if code == ROWS:
            rows_judged[moment] = int(judged or 0)
        else:
            findings_by_rule[moment][code] = int(findings)
    return [
        IntakeRun(moment, rows_judged.get(moment, 0), schools, findings_by_rule[moment])
        for moment, schools in moments
    ]


def rules_in_runs(runs: Sequence[IntakeRun]) -> list[str]:
    """Codes of the rules with findings in these runs, the most in the latest run first."""
    codes = {code for run in runs for code in run.by_rule}
    return sorted(codes, key=lambda code: (*(-run.by_rule.get(code, 0) for run in runs), code))
