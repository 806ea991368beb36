"""Drawings: whole spreadsheet files drawn as text, a file each under tests/spreadsheets.

A line is a row, cells between bars.  What else a line may be:

    # for the reader alone
    file: leavers.csv; as: csv, utf-16, semicolon; cohort: 2024/25 Y11; wave: 1; sent: 2025-11-10
    kind: leavers              what its sender called it
    === 11A                a tab begins; === 11A (hidden) is one that is hidden
    |                      a row with nothing in it
    ~ Okafor | Ada         a row that is hidden
    hide: C, D             columns that are hidden
    bytes: a picture       no table at all, but one of OTHERS

And what a cell may be, beside text:

    @2007-05-04            a real date;  @2007-05-04[mmm yy] one that is shown otherwise
    =210                   a number, written as it stands;  =123[000000] with a number format
    f(A1*2)                a formula that nobody has calculated
    !#N/A                  an error
    <                      merged with the cell on its left
    "  Ada "               text with its spaces;  ~nbsp~ in a text is a space that does not break
"""

import codecs
import csv
import re
import struct
import zipfile
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO, StringIO
from xml.sax.saxutils import escape

from models.handoffs.normalised import SubmissionMetadata
from models.vocabulary import LeavingStage, SubmissionKind, year_start
from tests.builders.workbooks import letter, sheet, styles, workbook, zipped

DAY_FIRST = "dd/mm/yyyy"
NUMBER = re.compile(r"\A=([-+.\dEe]+)(?:\[(.+)\])?\Z")
DATE = re.compile(r"\A@(\d{4}-\d\d-\d\d)(?:\[(.+)\])?\Z")
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}


@dataclass
class Tab:
    """One sheet as drawn."""

    name: str
    is_hidden: bool = False
    rows: list[tuple[bool, list[str]]] = field(default_factory=list)  # hidden or not, cells
    hidden_columns: list[str] = field(default_factory=list)


@dataclass
class Drawing:
    """A file as drawn: its name, its bytes and what its sender said of it."""

    name: str
    content: bytes
    metadata: SubmissionMetadata


def a_file(text: str, number: int = 1) -> Drawing:
    """The file that is drawn, as submission `number`."""
    said = {"file": "leavers.xlsx", "as": "xlsx", "sent": "2025-11-10", "bytes": "", "date1904": ""}
    tabs: list[Tab] = []
    for line in text.splitlines():
        bare = line.strip()
        if not bare or bare.startswith("# "):
            continue
        told = dict(re.findall(r"(?:\A|; )([a-z0-9]+): ([^;]+)", bare)) if "|" not in bare else {}
        if bare.startswith("==="):
            name = bare.removeprefix("===").strip()
            tabs.append(Tab(name.removesuffix("(hidden)").strip(), name.endswith("(hidden)")))
        elif "hide" in told:
            tabs[-1].hidden_columns = told["hide"].split(", ")
        elif told:
            said |= told
        else:
            if not tabs:
                tabs.append(Tab("Leavers"))
            tabs[-1].rows.append(_row(line))
    return Drawing(said["file"], _content(said, tabs), _declared(said, number))


def _row(line: str) -> tuple[bool, list[str]]:
    bare = line.strip()
    is_hidden = bare.startswith("~ ")
    return is_hidden, [cell.strip() for cell in bare.removeprefix("~ ").split("|")]


def _declared(said: dict[str, str], number: int) -> SubmissionMetadata:
    cohort, _, stage = said.get("cohort", "").partition(" ")
    return SubmissionMetadata(
        number,
        "900700",
        date.fromisoformat(said["sent"]),
        kind=SubmissionKind(said["kind"]) if "kind" in said else None,
        academic_year=year_start(cohort) if cohort else None,
        leaving_stage=LeavingStage(stage) if stage else None,
        wave=int(said["wave"]) if "wave" in said else None,
    )


def _content(said: dict[str, str], tabs: list[Tab]) -> bytes:
    if said["bytes"]:
        return OTHERS[said["bytes"]]()
    how, *more = said["as"].split(", ")
    return _csv(tabs[0], more) if how == "csv" else _xlsx(tabs, said["date1904"])


# A workbook, written part by part so that nothing is put right on the way.


def _xlsx(tabs: list[Tab], date_1904: str) -> bytes:
    formats: list[str] = [DAY_FIRST]
    return workbook(
        {tab.name: _sheet(tab, formats) for tab in tabs},
        style=styles(formats),
        states={tab.name: "hidden" for tab in tabs if tab.is_hidden},
        properties='date1904="1"' if date_1904 else "",
    )


def _sheet(tab: Tab, formats: list[str]) -> str:
    rows, merges = [], []
    for number, (is_hidden, cells) in enumerate(tab.rows, start=1):
        made = [
            _cell(f"{letter(at)}{number}", cell, formats)
            for at, cell in enumerate(cells)
            if cell not in ("", "<")
        ]
        merges += _merges(number, cells)
        hidden = ' hidden="1"' if is_hidden else ""
        rows.append(f'<row r="{number}"{hidden}>{"".join(made)}</row>')
    columns = "".join(
        f'<col min="{ord(one) - 64}" max="{ord(one) - 64}" hidden="1"/>'
        for one in tab.hidden_columns
    )
    return sheet(
        inside="".join(rows),
        before=f"<cols>{columns}</cols>" if columns else "",
        after="".join(f'<mergeCell ref="{one}"/>' for one in merges),
    )


def _merges(number: int, cells: list[str]) -> list[str]:
    found = []
    for match in re.finditer(r"[^<]<+", "".join("<" if one == "<" else "x" for one in cells)):
        found.append(f"{letter(match.start())}{number}:{letter(match.end() - 1)}{number}")
    return found


def _cell(place: str, drawn: str, formats: list[str]) -> str:
    as_date, as_number = DATE.match(drawn), NUMBER.match(drawn)
    if as_date:
        serial = (date.fromisoformat(as_date[1]) - date(1899, 12, 30)).days
        return _valued(place, str(serial), as_date[2] or DAY_FIRST, formats)
    if as_number:
        return _valued(place, as_number[1], as_number[2] or "", formats)
    if drawn.startswith("!#"):
        return f'<c r="{place}" t="e"><v>{drawn[1:]}</v></c>'
    if drawn.startswith("f("):
        return f'<c r="{place}"><f>{escape(drawn[2:-1])}</f></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(_text(drawn))}</t></is></c>'


def _valued(place: str, stored: str, number_format: str, formats: list[str]) -> str:
    if not number_format:
        return f'<c r="{place}"><v>{stored}</v></c>'
    if number_format not in formats:
        formats.append(number_format)
    return f'<c r="{place}" s="{formats.index(number_format) + 1}"><v>{stored}</v></c>'


def _text(drawn: str) -> str:
    bare = drawn[1:-1] if len(drawn) > 1 and drawn[0] == drawn[-1] == '"' else drawn
    return bare.replace("~nbsp~", "\N{NO-BREAK SPACE}").replace("~bar~", "|")


def _csv(tab: Tab, more: list[str]) -> bytes:
    delimiter = next((DELIMITERS[one] for one in more if one in DELIMITERS), ",")
    encoding = next((one for one in more if one not in DELIMITERS), "utf-8")
    kept = StringIO()
    writer = csv.writer(kept, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([_text(cell) for cell in cells] for _, cells in tab.rows)
    begins = codecs.BOM_UTF16_LE if encoding == "utf-16-le" else b""
    return begins + kept.getvalue().encode(encoding)


# Files that are no table.


def _password() -> bytes:
    compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    return compound + "EncryptionInfo".encode("utf-16-le") + "EncryptedPackage".encode("utf-16-le")


def _bomb() -> bytes:
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as package:
        with zipfile.ZipFile(BytesIO(workbook())) as sound:
            for name in sound.namelist():
                package.writestr(name, sound.read(name))
        package.writestr("xl/sharedStrings.xml", b"<sst>" + b" " * 30_000_000)
    return kept.getvalue()


def _laughs() -> bytes:
    entity = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return workbook({"Leavers": sheet(head=entity)})


OTHERS = {
    "nothing": lambda: b"",
    "a password": _password,
    "a picture": lambda: b"\x89PNG\r\n\x1a\n" + struct.pack(">L", 13) + b"IHDR" + bytes(200),
    "a PDF": lambda: b"%PDF-1.7\n%" + bytes(range(128, 200)),
    "a zip bomb": _bomb,
    "an XML bomb": _laughs,
    "half a workbook": lambda: workbook()[:1_200],
    "a workbook in a zip folder": lambda: zipped({"leavers.xlsx": workbook()}),
    "a web page": lambda: b"<html><body><table><tr><td>UPN</td></tr></table></body></html>",
    "a new workbook": lambda: workbook({"Sheet1": sheet(inside="")}),
}
