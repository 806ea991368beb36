"""How one made-up school keeps its sheet: which columns, in which order, in which words."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from destinations.demo.files import Writing
from destinations.demo.invented import destination_words
from destinations.demo.invented.column_headings import STRANGE, YEAR_STYLES, dressed, heading
from destinations.demo.invented.institutions import Place

KINDS = ("plain", "report", "forms", "merged", "years", "csv", "messy", "coded", "ods")
_DATE_TEXTS = ("d/m/yyyy", "dd/mm/yyyy", "dd.mm.yy", "dd-mmm-yy", "d month yyyy", "yyyy-mm-dd")
_DATE_FORMATS = ("dd/mm/yyyy", "d mmm yyyy", "dd-mmm-yy", "yyyy-mm-dd", "dd/mm/yy")
_FILE_NAMES = (
    "{short} leavers {summer} - autumn {autumn}",
    "Y11 destinations {summer} (Nov {autumn})",
    "leavers_{summer}_tracking_{autumn}",
    "Destinations {autumn} - {summer} leavers FINAL",
    "KS4 leavers {summer} v{wave}",
    "{short} Destination Return {summer} ({wave})",
    "class of {summer} tracker yr{wave}",
    "Post 16 destinations {summer} - year {wave}",
    "{urn}_{summer}_{wave}",
    "Where are they now {summer} wave {wave}",
)


@dataclass(frozen=True, slots=True)
class Layout:
    """One school's way, kept from year to year."""

    kind: str
    columns: tuple[str, ...]  # our fields in their order; "?House" is a column of the school's own
    headings: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    writing: Writing
    file_name: str
    dates: str  # "real", one of the ways to type one, "mixed", or "serial"
    names: str  # "as is", "surname capitals", "all capitals", "no accents"
    upns: str  # "as is", "small", "spaces"
    uln_numbers: bool
    nicknames: float  # how often a forename is shortened
    misses_upn: float
    coverage: tuple[float, ...]  # the share whose destination the school knows, by wave
    sexes: Mapping[str, str]
    sens: Mapping[str, str]
    yes_or_no: Mapping[bool, str]
    sources: tuple[str, ...]
    years: str  # how a column a year is headed
    pairs: str  # "one", "where", "named", "grouped"
    shuffles: bool  # the tabs have their columns in different orders
    care: str  # "as is", "small", "capitals" or "spaces": how destination words are typed
    slips: float  # how often a finger slips in a word
    breaks: bool  # an empty row between forms
    hides: str  # a column that is hidden, '' where none is
    years_ahead: bool  # columns for autumns still to come, empty


def draw_layout(chance: random.Random, school: Place, number: int, kind: str) -> Layout:
    """The layout of the school that is `number` in its hub."""
    columns = _columns(chance, kind)
    dress = chance.choice(("", "", "", "capitals", "small", "underscores", "spaces", "colons"))
    headings = {
        field: dressed(chance, text, dress) for field, text in _headings(chance, columns, kind)
    }
    weakest = 0.55 if school.kind == "alternative" else 0.8
    first = chance.uniform(weakest, 0.99)
    return Layout(
        kind=kind,
        columns=columns,
        headings=headings,
        words=destination_words.draw_words(chance, coded=kind == "coded"),
        writing=_writing(chance, kind),
        file_name=_FILE_NAMES[number % len(_FILE_NAMES)],
        dates=_dates(chance, kind),
        names=chance.choice(("as is", "as is", "surname capitals", "all capitals", "no accents")),
        upns=chance.choice(("as is", "as is", "as is", "small", "spaces")),
        uln_numbers=chance.random() < 0.5,
        nicknames=chance.choice((0.0, 0.02, 0.06)),
        misses_upn=chance.choice((0.0, 0.0, 0.05, 0.2 if school.kind == "alternative" else 0.03)),
        coverage=(first, first * chance.uniform(0.82, 0.98), first * chance.uniform(0.65, 0.9)),
        sexes=chance.choice(destination_words.SEXES),
        sens=chance.choice(destination_words.SENS),
        yes_or_no=chance.choice(destination_words.YES_OR_NO),
        sources=chance.choice(destination_words.SOURCES),
        years=chance.choice(YEAR_STYLES),
        pairs=chance.choice(("one", "where", "named", "grouped")),
        shuffles=chance.random() < 0.4,
        care=chance.choice(("as is", "as is", "as is", "small", "capitals", "spaces")),
        slips=chance.choice((0.0, 0.0, 0.01)),
        breaks=kind in ("plain", "messy", "report", "merged") and chance.random() < 0.3,
        hides=chance.choice(columns) if chance.random() < 0.1 else "",
        years_ahead=kind == "years" and chance.random() < 0.4,
    )


def _columns(chance: random.Random, kind: str) -> tuple[str, ...]:
    """Who they are first, as a rule, then what they do; a few orders of each."""
    has_full_name = kind not in ("merged", "messy") and chance.random() < 0.2
    names = (
        ["full_name"]
        if has_full_name
        else chance.choice((["surname", "forename"], ["forename", "surname"]))
    )
    identity_fields = [*names, "born_on"]
    identity_fields += [field for field in ("uln", "sex", "postcode") if chance.random() < 0.4]
    if kind != "forms" and chance.random() < 0.5:
        identity_fields.insert(chance.choice((0, len(identity_fields))), "form")
    identity_fields.insert(chance.choice((0, len(identity_fields))), "upn")
    identity_fields += [field for field in ("sen", "disadvantaged") if chance.random() < 0.45]
    context = ("school_name", "school_laestab", "leaving_year", "year_group")
    identity_fields = [field for field in context if chance.random() < 0.07] + identity_fields
    destination_fields = ["activity", "provider_name"]
    if kind != "years":
        extras = ("course", "level", "started_on", "as_at", "source", "consent")
        destination_fields += [field for field in extras if chance.random() < 0.25]
    destination_fields += ["notes"] if chance.random() < 0.4 else []
    if chance.random() < 0.15:
        destination_fields.insert(0, "intended")
    extra_columns = [f"?{name}" for name in chance.sample(STRANGE, chance.choice((0, 0, 1, 2)))]
    for column in extra_columns:
        identity_fields.insert(chance.randrange(len(identity_fields) + 1), column)
    if kind in ("plain", "csv") and chance.random() < 0.2:
        return tuple(destination_fields + identity_fields)
    return tuple(identity_fields + destination_fields)


def _headings(chance: random.Random, columns: Sequence[str], kind: str) -> list[tuple[str, str]]:
    """(field, heading) of each column, no heading twice."""
    headings: dict[str, str] = {}
    for field in columns:
        text = _heading(chance, field, kind)
        while text.lower() in {other.lower() for other in headings.values()}:
            text = _heading(chance, field, kind)
        headings[field] = text
    return list(headings.items())


def _heading(chance: random.Random, field: str, kind: str) -> str:
    if field.startswith("?"):
        return field[1:]
    if field == "activity" and kind == "coded":
        return heading(chance, "activity_code")
    return heading(chance, field)


def _writing(chance: random.Random, kind: str) -> Writing:
    if kind == "csv":
        encoding = chance.choice(("cp1252", "cp1252", "utf-8", "utf-8-sig", "utf-16"))
        delimiter = chance.choice((",", ",", ";", "\t", "|"))
        return Writing("csv", encoding=encoding, delimiter=delimiter)
    extension = "ods" if kind == "ods" else chance.choice(("xlsx", "xlsx", "xlsx", "xlsm"))
    return Writing(extension, date_format=chance.choice(_DATE_FORMATS))


def _dates(chance: random.Random, kind: str) -> str:
    if kind == "messy":
        return "mixed"
    if kind == "csv" or chance.random() < 0.25:
        return chance.choice(_DATE_TEXTS)
    return "serial" if kind != "ods" and chance.random() < 0.05 else "real"


def kinds_for(chance: random.Random, schools: Sequence[Place], allowed: Sequence[str]) -> list[str]:
    """A kind of layout for each school: all that are allowed before any comes twice."""
    order: list[str] = []
    while len(order) < len(schools):
        order += chance.sample(list(allowed), len(allowed))
    return order[: len(schools)]
