"""Moment in an answer: "College September 2026" names a day, before or after the sheet was sent.

What is still to come is agreed at most; nobody is there now.
"""

import re
from datetime import date

from imports.text.memoise import LONGEST

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_SEASONS = {"autumn": 9, "summer": 6, "spring": 3, "winter": 12, "new year": 1, "easter": 4}
_ISO = re.compile(r"\b(?P<year>20[1-4]\d)-(?P<number>0[1-9]|1[0-2])(?:-(?P<day>\d\d))?\b")
_NUMBERS = re.compile(
    r"\b(?:(?P<day>\d{1,2})[/.])?(?P<number>0?[1-9]|1[0-2])[/.](?P<year>20[1-4]\d|[1-4]\d)\b"
)
_MONTH_AND_YEAR = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+)?(?:of\s+)?{_MONTH}\b[\s.,/'\u2019-]*"
    r"(?P<year>20[1-4]\d|[1-4]\d)\b(?!\s*(?:%|hours?|hrs?))"
)
_SEASON_AND_YEAR = re.compile(
    rf"\b(?P<season>{'|'.join(_SEASONS)})(?:\s+term)?[\s,'\u2019-]*(?P<year>20[1-4]\d)\b"
)
_YEAR = re.compile(r"(?<![\d/.-])(?P<year>20[1-4]\d)\b(?!/\d\d/)")
_MONTH_ALONE = re.compile(rf"\b{_MONTH}\b(?!\s*\d)")
_HAS_MOMENT = re.compile(rf"(?i)20[1-4]\d|\d[/.]\d|\b{_MONTH}\b|\b(?:{'|'.join(_SEASONS)})\b")
# What stands behind one of these is an end, or whose leavers they were.
_NOT_A_START = re.compile(
    r"\b(?:until|till|til|ends?|ending|finish\w*|class of|to(?=\s+(?:20\d\d|[a-z]+ 20\d\d)\b))\b.*"
)
_SCHOOL_STARTS = 9


def is_still_to_come(typed: str, sent_on: date) -> bool:
    """Whether an answer names a moment after the day on which its sheet was sent.

    A year alone is its September, when courses begin.  Of a month without a year only one is
    taken: from September on, a month from January to August is the next one's.
    """
    if len(typed) > LONGEST or not _HAS_MOMENT.search(typed):
        return False
    text = _NOT_A_START.sub("", typed.lower())
    for pattern in (_ISO, _NUMBERS, _MONTH_AND_YEAR, _SEASON_AND_YEAR, _YEAR):
        moment = pattern.search(text)
        if moment:
            return _begins_after(moment.groupdict(), sent_on)
    return _month_is_next(text, sent_on)


def _begins_after(moment: dict[str, str | None], sent_on: date) -> bool:
    year = int(moment["year"] or 0)
    year += 2000 if year < 100 else 0
    day = int(moment.get("day") or 0)
    month = _month_of(moment)
    if day:
        return (year, month, day) > (sent_on.year, sent_on.month, sent_on.day)
    return (year, month) > (sent_on.year, sent_on.month)


def _month_of(moment: dict[str, str | None]) -> int:
    if moment.get("number"):
        return int(moment["number"] or 0)
    if moment.get("month"):
        return _MONTHS.index((moment["month"] or "")[:3]) + 1
    return _SEASONS.get(moment.get("season") or "", _SCHOOL_STARTS)


def _month_is_next(text: str, sent_on: date) -> bool:
    months = [
        _month_of(moment.groupdict())
        for moment in _MONTH_ALONE.finditer(text)
        # "may" is more often a doubt than a month, and "since January" is over.
        if moment["month"] != "may" and "since" not in text[: moment.start()].split()
    ]
    return sent_on.month >= _SCHOOL_STARTS and bool(months) and months[0] < _SCHOOL_STARTS
