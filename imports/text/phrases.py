"""Phrases: "VIth form coll." and "6th Form College" are normalised to one, for lookup.

Each spelling below is listed; nothing is matched by likeness.  A word of doubt ("?", "tbc") is
kept, so that a doubtful answer never passes for a sure one.
"""

import re
import unicodedata

from imports.text.headings import word_set
from imports.text.invisible import strip_invisible
from imports.text.memoise import memoise_text

_PIECES = re.compile(r"[a-z0-9]+|\?+|/")
_SHORT = tuple(
    (re.compile(pattern), whole)
    for pattern, whole in (
        (r"\bw/out\b|\bw/o\b", " without "),
        (r"\bw/", " with "),
        (r"\bf[/-]t\b", " ft "),
        (r"\bp[/-]t\b", " pt "),
        (r"\bf/e\b", " fe "),
        (r"\bn/k\b", " nk "),
        (r"\bd/k\b", " dk "),
        (r"\bs/e\b", " self employed "),
        (r"\band/or\b", " or "),
        (r"[&+]", " and "),
        (r"\bto be (?:confirmed|agreed|advised|decided)\b", " tbc "),
        (r"\bun-?\s?employed\b", " unemployed "),
        (r"\bapprentice ship", " apprenticeship"),
        (r"\bdest\b\.?", " destination "),
        # In an autumn's sheet, who starts after Christmas has not started.
        (
            r"\b(?:to\s+)?(?:start|begin)(?:s|ing|ning)?\b"
            r"(?=.*\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|"
            r"new year|next)\b)",
            " then ",
        ),
        (r"\b(?:6th|sixth) from\b", " sixth form "),
        (r"[\u2192>]", " then "),
    )
)
_A_LEVELS = re.compile(r"\ba[ -]?levels?\b(?!\s*\d)")
_INITIALS = re.compile(r"\b(?:[a-z]\.\s?){2,}(?:[a-z]\b)?")

# Spellings that mean the same wherever they stand.
_VARIANTS = {
    "sixth": "6th 6ths vith vi sith sixths 6ht sixt sixith sixh sxith",
    "sixth form": "6thform sixthform viform vithform 6form",
    "college": "coll col colleges colledge collage collge colege collegue colleage clg cllg",
    "apprenticeship": (
        "app apps apprentice apprentices apprenticeships apprentiship apprentiships appship "
        "appships apprenticship apprentership apprenticehip aprenticeship apprentaship apprent "
        "apprenticeshp apprentinceship apprentaceship aprentiship apprenticeshi appren appr "
        "apprentiseship apprenticeshop apprenctice apprencticeship aprrenticeship apprenticehsip"
    ),
    "university": (
        "uni univ unis universities univeristy universty uny universtiy unversity univercity "
        "univesity univerity"
    ),
    "employment": (
        "employed employ emp job jobs work working works worked employement emplyment "
        "employmnt emloyment emplyoment employmet empolyment empoyment employee employees"
    ),
    "full time": "ft fulltime",
    "part time": "pt parttime",
    "full time education": "fte",
    "education": "edu educ ed eductaion",
    "training": "train trainng traning",
    "provider": "providers prov",
    "school": "schools sch scool",
    "self employed": "selfemployed",
    "general": "gen",
    "volunteering": "vol voluntary volunteer volunteers voluntering voluntry voluntarily",
    "unemployed": "unemp unemployeed unemplyed unemploied unemployd unemploye unemployment",
    "temporary": "temp temporay temporarily temping",
    "further": "furthur futher furher",
    "higher": "hihger",
    "neet": "neets",
    "refused": "refuses refusing refuse",
    "unknown": "unknow unknwn unkown unkonwn unknwon unkwown unkn unk uknown",
    "known": "kown knwon konwn know",
    "year": "yr yrs years",
    "level": "lvl lev levels",
    "placement": "placements",
    "travelling": "traveling",
    "post 16": "post16 p16",
    "btec": "btecs",
    "traineeship": "traineeships traineship traneeship trainership",
    "internship": "internships",
    "programme": "prog program programmes programs",
    "independent": "indep ind",
    "specialist": "spec",
    "form": "forms frm",
    "with": "w",
    "centre": "center",
    "sixth form college": "sfc",
    "further education": "fe",
    "higher education": "he",
    "special post 16 institution": "spi",
    "independent specialist provider": "isp",
    "work based learning": "wbl",
    "supported": "sup supp",
    "mother": "mum mums mom mothers",
    "father": "dad",
    "permanent": "perm",
    "freelance": "freelancing freelancer freelancers",
    "including": "incl inc",
    "provision": "prov'n provisions",
}
SPELLINGS = tuple(_VARIANTS)  # the words that have more than one
_CANONICAL = {
    short: whole.split() for whole, shorts in _VARIANTS.items() for short in shorts.split()
}
# "work based learning" is itself of words that have one spelling.
_CANONICAL = {
    short: [word for part in whole for word in _CANONICAL.get(part, [part])]
    for short, whole in _CANONICAL.items()
}

# Long words that are still themselves when one letter is left out, typed twice or has changed
# places with the next: nothing else in English is so near to them.
_UNMISTAKABLE = word_set(
    "apprentice apprentices apprenticeship apprenticeships university universities employment "
    "employed unemployed unemployment traineeship internship education volunteering voluntary "
    "volunteer travelling college colleges unknown institution specialist independent employee"
)


def _misspellings(word: str) -> set[str]:
    """The word with one letter left out, doubled, or changed round; its first stays first."""
    inside = range(1, len(word))
    gone = {word[:at] + word[at + 1 :] for at in inside}
    twice = {word[:at] + word[at] + word[at:] for at in inside}
    round_ = {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in inside[:-1]}
    return gone | twice | round_


_MISSPELLINGS = {slip: word for word in sorted(_UNMISTAKABLE) for slip in _misspellings(word)}
_CANONICAL = {
    slip: _CANONICAL.get(word, [word])
    for slip, word in _MISSPELLINGS.items()
    if slip not in _UNMISTAKABLE and slip not in _VARIANTS
} | _CANONICAL

# Words that change nothing.  "with", "without", "not", "no", "or", "left" are not among them.
_FILLER = word_set(
    "a an the at in on to into of as is are am be been has have currently now local attending "
    "attends attended enrolled enrolling enrolment their his her my gone going went goes go "
    "started starting doing studying i im ive"
)
_JOINED_LEVEL = re.compile(r"l(?:evel|vl)?([1-7])")
_JOINED_YEAR = re.compile(r"(?:y|yr|year)(\d{1,2})")


def compact_phrase(words: tuple[str, ...]) -> str:
    """A phrase without its spaces, equal for "sixth form" and "sixthform"."""
    return "".join(words)


@memoise_text(50_000)
def normalise_phrase(text: str) -> tuple[str, ...]:
    """The significant words of a text in lower case, each in its canonical spelling."""
    text = unicodedata.normalize("NFKC", strip_invisible(text)).lower()
    text = re.sub("[\u2018\u2019\u02bc'`\u00b4]", "", text)
    text = _A_LEVELS.sub("alevel", text)
    for short, whole in _SHORT:
        text = short.sub(whole, text)
    text = _INITIALS.sub(lambda match: re.sub(r"[.\s]", "", match.group()) + " ", text)
    pieces = ["or" if piece == "/" else piece for piece in _PIECES.findall(text)]
    pieces = ["?" if piece.startswith("?") else piece for piece in pieces]
    words: list[str] = []
    for piece in pieces:
        level, year = _JOINED_LEVEL.fullmatch(piece), _JOINED_YEAR.fullmatch(piece)
        if level or year:
            words += ["level", level[1]] if level else ["year", year[1] if year else ""]
        else:
            words += _CANONICAL.get(piece, [piece])
    significant = tuple(word for word in words if word not in _FILLER)
    if significant and set(significant) == {"?"}:
        return ("?",)
    return significant or tuple(words)


_CODE_FIRST = re.compile(
    r"[\s(\[]*(\d{3})(?:\.0+)?\s*(?:[-\u2013\u2014:.)=|/\]]+\s*|\s+|$)(.*)", re.DOTALL
)
_CODE_LAST = re.compile(r"(.*?)\s*[-\u2013\u2014:(\[|]?\s*\b(\d{3})\s*[)\]]?\s*", re.DOTALL)


@memoise_text(50_000)
def split_code_and_label(text: str) -> tuple[str, str]:
    """A three-digit code and the words beside it: "210 - School sixth form".

    The code is '' where there is none; "210.0" is the code 210.
    """
    first = _CODE_FIRST.fullmatch(text)
    if first:
        return first[1], first[2].strip(" )]")
    last = _CODE_LAST.fullmatch(text)
    if last:
        return last[2], last[1].strip(" ([-")
    return "", text


# "1. School sixth form", "5) Not known", "(a) College", "b - Apprenticeship".
_OPTION_NUMBER = re.compile(
    r"\s*(?:[(\[]\s*(?:\d{1,2}|[a-h])\s*[)\]]|(?:\d{1,2}|[a-h])(?:\s*[.):\]]|\s+[-\u2013\u2014]))\s*"
    r"(?=[^\W\d_])",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"\s*[a-z]\.\s?[a-z]\.", re.IGNORECASE)


def strip_option_number(text: str) -> str:
    """A text without the number or letter that its option has in a list, "1." or "a)"."""
    number = None if _INITIAL.match(text) else _OPTION_NUMBER.match(text)
    return text[number.end() :] if number else text


_DOUBT = word_set(
    "? or tbc tba maybe possibly perhaps probably unconfirmed not no never left leaving dropped "
    "withdrawn withdrew applied applying application offer offered offers conditional waiting "
    "awaiting pending hoping hopes wants intends plans planned finished completed ended was until "
    "then next last before previously formerly"
)


def contradicts_code(text: str) -> bool:
    """Whether the words beside a code take it back: "210 tbc", "210 or 230", "230 - left"."""
    return not _DOUBT.isdisjoint(normalise_phrase(text))
