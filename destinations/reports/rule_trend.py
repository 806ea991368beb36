"""Intakes: what rules said of a hub's schools, run by run, as a page tells it."""

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
    """One intake: rows judged and findings told, of the hub's schools, in all and by rule."""

    run_at: datetime
    rows: int
    schools: int
    by_rule: Mapping[str, int]

    @property
    def findings(self) -> int:
        """Everything that was told."""
        return sum(self.by_rule.values())

    def in_100_rows(self, code: str = "") -> str:
        """Findings in a hundred rows, of one rule or of all; '' where nothing was judged."""
        found = self.by_rule.get(code, 0) if code else self.findings
        return f"{100 * found / self.rows:.1f}" if self.rows else ""


def recent_runs(session: Session, urns: Sequence[str]) -> list[IntakeRun]:
    """The last intakes in which these schools sent something, the latest first."""
    of_schools = col(RuleTally.urn).in_(urns)
    moments = session.execute(
        select(col(RuleTally.run_at), func.count(func.distinct(RuleTally.urn)))
        .where(of_schools)
        .group_by(col(RuleTally.run_at))
        .order_by(col(RuleTally.run_at).desc())
        .limit(RUNS)
    ).all()
    counted = session.execute(
        select(
            col(RuleTally.run_at),
            col(RuleTally.code),
            func.sum(RuleTally.findings),
            func.sum(RuleTally.rows),
        )
        .where(of_schools, col(RuleTally.run_at).in_([moment for moment, _ in moments]))
        .group_by(col(RuleTally.run_at), col(RuleTally.code))
    ).all()
    rows: dict[datetime, int] = {}
    found: defaultdict[datetime, dict[str, int]] = defaultdict(dict)
    for moment, code, findings, judged in counted:
        if code == ROWS:
            rows[moment] = int(judged or 0)
        else:
            found[moment][code] = int(findings)
    return [IntakeRun(moment, rows.get(moment, 0), many, found[moment]) for moment, many in moments]


def rules_in_runs(told: Sequence[IntakeRun]) -> list[str]:
    """The rules that spoke in these runs, those that spoke most in the latest first."""
    codes = {code for one in told for code in one.by_rule}
    return sorted(codes, key=lambda code: (*(-one.by_rule.get(code, 0) for one in told), code))
