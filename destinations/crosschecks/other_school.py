"""Other school: a sheet sent in the wrong name stops before anybody becomes a leaver there.

Two things show it: its people are recorded already as leavers of one other school in the same year,
or their UPNs carry the number of one other school of the hub.  A few leavers who moved stop
nothing, and neither do people who are leavers of the sending school already.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session, col

from destinations.crosschecks.thresholds import THRESHOLDS, Thresholds
from destinations.linkage.candidates import in_chunks
from destinations.linkage.identities import Identity, parse_identity
from models.facts.effective import is_effective
from models.facts.membership import is_member_on
from models.facts.submission_state import OF_OTHER_SCHOOL
from models.facts.succession import school_chain
from models.handoffs.findings import SubmissionRefused
from models.handoffs.normalised import NormalisedSubmission, SubmissionMetadata
from models.leavers import Cohort, Leaver
from models.places import Institution, Membership
from models.vocabulary import SubmissionKind

_NAMES = ("upn", "uln", "surname", "forename", "born_on")


def stop_sheet_of_other_school(
    session: Session, mapped: NormalisedSubmission, limits: Thresholds = THRESHOLDS
) -> None:
    """Raise SubmissionRefused X10 where a leaver sheet is, by its people, another school's.

    `limits` has the share of the sheet's rows and the fewest rows that make it so.
    """
    metadata = mapped.metadata
    if metadata.kind is not SubmissionKind.LEAVERS or metadata.academic_year is None:
        return
    identities = list(
        {(row.sheet, row.row): parse_identity(row.values) for row in mapped.rows}.values()
    )
    chain = school_chain(session, metadata.urn)
    own, others = _recorded_by_school(session, metadata, chain, identities)
    strangers = [identity for identity in identities if not own.intersection(_keys(identity))]
    recorded = max(
        (
            sum(not keys.isdisjoint(_keys(identity)) for identity in strangers)
            for keys in others.values()
        ),
        default=0,
    )
    numbered = _numbered_by_other_school(session, metadata, chain, strangers)
    most = max(recorded, numbered)
    if most >= limits.other_school_from and most >= limits.other_school * len(identities):
        why = (
            "are recorded as leavers of another school in the same year"
            if recorded >= numbered
            else "have a UPN that another school of the hub gave, and none has one of yours"
        )
        raise SubmissionRefused(OF_OTHER_SCHOOL, count=str(most), of=str(len(identities)), why=why)


_Key = tuple[object, ...]


def _keys(identity: Identity) -> list[_Key]:
    """What may be somebody else's word for the same person: numbers, else name and birth."""
    keys: list[_Key] = [(number,) for number in (identity.upn, identity.uln) if number]
    if keys or identity.born_on is None:
        return keys
    return [(identity.surname, first, identity.born_on) for first in identity.firsts]


def _recorded_by_school(
    session: Session,
    metadata: SubmissionMetadata,
    chain: Sequence[str],
    identities: Sequence[Identity],
) -> tuple[set[_Key], dict[str, set[_Key]]]:
    """The keys under which a year's leavers are recorded: at this school, and at each other."""
    own: set[_Key] = set()
    others: dict[str, set[_Key]] = {}
    for chunk in in_chunks(identities):
        rows = session.execute(
            select(col(Cohort.urn), *(getattr(Leaver, name) for name in _NAMES))
            .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
            .where(
                col(Cohort.academic_year) == metadata.academic_year,
                is_effective(col(Leaver.submission_id)),
                or_(*_is_alike(metadata, chain, chunk)),
            )
        )
        for urn, *values in rows:
            known_identity = parse_identity(dict(zip(_NAMES, values, strict=True)))
            keys = own if urn in chain else others.setdefault(urn, set())
            keys.update((number,) for number in (known_identity.upn, known_identity.uln) if number)
            keys.update(
                (known_identity.surname, first, known_identity.born_on)
                for first in known_identity.firsts
            )
    return own, others


def _is_alike(
    metadata: SubmissionMetadata, chain: Sequence[str], identities: Sequence[Identity]
) -> list[ColumnElement[bool]]:
    """A number is looked for anywhere, a day of birth only among the schools of the hub."""
    unnumbered = {
        identity.born_on
        for identity in identities
        if not (identity.upn or identity.uln) and identity.born_on
    }
    neighbours = or_(col(Cohort.urn).in_(chain), col(Cohort.urn).in_(_hub_schools(metadata)))
    return [
        col(Leaver.upn).in_({identity.upn for identity in identities} - {""}),
        col(Leaver.uln).in_({identity.uln for identity in identities} - {""}),
        and_(col(Leaver.born_on).in_(unnumbered), neighbours),
    ]


def _numbered_by_other_school(
    session: Session,
    metadata: SubmissionMetadata,
    chain: Sequence[str],
    strangers: Iterable[Identity],
) -> int:
    """How many UPNs begin with the number of one other school of the hub; 0 where any is ours.

    The seven digits after the letter are the authority and school that gave a UPN (DfE, UPN guide).
    """
    counts = Counter(identity.upn[1:8] for identity in strangers if identity.upn)
    if not counts:
        return 0
    is_neighbour = and_(
        col(Institution.laestab).in_(counts), col(Institution.urn).in_(_hub_schools(metadata))
    )
    numbers = session.execute(
        select(col(Institution.urn), col(Institution.laestab)).where(
            or_(col(Institution.urn).in_(chain), is_neighbour),
            col(Institution.laestab).is_not(None),
        )
    ).all()
    ours = {row.laestab for row in numbers if row.urn in chain}
    if not ours or ours.intersection(counts):
        return 0
    return max((counts[row.laestab] for row in numbers if row.urn not in chain), default=0)


def _hub_schools(metadata: SubmissionMetadata) -> ColumnElement[str]:
    hubs = select(col(Membership.hub_id)).where(
        col(Membership.urn) == metadata.urn, is_member_on(metadata.sent_on)
    )
    return select(col(Membership.urn)).where(  # type: ignore[return-value]
        col(Membership.hub_id).in_(hubs), is_member_on(metadata.sent_on)
    )
