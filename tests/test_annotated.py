"""The marked workbook: what its sender sees, what of theirs is kept, and how it is known again."""

import csv
import re
import shutil
import subprocess
import zipfile
from functools import cache
from io import BytesIO, StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from destinations.returns.annotated import verify_signature
from destinations.returns.annotated.choices import choices_by_field
from destinations.returns.annotated.ranges import without_cells
from destinations.returns.annotated.signature import WorkbookSignature, sign
from destinations.returns.fix_order import biggest_first
from imports.crosswalk.column_map import load_map
from models.handoffs.findings import SubmissionRefused
from models.handoffs.returned_workbook import YES, ConfirmedCell
from tests.books_opened import PAYLOADS, printed
from tests.builders.annotated import (
    CHECK,
    FINDINGS,
    HEADINGS,
    KEY,
    PEOPLE,
    a_book,
    a_finding,
    mark,
    read,
    with_parts,
)

SAMPLES = Path(__file__).parents[2] / "shared" / "samples" / "hub_a" / "inbox"
TAB, SHEET = "What to fix", "Y11 leavers"


def opened(content: bytes) -> Workbook:
    return load_workbook(BytesIO(content), rich_text=True)


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def lines_of(book: Workbook) -> list[dict[str, object]]:
    rows = list(book[TAB].iter_rows())
    at = next(number for number, row in enumerate(rows) if row[1].value == "Sheet")
    headings = [cell.value or "weight" for cell in rows[at]]
    return [dict(zip(headings, row, strict=True)) for row in rows[at + 1 :]]


# ---- what is seen ----


def test_bad_cells_are_coloured_and_say_what_is_wrong():
    marked = mark(a_book())
    sheet = opened(marked.content)[SHEET]
    assert marked.in_place
    must = {"A5", "E4", "B6"}
    check = {"D6", "H5", "F3"}
    for cell in (cell for row in sheet.iter_rows() for cell in row):
        if cell.coordinate in must | check:
            pattern = "solid" if cell.coordinate in must else "lightUp"
            weight = "MUST FIX" if cell.coordinate in must else "PLEASE CHECK"
            assert cell.fill.patternType == pattern
            assert weight in cell.comment.text
            assert cell.font.color is None or cell.font.color.rgb != "00FFFFFF"
        elif cell.row != 3:
            assert cell.fill.patternType is None, cell.coordinate
            assert cell.comment is None
    assert sheet["A5"].comment.author == "destinations"
    assert "Something is wrong (I03).\nPut it right." in sheet["A5"].comment.text


def test_a_cell_with_a_closed_list_offers_it_there():
    sheet = opened(mark(a_book()).content)[SHEET]
    offered = {str(one.sqref): one.formula1 for one in sheet.data_validations.dataValidation}
    assert offered["E4"] == "destinations_activity"
    assert offered["H5"] == "destinations_sen"


def test_the_lists_are_where_the_drop_downs_look_and_are_hidden():
    book = opened(mark(a_book()).content)
    area = book.defined_names["destinations_activity"].attr_text
    name, cells = re.fullmatch(r"'(.+)'!(.+)", area).groups()
    assert book[name].sheet_state == "hidden"
    words = [row[0].value for row in book[name][cells.replace("$", "")]]
    assert tuple(words) == choices_by_field()["activity"]


def test_every_word_that_is_offered_is_one_that_we_know():
    columns = load_map()
    for field, words in choices_by_field().items():
        for word in words:
            assert columns.value_of(field, word) is not None, (field, word)


def test_the_first_tab_says_what_to_fix_biggest_first_with_links():
    book = opened(mark(a_book()).content)
    assert book.sheetnames[0] == TAB
    assert book.active.title == TAB
    tab = book[TAB]
    assert tab["A2"].value == (
        "Fix 1 UPN, 1 destination and 1 name. Check 1 SEN code, 1 column and 1 date of birth."
    )
    lines = lines_of(book)
    assert [line["Rule"].value for line in lines] == [each.code for each in biggest_first(FINDINGS)]
    for line in lines:
        place = line["Cell"].value
        target = {"column F": "F3"}.get(place, place)
        assert line["Cell"].hyperlink.location == f"'{SHEET}'!{target}"
        assert line["Cell"].hyperlink.target is None
    destination = next(line for line in lines if line["Rule"].value == "D01")
    assert destination["As you typed it"].value == "went to sea"
    assert destination["What to type"].value == (
        "Put it right. It may be Not known. The cell has a list to pick from."
    )


def test_only_what_is_to_be_checked_can_be_confirmed():
    book = opened(mark(a_book()).content)
    (offered,) = book[TAB].data_validations.dataValidation
    confirmable = {
        line["Confirm"].coordinate
        for line in lines_of(book)
        if line["Rule"].value in ("P11", "P21", "C10")
    }
    assert set(str(offered.sqref).split()) == confirmable
    name, cell = book.defined_names["destinations_answer"].attr_text.split("!")
    assert book[name.strip("'")][cell.replace("$", "").split(":")[0]].value == YES


def test_only_one_tab_is_in_front():
    book = opened(mark(a_book()).content)
    selected = [sheet.title for sheet in book if sheet.sheet_view.tabSelected]
    assert selected == [TAB]


def test_two_things_about_one_cell_are_one_note_and_the_heavier_colour():
    two = (a_finding("P11", 4, "D", CHECK), a_finding("P03", 4, "D"))
    cell = opened(mark(a_book(), two).content)[SHEET]["D4"]
    assert cell.fill.patternType == "solid"
    assert cell.comment.text.index("(P03)") < cell.comment.text.index("(P11)")


def test_what_is_told_of_a_whole_row_marks_its_first_cell():
    sheet = opened(mark(a_book(), [a_finding("R01", 5, "", CHECK)]).content)[SHEET]
    assert sheet["A5"].fill.patternType == "lightUp"


def test_there_are_no_more_notes_than_a_program_bears():
    people = [PEOPLE[0]] * 1_100
    findings = [a_finding("I03", row, column) for row in range(4, 1_104) for column in "AB"]
    sheet = opened(mark(a_book(people), findings).content)[SHEET]
    noted = sum(cell.comment is not None for row in sheet.iter_rows() for cell in row)
    assert sheet["B1103"].fill.patternType == "solid"
    assert 2_000 <= noted <= 2_001  # one of them is the sender's


# ---- what of theirs is kept ----


def test_everything_else_is_theirs_still():
    before, after = opened(a_book()), opened(mark(a_book()).content)
    ours = {TAB, "Lists", "_destinations"}
    assert [name for name in after.sheetnames if name not in ours] == before.sheetnames
    old, new = before[SHEET], after[SHEET]
    for row in old.iter_rows():
        for cell in row:
            assert new[cell.coordinate].value == cell.value
            assert new[cell.coordinate].number_format in (cell.number_format, "@")
    assert new.column_dimensions["B"].width == 31
    assert new.freeze_panes == old.freeze_panes
    assert new.auto_filter.ref == old.auto_filter.ref
    assert new.merged_cells.ranges == old.merged_cells.ranges
    assert [str(area.sqref) for area in new.conditional_formatting] == ["G4:G200"]
    assert after["Hidden"].sheet_state == "hidden"
    assert after["Notes"]["B2"].value == "=SUM(1,2)"
    assert str(after["Notes"]["A1"].value) == "This is ours"


def test_parts_that_are_not_marked_go_back_byte_for_byte():
    before, after = parts_of(a_book_once()), parts_of(mark(a_book_once()).content)
    touched = {
        "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "[Content_Types].xml",
        "_rels/.rels", "xl/worksheets/sheet1.xml", "xl/comments/comment1.xml",
        "xl/drawings/commentsDrawing1.vml",
    }  # fmt: skip
    for name, part in before.items():
        assert (after[name] == part) is (name not in touched), name


def test_a_note_of_theirs_is_kept_and_ours_follows():
    note = opened(mark(a_book()).content)[SHEET]["E4"].comment
    assert note.author == "S. Hall"
    assert note.text.startswith("Ask Mrs Hall")
    assert "MUST FIX: Something is wrong (D01)." in note.text


def test_their_own_drop_down_makes_room_in_that_cell_alone():
    sheet = opened(mark(a_book()).content)[SHEET]
    areas = {str(one.sqref) for one in sheet.data_validations.dataValidation}
    assert "H4 H6:H203" in areas


def test_names_of_one_sheet_still_belong_to_it():
    def more(book):
        book[SHEET].print_title_rows = "1:3"
        book["Notes"].print_area = "A1:B2"

    after = opened(mark(a_book(more=more)).content)
    assert after[SHEET].print_title_rows == "$1:$3"
    assert after["Notes"].print_area.endswith("$A$1:$B$2")
    assert not after[TAB].print_area


def test_a_tab_of_theirs_with_our_name_keeps_it():
    after = opened(mark(a_book(more=lambda book: book.create_sheet(TAB))).content)
    assert after.sheetnames[0] == "What to fix (2)"
    assert TAB in after.sheetnames


EXTRAS = {
    # What openpyxl loses when it loads and saves (sources.md: spreadsheets), as programs write it.
    "x14 drop-downs": (
        "xl/worksheets/sheet1.xml", "</worksheet>",
        '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" '
        'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
        'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main">'
        '<x14:dataValidations count="1"><x14:dataValidation type="list" allowBlank="1">'
        "<x14:formula1><xm:f>Notes!$A$1:$A$3</xm:f></x14:formula1>"
        "<xm:sqref>F4:F300</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst>"
        "</worksheet>",
        b"<xm:sqref>F4:F300</xm:sqref>",
    ),
    "sparklines": (
        "xl/worksheets/sheet1.xml", "</worksheet>",
        '<extLst><ext uri="{05C60535-1F16-4fd2-B633-F4F36F0B64E0}" '
        'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
        '<x14:sparklineGroups/></ext></extLst></worksheet>',
        b"<x14:sparklineGroups/>",
    ),
    "form controls": (
        "xl/worksheets/sheet1.xml", "<legacyDrawing ",
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        '<mc:Choice Requires="x14"><controls/></mc:Choice></mc:AlternateContent><legacyDrawing ',
        b"<controls/>",
    ),
    "a picture in the header": (
        "xl/worksheets/sheet1.xml", "</worksheet>",
        '<legacyDrawingHF xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships" r:id="anysvml"/></worksheet>',
        b"<legacyDrawingHF ",
    ),
}  # fmt: skip


@pytest.mark.parametrize("extra", EXTRAS.values(), ids=list(EXTRAS))
def test_what_other_programs_lose_is_kept(extra):
    part, before, after, kept = extra
    content = with_parts(a_book(), edits={part: (before, after)})
    marked = mark(content)
    assert marked.in_place
    assert kept in parts_of(marked.content)[part]


def test_shapes_pictures_and_conversations_are_kept_byte_for_byte():
    parts = {
        "xl/drawings/drawing9.xml": b"<wsDr/>",
        "xl/media/image1.png": bytes(range(256)) * 20,
        "xl/threadedComments/threadedComment1.xml": b"<ThreadedComments/>",
        "xl/printerSettings/printerSettings1.bin": b"\0\1",
        "customXml/item1.xml": b"<mine/>",
    }
    marked = mark(with_parts(a_book(), parts))
    assert marked.in_place
    after = parts_of(marked.content)
    assert {name: after[name] for name in parts} == parts


def test_a_formula_of_theirs_stays_with_what_it_gave():
    sheet = "xl/worksheets/sheet1.xml"
    typed = '<c r="G4" t="n"><v>1234567890</v></c>'
    summed = '<c r="G4"><f>SUM(1,1234567889)</f><v>1234567890</v></c>'
    marked = mark(with_parts(a_book(), edits={sheet: (typed, summed)}))
    assert marked.in_place
    assert summed.encode() in parts_of(marked.content)[sheet]


# ---- a fresh copy, and why ----

REASONS = [
    ("xl/vbaProject.bin", "macros"),
    ("xl/externalLinks/externalLink1.xml", "links to other workbooks"),
    ("xl/embeddings/oleObject1.bin", "other files inside it"),
    ("xl/activeX/activeX1.xml", "controls that can run programs"),
    ("xl/connections.xml", "a connection to somewhere else"),
    ("_xmlsignatures/sig1.xml", "a digital signature"),
    ("xl/revisions/revisionHeaders.xml", "a history of the changes of several people"),
]


@pytest.mark.parametrize(("part", "what"), REASONS)
def test_what_cannot_go_back_makes_a_fresh_copy_that_says_so(part, what):
    marked = mark(with_parts(a_book(), {part: b"<x/>"}))
    assert not marked.in_place
    assert what in marked.why
    book = opened(marked.content)
    said = " ".join(str(book[TAB].cell(row, 1).value) for row in range(1, 6))
    assert f"We made a fresh copy because {marked.why}." in said
    assert part not in parts_of(marked.content)
    assert book[SHEET]["A5"].fill.patternType == "solid"


def test_a_fresh_copy_has_every_cell_where_it_was():
    content = with_parts(a_book(), {"xl/vbaProject.bin": b"x"})
    before, after = read(content), read(mark(content).content)
    assert [t.heading_rows for t in after.tables] == [t.heading_rows for t in before.tables]
    assert _texts(after) == _texts(before)
    sheet = opened(mark(content).content)[SHEET]
    assert sheet["A1"].value == "Firle High School: leavers 2025"
    assert sheet["G4"].value == "1234567890"
    assert sheet["G4"].number_format == "@"


def test_a_csv_comes_back_as_a_workbook():
    kept = StringIO()
    csv.writer(kept).writerows([HEADINGS, *PEOPLE])
    content = kept.getvalue().encode()
    marked = mark(content, [a_finding("I03", 3, "A", sheet="")], name="leavers.csv")
    assert not marked.in_place
    assert "CSV" in marked.why
    book = opened(marked.content)
    assert book["Your list"]["A3"].fill.patternType == "solid"
    (line,) = lines_of(book)
    assert line["Cell"].hyperlink.location == "'Your list'!A3"
    assert _texts(read(marked.content)) == _texts(read(content, "leavers.csv"))


def test_what_somebody_typed_is_never_live():
    people = [(upn, payload, payload, born, payload, payload, uln, sen)
              for payload in PAYLOADS
              for upn, _, _, born, _, _, uln, sen in PEOPLE[:1]]  # fmt: skip
    findings = [
        a_finding("D01", row, "E", heading="=1+1", value=payload)
        for row, payload in enumerate(PAYLOADS, start=4)
    ]
    own = a_book(people)
    for content in (own, with_parts(own, {"xl/vbaProject.bin": b"x"})):
        book = opened(mark(content, findings).content)
        typed = [book[SHEET].cell(row, 5).value for row in range(4, 4 + len(PAYLOADS))]
        assert typed == list(PAYLOADS)
        assert sorted(line["As you typed it"].value for line in lines_of(book)) == sorted(PAYLOADS)
        live = [
            cell.coordinate
            for sheet in book if sheet.title != "Notes"
            for row in sheet.iter_rows() for cell in row
            if cell.data_type == "f" or (cell.hyperlink and cell.hyperlink.target)
        ]  # fmt: skip
        assert live == []


# ---- known again ----


def test_it_is_known_again_and_nobody_else_can_say_so():
    content = a_book()
    back = read(mark(content, number=12).content).returned
    mine = verify_signature(back.mark, KEY)
    assert mine is not None
    assert mine.submission_id == 12
    assert verify_signature(back.mark, b"another" * 5) is None
    assert verify_signature(back.mark.replace("d1.12.", "d1.13."), KEY) is None
    assert verify_signature(sign(mine, None), KEY) is None
    assert read(content).returned is None


@given(st.text())
def test_any_words_in_the_place_of_a_mark_are_no_mark(words):
    assert verify_signature(words, KEY) is None


def test_our_own_tabs_are_not_read_as_leavers():
    before, after = read(a_book()), read(mark(a_book()).content)
    assert _texts(after) == _texts(before)
    why = {region.sheet: region.why for region in after.regions if not region.used}
    for name in (TAB, "Lists", "_destinations"):
        assert why[name] == "our own list, not part of your file"


def test_a_corrected_book_is_read_at_the_same_rows_with_its_answers():
    marked = mark(a_book()).content
    book = load_workbook(BytesIO(marked))
    book[SHEET]["E4"] = choices_by_field()["activity"][0]
    book[SHEET]["B6"] = "Moss"
    for line in lines_of(book):
        if line["Rule"].value == "P11":
            line["Confirm"].value = YES
    kept = BytesIO()
    book.save(kept)
    back = read(kept.getvalue())
    assert [row.number for table in back.tables for row in table.rows] == [4, 5, 6]
    assert "Moss" in str(_texts(back))
    assert back.returned.confirmed == (
        ConfirmedCell("P11", SHEET, 6, "D", "31/08/2001", "Something is wrong (P11)."),
    )
    assert verify_signature(back.returned.mark, KEY) is not None


@pytest.mark.parametrize(
    ("typed", "is_yes"),
    [
        (YES, 1),
        ("yes", 1),
        ("Y", 1),
        ("OK", 1),
        ("\u2713", 1),
        ("no", 0),
        ("?", 0),
        ("not right", 0),
    ],
)
def test_a_yes_is_a_yes_however_it_is_typed(typed, is_yes):
    book = load_workbook(BytesIO(mark(a_book()).content))
    for line in lines_of(book):
        if line["Rule"].value == "P11":
            line["Confirm"].value = typed
    kept = BytesIO()
    book.save(kept)
    assert len(read(kept.getvalue()).returned.confirmed) == is_yes


def test_marked_again_only_what_is_left_shows():
    first = mark(a_book()).content
    left = FINDINGS[:1]
    second = mark(first, left, number=13)
    assert second.in_place
    book = opened(second.content)
    assert book.sheetnames == [TAB, SHEET, "Notes", "Hidden", "Lists", "_destinations"]
    sheet = book[SHEET]
    filled = {c.coordinate for row in sheet.iter_rows(min_row=4) for c in row if c.fill.patternType}
    assert filled == {"A5"}
    notes = {c.coordinate: c.comment.text for row in sheet.iter_rows() for c in row if c.comment}
    assert set(notes) == {"A5", "E4"}
    assert notes["E4"] == "Ask Mrs Hall"
    assert len(lines_of(book)) == 1
    assert [str(one.formula1) for one in sheet.data_validations.dataValidation] == ['"N,K,E"']
    assert verify_signature(read(second.content).returned.mark, KEY).submission_id == 13


# ---- sound and the same ----


def test_the_same_findings_give_the_same_bytes():
    assert mark(a_book_once()).content == mark(a_book_once()).content
    copy = with_parts(a_book_once(), {"xl/vbaProject.bin": b"x"})
    assert mark(copy).content == mark(copy).content


def test_every_part_is_sound_xml_and_every_relation_leads_somewhere():
    for content in (a_book(), with_parts(a_book(), {"xl/vbaProject.bin": b"x"})):
        parts = parts_of(mark(content).content)
        types = parts["[Content_Types].xml"].decode()
        for name, part in parts.items():
            if name.endswith((".xml", ".rels", ".vml")):
                ElementTree.fromstring(part)
            if name.endswith(".rels"):
                folder = name.replace("_rels/", "").rpartition("/")[0]
                for one in ElementTree.fromstring(part):
                    target = one.get("Target")
                    base = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
                    assert str(Path("/" + base).resolve())[1:] in parts, (name, target)
            elif name.startswith("xl/worksheets/"):
                assert f'PartName="/{name}"' in types


@pytest.mark.parametrize(
    ("areas", "cells", "left"),
    [
        ("F2:F300", ["F7"], "F2:F6 F8:F300"),
        ("F2:F300", ["F2", "F300"], "F3:F299"),
        ("F2", ["F2"], ""),
        ("A1:C3", ["B2"], "A1:C1 A2 C2 A3:C3"),
        ("F2:F9 H1", ["G4"], "F2:F9 H1"),
        ("A:A", ["A4"], "A:A"),
    ],
)
def test_areas_make_room(areas, cells, left):
    places = [(int(re.sub(r"\D", "", cell)), re.sub(r"\d", "", cell)) for cell in cells]
    assert without_cells(areas, places) == left


@settings(max_examples=25, deadline=None)
@given(
    words=st.lists(
        st.text(st.characters(exclude_categories=("Cs",)), max_size=40), min_size=3, max_size=3
    )
)
def test_whatever_was_typed_is_told_as_it_was_typed(words):
    typed, heading, says = (w for w in words)
    finding = a_finding("D01", 4, "E", value=typed, heading=heading)
    book = opened(mark(a_book_once(), [finding]).content)
    line = lines_of(book)[0]
    plain = (
        "".join(letter for letter in typed if letter in "\t\n\r" or ord(letter) >= 32)
        .replace("\r\n", "\n")
        .replace("\r", "\n")
    )
    shown = str(line["As you typed it"].value or "").replace("_x005F_", "_")
    assert shown.replace("\ufffe", "") == re.sub("[\ufffe\uffff]", "", plain)


@cache
def a_book_once() -> bytes:
    """The same bytes each time: openpyxl writes the moment into what it saves."""
    return a_book()


# ---- with real programs and files ----


@pytest.mark.samples
def test_every_sample_can_be_marked():
    if not SAMPLES.is_dir():
        pytest.skip("the sample hub is not beside the checkout")
    for path in sorted(SAMPLES.rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        try:
            before = read(content, path.name)
        except SubmissionRefused:
            continue
        table = before.tables[0]
        first = table.headings[0].letter
        finding = a_finding("D01", table.rows[0].number, first, sheet=table.sheet)
        marked = mark(content, [finding], name=path.name)
        assert marked.in_place is path.suffix.endswith(".xlsx"), path.name
        assert _texts(read(marked.content)) == _texts(before), path.name
        tab = opened(marked.content)[table.sheet or "Your list"]
        assert tab[f"{first}{table.rows[0].number}"].fill.patternType == "solid"


@pytest.mark.slow
def test_libreoffice_opens_and_keeps_what_we_write(tmp_path):
    content = mark(a_book()).content
    assert printed(content, tmp_path).startswith(b"%PDF")
    saved = _saved_again(content, tmp_path)
    back = read(saved)
    assert verify_signature(back.returned.mark, KEY) == WorkbookSignature(
        12, verify_signature(read(content).returned.mark, KEY).sha256
    )
    assert _texts(back) == _texts(read(a_book()))
    again = mark(saved, FINDINGS[:1], number=13)
    sheet = opened(again.content)[SHEET]
    colours = {
        c.coordinate for row in sheet.iter_rows(min_row=4) for c in row if c.fill.patternType
    }
    assert colours == {"A5"}


def _saved_again(content: bytes, folder: Path) -> bytes:
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice is not installed")
    book = folder / "sent.xlsx"
    book.write_bytes(content)
    subprocess.run(
        [soffice, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
        + ["--convert-to", "xlsx", "--outdir", str(folder / "back"), str(book)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    return (folder / "back" / "sent.xlsx").read_bytes()


def _texts(found) -> list:
    return [
        [(row.number, [cell.text for cell in row.cells]) for row in table.rows]
        for table in found.tables
    ]
