"""A small stand-in for the maps: what a handful of headings mean, for tests of reading alone."""

import re

_FIELDS = {
    "upn": "upn, unique pupil number, pupil upn, upn number",
    "uln": "uln, unique learner number, learner ref",
    "surname": "surname, legal surname, last name, family name, pupil surname",
    "forename": "forename, first name, legal forename, given name, firstname, chosen forename",
    "full_name": "name, full name, pupil name, student name, student, learner name",
    "born_on": "date of birth, dob, birth date, born, d o b, birthday",
    "sex": "gender, sex, m f",
    "postcode": "postcode, post code, home postcode",
    "sen": "sen, sen status",
    "disadvantaged": "pp, pupil premium, disadvantaged, fsm",
    "form": "reg, form, tutor group, reg group",
    "activity": "destination, activity code, type, activity, outcome, where are they now, "
    "destination type, post 16 destination",
    "provider_name": "destination institution, where, provider, institution, college, "
    "destination name, provider name",
    "provider_laestab": "dfeno, laestab",
    "course": "course, goaldescription, programme",
    "level": "level, goallevel",
    "started_on": "start date, startdate",
    "ended_on": "end date, enddate, leaving date",
    "notes": "notes, comments",
}
_KNOWN = {one.strip(): name for name, listed in _FIELDS.items() for one in listed.split(",")}
_MOMENT = re.compile(
    r"\b(?:(?:sept?|september|autumn|oct|nov)\s+(?:20)?\d\d|20\d\d(?: \d\d)?|y(?:ear|r)? ?[123])\b"
)


def knows(parts: tuple[str, ...]) -> str | None:
    """Our field for a heading's parts, outermost first, or None."""
    words = [" ".join(re.sub(r"[^a-z0-9]+", " ", part.lower()).split()) for part in parts]
    if any({"parent", "carer", "total", "emergency"} & set(part.split()) for part in words):
        return None
    for first in range(len(words)):
        found = _one(" ".join(words[first:]))
        if found:
            return found
    return None


def _one(text: str) -> str | None:
    rest = " ".join(_MOMENT.sub(" ", text).split())
    if rest == text:
        return _KNOWN.get(text)
    return _KNOWN.get(rest) if rest else "activity"
