"""Snapshots: whatever a hub is given stays as it was, unless a commit shows what it changed."""

from datetime import datetime
from io import BytesIO

import pytest
import xlsxwriter

from tests.snapshot_text import changes, listed, manifest, readable
from tests.take_snapshots import HUB_A, stored_snapshot, take_snapshot


@pytest.mark.slow
@pytest.mark.parametrize("hub", ["demo", pytest.param("hub_a", marks=pytest.mark.samples)])
def test_a_hub_is_given_what_it_was_given_before(hub):
    if hub == "hub_a" and not HUB_A.is_dir():
        pytest.skip("the sample hub is not beside this checkout")
    taken = take_snapshot(hub)
    now = taken if hub == "demo" else listed(manifest(taken))
    differing = changes(stored_snapshot(hub), now)
    if differing:
        pytest.fail(
            "\n".join([f"{hub}: run `make snapshots`, review, and commit both", *differing]),
            pytrace=False,
        )


def test_a_snapshot_of_a_workbook_holds_its_words_and_every_part():
    text = readable(_book({"A1": "UPN", "C2": "two\nlines"}, note="Copy it from your MIS"))
    assert " xl/worksheets/sheet1.xml\n" in text
    assert text.endswith(
        "\n== Leavers\n1: A=UPN\nnote A1: Copy it from your MIS\n2: C=two\\nlines\n"
    )


def test_a_look_that_changes_no_word_changes_the_snapshot():
    plain, wide = _book({"A1": "UPN"}), _book({"A1": "UPN"}, width=30)
    assert readable(plain) != readable(wide)
    assert readable(plain) == readable(_book({"A1": "UPN"}))


def test_what_changed_is_told_by_document_and_line():
    before = {"gone.csv": "a\n", "same.csv": "a\n", "where.txt": "read\nrecorded\n"}
    after = {"new.csv": "a\n", "same.csv": "a\n", "where.txt": "read\nrefused\n"}
    assert changes(before, after) == [
        "3 of 4 documents differ",
        "gone: gone.csv",
        "new: new.csv",
        "changed: where.txt",
        "    -recorded",
        "    +refused",
    ]
    assert changes(after, after) == []


def test_a_long_difference_is_cut_and_says_so():
    lines = changes({"a": ""}, {"a": "".join(f"{number}\n" for number in range(100))})
    assert lines[-1] == "    and 76 more lines"


def test_a_manifest_names_every_document_and_no_word_of_it():
    text = manifest({"returns/900001/a receipt.xlsx.txt": "Ada Byron\n", "where.txt": ""})
    assert "Ada" not in text
    assert list(listed(text)) == ["returns/900001/a receipt.xlsx.txt", "where.txt"]
    assert changes(listed(text), listed(manifest({"where.txt": "x"})))[1:] == [
        "gone: returns/900001/a receipt.xlsx.txt",
        "changed: where.txt",
        *(
            f"    {sign}{listed(manifest({'where.txt': word}))['where.txt']}"
            for sign, word in (("-", ""), ("+", "x"))
        ),
    ]


def _book(cells: dict[str, str], *, note: str = "", width: float = 10) -> bytes:
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2026, 11, 23)})
        sheet = book.add_worksheet("Leavers")
        sheet.set_column("A:A", width)
        for place, value in cells.items():
            sheet.write(place, value)
        if note:
            sheet.write_comment("A1", note)
    return content.getvalue()
