"""Reading: cells come as their sender sees them, at the place Excel shows, from any format."""

import csv
import struct
from collections import defaultdict
from datetime import date, datetime, time
from io import BytesIO, StringIO
from pathlib import Path
from random import Random

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font

from expectations.catalogue import catalogue
from expectations.messages import refusal_finding, word_issues
from imports.reading import read_file
from imports.text.invisible import strip_invisible
from imports.values.nothing_words import is_ditto
from imports.workbook.formats.xlsx_sheet import SharedParts, read_sheet
from imports.workbook.guard import open_guard
from imports.workbook.limits import READ_LIMITS
from models.handoffs.findings import SubmissionRefused
from models.handoffs.sheets import CellKind
from tests.builders.workbooks import (
    HEADINGS,
    LEAVERS,
    TABLE,
    one_sheet,
    open_document,
    rows_xml,
    sheet,
    strings,
    styles,
    workbook,
    zipped,
)
from tests.headings import knows

SAMPLES = Path(__file__).parents[2] / "shared" / "samples" / "hub_a"
NOON = datetime(2025, 9, 1, 12)
SMILE = "\N{GRINNING FACE}"
TEXT, NUMBER, DATE = CellKind.TEXT, CellKind.NUMBER, CellKind.DATE


def read(content, name="leavers.xlsx"):
    return read_file(name, content, knows)


def first_cells(content, name="leavers.xlsx"):
    """The cells of the first leaver."""
    return read(content, name).tables[0].rows[0].cells


def the_cell(xml, *, formats=(), properties="", shared=None):
    """The destination cell of the first leaver, where a test puts its own."""
    inside = rows_xml((HEADINGS, LEAVERS[0][:4])).removesuffix("</row>") + xml + "</row>"
    content = one_sheet(inside, style=styles(formats), properties=properties, shared=shared)
    return first_cells(content)[4]


@pytest.mark.parametrize(
    ("xml", "number_format", "text", "value", "kind"),
    [
        ("<c><v>42</v></c>", "", "42", 42, NUMBER),
        ("<c><v>42.0</v></c>", "", "42", 42, NUMBER),
        ("<c><v>9070840000</v></c>", "", "9070840000", 9070840000, NUMBER),
        ("<c><v>9.07084E+09</v></c>", "", "9070840000", 9070840000, NUMBER),
        ("<c><v>0.1</v></c>", "", "0.1", 0.1, NUMBER),
        ("<c><v>0.55</v></c>", "0%", "55%", 0.55, NUMBER),
        ("<c><v>123456</v></c>", "0000000000", "0000123456", 123456, NUMBER),
        ("<c><v>-3</v></c>", "", "-3", -3, NUMBER),
        ("<c><v> 12 </v></c>", "", "12", 12, NUMBER),
        ("<c><v>NaN</v></c>", "", "NaN", "NaN", TEXT),
        ("<c><v>INF</v></c>", "", "INF", "INF", TEXT),
        ("<c><v>1e400</v></c>", "", "1e400", "1e400", TEXT),
        ("<c><v>abc</v></c>", "", "abc", "abc", TEXT),
        ("<c><v>45901</v></c>", "dd/mm/yyyy", "01/09/2025", date(2025, 9, 1), DATE),
        ("<c><v>45901</v></c>", "d mmmm yyyy", "01/09/2025", date(2025, 9, 1), DATE),
        ("<c><v>45901</v></c>", "[$-809]dd mmm yy;@", "01/09/2025", date(2025, 9, 1), DATE),
        ("<c><v>45901</v></c>", "mmm-yy", "Sep 2025", date(2025, 9, 1), DATE),
        ("<c><v>45901.5</v></c>", "dd/mm/yyyy hh:mm", "01/09/2025 12:00", NOON, DATE),
        ("<c><v>45900.99999999</v></c>", "dd/mm/yyyy", "01/09/2025", date(2025, 9, 1), DATE),
        ("<c><v>0.5</v></c>", "h:mm", "12:00", time(12), DATE),
        ("<c><v>1.25</v></c>", "[h]:mm:ss", "30:00:00", 1.25, NUMBER),
        ("<c><v>60</v></c>", "dd/mm/yyyy", "28/02/1900", date(1900, 2, 28), DATE),
        ("<c><v>1</v></c>", "dd/mm/yyyy", "01/01/1900", date(1900, 1, 1), DATE),
        ("<c><v>20250901</v></c>", "dd/mm/yyyy", "20250901", 20250901, NUMBER),
        ("<c><v>-5</v></c>", "dd/mm/yyyy", "-5", -5, NUMBER),
        ("<c><v>45901</v></c>", '0 "days"', "45901", 45901, NUMBER),
        ("<c><v>45901</v></c>", "#,##0;[Red]-#,##0", "45901", 45901, NUMBER),
        ("<c><v>45901</v></c>", "General", "45901", 45901, NUMBER),
        ('<c t="d"><v>2025-09-01T00:00:00Z</v></c>', "", "01/09/2025", date(2025, 9, 1), DATE),
        ('<c t="d"><v>last week</v></c>', "", "last week", "last week", TEXT),
        ('<c t="b"><v>1</v></c>', "", "TRUE", True, CellKind.BOOLEAN),
        ('<c t="b"><v>true</v></c>', "", "TRUE", True, CellKind.BOOLEAN),
        ('<c t="b"><v>0</v></c>', "", "FALSE", False, CellKind.BOOLEAN),
        ('<c t="e"><v>#N/A</v></c>', "", "#N/A", None, CellKind.ERROR),
        ('<c t="e"><v>#SPILL!</v></c>', "", "#SPILL!", None, CellKind.ERROR),
        ('<c t="str"><v>#N/A</v></c>', "", "#N/A", "#N/A", TEXT),
        ('<c t="s"><v>99</v></c>', "", "#REF!", None, CellKind.ERROR),
        ('<c t="s"><v>-1</v></c>', "", "#REF!", None, CellKind.ERROR),
        ("<c><f>A1*2</f></c>", "", "", None, CellKind.FORMULA),
        ("<c><f>A1*2</f><v></v></c>", "", "", None, CellKind.FORMULA),
        ("<c><f>A1*2</f><v/></c>", "", "", None, CellKind.FORMULA),
        ("<c><f>A1*2</f><v>4</v></c>", "", "4", 4, NUMBER),
        ('<c t="str"><f>A1</f><v></v></c>', "", "", None, CellKind.BLANK),
        ('<c t="str"><v>a_x000D_b</v></c>', "", "ab", "ab", TEXT),
        ('<c t="str"><v>a_x005F_x000D_b</v></c>', "", "a_x000D_b", "a_x000D_b", TEXT),
        ('<c t="str"><v>_xD83D__xDE00_</v></c>', "", SMILE, SMILE, TEXT),
        ('<c t="str"><v>a_xD83D_</v></c>', "", "a\ufffd", "a\ufffd", TEXT),
        ('<c t="str"><v>a_x0000_b</v></c>', "", "ab", "ab", TEXT),
        ('<c t="inlineStr"><is><t>  pad  </t></is></c>', "", "  pad  ", "  pad  ", TEXT),
        ('<c t="inlineStr"><is><r><t>Six</t></r><r><t>th</t></r></is></c>', "", "Sixth", "Sixth",
         TEXT),
        ('<c t="inlineStr"><is><t>A</t><rPh><t>b</t></rPh></is></c>', "", "A", "A", TEXT),
        ("<c><v></v></c>", "", "", None, CellKind.BLANK),
        ('<c t="str"><v>\N{NO-BREAK SPACE} </v></c>', "", "", None, CellKind.BLANK),
    ],
)  # fmt: skip
def test_a_cell_as_its_sender_sees_it(xml, number_format, text, value, kind):
    came = the_cell(xml.replace("<c", '<c r="E2" s="1"', 1), formats=[number_format or "General"])
    assert (came.text, came.value, came.kind) == (text, value, kind)


def test_how_a_number_is_stored_is_kept():
    assert the_cell('<c r="E2"><v>9.07084E+09</v></c>').stored == "9.07084E+09"
    assert the_cell('<c r="E2"><v>42.0</v></c>').stored == "42.0"


def test_dates_of_the_1904_system():
    came = the_cell(
        '<c r="E2" s="1"><v>44439</v></c>', formats=["dd/mm/yyyy"], properties='date1904="1"'
    )
    assert came.value == date(2025, 9, 1)


def test_shared_texts_with_runs_and_phonetics():
    shared = strings(["x"]).replace(
        "<si><t>x</t></si>",
        "<si><r><t>Six</t></r><r><t>th form</t></r><rPh><t>no</t></rPh></si>",
    )
    assert the_cell('<c r="E2" t="s"><v>0</v></c>', shared=shared).text == "Sixth form"


def test_a_value_under_merged_cells_is_kept():
    content = workbook({"a": sheet(after='<mergeCells><mergeCell ref="A2:B2"/></mergeCells>')})
    assert first_cells(content)[1].text == "Okafor"


def test_hidden_rows_and_columns_are_read():
    inside = rows_xml(TABLE).replace('<row r="3">', '<row r="3" hidden="1">')
    cols = '<cols><col min="2" max="3" hidden="true"/></cols>'
    (table,) = read(workbook({"a": sheet(inside=inside, before=cols)})).tables
    assert [row.hidden for row in table.rows] == [False, True, False]
    assert [heading.hidden for heading in table.headings] == [False, True, True, False, False]


def test_sheets_hidden_either_way_are_not_read():
    content = workbook(
        {"a": sheet(), "b": sheet(), "c": sheet()}, states={"b": "hidden", "c": "veryHidden"}
    )
    came = read(content)
    assert [table.sheet for table in came.tables] == ["a"]
    assert [one.sheet for one in came.regions if one.why == "hidden sheet"] == ["b", "c"]


@pytest.mark.parametrize(("count", "letters"), [(26, "Z"), (27, "AA"), (60, "BH")])
def test_columns_have_the_letters_of_excel(count, letters):
    row = ["UPN", "Surname", "Forename", *["other"] * (count - 4), "Destination"]
    (table,) = read(workbook({"a": sheet((row, ["A845400011001", "Okafor", "Ada"]))})).tables
    assert table.headings[-1].letter == letters
    assert table.headings[-1].text == "Destination"


def test_workbooks_of_other_writers_are_read_the_same():
    rows = [list(HEADINGS), *(list(leaver) for leaver in LEAVERS)]
    kept = BytesIO()
    with xlsxwriter.Workbook(kept, {"constant_memory": True}) as other:
        page = other.add_worksheet("Leavers")
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    third = Workbook()
    third.active.title = "Leavers"
    for row in rows:
        third.active.append(row)
    kept_too = BytesIO()
    third.save(kept_too)
    expected = [[cell.text for cell in row.cells] for row in read(workbook()).tables[0].rows]
    for content in (kept.getvalue(), kept_too.getvalue(), open_document()):
        (table,) = read(content).tables
        assert table.sheet == "Leavers"
        assert [row.number for row in table.rows] == [2, 3, 4]
        assert [[cell.text for cell in row.cells] for row in table.rows] == expected


def test_an_old_binary_workbook():
    content = (Path(__file__).parent / "spreadsheets" / "leavers.xls").read_bytes()
    came = read(content, "leavers.xls")
    assert came.file_format == "xls"
    assert [row.cells[1].text for row in came.tables[0].rows] == ["Okafor", "Price", "Zhang"]
    assert came.remarks == ()


def wide(text):
    return struct.pack("<L", len(text)) + text.encode("utf-16-le")


def record(number, body=b""):
    head = bytes([number]) if number < 128 else bytes([number & 0x7F | 0x80, number >> 7])
    return (
        head
        + bytes([len(body) & 0x7F | (0x80 if len(body) > 127 else 0)])
        + (bytes([len(body) >> 7]) if len(body) > 127 else b"")
        + body
    )


def binary_workbook(rows):
    """An xlsb written by hand: records of [MS-XLSB], text cells and one number."""
    listed = struct.pack("<LL", 0, 1) + wide("rId1") + wide("Leavers")
    book = record(131) + record(143) + record(156, listed) + record(144) + record(132)
    cells = b""
    for number, values in enumerate(rows):
        cells += record(0, struct.pack("<LLHBBBL", number, 0, 300, 0, 0, 0, 0))
        for column, value in enumerate(values):
            head = struct.pack("<LL", column, 0)
            if isinstance(value, str):
                cells += record(6, head + wide(value))
            else:
                cells += record(5, head + struct.pack("<d", value))
    page = record(129) + record(148, struct.pack("<LLLL", 0, len(rows) - 1, 0, 9))
    page += record(145) + cells + record(146) + record(130)
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{types}"><Override PartName="/xl/workbook.bin" '
            'ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="rId1" '
            f'Type="{office}/officeDocument" Target="xl/workbook.bin"/></Relationships>',
            "xl/workbook.bin": book,
            "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{package}"><Relationship '
            f'Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>',
            "xl/worksheets/sheet1.bin": page,
        }
    )


def test_a_binary_workbook():
    rows = [["UPN", "ULN", "Surname", "Forename"], ["A845400011001", 1234567890.0, "Okafor", "Ada"]]
    came = read(binary_workbook(rows), "leavers.xlsb")
    assert came.file_format == "xlsb"
    cells = came.tables[0].rows[0].cells
    assert [one.text for one in cells] == ["A845400011001", "1234567890", "Okafor", "Ada"]
    assert (cells[1].value, cells[1].stored) == (1234567890, "1234567890")


# Text files: every alphabet, every delimiter, quoted delimiters, quotes and line breaks.
ALPHABETS = {
    "utf-8": lambda text: text.encode(),
    "utf-8 marked": lambda text: text.encode("utf-8-sig"),
    "utf-16 marked": lambda text: text.encode("utf-16"),
    "utf-16-be marked": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "utf-16-le": lambda text: text.encode("utf-16-le"),
    "utf-16-be": lambda text: text.encode("utf-16-be"),
    "cp1252": lambda text: text.encode("cp1252"),
}
MANY = [
    ("Zo\u00eb", "O\u2019Owen"),
    ("Chlo\u00e9", "N\u00fa\u00f1ez"),
    ("Ren\u00e9e", "\u00d8rsted"),
]
ONE = [("Ada", "Okafor"), ("Tom", "Price"), ("Zo\u00eb", "Zhang")]


def written(names, delimiter, line_end="\r\n"):
    rows = [["UPN", "Forename", "Surname", "Destination", "Provider"]]
    rows += [
        [f"A84540001100{n}", first, last, f"College{delimiter} Sussex", 'the "Downs"\nCoast']
        for n, (first, last) in enumerate(names)
    ]
    kept = StringIO()
    csv.writer(kept, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    return kept.getvalue()


@pytest.mark.parametrize("names", [MANY, ONE], ids=["many accents", "one accent"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_text_files_of_every_alphabet_and_delimiter(alphabet, delimiter, names):
    came = read(ALPHABETS[alphabet](written(names, delimiter)), "leavers.csv")
    (table,) = came.tables
    assert (came.file_format, table.sheet, came.remarks) == ("csv", "", ())
    assert [(row.number, row.cells[1].text, row.cells[2].text) for row in table.rows] == [
        (number, *name) for number, name in enumerate(names, start=2)
    ]
    assert table.rows[0].cells[3].text == f"College{delimiter} Sussex"
    assert table.rows[0].cells[4].text == 'the "Downs"\nCoast'


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_line_ends_of_every_machine(line_end):
    (table,) = read(written(ONE, ",", line_end).encode(), "leavers.csv").tables
    assert [row.number for row in table.rows] == [2, 3, 4]


def test_rows_of_a_text_file_are_numbered_as_excel_shows_them():
    text = (
        "sep=;\r\nLeavers 2025\r\n\r\nSurname;Forename;UPN;Destination\r\n"
        '"Okafor";"Ada\nJane";A845400011001;College\r\n\r\nPrice;Tom;B845400011002;Job\r\n'
    )
    (table,) = read(text.encode(), "leavers.csv").tables
    assert table.heading_rows == (3,)
    assert [(row.number, row.cells[1].text) for row in table.rows] == [(4, "Ada\nJane"), (6, "Tom")]


def test_letters_that_could_not_be_read_are_told_by_row():
    text = written(ONE, ",").encode("cp1252").replace(b"Tom", b"T\x81m")
    assert [(remark.code, remark.row) for remark in read(text, "a.csv").remarks] == [("F35", 3)]


@pytest.mark.parametrize("line_end", ["\r", "\r\n"])
def test_accents_of_a_mac_are_read(line_end):
    names = [("Ren\u00e9e", "Okafor"), ("Tom", "O'Brien"), ("Chlo\u00eb", "Nu\u00f1ez")]
    came = read(written(names, ",", line_end).encode("mac-roman"), "leavers.csv")
    (table,) = came.tables
    assert [(row.cells[1].text, row.cells[2].text) for row in table.rows] == names
    assert came.remarks == ()


@pytest.mark.parametrize(
    "name", ["Ren\u00e9e", "Zo\u00eb", "Se\u00e1n", "O\u2019Shea", "Ay\u0161e"]
)
def test_accents_of_windows_are_never_taken_for_a_macs(name):
    came = read(written([(name, "Okafor")], ",", "\r\n").encode("cp1252"), "leavers.csv")
    assert came.tables[0].rows[0].cells[1].text == name


@pytest.mark.parametrize("mark", [";", "\t", "|", ","])
def test_everything_in_one_column_names_text_to_columns(mark):
    rows = ["Surname,Forename,UPN", "Okafor,Ada,A845400011001", "Price,Tom,B845400011002"]
    text = "".join(f'"{row.replace(",", mark)}"\r\n' for row in rows)
    with pytest.raises(SubmissionRefused) as refused:
        read(text.encode(), "leavers.csv")
    assert refused.value.code == "T14"
    assert "Text to Columns" in refusal_finding("T14", refused.value.facts).do


def lock_file(name: str, size: int = 165) -> bytes:
    padded = {165: 55, 162: 54}[size]
    head = bytes([len(name)]) + name.encode().ljust(padded - 1)
    wide = len(name).to_bytes(2, "little") + name.encode("utf-16-le")
    return (head + wide).ljust(size, b"\0")


@pytest.mark.parametrize(
    "content",
    [
        lock_file("A Teacher"),
        lock_file("A Teacher")[:163],
        lock_file("Mrs B", 162),
        lock_file("Mrs B").replace(b"Mrs B ", b"Mrs Bo"),
        b",Ann,PC7,30.11.2025 09:00,file:///C:/x;",
    ],
)
def test_a_lock_file_is_named_for_what_it_is(content):
    with pytest.raises(SubmissionRefused) as refused:
        read(content, "leavers.xlsx")
    assert refused.value.code == "F25"


def test_a_ctf_is_named_for_what_it_is():
    with pytest.raises(SubmissionRefused) as refused:
        read(b'<?xml version="1.0"?><CTfile><Header/></CTfile>', "8452000_CTF.xml")
    assert refused.value.code == "F26"


def test_what_is_not_in_the_text_of_a_cell_is_said_once():
    workbook = Workbook()
    page = workbook.active
    page.title = "Leavers"
    for row in (
        ("Surname", "Forename", "UPN", "Destination"),
        ("Green = confirmed, struck through = moved away",),
        ("Okafor", "Ada", "A845400011001", "College"),
        ("Price", "Tom", "B845400011002", "Job"),
    ):
        page.append(row)
    page["D1"].comment = Comment("these are offers", "A Teacher")
    page["A4"].font = page["D4"].font = Font(strike=True)
    page["B9"].font = Font(strike=True)  # nothing in it
    kept = BytesIO()
    workbook.save(kept)
    remarks = read(kept.getvalue(), "leavers.xlsx").remarks
    told = [(finding.code, finding.row, finding.says) for finding in word_issues(remarks)]
    assert told == [
        (
            "F36",
            None,
            "2 cells are crossed out (A4, D4); we do not read that, and took what is written",
        ),
        ("F37", None, "1 cell has a note (D1); we do not read notes"),
        (
            "F38",
            2,
            "A key of colours or marks stands here; we read words only, and did not apply it",
        ),
    ]


def test_an_unclosed_quotation_mark_is_refused_kindly():
    text = written(ONE, ",") + '"' + "x,y\n" * 20_000
    with pytest.raises(SubmissionRefused) as refused:
        read(text.encode(), "leavers.csv")
    assert refused.value.code == "F14"


def test_a_tab_separated_file_of_another_name():
    came = read(written(ONE, "\t").encode(), "leavers.xls")
    assert [remark.code for remark in came.remarks] == ["F30"]
    assert len(came.tables[0].rows) == 3


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"\r\n\r\n", "T06"), (b",,,\r\n,,,\r\n", "T06"), (b"\xef\xbb\xbf", "T06"), (b" ", "T06")],
)
def test_text_files_with_nothing_in_them(content, code):
    with pytest.raises(SubmissionRefused) as refused:
        read(content, "leavers.csv")
    assert refused.value.code == code


# Nothing but a refusal ever comes out of a damaged file.
GOOD = workbook(shared=strings(["a", "b"]), style=styles(["dd/mm/yyyy"]))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(1, 255)), min_size=1, max_size=9)
)
def test_flipped_bytes_give_a_table_or_a_refusal(flips):
    damaged = bytearray(GOOD)
    for place, mask in flips:
        damaged[place] ^= mask
    assert_read_or_refused(bytes(damaged))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_scrambled_sheet_gives_a_table_or_a_refusal(data):
    xml = sheet()
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(xml) - 1))
        stop = data.draw(st.integers(start, min(len(xml), start + 60)))
        put = data.draw(
            st.sampled_from(["", "<c/>", "</c>", "<v>", "</row>", '"', 'r="A9"', "&amp;", "1", "s"])
        )
        xml = xml[:start] + put + xml[stop:]
    assert_read_or_refused(workbook({"Leavers": xml}))


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=2_000), st.sampled_from([b"", b"PK\x03\x04", b"Surname,UPN\n", b"\xff\xfe"])
)
def test_any_bytes_give_a_table_or_a_refusal(content, head):
    assert_read_or_refused(head + content)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.text(max_size=12).filter(lambda text: "\0" not in text), max_size=6), max_size=6
    )
)
def test_any_text_in_cells_comes_out_as_it_went_in_or_a_ditto_as_the_cell_above(rows):
    kept = BytesIO()
    other = xlsxwriter.Workbook(kept, {"strings_to_formulas": False, "strings_to_urls": False})
    page = other.add_worksheet("Leavers")
    said = [list(HEADINGS), *([*leaver] for leaver in LEAVERS), *rows]
    for number, row in enumerate(said):
        for column, text in enumerate(row):
            page.write_string(number, column, text)
    other.close()
    came = read(kept.getvalue())
    got = {row.number: row for table in came.tables for row in table.rows}
    assert {2, 3, 4} <= set(got)
    above: dict[int, str] = {}
    for number, row in sorted(got.items()):
        for column, one in enumerate(row.cells):
            text = said[number - 1][column] if column < len(said[number - 1]) else ""
            shown = "".join(c for c in text.replace("\r", "") if c in "\t\n" or ord(c) > 31)
            shown = strip_invisible(shown.replace("\x7f", ""))  # nobody sees a soft hyphen
            if is_ditto(shown.strip()):
                shown = above.get(column, shown)
            assert one.text == (shown if shown.strip() else "")
            above[column] = one.text or above.get(column, "")


PUT = st.sampled_from(["", "<c/>", "</c>", "<v>", "</row>", '"', 'r="A9"', "&amp;", "1", "s"])
CELLS = st.one_of(
    st.just(""),
    st.text(alphabet="aZ0é&<>\"'_x000D \n\t/", max_size=8),
    st.integers(-5, 10**10),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.lists(CELLS, max_size=5), max_size=5),
    sprinkle=st.lists(st.tuples(st.integers(0, 10**6), PUT), max_size=2),
    number=st.integers(0, 9),
)
def test_the_short_way_through_a_sheet_gives_what_the_long_way_gives(rows, sprinkle, number):
    """The same sheet with a comment in it goes the long way."""
    shared = {"0": "Okafor", "1": "", "2": "a/>b"}
    xml = rows_xml(rows)
    if number % 2:
        xml = xml.replace('t="inlineStr"', 't="str"')
        xml = xml.replace("<is><t>", "<v>").replace("</t></is>", "</v>")
    xml += f'<row r="90" hidden="1"><c r="B90" s="1" t="s"><v>{number}</v></c><c r="C90"/></row>'
    xml += '<row r="91"/><row r="92"><c r="A92"><f>B1&lt;2</f><v>4</v></c></row>'
    if number == 9:
        xml += '<row r="93"><c r="A93"><f>B1</f><v></v></c><c r="B93" t="str"><f>B1</f><v></v></c>'
        xml += '<c r="C93"><f>B1</f></c><c r="D93"><f>B1</f><v/></c></row>'
    for place, put in sprinkle:
        at = place % len(xml)
        xml = xml[:at] + put + xml[at:]
    formats = {"0": "", "1": "dd/mm/yyyy"}

    def told(inside):
        book = SharedParts(shared, formats, READ_LIMITS)
        try:
            kept = read_sheet(sheet(inside=inside).encode(), book)
        except SubmissionRefused as refused:
            return refused.code
        return kept.rows, sorted(set(kept.duplicates)), book.cells

    assert told(xml) == told("<!-- x -->" + xml)


def assert_read_or_refused(content, name="leavers.xlsx", guard=None):
    code = "F00"
    try:
        read_file(name, content, knows, guard=guard)
    except SubmissionRefused as refused:
        code = refused.code
    assert code in catalogue() or code == "F00"


@pytest.fixture(scope="module")
def guard():
    with open_guard() as guard:
        yield guard


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["xls", "ods", "xlsb"])
def test_flipped_bytes_of_other_formats_give_a_table_or_a_refusal(guard, kind):
    old = (Path(__file__).parent / "spreadsheets" / "leavers.xls").read_bytes()
    good = {"xls": old, "ods": open_document(), "xlsb": binary_workbook(TABLE)}[kind]
    chance = Random(20251123)
    for _ in range(150):
        damaged = bytearray(good)
        for _ in range(chance.randint(1, 9)):
            damaged[chance.randrange(len(good))] ^= chance.randint(1, 255)
        assert_read_or_refused(bytes(damaged), f"leavers.{kind}", guard)


@pytest.mark.samples
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample hub is not beside this checkout")
def test_every_row_of_the_sample_hub_and_no_other():
    truth = defaultdict(set)
    with (SAMPLES / "truth" / "rows.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            truth[row["file"]].add((row["sheet"], int(row["row"])))
    paths = sorted((SAMPLES / "inbox").glob("*/*"))
    assert len(paths) == 71
    with open_guard() as guard:
        for path in paths:
            came = read_file(path.name, path.read_bytes(), knows, guard=guard)
            found = {(table.sheet, row.number) for table in came.tables for row in table.rows}
            assert found == truth[path.name], path.name
