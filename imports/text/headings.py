"""Headings: a heading becomes the keys it is looked up by, however its sender wrote it."""

import re
import unicodedata

from imports.text.memoise import memoise_text

_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}")
_INITIALS = re.compile(r"\b(?:[a-z]\.\s?){2,}(?:[a-z]\b)?")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_POSSESSIVE = re.compile(r"'s\b|(?<=s)'(?=\s)")
_NEITHER = re.compile(r"[^a-z0-9]+")
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "`": "'", "\u00b4": "'"})


def word_set(words: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(words.split())


# Words that say nothing about what a column holds.  Words for roles and "no", "number" are not
# among them: without "learner" and "no", "Unique Learner No" reads as a UPN (sources.md: headings).
_SILENT = word_set(
    "the a an of please required mandatory optional if known enter type state your full as"
)

# Who else a column may be about, or what else it may hold.  A heading with one of these words is
# ours only when a map has that very heading.  Measured in sources.md: headings, and widened.
BLOCKED = word_set(
    """
    parent parents parental carer carers mother mothers father fathers mum dad guardian partner
    sibling siblings brother sister next kin emergency owner previous former formerly expected
    second head exam exams predicted total totals count contact contacted contacts priority
    telephone phone tel mobile email mail fax town county address street house attainment grade
    grades gcse attendance absence absences exclusion exclusions target staff teacher tutor adviser
    advisor mentor worker keyworker coordinator printed updated created modified user username
    password relationship photo doctor gp medical
    """
)

# Whether somebody made sure; not where anybody is.
SPEAKS_OF_PROOF = word_set(
    "confirmed confirm confirmation verified verification checked evidenced evidence established"
)
# What somebody means to do.
SPEAKS_OF_PLANS = word_set(
    "plan plans planned planning intend intends intended intention intentions hope hopes hoping "
    "hoped meant wanted want wants aim aims aspiration aspirations aspires ambition ambitions "
    "predicted anticipated expected proposed goal goals dream choice choices preference "
    "preferences preferred prefer"
)
# What somebody was offered or thought of; nobody need be there, nor mean to be.
SPEAKS_OF_OFFERS = word_set(
    "applied application applications apply applying applicant offer offers offered guarantee "
    "conditional unconditional visit visits visited interest interested interests considering "
    "considered consider experience encounter encounters talk talks"
)
# What somebody did once; not what they are doing, nor what they mean to do.
SPEAKS_OF_BEFORE = word_set(
    "was were before previous previously former formerly old original originally earlier prior"
)

# Parts above a heading that make it about a place, not about the leaver.
PLACES = word_set(
    """
    destination destinations provider college school employer institution establishment placement
    course training university apprenticeship programme company organisation organization
    """
)


# "School / College / Employer name" is a place, however many are listed.
_NOUNS = word_set(
    "school college university employer provider institution establishment organisation company "
    "sixth uni workplace"
)
_BETWEEN = word_set(
    "or and of name names form training learning the destination post 16 other which what"
)


@memoise_text(20_000)
def heading_words(text: str) -> tuple[str, ...]:
    """The words of a heading in lower case, initials joined: "Pupil's D.O.B." is pupil, dob."""
    text = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)
    # "Course & level" holds both and "Course / level" either; "Course level" is a level.
    text = text.replace("&", " and ").replace("/", " or ")
    text = _CAMEL.sub(" ", text).lower()
    text = _INITIALS.sub(lambda match: re.sub(r"[.\s]", "", match.group()) + " ", text)
    text = _POSSESSIVE.sub("", text)
    return tuple(_NEITHER.sub(" ", text).split())


def strip_brackets(text: str) -> str:
    """The heading without what stands in brackets: "Date of birth (dd/mm/yyyy)"."""
    return _BRACKETED.sub(" ", text)


def bracketed_text(text: str) -> str:
    """What stands in the brackets of a heading: "Destination (course)"; '' where there are none."""
    return " ".join(bracketed[1:-1] for bracketed in _BRACKETED.findall(text))


def compact_heading(words: tuple[str, ...]) -> str:
    """The words of a heading without spaces, equal for "Post code" and "postcode"."""
    return "".join(words)


@memoise_text(20_000)
def lookup_keys(text: str) -> tuple[str, ...]:
    """The keys to look a heading up by, surest first.

    As written; without brackets; without a year; without words that say nothing.
    """
    keys: list[str] = []
    for spelling in (text, strip_brackets(text)):
        words = heading_words(spelling)
        undated = tuple(word for word in words if not _is_year(word))
        significant = tuple(word for word in undated if word not in _SILENT)
        keys += [compact_heading(words), compact_heading(undated), compact_heading(significant)]
    return tuple(dict.fromkeys(key for key in keys if key))


def significant_words(text: str) -> tuple[str, ...]:
    """The words of a heading without those that say nothing."""
    return tuple(word for word in heading_words(text) if word not in _SILENT)


def names_another_person(text: str) -> bool:
    """Whether a heading names another person or another thing: "Parent DOB", "Head of year"."""
    return not BLOCKED.isdisjoint(heading_words(text))


def lists_provider_types(text: str) -> bool:
    """Whether a heading lists two or more kinds of place and nothing else."""
    words = frozenset(heading_words(text))
    return len(words & _NOUNS) >= 2 and words <= _NOUNS | _BETWEEN


def is_about_provider(text: str) -> bool:
    """Whether what stands above a heading makes it one of a destination, not of the leaver."""
    return not PLACES.isdisjoint(heading_words(text))


def _is_year(word: str) -> bool:
    return len(word) == 4 and word.startswith("20") and word.isdigit()
