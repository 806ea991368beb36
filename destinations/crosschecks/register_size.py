"""Register size: a cohort against the pupils that the register counts at its school."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, case, select
from sqlmodel import Session, col

from destinations.crosschecks.previous_return import RecordedSheet
from destinations.crosschecks.thresholds import Thresholds
from models.handoffs.findings import Issue
from models.places import Institution
from models.vocabulary import LeavingStage

RECEPTION, SECONDARY, LAST_OF_ALL = 4, 11, 18  # ages; a pupil of 18 is in no other year group

# Their year groups are not alike: some take most pupils in Year 10 or 11, some from 2 to 25.
ATYPICAL_TYPES = ("special", "referral", "alternative", "secure", "hospital")


@dataclass(frozen=True, slots=True)
class YearGroupSize:
    """How many leavers a register's count of pupils allows for; `fewest` 0 where it cannot say."""

    fewest: float
    most: float

    def words(self) -> str:
        """The size for a sentence: "180", "150 to 210" or "up to 210"."""
        fewest, most = round(self.fewest), round(self.most)
        if not fewest:
            return f"up to {most:,}"
        return f"{most:,}" if fewest == most else f"{fewest:,} to {most:,}"

    def fits(self, leavers: int, limits: Thresholds) -> bool:
        """Whether that many leavers lie within the thresholds."""
        too_many = leavers > (1 + limits.above_register) * self.most
        too_few = leavers < (1 - limits.below_register) * self.fewest
        difference = max(leavers - self.most, self.fewest - leavers)
        return difference < limits.fewest or not (too_many or too_few)


def year_group_size(
    pupils: int | None,
    age_from: int | None,
    age_to: int | None,
    *,
    stage: LeavingStage,
    kind: str = "",
) -> YearGroupSize | None:
    """The size of one year group by the register's count of pupils; None where it cannot be told.

    The fewest is as if each year group from first to last were alike, the most as if all pupils
    were of secondary age and before the sixth form: a primary part and a sixth form have fewer a
    year.  A sixth form's own Year 13 may be small, so for it there is only a most.  `kind` is the
    register's type of establishment; special schools and alternative provision are not asked.

    The default thresholds were drawn from real schools (DfE school census and performance
    tables).  Where 131 mainstream schools have their pupils of January 2019 beside the cohorts that
    left in 2017 and 2021, the defaults ask about 1 of 249: a middle school that was turning into a
    secondary school.  With a roll made up from the two cohorts of every school in the country, they
    ask about fewer than 1 in 200 (tests/test_register_size.py).
    """
    if not pupils or age_from is None or age_to is None or _is_atypical(kind):
        return None
    oldest = min(age_to, LAST_OF_ALL)
    if not age_from < stage.age <= oldest:
        return None
    if stage is LeavingStage.Y13:
        last_age = stage.age if age_from >= LeavingStage.Y11.age else LeavingStage.Y11.age
        return YearGroupSize(0, pupils / (last_age - max(age_from, SECONDARY)))
    fewest = pupils / (oldest - max(age_from, RECEPTION))
    return YearGroupSize(fewest, pupils / (stage.age - max(age_from, SECONDARY)))


def compare_with_register(
    session: Session, sheet: RecordedSheet, leavers: int, limits: Thresholds
) -> Iterator[Issue]:
    """H07: a cohort of `leavers`, far from what the register's count of pupils allows for.

    The count is that of the URN that sent the sheet; of its other URNs where the register has none
    for it, as for a school that has just become an academy.
    """
    parameters = {"chain": sheet.chain, "urn": sheet.metadata.urn}
    registered = session.execute(_pupil_count_query(), parameters).first()
    stage = sheet.metadata.leaving_stage
    if registered is None or stage is None:
        return
    pupils, age_from, age_to, kind = registered
    group = year_group_size(pupils, age_from, age_to, stage=stage, kind=kind)
    if group is not None and not group.fits(leavers, limits):
        facts = {
            "rows": f"{leavers:,}",
            "pupils": f"{pupils:,}",
            "from_age": str(age_from),
            "to_age": str(age_to),
            "size": group.words(),
        }
        yield Issue("H07", facts=tuple(facts.items()))


def _is_atypical(kind: str) -> bool:
    type_name = kind.casefold()
    return any(atypical in type_name for atypical in ATYPICAL_TYPES)


# The question, put together once: that takes longer than asking it.


@cache
def _pupil_count_query() -> Select[Any]:
    """Pupils, statutory ages and type of a school, its own URN before its others."""
    own_urn_first = case((col(Institution.urn) == bindparam("urn"), 0), else_=1)
    return (
        select(
            col(Institution.pupils),
            col(Institution.age_from),
            col(Institution.age_to),
            col(Institution.type_name),
        )
        .where(
            col(Institution.urn).in_(bindparam("chain", expanding=True)),
            col(Institution.pupils) > 0,
        )
        .order_by(own_urn_first, col(Institution.urn).desc())
        .limit(1)
    )
