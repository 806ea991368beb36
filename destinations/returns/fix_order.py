"""Fix order: findings in the order to mend them, counted by what they are about."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from models.facts.counts import count_of
from models.handoffs.findings import Finding
from models.vocabulary import Severity

NOTHING_TO_FIX = "Nothing to fix. Thank you."
MOST_KINDS = 6  # more kinds of fault than this make a sentence that nobody reads
VERBS = {Severity.MUST_FIX: "Fix", Severity.PLEASE_CHECK: "Check"}

# What a fault is about, by our field, one and many.
NOUN_BY_FIELD = {
    "upn": ("UPN", "UPNs"),
    "uln": ("ULN", "ULNs"),
    "surname": ("name", "names"),
    "forename": ("name", "names"),
    "full_name": ("name", "names"),
    "born_on": ("date of birth", "dates of birth"),
    "sex": ("sex", "sexes"),
    "postcode": ("postcode", "postcodes"),
    "ethnicity": ("ethnicity", "ethnicities"),
    "sen": ("SEN code", "SEN codes"),
    "disadvantaged": ("answer about disadvantage", "answers about disadvantage"),
    "activity": ("destination", "destinations"),
    "intended": ("intended destination", "intended destinations"),
    "provider_name": ("provider", "providers"),
    "provider_urn": ("provider number", "provider numbers"),
    "provider_ukprn": ("provider number", "provider numbers"),
    "provider_laestab": ("provider number", "provider numbers"),
    "started_on": ("start date", "start dates"),
    "ended_on": ("end date", "end dates"),
    "enrolled": ("enrolment", "enrolments"),
    "withdrawn": ("enrolment", "enrolments"),
    "cohort_status": ("cohort status", "cohort statuses"),
    "as_at": ("date of an answer", "dates of answers"),
    "school_urn": ("school number", "school numbers"),
    "school_laestab": ("school number", "school numbers"),
    "leaving_year": ("leaving year", "leaving years"),
}


# What a fault without one field is about, by its family in the catalogue.
NOUN_BY_FAMILY = {"M": ("leaver", "leavers"), "R": ("row", "rows")}


def summary_sentence(findings: Sequence[Finding], fields: Mapping[str, str] | None = None) -> str:
    """What there is to do, counted: "Fix 3 UPNs. Check 2 destinations", with full stops.

    `fields` gives our field for a rule's code; without it, cells are counted by their heading.
    A cell counts once, however much is wrong with it, and under what must be fixed if anything.
    """
    places: dict[Severity, dict[tuple[str, str], set[object]]] = {
        Severity.MUST_FIX: defaultdict(set),
        Severity.PLEASE_CHECK: defaultdict(set),
    }
    counted: set[object] = set()
    for number, finding in enumerate(sorted(findings, key=_weight)):
        place = (finding.sheet, finding.row, finding.column)
        # Two things wrong with a file as a whole have no spot of their own.
        place_or_number: object = place if finding.row or finding.column else number
        if place_or_number not in counted:
            counted.add(place_or_number)
            places[finding.severity][_noun_for(finding, fields or {})].add(place_or_number)
    sentences = [
        _imperative(VERBS[severity], by_noun) for severity, by_noun in places.items() if by_noun
    ]
    return " ".join(sentences) or NOTHING_TO_FIX


def biggest_first(findings: Sequence[Finding]) -> list[Finding]:
    """Must fix first; of each weight the file, then sheets, columns, rows; the commonest first."""
    frequency = Counter(
        (finding.severity, finding.code, finding.sheet, finding.column) for finding in findings
    )

    def order(finding: Finding) -> tuple[object, ...]:
        kind = (finding.severity, finding.code, finding.sheet, finding.column)
        return (
            _weight(finding),
            _narrowness(finding),
            -frequency[kind],
            finding.code,
            finding.sheet,
            len(finding.column),
            finding.column,
            finding.row or 0,
        )

    return sorted(findings, key=order)


def finding_sentence(finding: Finding) -> str:
    """One finding in one line: where it is, what was typed, what is wrong, what to do."""
    words = f"{finding.says}. {finding.do}." if finding.do else f"{finding.says}."
    if finding.value:
        words = f"“{finding.value}”. {words}"
    if finding.suggests:
        words += f" {nearest_sentence(finding.suggests)}"
    where = place_in_words(finding)
    return f"{where}: {words}" if where else words


def nearest_sentence(suggests: Sequence[str]) -> str:
    """What may have been meant, in a sentence."""
    if len(suggests) == 1:
        return f"It may be {suggests[0]}."
    return f"Pick one of: {'; '.join(suggests)}."


def place_in_words(finding: Finding) -> str:
    """Where a finding is, as its sender would look for it: Year 11, cell C14, Pupil UPN."""
    cell = ""
    if finding.row is not None:
        cell = f"cell {finding.column}{finding.row}" if finding.column else f"row {finding.row}"
    elif finding.column:
        cell = f"column {finding.column}"
    return ", ".join(part for part in (finding.sheet, cell, finding.heading) if part)


def _imperative(verb: str, by_noun: Mapping[tuple[str, str], set[object]]) -> str:
    largest_first = sorted(by_noun.items(), key=lambda kind: (-len(kind[1]), kind[0]))
    words = [count_of(len(places), *noun) for noun, places in largest_first[:MOST_KINDS]]
    others = sum(len(places) for _, places in largest_first[MOST_KINDS:])
    if others:
        words.append(count_of(others, "other thing", "other things"))
    if len(words) > 1:
        words = [*words[:-2], f"{words[-2]} and {words[-1]}"]
    return f"{verb} {', '.join(words)}."


def _noun_for(finding: Finding, fields: Mapping[str, str]) -> tuple[str, str]:
    name = fields.get(finding.code, "")
    if finding.row is None:
        if finding.column:
            return ("column", "columns")
        return (
            ("sheet", "sheets")
            if finding.sheet
            else ("thing about the file", "things about the file")
        )
    if name in NOUN_BY_FIELD:
        return NOUN_BY_FIELD[name]
    if finding.code[:1] in NOUN_BY_FAMILY:
        return NOUN_BY_FAMILY[finding.code[:1]]
    if finding.column and finding.heading:
        return (f"cell under “{finding.heading}”", f"cells under “{finding.heading}”")
    return ("cell", "cells") if finding.column else ("row", "rows")


def _weight(finding: Finding) -> int:
    return 0 if finding.severity == Severity.MUST_FIX else 1


def _narrowness(finding: Finding) -> int:
    if finding.row is not None:
        return 3
    if finding.column:
        return 2
    return 1 if finding.sheet else 0
