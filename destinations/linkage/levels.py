"""Levels: the ways in which two identities match, surest first, as a list to read aloud.

The first level that finds anybody decides.  Why names and not a score: a decision about a young
person must be one that a careers leader can check.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from destinations.linkage.identities import (
    Identity,
    has_other_identifier,
    is_like_name_so_far,
    is_like_surname,
    is_near_birth_date,
    is_same_forename,
    is_short_forename,
    same_without_middle_names,
    shares_names,
)

BlockingKey = Callable[[Identity], tuple[Hashable, ...]]


@dataclass(frozen=True, slots=True)
class MatchLevel:
    """One way in which two identities are taken for the same person.

    `words` is what the record keeps as the level.  Only identities that share one of `keys` are
    compared, by `same`.  A match at a level that is not `sure` waits for a person.  `alone` is
    sure only where nobody else has the key.  `in_school` levels apply within one cohort only,
    where a likeness means more than in a hub.  `unless_claimed` leaves out whoever has a row of
    their own in a school's sheet: the other is a twin, or somebody of the same name.
    """

    words: str
    keys: BlockingKey
    same: Callable[[Identity, Identity], bool]
    sure: bool = True
    alone: bool = False
    in_school: bool = False
    unless_claimed: bool = False


def by_upn(identity: Identity) -> tuple[Hashable, ...]:
    """The UPN, where it is valid."""
    return (identity.upn,) if identity.upn else ()


def by_uln(identity: Identity) -> tuple[Hashable, ...]:
    """The ULN, where it is valid."""
    return (identity.uln,) if identity.uln else ()


def by_surname_and_birth(identity: Identity) -> tuple[Hashable, ...]:
    """Surname and date of birth."""
    return ((identity.surname, identity.born_on),) if identity.surname and identity.born_on else ()


def by_both_names_and_birth(identity: Identity) -> tuple[Hashable, ...]:
    """Forename and surname in whatever order, and date of birth."""
    if not (identity.surname and identity.born_on):
        return ()
    return tuple(
        (min(identity.surname, forename), max(identity.surname, forename), identity.born_on)
        for forename in identity.forenames
    )


def by_forename_and_birth(identity: Identity) -> tuple[Hashable, ...]:
    """First forename and date of birth."""
    return tuple((first, identity.born_on) for first in identity.firsts) if identity.born_on else ()


def by_name(identity: Identity) -> tuple[Hashable, ...]:
    """Surname and first forename."""
    return tuple((identity.surname, first) for first in identity.firsts) if identity.surname else ()


def supports_identifier(left: Identity, right: Identity) -> bool:
    """Whether name or date of birth supports a shared identifier.

    So does nothing at all, where one of them leaves out all that the other says.
    """
    births = left.born_on is not None and right.born_on is not None
    if births and left.born_on == right.born_on:
        return True
    if shares_names(left, right):
        return is_like_name_so_far(left, right)
    return not births


def same_name_and_birth(left: Identity, right: Identity) -> bool:
    """Whether surname, forename and date of birth are all the same."""
    return (
        bool(left.surname)
        and left.born_on is not None
        and (left.surname, left.born_on) == (right.surname, right.born_on)
        and is_same_forename(left, right)
    )


def _without_conflict(
    same: Callable[[Identity, Identity], bool],
) -> Callable[[Identity, Identity], bool]:
    def compare(left: Identity, right: Identity) -> bool:
        return not has_other_identifier(left, right) and same(left, right)

    return compare


def _same_uln(left: Identity, right: Identity) -> bool:
    return supports_identifier(left, right) and not has_other_identifier(left, right)


def _swapped_names(left: Identity, right: Identity) -> bool:
    return left.surname in right.forenames and right.surname in left.forenames


def _part_of_surname(left: Identity, right: Identity) -> bool:
    return (
        left.surname != right.surname
        and is_like_surname(left, right)
        and same_without_middle_names(left, right)
    )


def _near_birth_date(left: Identity, right: Identity) -> bool:
    return is_near_birth_date(left.born_on, right.born_on)


def _birth_date_missing(left: Identity, right: Identity) -> bool:
    return left.born_on is None or right.born_on is None


def _same_postcode(left: Identity, right: Identity) -> bool:
    return bool(left.postcode) and left.postcode == right.postcode


def _same_initial(left: Identity, right: Identity) -> bool:
    return any(a[0] == b[0] for a in left.firsts for b in right.firsts)


def _near_surname_or_postcode(left: Identity, right: Identity) -> bool:
    return _same_postcode(left, right) or _is_misspelling(left.surname, right.surname)


def _misspelt_surname(left: Identity, right: Identity) -> bool:
    return (
        _same_postcode(left, right)
        and same_without_middle_names(left, right)
        and _is_misspelling(left.surname, right.surname)
    )


def _is_misspelling(left: str, right: str) -> bool:
    # Optimal string alignment: a letter more, less, other or changed round counts one.
    return bool(left and right) and OSA.distance(left, right, score_cutoff=2) <= 2


def _key_alone(left: Identity, right: Identity) -> bool:
    return True


LEVELS: tuple[MatchLevel, ...] = (
    MatchLevel("same UPN", by_upn, supports_identifier),
    MatchLevel("same UPN, other name and date of birth", by_upn, _key_alone, sure=False),
    MatchLevel("same ULN", by_uln, _same_uln),
    MatchLevel(
        "same ULN, other UPN or other name and date of birth", by_uln, _key_alone, sure=False
    ),
    MatchLevel(
        "same name and date of birth", by_surname_and_birth, _without_conflict(is_same_forename)
    ),
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
        _without_conflict(_swapped_names),
    ),
    MatchLevel(
        "same name and date of birth, save a middle name",
        by_surname_and_birth,
        _without_conflict(same_without_middle_names),
    ),
    MatchLevel(
        "same surname and date of birth, a short form of the forename",
        by_surname_and_birth,
        _without_conflict(is_short_forename),
        alone=True,
    ),
    MatchLevel(
        "same forename and date of birth, one part of a double surname",
        by_forename_and_birth,
        _without_conflict(_part_of_surname),
    ),
    MatchLevel(
        "same forename, date of birth and postcode, a surname a letter or two different",
        by_forename_and_birth,
        _without_conflict(_misspelt_surname),
    ),
    MatchLevel(
        "same name, a date of birth that nearly agrees",
        by_name,
        _without_conflict(_near_birth_date),
        sure=False,
    ),
    MatchLevel(
        "same surname, date of birth and postcode, another forename",
        by_surname_and_birth,
        _without_conflict(_same_postcode),
        sure=False,
        unless_claimed=True,
    ),
    MatchLevel(
        "same surname and date of birth, a forename with the same first letter",
        by_surname_and_birth,
        _without_conflict(_same_initial),
        sure=False,
    ),
    MatchLevel(
        "same surname and date of birth, another forename",
        by_surname_and_birth,
        _without_conflict(_key_alone),
        sure=False,
        in_school=True,
        unless_claimed=True,
    ),
    MatchLevel(
        "same forename and date of birth, a surname that nearly agrees",
        by_forename_and_birth,
        _without_conflict(_near_surname_or_postcode),
        sure=False,
    ),
    # Who has another surname than in the last sheet, and no UPN in one of them, has been renamed or
    # is somebody else; where the other is in the sheet too, they are two.
    MatchLevel(
        "same forename and date of birth, another surname",
        by_forename_and_birth,
        _without_conflict(is_same_forename),
        sure=False,
        in_school=True,
        unless_claimed=True,
    ),
    MatchLevel("same name and postcode", by_name, _without_conflict(_same_postcode), sure=False),
    MatchLevel(
        "same name, a date of birth missing",
        by_name,
        _without_conflict(_birth_date_missing),
        sure=False,
        in_school=True,
    ),
    MatchLevel(
        "same name, another date of birth",
        by_name,
        _without_conflict(_key_alone),
        sure=False,
        in_school=True,
    ),
)
