"""Name marks: a star, (LEFT), - LAC, PP or [SEN K] beside a name is no part of it."""

import re

from imports.text.memoise import memoise_text

_CODES = (
    r"(?:EHCP|EHC|EHC plan|SEN ?[KESN]?|SEND|SEN support|LAC|CLA|PLAC|PP|FSM6?|EAL|YC|AP|NEET|"
    r"LEFT|LEAVER|EHE|EOTAS|CP|CIN|DUAL(?: REG)?|SUB|OFF ?ROLL|NEW|MOVED)"
)
_ALL = re.compile(rf"{_CODES}(?:\s*[/,&+]\s*{_CODES})*", re.IGNORECASE)
_BRACKETED = re.compile(r"\s*(?:\(([^()]*)\)|\[([^\[\]]*)\]|\{([^{}]*)\})")
# Behind a name, in capitals: "Iqbal - LAC", "Ogunleye PP".  "Young", "New" and "Left" may be names.
_BEHIND = re.compile(
    r"\s*(?:\s[-\u2013\u2014/]\s*|\s)"
    r"(?:EHCP|EHC|SEN(?: ?[KESN])?|SEND|LAC|CLA|PLAC|PP|FSM6?|EAL|LEFT|LEAVER|EHE|EOTAS)\s*\Z"
)
_STARS = re.compile(r"[*\u2020\u2021#^]+")
# What somebody was called before: "(prev. Smith)", "(formerly Jones)", "(nee Ali)".
_BEFORE = re.compile(
    r"(?:prev(?:iously)?|former(?:ly)?|was|ne[e\u00e9]e?|aka)\b\.?.*", re.IGNORECASE
)


@memoise_text(20_000)
def strip_name_marks(name: str) -> str:
    """A name without the marks beside it; as it is where nothing of a name would be left."""
    bare = _BRACKETED.sub(_without_mark, _STARS.sub("", name)).strip()
    while (shorter := _BEHIND.sub("", bare).strip()) != bare:
        bare = shorter
    return bare if any(map(str.isalpha, bare)) else name


def _without_mark(bracketed: re.Match[str]) -> str:
    inside = next(group for group in bracketed.groups() if group is not None).strip()
    is_mark = not inside or _ALL.fullmatch(inside) or _BEFORE.fullmatch(inside)
    return "" if is_mark else bracketed[0]
