"""Succession: which URNs one school has had and will have, read from either side of a GIAS link.

GIAS writes most links twice, under both URNs, and some under one only: of the 16,854 successions
in the file of 22 April 2025, 193 under the old URN only and 61 under the new one only.  A link
means the same wherever it is written.  Kinds that begin with Successor or Predecessor say who came
first, whatever follows ("- merged", "- amalgamated", "- Split School"); no other does: "Result of
Amalgamation" stands under both schools alike, and a sixth form centre succeeds nobody.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    and_,
    bindparam,
    case,
    literal,
    or_,
    select,
    union,
    union_all,
)
from sqlmodel import Session, col

from models.database import CHUNK
from models.places import InstitutionLink

SUCCESSOR, PREDECESSOR = "successor", "predecessor"
_CACHE_KEY = "school chains"  # in Session.info, while the register is at rest


def school_chain(session: Session, urn: str) -> tuple[str, ...]:
    """The URNs that a school has had and will have, its own first (sources.md: identifiers).

    Predecessors of predecessors and successors of successors, the nearest first; never a sister
    that merged into the same school, whose leavers are its own.
    """
    chains: dict[str, tuple[str, ...]] | None = session.info.get(_CACHE_KEY)
    if chains is None:
        return _school_chain(session, urn)
    if urn not in chains:
        chains[urn] = _school_chain(session, urn)
    return chains[urn]


@contextmanager
def register_at_rest(session: Session) -> Iterator[None]:
    """While the register does not change, the URNs of each school are looked up once."""
    session.info[_CACHE_KEY] = {}
    try:
        yield
    finally:
        del session.info[_CACHE_KEY]


def _school_chain(session: Session, urn: str) -> tuple[str, ...]:
    chain = [urn]
    linked_by_kind = _linked_from(session, [urn], PREDECESSOR, SUCCESSOR)
    for kind in (PREDECESSOR, SUCCESSOR):
        generation = {urn}
        while generation:
            generation = _next_generation(generation, linked_by_kind[kind]) - set(chain)
            chain.extend(sorted(generation))
    return tuple(chain)


def successors_from(session: Session, urns: Collection[str]) -> dict[str, set[str]]:
    """By URN, those that took its place directly: of these, and of all that came after them."""
    return _linked_from(session, urns, SUCCESSOR)[SUCCESSOR]


def successor_among(
    urn: str, successors: Mapping[str, set[str]], members: Collection[str]
) -> str | None:
    """The URN itself where it is a member, or the one member that took its place.

    The nearest generation with a member decides; None where there is none, or where a school was
    divided among several.  `successors` as `successors_from` gives them.
    """
    passed, generation = {urn}, {urn}
    while generation:
        if belonging := generation.intersection(members):
            return belonging.pop() if len(belonging) == 1 else None
        generation = _next_generation(generation, successors) - passed
        passed |= generation
    return None


def is_linked(session: Session, urn: str) -> bool:
    """Whether any link, of whatever kind, names a URN on either side."""
    link = InstitutionLink
    named = select(col(link.urn)).where(or_(col(link.urn) == urn, col(link.linked_urn) == urn))
    return session.execute(named.limit(1)).first() is not None


def is_one_school(urn: Any, other: Any, among: Any) -> ColumnElement[bool]:
    """Whether two columns of URNs are of one school, as `school_chain` has it.

    `among` selects the URNs that the first column can hold.
    """
    chains = [_chains_of_kind(among, kind) for kind in (PREDECESSOR, SUCCESSOR)]
    return or_(
        urn == other,
        *(
            select(chain.c.urn).where(chain.c.urn == urn, chain.c.linked == other).exists()
            for chain in chains
        ),
    )


def _linked_from(
    session: Session, urns: Collection[str], *kinds: str
) -> dict[str, dict[str, set[str]]]:
    """By kind and URN, its direct links: of these URNs and of all that they lead to."""
    linked: dict[str, defaultdict[str, set[str]]] = {kind: defaultdict(set) for kind in kinds}
    urns_in_order = sorted(urns)
    for at in range(0, len(urns_in_order), CHUNK):
        chunk = urns_in_order[at : at + CHUNK]
        for kind, before, after in session.execute(_links_query(kinds), {"urns": chunk}):
            linked[kind][before].add(after)
    return {kind: dict(links) for kind, links in linked.items()}


@cache  # put together once: that takes longer than asking it
def _links_query(kinds: tuple[str, ...]) -> Any:
    return union_all(*(_links_of_kind(kind) for kind in kinds))


def _links_of_kind(kind: str) -> Any:
    """The kind and the URNs beside those of that kind, and so on, from the links of either side."""
    link = InstitutionLink
    urns: Any = bindparam("urns", expanding=True)
    own, theirs = _kind_conditions(kind)
    near: Any = select(col(link.urn).label("before"), col(link.linked_urn).label("after"))
    far = select(col(link.linked_urn), col(link.urn))
    first = union(
        near.where(col(link.urn).in_(urns), own), far.where(col(link.linked_urn).in_(urns), theirs)
    ).subquery()
    links = select(first).cte(f"{kind}_links", recursive=True)
    reached = links.c.after
    is_near = and_(col(link.urn) == reached, own)
    is_far = and_(col(link.linked_urn) == reached, theirs)
    onward = case((is_near, col(link.linked_urn)), else_=col(link.urn))
    links = links.union(select(reached, onward).join(link, or_(is_near, is_far)))
    return select(literal(kind), links.c.before, links.c.after)


def _chains_of_kind(among: Any, kind: str) -> CTE:
    """Each of those URNs beside all that it leads to by links of that kind, itself included."""
    link = InstitutionLink
    own, theirs = _kind_conditions(kind)
    start = among.subquery()
    first = select(start.c[0].label("urn"), start.c[0].label("linked"))
    chain = first.cte(f"{kind}s_of", recursive=True)
    near = and_(col(link.urn) == chain.c.linked, own)
    far = and_(col(link.linked_urn) == chain.c.linked, theirs)
    onward = case((near, col(link.linked_urn)), else_=col(link.urn))
    return chain.union(select(chain.c.urn, onward).join(link, or_(near, far)))


def _kind_conditions(kind: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """How a link of that kind reads under the URN asked of, and how under the other."""
    other = PREDECESSOR if kind == SUCCESSOR else SUCCESSOR
    written = col(InstitutionLink.kind)
    return written.istartswith(kind), written.istartswith(other)


def _next_generation(urns: Collection[str], links: Mapping[str, set[str]]) -> set[str]:
    return {linked for urn in urns for linked in links.get(urn, ())}
