"""Why a row is thought to be about somebody: what a person settling it, or a sceptic, will read."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from rapidfuzz import fuzz

from destinations.linkage.identities import Identity, is_like_forename, is_like_surname


def explain_agreement(who: Identity, names: Sequence[Identity]) -> str:
    """Which facts agree with any way somebody is named and which differ; never the facts."""
    told: tuple[tuple[str, object, Collection[object]], ...] = (
        ("UPN", who.upn, {name.upn for name in names} - {""}),
        ("ULN", who.uln, {name.uln for name in names} - {""}),
        ("date of birth", who.born_on, {name.born_on for name in names} - {None}),
        ("postcode", who.postcode, {name.postcode for name in names} - {""}),
    )
    agree = [what for what, mine, theirs in told if mine and mine in theirs]
    differ = [what for what, mine, theirs in told if mine and theirs and mine not in theirs]
    if who.surname:
        (agree if any(is_like_surname(who, name) for name in names) else differ).append("surname")
    if who.forenames:
        (agree if any(is_like_forename(who, name) for name in names) else differ).append("forename")
    lists = (("agree", agree), ("differ", differ))
    return "; ".join(f"{word}: {', '.join(facts)}" for word, facts in lists if facts)


def rank_candidates(
    who: Identity, candidates: Iterable[int], names: Mapping[int, Sequence[Identity]]
) -> tuple[int, ...]:
    """Those an unsure row may be about.  A score orders what people look at; it never decides."""

    def likeness(person: int) -> float:
        return max((fuzz.ratio(_line(who), _line(name)) for name in names[person]), default=0)

    return tuple(sorted(candidates, key=lambda person: (-likeness(person), person)))


def _line(who: Identity) -> str:
    born = who.born_on.isoformat() if who.born_on else ""
    return f"{who.surname} {' '.join(who.forenames)} {born} {who.postcode}"
