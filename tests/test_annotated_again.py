"""Marked again: what the sender's cells were before the first marks comes back with the second."""

import shutil
import subprocess
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from tests.builders.annotated import FINDINGS, a_book, mark, with_parts
from tests.test_annotated import EXTRAS, parts_of

SHEET = "Y11 leavers"
# D01 stands at E4, P21 at H5, I03 at A5.
LEFT = FINDINGS[:1]


def theirs(book: Workbook) -> None:
    """Colours of a school's own, and its own lists, in cells that are marked."""
    sheet = book[SHEET]
    sheet["E4"].fill = PatternFill("solid", fgColor="FFFF00")
    sheet["E4"].font = Font(color="C00000", italic=True)
    sheet["D6"].fill = PatternFill("solid", fgColor="C6E0B4")
    sheet["H5"].font = Font(color="7030A0")
    own = DataValidation(type="list", formula1="Notes!$A$1:$A$3", allow_blank=False)
    own.add("E4:E40")
    sheet.add_data_validation(own)
    only = DataValidation(type="whole", operator="between", formula1="1", formula2="9")
    only.add("H4")
    sheet.add_data_validation(only)


def as_opened(content: bytes) -> Workbook:
    return load_workbook(BytesIO(content))


def saved(content: bytes) -> bytes:
    """As another program saves it: every format and rule written anew."""
    kept = BytesIO()
    as_opened(content).save(kept)
    return kept.getvalue()


def saved_by_libreoffice(content: bytes, folder) -> bytes:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    (folder / "marked.xlsx").write_bytes(content)
    (folder / "out").mkdir()
    subprocess.run(
        [office, "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to",
         "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "out"),
         str(folder / "marked.xlsx")],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    return (folder / "out" / "marked.xlsx").read_bytes()


def looks(book: Workbook, *cells: str) -> dict[str, tuple[object, ...]]:
    found = {}
    for place in cells:
        cell = book[SHEET][place]
        fill = cell.fill.fgColor.rgb[2:] if cell.fill.patternType else None
        colour = cell.font.color.rgb if cell.font.color and cell.font.color.type == "rgb" else ""
        # A font may say black, or nothing at all.
        found[place] = (fill, colour[2:].replace("000000", ""), cell.font.i)
    return found


def rules(book: Workbook) -> dict[str, list[str]]:
    """The drop-downs of each cell of a few, by what they say."""
    found: dict[str, list[str]] = {}
    for rule in book[SHEET].data_validations.dataValidation:
        for place in ("E4", "E5", "E6", "E40", "H4", "H5", "H6", "H203"):
            if place in rule.sqref:
                said = str(rule.formula1).replace(" ", "").replace("'", "")
                found.setdefault(place, []).append(said)
    return found


@pytest.mark.parametrize("on_the_way", [bytes, saved], ids=["as sent", "saved by another program"])
def test_what_is_put_right_looks_as_it_did_before(on_the_way):
    before = a_book(more=theirs)
    first = mark(before)
    assert first.in_place
    assert looks(as_opened(first.content), "E4")["E4"][:2] == ("FFC58A", "")
    second = mark(on_the_way(first.content), LEFT, number=13)
    assert second.in_place
    cells = ("E4", "D6", "H5", "B6", "D4")
    assert looks(as_opened(second.content), *cells) == looks(as_opened(before), *cells)
    assert looks(as_opened(second.content), "A5")["A5"][0] == "FFC58A"


@pytest.mark.parametrize("on_the_way", [bytes, saved], ids=["as sent", "saved by another program"])
def test_their_own_drop_downs_come_back(on_the_way):
    before = a_book(more=theirs)
    first = mark(before).content
    assert rules(as_opened(first))["E4"] == ["destinations_activity"]
    second = as_opened(mark(on_the_way(first), LEFT, number=13).content)
    assert rules(second) == rules(as_opened(before))
    assert len(second[SHEET].data_validations.dataValidation) == 3


def test_what_is_still_wrong_remembers_the_very_first():
    before = a_book(more=theirs)
    second = mark(mark(before).content, number=13).content
    assert looks(as_opened(second), "E4")["E4"][0] == "FFC58A"
    assert rules(as_opened(second))["E4"] == ["destinations_activity"]
    third = as_opened(mark(second, LEFT, number=14).content)
    assert looks(third, "E4", "D6") == looks(as_opened(before), "E4", "D6")
    assert rules(third) == rules(as_opened(before))


def test_a_list_on_another_tab_goes_on_over_the_cell_again():
    part, before, after, _ = EXTRAS["x14 drop-downs"]
    book = with_parts(a_book(), edits={part: (before, after.replace("F4:F300", "E3:E300"))})
    first = mark(book).content
    assert b"<xm:sqref>E3 E5:E300</xm:sqref>" in parts_of(first)[part]
    second = parts_of(mark(first, LEFT, number=13).content)[part]
    assert b"<xm:sqref>E3 E5:E300 E4</xm:sqref>" in second
    assert b"destinations_" not in second


def test_a_rule_that_is_counted_from_its_first_cell_keeps_it():
    def counted(book: Workbook) -> None:
        rule = DataValidation(type="custom", formula1="LEN(E4)>3")
        rule.add("E4:E40")
        book[SHEET].add_data_validation(rule)

    marked = as_opened(mark(a_book(more=counted)).content)
    assert rules(marked)["E4"] == ["LEN(E4)>3"]


def test_a_note_of_theirs_is_as_it_was_to_the_letter():
    plain, bold = "<t>Ask Mrs Hall</t>", "<r><rPr><b/></rPr><t>S. Hall:</t></r><r><t>ask</t></r>"
    book = a_book()
    parts = parts_of(book)
    name = next(name for name in parts if "comment" in name and plain.encode() in parts[name])
    first = mark(with_parts(book, edits={name: (plain, bold)}))
    assert b"MUST FIX" in parts_of(first.content)[name]
    second = mark(first.content, LEFT, number=13)
    assert f"<text>{bold}</text>".encode() in parts_of(second.content)[name]


def test_a_row_put_in_above_hurts_nothing():
    first = as_opened(mark(a_book(more=theirs)).content)
    first[SHEET].insert_rows(2)
    kept = BytesIO()
    first.save(kept)
    second = mark(kept.getvalue(), (), number=13)
    assert second.in_place
    filled = [
        cell.coordinate
        for row in as_opened(second.content)[SHEET].iter_rows(min_row=5)
        for cell in row
        if cell.fill.patternType and cell.fill.fgColor.rgb in ("FFFFC58A", "FF8FBEE3")
    ]
    assert filled == []


@pytest.mark.slow
def test_it_survives_libreoffice(tmp_path):
    before = a_book(more=theirs)
    first = saved_by_libreoffice(mark(before).content, tmp_path)
    second = mark(first, LEFT, number=13)
    assert second.in_place
    book = as_opened(second.content)
    assert looks(book, "E4", "D6", "H5") == looks(as_opened(before), "E4", "D6", "H5")
    assert rules(book)["E4"] == rules(book)["E5"]
    assert rules(book)["H5"] == rules(book)["H6"]
    assert "destinations_" not in str(rules(book))
