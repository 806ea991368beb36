"""Workbooks written part by part, so that a test can put anything anywhere in them."""

import struct
import zipfile
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
XLSM = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

HEADINGS = ("UPN", "Surname", "Forename", "Date of Birth", "Destination")
LEAVERS = (
    ("A845400011001", "Okafor", "Ada", "04/05/2007", "Sixth form"),
    ("B845400011002", "Price", "Tom", "11/12/2006", "College"),
    ("C845400011003", "Zhang", "Lin", "30/08/2007", "Apprenticeship"),
)
TABLE = (HEADINGS, *LEAVERS)


def letter(column):
    said = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        said = chr(65 + rest) + said
    return said


def cell(place, value, attributes=""):
    """One cell: text inline, numbers and booleans as such."""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"{attributes}><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"{attributes}><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"{attributes}><is><t>{escape(value)}</t></is></c>'


def row_xml(number, values, attributes=""):
    cells = "".join(
        cell(f"{letter(column)}{number}", value)
        for column, value in enumerate(values)
        if value is not None and value != ""
    )
    return f'<row r="{number}"{attributes}>{cells}</row>'


def rows_xml(rows, first=1):
    return "".join(row_xml(number, values) for number, values in enumerate(rows, start=first))


def sheet(rows=TABLE, *, inside=None, before="", after="", head=DECLARED, namespace=MAIN):
    """A sheet part.  `inside` replaces the rows, `before` and `after` stand round sheetData."""
    filled = rows_xml(rows) if inside is None else inside
    return (
        f'{head}<worksheet xmlns="{namespace}" xmlns:r="{OFFICE}">{before}'
        f"<sheetData>{filled}</sheetData>{after}</worksheet>"
    )


def strings(texts):
    held = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
    return f'{DECLARED}<sst xmlns="{MAIN}">{held}</sst>'


def styles(formats=(), *, extra=""):
    """A stylesheet whose cell format n is the nth of the given codes; 0 is general."""
    codes = "".join(
        f"<numFmt numFmtId={quoteattr(str(number))} formatCode={quoteattr(code)}/>"
        for number, code in enumerate(formats, start=164)
    )
    used = "".join(f'<xf numFmtId="{number}"/>' for number in range(164, 164 + len(formats)))
    return (
        f'{DECLARED}<styleSheet xmlns="{MAIN}"><numFmts>{codes}</numFmts>'
        f'<cellXfs><xf numFmtId="0"/>{used}</cellXfs>{extra}</styleSheet>'
    )


def parts(
    sheets=None,
    *,
    shared=None,
    style=None,
    states=None,
    content_type=XLSX,
    extra=None,
    namespace=MAIN,
    office=OFFICE,
    properties="",
    more_in_workbook="",
):
    """The parts of a workbook by name, ready to be changed and zipped."""
    sheets = {"Leavers": sheet()} if sheets is None else sheets
    listed, related, typed = "", "", ""
    held = {}
    for number, (name, xml) in enumerate(sheets.items(), start=1):
        state = (states or {}).get(name)
        said = f' state="{state}"' if state else ""
        quoted = quoteattr(name, {"\n": "&#10;"})
        listed += f'<sheet name={quoted} sheetId="{number}"{said} r:id="rId{number}"/>'
        related += (
            f'<Relationship Id="rId{number}" Type="{office}/worksheet" '
            f'Target="worksheets/sheet{number}.xml"/>'
        )
        typed += (
            f'<Override PartName="/xl/worksheets/sheet{number}.xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        )
        held[f"xl/worksheets/sheet{number}.xml"] = xml
    if shared is not None:
        held["xl/sharedStrings.xml"] = shared
        related += (
            f'<Relationship Id="rIdS" Type="{office}/sharedStrings" Target="sharedStrings.xml"/>'
        )
    if style is not None:
        held["xl/styles.xml"] = style
        related += f'<Relationship Id="rIdT" Type="{office}/styles" Target="styles.xml"/>'
    return {
        "[Content_Types].xml": (
            f'{DECLARED}<Types xmlns="{TYPES}"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{content_type}"/>{typed}</Types>'
        ),
        "_rels/.rels": (
            f'{DECLARED}<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" '
            f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'{DECLARED}<workbook xmlns="{namespace}" xmlns:r="{office}">'
            f"<workbookPr {properties}/><sheets>{listed}</sheets>{more_in_workbook}</workbook>"
        ),
        "xl/_rels/workbook.xml.rels": (
            f'{DECLARED}<Relationships xmlns="{PACKAGE}">{related}</Relationships>'
        ),
        **held,
        **(extra or {}),
    }


def zipped(held, *, method=zipfile.ZIP_DEFLATED):
    """Parts by name, or pairs of name and content where a name comes twice, as a zip."""
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w", method) as archive:
        for name, content in held.items() if isinstance(held, dict) else held:
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return kept.getvalue()


def workbook(sheets=None, **more):
    """A workbook as bytes; see parts()."""
    return zipped(parts(sheets, **more))


def one_sheet(inside, **more):
    """A workbook of one sheet with the given rows, as XML."""
    return workbook({"Leavers": sheet(inside=inside)}, **more)


def forged(content, name, *, size=None, flags=None):
    """The zip with one entry's declared size or flags changed, in both of its headers."""
    changed = bytearray(content)
    wanted = name.encode()
    for magic, flags_at, size_at, name_at in (
        (b"PK\x03\x04", 6, 22, 30),
        (b"PK\x01\x02", 8, 24, 46),
    ):
        at = changed.find(magic)
        while at >= 0:
            if changed[at + name_at : at + name_at + len(wanted)] == wanted:
                if size is not None:
                    struct.pack_into("<L", changed, at + size_at, size)
                if flags is not None:
                    struct.pack_into("<H", changed, at + flags_at, flags)
            at = changed.find(magic, at + 4)
    return bytes(changed)


def open_document(rows=TABLE, *, mimetype=True, manifest=""):
    """An ods written by hand."""
    said = "".join(
        "<table:table-row>"
        + "".join(
            '<table:table-cell office:value-type="string">'
            f"<text:p>{escape(value)}</text:p></table:table-cell>"
            for value in values
        )
        + "</table:table-row>"
        for values in rows
    )
    office = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'{DECLARED}<office:document-content xmlns:office="{office}:office:1.0" '
        f'xmlns:table="{office}:table:1.0" xmlns:text="{office}:text:1.0" office:version="1.2">'
        f'<office:body><office:spreadsheet><table:table table:name="Leavers">{said}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    held = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet"} if mimetype else {}
    held |= {
        "content.xml": content,
        "META-INF/manifest.xml": (
            f'{DECLARED}<manifest:manifest xmlns:manifest="{office}:manifest:1.0">{manifest}'
            "</manifest:manifest>"
        ),
    }
    return zipped(held)
