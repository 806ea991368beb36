"""Workbooks of ours opened again, as a reader and as a program would open them."""

import re
import shutil
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

# What spreadsheet programs take for a formula where they are let.
PAYLOADS = (
    '=HYPERLINK("http://example.org","x")',
    "+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "-2+3",
    "{=1}",
    "http://example.org",
    "0012",
)


def opened(content: bytes) -> Workbook:
    """The workbook, once it is clear that nothing in it is live."""
    book = load_workbook(BytesIO(content))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", f"{sheet.title}!{cell.coordinate} is a formula"
                assert not (cell.hyperlink and cell.hyperlink.target), "a link to somewhere else"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, (
            f"{sheet.title} does not say how it prints"
        )
    with zipfile.ZipFile(BytesIO(content)) as parts:
        names = parts.namelist()
        assert not [name for name in names if "vba" in name or "externalLink" in name]
    return book


def words(sheet: Worksheet) -> list[str]:
    """Everything written on a sheet, in reading order."""
    return [
        cell for row in sheet.iter_rows(values_only=True) for cell in row if isinstance(cell, str)
    ]


def rows_below(sheet: Worksheet, first_heading: str, start: int = 1) -> list[dict[str, object]]:
    """The rows of the table whose headings begin so, each by heading; to the first blank row."""
    rows = list(sheet.iter_rows(min_row=start, values_only=True))
    at = next(number for number, row in enumerate(rows) if row[0] == first_heading)
    headings = [str(heading) for heading in rows[at] if heading is not None]
    columns = [number for number, heading in enumerate(rows[at]) if heading is not None]
    found = []
    for row in rows[at + 1 :]:
        if row[0] is None:
            break
        found.append(dict(zip(headings, (row[column] for column in columns), strict=True)))
    return found


def charts(content: bytes) -> list[str]:
    """The charts of a workbook as they are written in it."""
    with zipfile.ZipFile(BytesIO(content)) as parts:
        names = sorted(name for name in parts.namelist() if re.match(r"xl/charts/chart\d", name))
        return [parts.read(name).decode() for name in names]


def printed(content: bytes, folder: Path) -> bytes:
    """The workbook as LibreOffice prints it; the test is skipped where there is none."""
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice is not installed")
    book = folder / "book.xlsx"
    book.write_bytes(content)
    subprocess.run(
        [
            soffice,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            str(folder),
            str(book),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return book.with_suffix(".pdf").read_bytes()
