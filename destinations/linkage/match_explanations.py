"""Match explanations: why a row is taken to be about somebody, for whoever settles or doubts it."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from rapidfuzz import fuzz

from destinations.linkage.identities import Identity, is_like_forename, is_like_surname


def explain_agreement(identity: Identity, names: Sequence[Identity]) -> str:
    """The names of the facts that agree with any of a person's identities, and that differ.

    Never the values: the words are kept as the match's reason.
    """
    comparisons: tuple[tuple[str, object, Collection[object]], ...] = (
        ("UPN", identity.upn, {name.upn for name in names} - {""}),
        ("ULN", identity.uln, {name.uln for name in names} - {""}),
        ("date of birth", identity.born_on, {name.born_on for name in names} - {None}),
        ("postcode", identity.postcode, {name.postcode for name in names} - {""}),
    )
    agree = [
        label
        for label, value, candidate_values in comparisons
        if value and value in candidate_values
    ]
    differ = [
        label
        for label, value, candidate_values in comparisons
        if value and candidate_values and value not in candidate_values
    ]
    if identity.surname:
        (agree if any(is_like_surname(identity, name) for name in names) else differ).append(
            "surname"
        )
    if identity.forenames:
        (agree if any(is_like_forename(identity, name) for name in names) else differ).append(
            "forename"
        )
    lists = (("agree", agree), ("differ", differ))
    return "; ".join(f"{word}: {', '.join(facts)}" for word, facts in lists if facts)


def rank_candidates(
    identity: Identity, candidates: Iterable[int], names: Mapping[int, Sequence[Identity]]
) -> tuple[int, ...]:
    """The ids of people an unsure row may be about, the most alike first, by `names`.

    A score orders what people look at; it never decides.
    """

    def likeness(person: int) -> float:
        return max(
            (
                fuzz.ratio(_comparison_text(identity), _comparison_text(name))
                for name in names[person]
            ),
            default=0,
        )

    return tuple(sorted(candidates, key=lambda person: (-likeness(person), person)))


def _comparison_text(identity: Identity) -> str:
    born_on = identity.born_on.isoformat() if identity.born_on else ""
    return f"{identity.surname} {' '.join(identity.forenames)} {born_on} {identity.postcode}"
