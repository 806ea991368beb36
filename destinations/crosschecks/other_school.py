"""Other school: a sheet sent in the wrong name stops before anybody becomes a leaver there.

Three things show it: the numbers of its people are recorded already as those of leavers of one
other school in the same year, the rows are to the letter what that school sent, or their UPNs carry
the number of one other school of the hub.  Names and days of birth alone are asked about.  A few
leavers who moved stop nothing, and neither do people who are leavers of the sending school already.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session, col

from destinations.crosschecks.thresholds import THRESHOLDS, Thresholds
from destinations.linkage.candidates import in_chunks
from destinations.linkage.identities import Identity, parse_identity
from destinations.record.rounds import rows_hash
from models.facts.effective import is_effective
from models.facts.membership import is_member_on
from models.facts.submission_state import OF_OTHER_SCHOOL, is_standing
from models.facts.succession import school_chain
from models.handoffs.findings import Issue, SubmissionRefused
from models.handoffs.normalised import NormalisedSubmission, SubmissionMetadata
from models.leavers import Cohort, Leaver
from models.places import Institution, Membership
from models.submissions import Submission
from models.vocabulary import SubmissionKind

_NAMES = ("upn", "uln", "surname", "forename", "born_on")


def stop_sheet_of_other_school(
    session: Session, mapped: NormalisedSubmission, limits: Thresholds = THRESHOLDS
) -> tuple[Issue, ...]:
    """Raise SubmissionRefused X10 where a leaver sheet is, by its people, another school's.

    Returns the question to ask where only names and days of birth say so.  `limits` has the share
    of the sheet's rows and the fewest rows that make it so.
    """
    metadata = mapped.metadata
    years = {cohort.academic_year for cohort in mapped.cohorts}
    if metadata.kind is not SubmissionKind.LEAVERS or not years:
        return ()
    identities = list(
        {(row.sheet, row.row): parse_identity(row.values) for row in mapped.rows}.values()
    )
    chain = school_chain(session, metadata.urn)
    own, others = _recorded_by_school(session, metadata, years, chain, identities)
    strangers = [identity for identity in identities if not own.intersection(_keys(identity))]
    numbers = max(
        (_count_known(strangers, keys, by_number=True) for keys in others.values()), default=0
    )
    alike = {urn: _count_known(strangers, keys) for urn, keys in others.items()}
    numbered = _numbered_by_other_school(session, metadata, chain, strangers)
    of = len(identities)

    def is_most(count: int) -> bool:
        return count >= limits.other_school_from and count > limits.other_school * of

    if is_most(numbered) and numbered > numbers:
        why = "have a UPN that another school of the hub gave, and none has one of yours"
        raise _other_schools(numbered, of, why)
    if is_most(numbers):
        raise _other_schools(numbers, of, _RECORDED)
    urn = max(alike, key=lambda urn: alike[urn], default="")
    if not urn or alike[urn] <= limits.other_school * of:
        return ()
    if _sent_the_same(session, urn, mapped):
        raise _other_schools(alike[urn], of, _RECORDED)
    return (Issue(_ALIKE, facts=(("count", str(alike[urn])), ("of", str(of)))),)


_ALIKE = "X11"
_RECORDED = "are recorded as leavers of another school in the same year"


def _other_schools(count: int, of: int, why: str) -> SubmissionRefused:
    return SubmissionRefused(OF_OTHER_SCHOOL, count=str(count), of=str(of), why=why)


def _count_known(
    identities: Iterable[Identity], keys: set["_Key"], *, by_number: bool = False
) -> int:
    return sum(
        not keys.isdisjoint(key for key in _keys(identity) if not by_number or len(key) == 1)
        for identity in identities
    )


def _sent_the_same(session: Session, urn: str, mapped: NormalisedSubmission) -> bool:
    """Whether that school has sent these very rows."""
    same = select(col(Submission.id)).where(
        col(Submission.urn).in_(school_chain(session, urn)),
        col(Submission.rows_hash) == rows_hash(mapped),
        is_standing(),
    )
    return session.execute(same.limit(1)).first() is not None


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
    years: Collection[int],
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
                col(Cohort.academic_year).in_(years),
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
