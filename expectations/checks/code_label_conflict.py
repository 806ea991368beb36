"""At odds: a destination given twice in a row, as a code and in words, that means two things."""

import pandas as pd

from models.vocabulary import ActivityType, activities

_UNIVERSITY = "240"
# Learning is one thing here, university apart: schools call much of it college.
_LEARNING = frozenset({ActivityType.EDUCATION, ActivityType.TRAINING})
# Codes that D04 or nobody can hold against words: of a time before, or of what words call anything.
_NOT_JUDGED = frozenset({ActivityType.PRE_16, ActivityType.OTHER, ActivityType.RE_ENGAGEMENT})
_UNPAID = frozenset({"540", "550"})  # with study it counts as employment, without as NEET


def code_label_conflicts(one: "pd.Series[str]", other: "pd.Series[str]") -> "pd.Series[bool]":
    """Whether two columns of activity codes mean different things, row by row.

    Where one of them says nothing, or nothing we know, they do not.
    """
    both = one.notna() & other.notna() & (one != other)
    pairs = list(zip(one[both], other[both], strict=True))
    differ = {pair: _differ(*map(str, pair)) for pair in set(pairs)}
    odd = pd.Series([differ[pair] for pair in pairs], index=one.index[both], dtype=bool)
    return odd.reindex(one.index, fill_value=False)


def _differ(one: str, other: str) -> bool:
    known = activities()
    if one not in known or other not in known or {one, other} <= _UNPAID:
        return False
    kins = {known[one].kin, known[other].kin}
    if kins & _NOT_JUDGED:
        return False
    if kins <= _LEARNING:
        return _UNIVERSITY in (one, other)
    return len(kins) > 1
