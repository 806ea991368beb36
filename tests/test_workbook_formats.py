"""Strange files that other programs write: read where they can be, refused for what they are."""

import ctypes
import gzip
import json
import struct
import subprocess
import sys
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from destinations.cli.shown.folder_check import check_folder
from expectations.validating import refusal_finding
from imports.reading import read_file
from imports.text.memoise import LONGEST, memoise_text
from models.handoffs.findings import SubmissionRefused
from tests.builders.workbooks import (
    LEAVERS,
    TABLE,
    one_sheet,
    open_document,
    parts,
    rows_xml,
    sheet,
    workbook,
    zipped,
)
from tests.headings import knows

OLD = (Path(__file__).parent / "spreadsheets" / "leavers.xls").read_bytes()
ENTRY = 128


def forenames(content, name="leavers.xlsx"):
    read = read_file(name, content, knows)
    return [row.cells[2].text for table in read.tables for row in table.rows]


def said_of(content, name="leavers.xlsx"):
    """The code of a refusal and its first sentence."""
    with pytest.raises(SubmissionRefused) as refused:
        read_file(name, content, knows)
    told = refusal_finding(refused.value.code, dict(refused.value.facts))
    return told.code, told.says


EVERYBODY = [leaver[2] for leaver in LEAVERS]


# Excel 97-2003


def renamed(content, before, after):
    return content.replace(before.encode("utf-16-le"), after.encode("utf-16-le"))


def with_a_word_document_inside():
    """An old workbook with an embedded Word document, as its directory shows it."""
    changed = bytearray(OLD)
    directory = changed.find("Root Entry".encode("utf-16-le"))
    storage, stream = directory + 2 * ENTRY, directory + 6 * ENTRY
    changed[storage + 66] = 1
    struct.pack_into("<L", changed, storage + 76, 6)
    name = "WordDocument".encode("utf-16-le")
    changed[stream : stream + len(name)] = name
    struct.pack_into("<HB", changed, stream + 64, len(name) + 2, 2)
    return bytes(changed)


def locked(before=b""):
    """An old workbook that asks for a password; nothing of it but that is changed."""
    begins = OLD.find(b"\x09\x08\x10\x00\x00\x06\x05\x00")
    behind = begins + 20
    asks = before + struct.pack("<HHH", 0x2F, 6, 0)
    return OLD[:behind] + asks + OLD[behind + len(asks) :]


def test_what_is_embedded_in_an_old_workbook_does_not_make_it_a_document():
    assert forenames(with_a_word_document_inside(), "leavers.xls") == EVERYBODY


def test_some_programs_write_the_name_of_the_workbook_in_capitals():
    assert forenames(renamed(OLD, "Workbook", "WORKBOOK"), "leavers.xls") == EVERYBODY


@pytest.mark.parametrize("before", [b"", struct.pack("<HH", 0x86, 0)])
def test_an_old_workbook_with_a_password_says_so(before):
    assert said_of(locked(before), "leavers.xls") == (
        "F04",
        "This workbook has a password, so we cannot open it",
    )


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("WordDocument", "a Word document"),
        ("Quill", "a Publisher document"),
        ("VisioDocument", "a drawing"),
        ("Contents", "an Office file that is not a workbook"),
    ],
)
def test_an_office_file_is_what_lies_at_its_root(name, what):
    changed = bytearray(OLD)
    at = changed.find("Workbook".encode("utf-16-le"))
    changed[at : at + 64] = name.encode("utf-16-le").ljust(64, b"\0")
    struct.pack_into("<H", changed, at + 64, 2 * len(name) + 2)
    assert said_of(bytes(changed)) == ("F03", f"This is not a spreadsheet: it is {what}")


@pytest.mark.parametrize("at", [30, 48, 56, 68, 76])
@pytest.mark.parametrize("value", [0, 1, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF])
def test_a_head_that_leads_nowhere_is_refused_with_a_sentence_or_read(at, value):
    changed = bytearray(OLD)
    struct.pack_into("<L", changed, at, value)
    try:
        found = forenames(bytes(changed), "leavers.xls")
    except SubmissionRefused as refused:
        found = refusal_finding(refused.code, dict(refused.facts)).says
    assert found == EVERYBODY or (isinstance(found, str) and found)


# OpenDocument


def retold(content, change, *, without=()):
    """A document whose content.xml is changed, and parts left out."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        held = {name: archive.read(name) for name in archive.namelist() if name not in without}
    held["content.xml"] = change(held["content.xml"].decode())
    return zipped(held)


def laid_out_for_the_eye(said):
    return said.replace("><", ">\n    <")


def test_an_open_document_may_be_laid_out_for_the_eye():
    document = retold(open_document(), laid_out_for_the_eye)
    assert forenames(document, "leavers.ods") == EVERYBODY


def test_gaps_within_a_cell_stay():
    rows = (TABLE[0], ["A > B  C", *TABLE[1][1:]])
    document = retold(open_document(rows), laid_out_for_the_eye)
    (table,) = read_file("leavers.ods", document, knows).tables
    assert table.rows[0].cells[0].text == "A > B  C"


def test_what_an_open_document_is_may_stand_in_its_manifest_alone():
    about = (
        '<manifest:file-entry manifest:full-path="/" '
        'manifest:media-type="application/vnd.oasis.opendocument.{}"/>'
    )
    sheets = open_document(mimetype=False, manifest=about.format("spreadsheet"))
    assert forenames(sheets, "leavers.ods") == EVERYBODY
    letter = open_document(mimetype=False, manifest=about.format("text"))
    assert said_of(letter)[0] == "F03"


# Workbooks


def test_a_module_listed_among_the_sheets_is_left_out():
    held = parts()
    held["xl/workbook.xml"] = held["xl/workbook.xml"].replace(
        "</sheets>", '<sheet name="Module" sheetId="9" r:id=""/></sheets>'
    )
    assert forenames(zipped(held)) == EVERYBODY


def test_an_empty_part_may_take_no_room_at_all():
    content = workbook(extra={"docProps/thumbnail.wmf": ""})
    changed = bytearray(content)
    for magic, method_at, name_at in ((b"PK\x03\x04", 8, 30), (b"PK\x01\x02", 10, 46)):
        at = changed.find(magic)
        while at >= 0:
            if changed[at + name_at :].startswith(b"docProps/thumbnail.wmf"):
                struct.pack_into("<H", changed, at + method_at, 8)
                struct.pack_into("<L", changed, at + method_at + 10, 0)
            at = changed.find(magic, at + 4)
    assert changed != content
    assert forenames(bytes(changed)) == EVERYBODY


# Spreadsheets of programs that we do not read

GNUMERIC = b'<?xml version="1.0"?><gnm:Workbook xmlns:gnm="http://www.gnumeric.org/v10.dtd">'
DBASE = struct.pack("<BBBBLHH20x", 3, 125, 7, 21, 5, 32 + 2 * 32 + 1, 31) + bytes(65)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x00\x00\x02\x00\x06\x04" + bytes(90), "an old format of Lotus 1-2-3 or Quattro Pro"),
        (b"\x00\x00\x1a\x00\x02\x10" + bytes(90), "a format of Lotus 1-2-3"),
        (b"ID;PWXL;N;E\r\nC;Y1;X1;K1\r\nE\r\n", "the SYLK format (.slk)"),
        (b"TABLE\r\n0,1\r\n", "the Data Interchange Format (.dif)"),
        (DBASE, "the format of dBase (.dbf)"),
        (
            gzip.compress(GNUMERIC, mtime=0),
            "the format of Gnumeric",
        ),
        (
            b'<?xml version="1.0"?><office:document '
            b'office:mimetype="application/vnd.oasis.opendocument.spreadsheet"/>',
            "the XML format of LibreOffice that is a single file (.fods)",
        ),
        (
            zipped({"mimetype": "application/vnd.sun.xml.calc", "content.xml": "<a/>"}),
            "the format of StarOffice and OpenOffice 1 (.sxc)",
        ),
    ],
)  # fmt: skip
def test_a_spreadsheet_that_we_do_not_read_is_called_one(content, what):
    assert said_of(content) == ("F06", f"This spreadsheet is in {what}, which we do not read")


@pytest.mark.parametrize(
    "content",
    [
        b"\x03\x04" + bytes(2_000),
        b"\x01\x00\x00\x00" * 500,
        gzip.compress(b"anything", mtime=0),
        b"\x03" * 40,
    ],
)
def test_what_is_no_text_is_not_taken_for_any(content):
    assert said_of(content)[0] == "F03"


# Folders


def checked(folder):
    return {one.file: (one.outcome, one.code) for one in check_folder(folder, date(2026, 11, 23))}


def test_a_folder_is_gone_through_however_deep_it_is(tmp_path):
    here, deep = tmp_path / "folder", 1_200
    below = [here / ("d/" * number) for number in range(deep + 1)]
    for folder in below:
        folder.mkdir()
    file = below[-1] / "leavers.xlsx"
    file.write_bytes(workbook())
    told = checked(here)
    file.unlink()
    for folder in reversed(below):  # what clears up afterwards does not go as deep
        folder.rmdir()
    assert told == {f"{'d/' * deep}leavers.xlsx": ("read", "C04")}


def as_anybody():
    """Nothing is shut to root, unless what lets it in is taken from it."""
    libc = ctypes.CDLL(None)
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP, which only root may and needs


def test_what_may_not_be_looked_into_is_told(tmp_path):
    (tmp_path / "leavers.xlsx").write_bytes(workbook())
    for name, mode in (("shut", 0), ("listed", 0o444)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "leavers.xlsx").write_bytes(workbook())
        (tmp_path / name).chmod(mode)
    command = [Path(sys.executable).with_name("destinations"), "check", "--folder", tmp_path]
    ran = subprocess.run(
        [*command, "--json"], preexec_fn=as_anybody, capture_output=True, text=True, check=False
    )
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    told = {line["file"]: (line["outcome"], line["code"]) for line in lines}
    for name in ("shut", "listed"):
        (tmp_path / name).chmod(0o755)
    assert told == {
        "leavers.xlsx": ("read", "C04"),
        "shut": ("refused", "F24"),
        "listed/leavers.xlsx": ("refused", "F24"),
    }


# What is said where there is no table


def test_an_empty_sheet_beside_others_is_not_taken_for_leavers():
    notes = sheet((("Minutes", "of a meeting"), ("Nobody", "came")))
    book = workbook({"Notes": notes, "Sheet2": sheet(())})
    assert said_of(book)[0] == "T01"


def test_a_few_days_among_many_rows_do_not_make_them_leavers():
    towns = [["Paris", "Lyon", "12"], ["Rome", "Pisa", "9"], ["Oslo", "Bergen", "1"]]
    rows = [*towns, ["Paris", "Lyon", "12/03/2009"]] * 4
    assert said_of(one_sheet(rows_xml(rows)))[0] == "T01"


def test_days_and_years_are_not_told_as_headings_that_we_know():
    rows = (("03/07/2002", "04/07/2002", "2004", "2005"), ("1", "2", "3", "4"))
    assert said_of(one_sheet(rows_xml(rows)))[0] == "T01"


def test_long_lists_in_front_leave_enough_to_find_the_leavers_by():
    lists = {
        f"List {number}": sheet(
            [(f"Provider {number} {row}", f"Road {row}") for row in range(2_500)]
        )
        for number in range(4)
    }
    book = workbook({**lists, "11A": sheet(), "11B": sheet()})
    assert forenames(book) == EVERYBODY * 2


def test_a_file_that_is_far_too_large_is_told_its_true_size_and_not_read(tmp_path):
    with (tmp_path / "leavers.xlsx").open("wb") as opened:
        opened.truncate(5 * 1024**3)  # takes no room on the disk
    (one,) = check_folder(tmp_path, date(2026, 11, 23))
    assert (one.outcome, one.code) == ("refused", "F02")
    assert one.says == "This file is 5,120 MB, and we open files of up to 10 MB"


def test_a_file_that_is_hardly_too_large_does_not_look_allowed(tmp_path):
    (tmp_path / "leavers.xlsx").write_bytes(bytes(10 * 1024**2 + 1))
    (one,) = check_folder(tmp_path, date(2026, 11, 23))
    assert one.says == "This file is 10.1 MB, and we open files of up to 10 MB"


def test_what_a_long_text_gave_is_not_kept():
    asked = []

    @memoise_text(10)
    def length(text):
        asked.append(len(text))
        return len(text)

    for text in ("a" * LONGEST, "a" * (LONGEST + 1)) * 2:
        assert length(text) == len(text)
    assert asked == [LONGEST, LONGEST + 1, LONGEST + 1]
