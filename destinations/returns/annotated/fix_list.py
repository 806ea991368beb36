"""Fix list: the findings as lines of the first tab, and as notes on the cells they are about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from destinations.returns.annotated.choices import choices_by_field
from destinations.returns.fix_order import biggest_first, nearest_sentence
from models.handoffs.findings import Finding
from models.handoffs.returned_workbook import CELL, CONFIRM, RULE, SHEET, TYPED, WRONG
from models.handoffs.sheets import ReadFile, Table
from models.vocabulary import Severity

MOST_NOTES = 2_000
TITLE = "What to fix"
WEIGHTS = {Severity.MUST_FIX: "Must fix", Severity.PLEASE_CHECK: "Please check"}
HEADINGS = (
    ("", 14),
    (SHEET, 15),
    (CELL, 9),
    ("Heading", 18),
    (TYPED, 22),
    (WRONG, 36),
    ("What to type", 40),
    (CONFIRM, 19),
    (RULE, 7),
)
_MOST_SUGGESTED = 6


@dataclass(frozen=True, slots=True)
class CellPlace:
    """The cell that a finding is about: the row as Excel shows it, the letters of the column."""

    sheet: str
    row: int
    column: str


@dataclass(frozen=True, slots=True)
class FixLine:
    """One line of the list, and its cell where it has one."""

    finding: Finding
    spot: CellPlace | None
    field: str = ""  # our field that the cell holds, where it is a value that is wrong

    @property
    def has_list(self) -> bool:
        """Whether the words for the cell can be picked from a list in it."""
        return self.field in choices_by_field()

    @property
    def to_do(self) -> str:
        """What to do about it, what may have been meant, and where to pick a word from."""
        words = f"{self.finding.do}." if self.finding.do else ""
        if self.finding.suggests:
            words = f"{words} {nearest_sentence(self.finding.suggests[:_MOST_SUGGESTED])}"
        if self.has_list:
            words = f"{words} The cell has a list to pick from."
        return words.strip()

    @property
    def cell(self) -> str:
        """Where it is, in a word: C14, row 14, column C."""
        finding = self.finding
        if finding.row is None:
            return f"column {finding.column}" if finding.column else ""
        return f"{finding.column}{finding.row}" if finding.column else f"row {finding.row}"

    @property
    def can_confirm(self) -> bool:
        """Whether its sender may say that it is right as it is."""
        return self.finding.severity is Severity.PLEASE_CHECK


def fix_lines(
    findings: Sequence[Finding],
    read: ReadFile,
    columns: Mapping[tuple[str, str], str],
    fields: Mapping[str, str],
) -> list[FixLine]:
    """The list, biggest problems first.

    `columns` gives our field for a sheet and the letters of a column, `fields` for a rule's code.
    """
    lines = []
    for finding in biggest_first(findings):
        spot = _cell_place(finding, read.tables)
        is_value = finding.row is not None and bool(finding.column)
        our_field = columns.get((finding.sheet, finding.column)) or fields.get(finding.code, "")
        lines.append(FixLine(finding, spot, our_field if is_value else ""))
    return lines


def comments_by_cell(lines: Sequence[FixLine]) -> dict[CellPlace, tuple[Severity, str]]:
    """For each cell its weight and the words of its note, everything about it in one."""
    lines_by_cell: dict[CellPlace, list[FixLine]] = {}
    for line in lines:
        if line.spot is not None:
            lines_by_cell.setdefault(line.spot, []).append(line)
    return {
        spot: (cell_lines[0].finding.severity, _comment_text(cell_lines))
        for spot, cell_lines in lines_by_cell.items()
    }


def _comment_text(lines: Sequence[FixLine]) -> str:
    words = []
    for line in lines:
        finding = line.finding
        weight = WEIGHTS[finding.severity].upper()
        words.append(f"{weight}: {finding.says}.\n{line.to_do}".rstrip())
    return "\n\n".join(words)


def _cell_place(finding: Finding, tables: Sequence[Table]) -> CellPlace | None:
    """The very cell; for a column its heading; for a row its first cell; None for a file."""
    if finding.row is not None and finding.column:
        return CellPlace(finding.sheet, finding.row, finding.column)
    for table in tables:
        if table.sheet != finding.sheet:
            continue
        letters = [heading.letter for heading in table.headings]
        if finding.row is not None:
            if any(row.number == finding.row for row in table.rows):
                return CellPlace(finding.sheet, finding.row, letters[0])
        elif finding.column in letters:
            return CellPlace(finding.sheet, table.heading_rows[-1], finding.column)
    return None
