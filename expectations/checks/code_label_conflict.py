"""Code/label conflict: a row gives a destination as a code and in words, and the two differ."""

import pandas as pd

from models.vocabulary import ActivityType, activities

_UNIVERSITY = "240"
# Learning is one thing here, university apart: schools call much of it college.
_LEARNING = frozenset({ActivityType.EDUCATION, ActivityType.TRAINING})
# Codes that D04 or nobody can hold against words: of a time before, or of what words call anything.
_NOT_JUDGED = frozenset({ActivityType.PRE_16, ActivityType.OTHER, ActivityType.RE_ENGAGEMENT})
_UNPAID = frozenset({"540", "550"})  # with study it counts as employment, without as NEET


def code_label_conflicts(
    codes: "pd.Series[str]", codes_beside: "pd.Series[str]"
) -> "pd.Series[bool]":
    """Whether two columns of activity codes mean different things, row by row.

    Where one of them says nothing, or nothing we know, they do not.
    """
    differing = codes.notna() & codes_beside.notna() & (codes != codes_beside)
    pairs = list(zip(codes[differing], codes_beside[differing], strict=True))
    differ = {pair: _means_something_else(*map(str, pair)) for pair in set(pairs)}
    odd = pd.Series([differ[pair] for pair in pairs], index=codes.index[differing], dtype=bool)
    return odd.reindex(codes.index, fill_value=False)


def _means_something_else(code: str, other_code: str) -> bool:
    activity_by_code = activities()
    if (
        code not in activity_by_code
        or other_code not in activity_by_code
        or {code, other_code} <= _UNPAID
    ):
        return False
    activity_types = {
        activity_by_code[code].activity_type,
        activity_by_code[other_code].activity_type,
    }
    if activity_types & _NOT_JUDGED:
        return False
    if activity_types <= _LEARNING:
        return _UNIVERSITY in (code, other_code)
    return len(activity_types) > 1
