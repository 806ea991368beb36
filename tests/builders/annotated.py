"""Workbooks to be marked, and the road that marks them, for tests."""

import zipfile
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from destinations.returns.annotated import AnnotatedWorkbook
from flows.pipeline.annotate import annotate_file
from imports.crosswalk.column_map import load_map
from imports.reading import read_file
from imports.workbook.limits import READ_LIMITS
from models.handoffs.findings import Finding
from models.handoffs.sheets import ReadFile
from models.vocabulary import Severity

MUST, CHECK = Severity.MUST_FIX, Severity.PLEASE_CHECK
KEY = b"k" * 32
KNOWS = load_map().field_of
HEADINGS = ("UPN", "Surname", "Forename", "Date of Birth", "Destination", "Provider", "ULN", "SEN")
PEOPLE = (
    ("B801200005001", "Lee", "Ana", "14/03/2009", "went to sea", "Downs College", 1234567890, "K"),
    ("X801200005002", "Ali", "Sam", "02/05/2009", "College", "Downs College", 2345678901, "z"),
    ("E801200005003", "", "Kit", "31/08/2001", "Apprenticeship", "Acme", 3456789012, "N"),
)


class InHand:
    """A guard for tests: opens files in this process, as the child would."""

    limits = READ_LIMITS

    def open_file(self, content, limits=None):
        from imports.workbook.openers import open_file

        return open_file(content, limits or self.limits)


def a_book(
    people: Sequence[Sequence[object]] = PEOPLE, *, top: int = 3, more: Callable | None = None
) -> bytes:
    """A school's own workbook: banner, widths, a filter, a note, two tabs, conditional colours."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Y11 leavers"
    sheet["A1"] = "Firle High School: leavers 2025"
    sheet.merge_cells("A1:D1")
    for column, words in enumerate(HEADINGS, start=1):
        sheet.cell(top, column, words).font = Font(bold=True, color="FFFFFF")
        sheet.cell(top, column).fill = PatternFill("solid", fgColor="12436D")
    for number, person in enumerate(people, start=top + 1):
        for column, value in enumerate(person, start=1):
            if value != "":
                cell = sheet.cell(number, column)
                cell.value = value
                cell.data_type = "n" if isinstance(value, int) else "s"
    sheet.column_dimensions["B"].width = 31
    sheet.freeze_panes = f"A{top + 1}"
    sheet.auto_filter.ref = f"A{top}:H{top + len(people)}"
    listed = DataValidation(type="list", formula1='"N,K,E"', allow_blank=True)
    listed.add(f"H{top + 1}:H{top + 200}")
    sheet.add_data_validation(listed)
    sheet.conditional_formatting.add(
        "G4:G200",
        CellIsRule(operator="equal", formula=["0"], fill=PatternFill("solid", bgColor="FF0000")),
    )
    sheet.cell(top + 1, 5).comment = Comment("Ask Mrs Hall", "S. Hall")
    notes = book.create_sheet("Notes")
    notes["A1"] = CellRichText("This is ", TextBlock(InlineFont(b=True), "ours"))
    notes["B2"] = "=SUM(1,2)"
    book.create_sheet("Hidden").sheet_state = "hidden"
    book.defined_names  # noqa: B018 - made on first use
    if more is not None:
        more(book)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def with_parts(
    content: bytes,
    parts: Mapping[str, bytes] | None = None,
    *,
    edits: Mapping[str, tuple[str, str]] | None = None,
) -> bytes:
    """The workbook with parts put in, and with words in others replaced."""
    kept = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(content)) as old,
        zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            part = old.read(name)
            if edits and name in edits:
                before, after = edits[name]
                assert before.encode() in part, f"{before} is not in {name}"
                part = part.replace(before.encode(), after.encode(), 1)
            new.writestr(name, part)
        for name, part in (parts or {}).items():
            new.writestr(name, part)
    return kept.getvalue()


def a_finding(
    code: str, row: int | None, column: str, severity: Severity = MUST, **more
) -> Finding:
    facts = {"sheet": "Y11 leavers", "heading": "", "value": ""} | more
    return Finding(code, severity, f"Something is wrong ({code})", "Put it right",
                   row=row, column=column, **facts)  # fmt: skip


FINDINGS = (
    a_finding("I03", 5, "A", heading="UPN", value="X801200005002"),
    a_finding("D01", 4, "E", heading="Destination", value="went to sea", suggests=("Not known",)),
    a_finding("P01", 6, "B", heading="Surname"),
    a_finding("P11", 6, "D", CHECK, heading="Date of Birth", value="31/08/2001"),
    a_finding("P21", 5, "H", CHECK, heading="SEN", value="z"),
    a_finding("C10", None, "F", CHECK, heading="Provider"),
)


def read(content: bytes, name: str = "leavers.xlsx") -> ReadFile:
    return read_file(name, content, KNOWS)


def mark(
    content: bytes,
    findings: Sequence[Finding] = FINDINGS,
    *,
    name: str = "leavers.xlsx",
    number: int = 12,
) -> AnnotatedWorkbook:
    """The workbook marked, by the whole of what the road does with one file."""
    return annotate_file(
        content,
        read(content, name),
        findings,
        guard=InHand(),  # type: ignore[arg-type]
        columns=load_map(),
        submission_id=number,
        key=KEY,
    )
