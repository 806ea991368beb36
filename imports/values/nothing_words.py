"""Nothing words: what programs, lists and people put in a cell that holds no answer.

One vocabulary for every column.  Some of it is an answer in some of them: a destination may be
"NK", a flag may be 0, and nobody's surname is "Please select" but somebody's is Null.
"""

import re

from imports.text.headings import word_set
from imports.text.memoise import memoise_text

# What people type to show that they have not forgotten a cell.
_DASHES = re.compile(r"[-.\u2010-\u2015\u2212_]+")
_NOT_LETTERS = re.compile(r"[^a-z]+")
# What a drop-down list shows before anybody has chosen.
_PROMPT = re.compile(
    r"(?:please )?(?:select|choose|pick)"
    r"(?: (?:one|an? (?:item|option|value|answer|destination|provider)|option|item|here|below|"
    r"from (?:the )?(?:drop ?down )?list|from (?:the )?(?:drop ?down|menu|options)|destination))?"
    r"|click (?:here )?to (?:select|choose)|make a selection|drop ?down|choose an item from list"
)
# What a program writes for an empty cell, and people for "there is none".
_EMPTY = word_set(
    "0 0.0 00 n/a na n.a. n.a nil none null nan <na> #na nat (null) (blank) (none)"
) | {
    "not applicable",
    "blank",
    "no data entered",
}
_UNKNOWN = word_set(
    "n/k nk n.k. unknown tbc tba ? ?? ??? x xx xxx neet unemployed various multiple several"
) | {
    *("not known", "not yet known", "no provider", "no college", "to be confirmed"),
    *("no employer", "not sure", "to be advised", "not provided", "not given", "not stated"),
}
# Fields in which such a word is no answer.
_ANSWERED_IN_WORDS = frozenset({"activity", "intended", "source"})
_DETAILS = frozenset(
    "provider_name provider_urn provider_ukprn provider_laestab course level "
    "started_on ended_on as_at".split()
)
# What an actual destination says of the intended one beside it.
_AS_INTENDED = re.compile(
    r"(?:went |did |gone |all |the |is |still )*(?:as|same as|same|unchanged from|per|as per)"
    r"(?: was| the| their| his| her| original)*"
    r"(?: (?:intended|intention|intentions|planned|plan|plans|expected|hoped|predicted|stated|"
    r"intended destination))?(?: destination)?"
    r"|same|yes|y|yep|true|confirmed|no change|unchanged|ditto|to plan|went to plan|achieved|"
    r"as intended|happened|tick|ticked"
)
_TICKS = frozenset("\u2713\u2714\u2611\u2705\u221a")
# What points at the cell above: "ditto" and the marks for it, as keyboards have them.
_DITTO_WORDS = frozenset(
    {"ditto", "do.", "as above", "same as above", "(as above)", "(ditto)", "see above"}
)
_DITTO_MARKS = re.compile(
    r"[-\s\u2010-\u2015\u2212]*"
    r"(?:[\"\u201c\u201d\u201f\u2033\u3003\uff02]|['\u2018\u2019\u2032]{2})"
    r"[-\s\u2010-\u2015\u2212\"\u201c\u201d\u3003]*"
)


@memoise_text(20_000)
def is_empty_text(text: str) -> bool:
    """Whether a text is nothing but dashes and dots, or the prompt of a list: "Please select"."""
    if not _DASHES.sub("", text):
        return True
    words = _NOT_LETTERS.sub(" ", text.lower()).strip()
    return len(words) < 40 and _PROMPT.fullmatch(words) is not None


@memoise_text(20_000)
def is_ditto(text: str) -> bool:
    """Whether a text points at the cell above it: "ditto", \u3003, -"-."""
    return text.lower() in _DITTO_WORDS or _DITTO_MARKS.fullmatch(text) is not None


def says_as_intended(text: str) -> bool:
    """Whether an actual destination says only that it is the intended one: "As planned", a tick."""
    bare = text.strip()
    if bare in _TICKS:
        return True
    words = _NOT_LETTERS.sub(" ", bare.lower()).strip()
    return bare[:1].isalpha() and words != "as" and _AS_INTENDED.fullmatch(words) is not None


def is_nothing_word(name: str, text: str) -> bool:
    """Whether a text in lower case says, in a column of that field, that there is nothing."""
    if name in _DETAILS:
        return text in _EMPTY or text in _UNKNOWN
    return name in _ANSWERED_IN_WORDS and text in _EMPTY
