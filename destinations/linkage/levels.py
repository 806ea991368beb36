"""The levels of matching, surest first, as a list that somebody can read aloud.

The first level that finds anybody decides.  Why names and not a score: a decision about a young
person must be one that a careers leader can check.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from destinations.linkage.identities import (
    Identity,
    has_other_identifier,
    is_like_name,
    is_like_surname,
    is_near_birth_date,
    is_same_forename,
    is_short_forename,
    same_without_middle_names,
)

Keys = Callable[[Identity], tuple[Hashable, ...]]


@dataclass(frozen=True, slots=True)
class MatchLevel:
    """One way of being the same person.

    `keys` finds those worth comparing without going through everybody; `same` compares.  A level
    that is not `sure` waits for a person.  `alone` is sure only where nobody else has the key.
    `in_school` levels apply within one cohort only, where a likeness means more than in a hub.
    `unless_claimed` finds nobody in a school's sheet that has a row of theirs already: the other
    is a twin, or somebody of the same name.
    """

    words: str
    keys: Keys
    same: Callable[[Identity, Identity], bool]
    sure: bool = True
    alone: bool = False
    in_school: bool = False
    unless_claimed: bool = False


def by_upn(who: Identity) -> tuple[Hashable, ...]:
    """The UPN, where it is valid."""
    return (who.upn,) if who.upn else ()


def by_uln(who: Identity) -> tuple[Hashable, ...]:
    """The ULN, where it is valid."""
    return (who.uln,) if who.uln else ()


def by_surname_and_birth(who: Identity) -> tuple[Hashable, ...]:
    """Surname and date of birth."""
    return ((who.surname, who.born_on),) if who.surname and who.born_on else ()


def by_both_names_and_birth(who: Identity) -> tuple[Hashable, ...]:
    """Forename and surname in whatever order, and date of birth."""
    if not (who.surname and who.born_on):
        return ()
    return tuple(
        (min(who.surname, name), max(who.surname, name), who.born_on) for name in who.forenames
    )


def by_forename_and_birth(who: Identity) -> tuple[Hashable, ...]:
    """First forename and date of birth."""
    return tuple((first, who.born_on) for first in who.firsts) if who.born_on else ()


def by_name(who: Identity) -> tuple[Hashable, ...]:
    """Surname and first forename."""
    return tuple((who.surname, first) for first in who.firsts) if who.surname else ()


def supports_identifier(one: Identity, other: Identity) -> bool:
    """Whether name or date of birth bears an identifier out; where neither is given, yes."""
    if not one.surname and not one.forenames and one.born_on is None:
        return True
    if one.born_on is not None and one.born_on == other.born_on:
        return True
    return is_like_name(one, other)


def same_name_and_birth(one: Identity, other: Identity) -> bool:
    """Whether surname, forename and date of birth are all the same."""
    return (
        bool(one.surname)
        and one.born_on is not None
        and (one.surname, one.born_on) == (other.surname, other.born_on)
        and is_same_forename(one, other)
    )


def _apart(
    same: Callable[[Identity, Identity], bool],
) -> Callable[[Identity, Identity], bool]:
    def compare(one: Identity, other: Identity) -> bool:
        return not has_other_identifier(one, other) and same(one, other)

    return compare


def _same_uln(one: Identity, other: Identity) -> bool:
    return supports_identifier(one, other) and not has_other_identifier(one, other)


def _turned_round(one: Identity, other: Identity) -> bool:
    return one.surname in other.forenames and other.surname in one.forenames


def _part_of_surname(one: Identity, other: Identity) -> bool:
    return (
        one.surname != other.surname
        and is_like_surname(one, other)
        and same_without_middle_names(one, other)
    )


def _near_birth(one: Identity, other: Identity) -> bool:
    return is_near_birth_date(one.born_on, other.born_on)


def _no_birth(one: Identity, other: Identity) -> bool:
    return one.born_on is None or other.born_on is None


def _same_postcode(one: Identity, other: Identity) -> bool:
    return bool(one.postcode) and one.postcode == other.postcode


def _same_first_letter(one: Identity, other: Identity) -> bool:
    return any(a[0] == b[0] for a in one.firsts for b in other.firsts)


def _near_surname(one: Identity, other: Identity) -> bool:
    return _same_postcode(one, other) or _nearly(one.surname, other.surname)


def _misspelt_surname(one: Identity, other: Identity) -> bool:
    return (
        _same_postcode(one, other)
        and same_without_middle_names(one, other)
        and _nearly(one.surname, other.surname)
    )


def _nearly(one: str, other: str) -> bool:
    # Optimal string alignment: a letter more, less, other or changed round counts one.
    return bool(one and other) and OSA.distance(one, other, score_cutoff=2) <= 2


def _anybody(one: Identity, other: Identity) -> bool:
    return True


LEVELS: tuple[MatchLevel, ...] = (
    MatchLevel("same UPN", by_upn, supports_identifier),
    MatchLevel("same UPN, other name and date of birth", by_upn, _anybody, sure=False),
    MatchLevel("same ULN", by_uln, _same_uln),
    MatchLevel("same ULN, other UPN or other name and date of birth", by_uln, _anybody, sure=False),
    MatchLevel("same name and date of birth", by_surname_and_birth, _apart(is_same_forename)),
    MatchLevel(
        "same name and date of birth, another UPN or ULN",
        by_surname_and_birth,
        is_same_forename,
        sure=False,
        unless_claimed=True,
    ),
    MatchLevel(
        "same name and date of birth, forename and surname in each other's place",
        by_both_names_and_birth,
        _apart(_turned_round),
    ),
    MatchLevel(
        "same name and date of birth, save a middle name",
        by_surname_and_birth,
        _apart(same_without_middle_names),
    ),
    MatchLevel(
        "same surname and date of birth, a short form of the forename",
        by_surname_and_birth,
        _apart(is_short_forename),
        alone=True,
    ),
    MatchLevel(
        "same forename and date of birth, one part of a double surname",
        by_forename_and_birth,
        _apart(_part_of_surname),
    ),
    MatchLevel(
        "same forename, date of birth and postcode, a surname a letter or two different",
        by_forename_and_birth,
        _apart(_misspelt_surname),
    ),
    MatchLevel(
        "same name, a date of birth that nearly agrees", by_name, _apart(_near_birth), sure=False
    ),
    MatchLevel(
        "same surname, date of birth and postcode, another forename",
        by_surname_and_birth,
        _apart(_same_postcode),
        sure=False,
        unless_claimed=True,
    ),
    MatchLevel(
        "same surname and date of birth, a forename with the same first letter",
        by_surname_and_birth,
        _apart(_same_first_letter),
        sure=False,
    ),
    MatchLevel(
        "same surname and date of birth, another forename",
        by_surname_and_birth,
        _apart(_anybody),
        sure=False,
        in_school=True,
        unless_claimed=True,
    ),
    MatchLevel(
        "same forename and date of birth, a surname that nearly agrees",
        by_forename_and_birth,
        _apart(_near_surname),
        sure=False,
    ),
    # Who has another surname than in the last sheet, and no UPN in one of them, has been renamed or
    # is somebody else; where the other is in the sheet too, they are two.
    MatchLevel(
        "same forename and date of birth, another surname",
        by_forename_and_birth,
        _apart(is_same_forename),
        sure=False,
        in_school=True,
        unless_claimed=True,
    ),
    MatchLevel("same name and postcode", by_name, _apart(_same_postcode), sure=False),
    MatchLevel(
        "same name, a date of birth missing", by_name, _apart(_no_birth), sure=False, in_school=True
    ),
    MatchLevel(
        "same name, another date of birth", by_name, _apart(_anybody), sure=False, in_school=True
    ),
)
