"""Findings: what is wrong with a submission, as an issue not yet worded, a finding, a refusal."""

from dataclasses import dataclass
from enum import StrEnum

from models.vocabulary import Severity


class HoldsBack(StrEnum):
    """What waits until a finding that must be fixed is fixed; the rest of its row is recorded."""

    CELL = "cell"  # the cell it is about, which says who the row is about or what they are like
    ANSWER = "answer"  # what the row says of where the leaver is
    ROW = "row"  # everything: whose row it is cannot be told


@dataclass(frozen=True, slots=True)
class Issue:
    """Something a stage noticed: its catalogue code and place, before the catalogue words it.

    `value` is the cell as typed, for showing to its sender only; it is never stored or logged.
    `facts` fill the places in the catalogue's sentence (headings, counts, limits; no cell values).
    """

    code: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    heading: str = ""
    value: str = ""
    suggests: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """An issue with the catalogue's words and severity, for the sender of the submission.

    `holds_back` counts only where it must be fixed, and is about a row.
    """

    code: str
    severity: Severity
    says: str
    do: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    heading: str = ""
    value: str = ""
    suggests: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    holds_back: HoldsBack = HoldsBack.ROW


class SubmissionRefused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A file we cannot go on with.  Carries the catalogue code and what fills its sentence."""

    def __init__(self, code: str, **facts: str) -> None:
        """`code` is in the catalogue; `facts` never hold a cell's value."""
        super().__init__(code)
        self.code = code
        self.facts = tuple(sorted(facts.items()))
