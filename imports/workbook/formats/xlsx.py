"""Xlsx: a workbook's parts become its sheets.  Our own reader, because the others lose cells."""

from dataclasses import dataclass

from imports.workbook.formats.cell_text import append_text, clean_cell_text
from imports.workbook.formats.number_formats import BUILT_IN
from imports.workbook.formats.xlsx_fast_rows import parse_shared_strings
from imports.workbook.formats.xlsx_marks import crossed_out_issues, note_issues, struck_styles
from imports.workbook.formats.xlsx_sheet import SharedParts, SheetRows, read_sheet
from imports.workbook.formats.xml_parts import count_elements, local_name, parse_xml, root_name
from imports.workbook.limits import ReadLimits, refuse, with_thousands
from imports.workbook.preflight import InspectedFile, relationship_targets
from imports.workbook.raw_cells import RawFile, RawSheet
from imports.workbook.zip_package import ZipPackage
from models.facts.spreadsheet_cells import column_letters
from models.handoffs.findings import Issue
from models.handoffs.returned_workbook import MARK_SHEET

# Told cell by cell up to here; a file with more of them is odd enough for one sentence.
_DOUBLES_TOLD = 20


@dataclass(frozen=True, slots=True)
class _ListedSheet:
    """One sheet as the workbook part lists it."""

    name: str
    hidden: bool
    relation: str


def read_xlsx(opened: InspectedFile, limits: ReadLimits) -> RawFile:
    """Every worksheet of a workbook; hidden ones by name only, but for the one that is ours.

    Raises SubmissionRefused.
    """
    package = opened.package
    if package is None:
        raise refuse("BAD_WORKBOOK")
    main = _required_part(package, opened.main, limits.other_part)
    if root_name(main) != "workbook":
        raise refuse("NOT_XLSX", what="an Office file that is not a workbook")
    listed, is_1904 = _parse_workbook(main)
    if len(listed) > limits.sheets:
        raise refuse("TOO_MANY_SHEETS", limit=with_thousands(limits.sheets))
    related = _workbook_relations(package, opened.main, limits)
    sheets = _worksheet_parts(listed, related, package)
    if not sheets:
        raise refuse("NO_SHEET")

    strings = _related_part(package, related, "sharedStrings", limits.strings_part)
    styles = _related_part(package, related, "styles", limits.styles_part)
    elements = count_elements(strings, count_elements(styles, 0, limits), limits)
    struck = struck_styles(styles)
    is_marked = any(listed_sheet.name == MARK_SHEET for listed_sheet, _ in sheets)
    book = SharedParts(_shared_strings(strings, limits), _style_formats(styles), limits)
    raw_sheets, remarks = [], _package_issues(opened)
    for listed_sheet, part_name in sheets:
        if listed_sheet.hidden and listed_sheet.name != MARK_SHEET:
            raw_sheets.append(RawSheet(listed_sheet.name, hidden=True))
            continue
        part = _required_part(package, part_name, limits.sheet_part)
        elements = count_elements(part, elements, limits)
        sheet_rows = read_sheet(part, book)
        remarks += _duplicate_cell_issues(listed_sheet.name, sheet_rows)
        if not is_marked:  # in a workbook that we marked the notes are ours
            remarks += crossed_out_issues(listed_sheet.name, part, struck)
            remarks += note_issues(listed_sheet.name, package, part_name, limits)
        raw_sheets.append(
            RawSheet(
                listed_sheet.name,
                listed_sheet.hidden,
                sheet_rows.rows,
                sheet_rows.merges,
                frozenset(sheet_rows.hidden_columns),
            )
        )
    package.verify_remaining_parts()
    return RawFile(opened.file_format, raw_sheets, is_1904, tuple(remarks))


def _required_part(package: ZipPackage, name: str, limit: int) -> bytes:
    part = package.part(name, limit)
    if part is None:
        raise refuse("BAD_WORKBOOK")
    return part


def _parse_workbook(part: bytes) -> tuple[list[_ListedSheet], bool]:
    listed: list[_ListedSheet] = []
    dates: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        name = local_name(name)
        if name == "sheet":
            # The relation's id has a prefix of the writer's choosing; sheetId has none.
            relation = next(
                (
                    value
                    for key, value in attributes.items()
                    if ":" in key and local_name(key) == "id"
                ),
                None,
            )
            if relation == "":
                return  # a module of Visual Basic, listed among the sheets without a part
            is_hidden = attributes.get("state") in ("hidden", "veryHidden")
            listed.append(
                _ListedSheet(clean_cell_text(attributes.get("name", "")), is_hidden, relation or "")
            )
        elif name == "workbookPr":
            dates.append(attributes.get("date1904", ""))

    parse_xml(part, start)
    return listed, any(flag in ("1", "true") for flag in dates)


def _workbook_relations(
    package: ZipPackage, main: str, limits: ReadLimits
) -> dict[str, tuple[str, str]]:
    folder, _, name = main.rpartition("/")
    relations = package.part(f"{folder}/_rels/{name}.rels", limits.other_part)
    return relationship_targets(relations, main) if relations is not None else {}


def _worksheet_parts(
    listed: list[_ListedSheet], related: dict[str, tuple[str, str]], package: ZipPackage
) -> list[tuple[_ListedSheet, str]]:
    """Each worksheet and the name of its part; charts and macro sheets are left out."""
    worksheets = []
    for listed_sheet in listed:
        kind, part_name = related.get(listed_sheet.relation, ("worksheet", ""))
        if kind != "worksheet":
            continue
        if not listed_sheet.hidden and part_name.casefold() not in package.entries:
            raise refuse("MISSING_SHEET", sheet=listed_sheet.name)
        worksheets.append((listed_sheet, part_name))
    return worksheets


def _related_part(
    package: ZipPackage, related: dict[str, tuple[str, str]], kind: str, limit: int
) -> bytes:
    name = next((name for related_kind, name in related.values() if related_kind == kind), "")
    return package.part(name, limit) or b"" if name else b""


def _shared_strings(part: bytes, limits: ReadLimits) -> dict[str, str]:
    """The shared texts by number, as people see them."""
    if not part:
        return {}
    parse_xml(part)
    texts = parse_shared_strings(part)
    if texts is None or any(len(text) > limits.text for text in texts):
        texts = _parse_rich_strings(part, limits.text)
    return {str(number): clean_cell_text(text) for number, text in enumerate(texts)}


def _parse_rich_strings(part: bytes, most: int) -> list[str]:
    """The shared texts in order: the sum of their runs, without the phonetic ones."""
    strings: list[str] = []
    string = ""
    phonetic = 0
    is_taking = False

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal string, phonetic, is_taking
        name = local_name(name) if ":" in name else name
        if name == "t":
            is_taking = not phonetic
        elif name == "si":
            string = ""
        elif name == "rPh":
            phonetic += 1

    def end(name: str) -> None:
        nonlocal phonetic, is_taking
        name = local_name(name) if ":" in name else name
        is_taking = False
        if name == "si":
            strings.append(string)
        elif name == "rPh":
            phonetic -= 1

    def text(piece: str) -> None:
        nonlocal string
        if is_taking:
            string = append_text(string, piece, most)

    parse_xml(part, start, end, text)
    return strings


def _style_formats(part: bytes) -> dict[str, str]:
    """The number format of each cell style by its number; '' for general."""
    if not part:
        return {}
    written: dict[str, str] = {}
    styles: list[str] = []
    inside: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        name = local_name(name)
        if name == "numFmt":
            written[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            inside.append(name)
        elif name == "xf" and inside:
            styles.append(attributes.get("numFmtId", "0"))

    def end(name: str) -> None:
        if inside and local_name(name) == "cellXfs":
            inside.clear()

    parse_xml(part, start, end)
    return {str(at): _format_code(number, written) for at, number in enumerate(styles)}


def _format_code(number: str, written: dict[str, str]) -> str:
    code = written.get(number)
    if code is None:
        code = BUILT_IN.get(int(number), "") if number.isdecimal() and len(number) < 9 else ""
    return "" if code.casefold() == "general" else code


def _package_issues(opened: InspectedFile) -> list[Issue]:
    package = opened.package
    remarks = []
    if opened.file_format == "xlsm":
        remarks.append(Issue("F31"))
    if package and package.has("externallinks/"):
        remarks.append(Issue("F32"))
    if package and any(
        package.has(word) for word in ("embeddings/", "activex/", "connections.xml")
    ):
        remarks.append(Issue("F33"))
    return remarks


def _duplicate_cell_issues(sheet: str, sheet_rows: SheetRows) -> list[Issue]:
    return [
        Issue("F34", sheet, row, column_letters(column))
        for row, column in sorted(set(sheet_rows.duplicates))[:_DOUBLES_TOLD]
    ]
