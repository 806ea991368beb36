"""Schools that have sent: of a hub's schools that teach a year group, how many sent its leavers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlmodel import Session, col, or_, select

from destinations.register.counted_at import hub_members
from destinations.register.providers import activity_code_at
from models.facts.submission_state import is_refused, is_standing
from models.handoffs.summaries import SummaryLine
from models.places import Institution
from models.submissions import Submission
from models.vocabulary import LeavingStage, SubmissionKind, academic_year

# What a college is, by the code of being enrolled there: it takes leavers and sends none.
_COLLEGES = frozenset({"220", "230", "240", "280", "410"})


class HubCohort(NamedTuple):
    """The leavers of one year group and year of all schools of a hub."""

    hub: str
    leaving_stage: str
    academic_year: int


@dataclass(frozen=True, slots=True)
class SchoolsSent:
    """Of a hub's schools, those of whom leavers of a cohort are asked, and those that sent them.

    `refused` of those that sent have had every file about them refused.
    """

    schools: int
    sent: int
    refused: int = 0


def schools_sent(
    session: Session, lines: Iterable[SummaryLine], *, day: date
) -> dict[HubCohort, SchoolsSent]:
    """How many schools of each hub have sent, of each cohort that the lines of a summary are about.

    A school has sent whose leavers are recorded, or whose rows cannot be counted, or whose file
    was refused.  Of Year 13 the schools with a sixth form are asked; a college only where it sent.
    """
    sending: dict[HubCohort, set[str]] = {}
    for line in lines:
        if line.hub and line.breakdown == "all":
            cohort = HubCohort(line.hub, line.leaving_stage, line.academic_year)
            sending.setdefault(cohort, set()).update({line.urn} - {""})
    members: dict[str, set[str]] = {}
    for places in hub_members(session, day=day).values():
        for place in places:
            members.setdefault(place.hub, set()).add(place.urn)
    asked = {stage.value: _schools_of_stage(session, stage) for stage in LeavingStage}
    refused = _refused_files(session)
    counts: dict[HubCohort, SchoolsSent] = {}
    for cohort, urns in sending.items():
        of_hub = members.get(cohort.hub, set())
        turned_away = {
            urn
            for urn in of_hub - urns
            if any(_may_be_of(file, cohort) for file in refused.get(urn, ()))
        }
        sent = urns | turned_away
        schools = sent | (of_hub & asked[cohort.leaving_stage])
        counts[cohort] = SchoolsSent(len(schools), len(sent), len(turned_away))
    return counts


def _schools_of_stage(session: Session, stage: LeavingStage) -> set[str]:
    """The URNs of open schools, as far as the register can tell, that have such a year group."""
    places = session.exec(select(Institution).where(col(Institution.is_open)))
    return {
        place.urn
        for place in places
        if place.urn
        and activity_code_at(place) not in _COLLEGES
        and (place.age_to is None or place.age_to >= stage.age)
        and (stage is LeavingStage.Y11 or place.has_sixth_form)
    }


def _refused_files(session: Session) -> Mapping[str, Sequence[Submission]]:
    files: dict[str, list[Submission]] = {}
    leaver_files = or_(
        col(Submission.kind).is_(None), col(Submission.kind) != SubmissionKind.ENROLMENTS.value
    )
    for file in session.exec(select(Submission).where(is_refused(), is_standing(), leaver_files)):
        files.setdefault(file.urn, []).append(file)
    return files


def _may_be_of(file: Submission, cohort: HubCohort) -> bool:
    """Whether a refused file may be about a cohort; one that does not say of which, by its day."""
    if file.leaving_stage not in (None, cohort.leaving_stage):
        return False
    if file.academic_year is not None:
        return file.academic_year == cohort.academic_year
    sent_in = academic_year(file.sent_on.year, file.sent_on.month)
    return sent_in - cohort.academic_year in (0, 1)
