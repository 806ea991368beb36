"""What a snapshot keeps of a document, and how two takes of it are told apart."""

import hashlib
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from io import BytesIO
from itertools import islice

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

SHOWN_DOCUMENTS, SHOWN_LINES = 40, 24


def readable(content: bytes) -> str:
    """Text as it is; of a workbook every part by size and hash, then every cell in words.

    The parts are hashed unpacked: how they are packed depends on the machine's zlib.
    """
    if not zipfile.is_zipfile(BytesIO(content)):
        return content.decode("utf-8")
    return "\n".join((*_parts(content), *_cells(content))) + "\n"


def manifest(documents: Mapping[str, str]) -> str:
    """A line a document: SHA-256, bytes, name."""
    lines = []
    for name in sorted(documents):
        content = documents[name].encode()
        lines.append(f"{hashlib.sha256(content).hexdigest()} {len(content):>8} {name}\n")
    return "".join(lines)


def listed(text: str) -> dict[str, str]:
    """What a manifest says of each document."""
    return {line[74:]: line[:73] for line in text.splitlines()}


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """A line for each document that is new, gone or changed, with the first lines that differ."""
    names = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    lines = [f"{len(names)} of {len({*before, *after})} documents differ"] if names else []
    for name in names[:SHOWN_DOCUMENTS]:
        if name not in before or name not in after:
            lines.append(f"{'new' if name in after else 'gone'}: {name}")
            continue
        lines += [f"changed: {name}", *_differing(before[name], after[name])]
    if len(names) > SHOWN_DOCUMENTS:
        lines.append(f"and {len(names) - SHOWN_DOCUMENTS} more documents")
    return lines


def _differing(before: str, after: str) -> Iterator[str]:
    differing = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    lines = [line for line in islice(differing, 2, None) if not line.startswith("@@")]
    yield from (f"    {line}" for line in lines[:SHOWN_LINES])
    if len(lines) > SHOWN_LINES:
        yield f"    and {len(lines) - SHOWN_LINES} more lines"


def _parts(content: bytes) -> Iterator[str]:
    """In the order in which they are packed, which is the workbook's too."""
    with zipfile.ZipFile(BytesIO(content)) as packed:
        for part in packed.infolist():
            digest = hashlib.sha256(packed.read(part)).hexdigest()[:16]
            yield f"{digest} {part.file_size:>7} {part.filename}"


def _cells(content: bytes) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what openpyxl would lose if it wrote the book again
        book = load_workbook(BytesIO(content))
    for sheet in book.worksheets:
        hidden = "" if sheet.sheet_state == "visible" else f" ({sheet.sheet_state})"
        yield f"\n== {sheet.title}{hidden}"
        yield from _rows(sheet)
        for choices in sheet.data_validations.dataValidation:
            yield f"choices {choices.sqref}: {choices.formula1}"
    book.close()


def _rows(sheet: Worksheet) -> Iterator[str]:
    for row in sheet.iter_rows():
        cells = [
            f"{cell.column_letter}={_on_one_line(cell.value)}"
            for cell in row
            if cell.value is not None
        ]
        if cells:
            yield f"{row[0].row}: {' | '.join(cells)}"
        for cell in row:
            if cell.comment:
                yield f"note {cell.coordinate}: {_on_one_line(cell.comment.text)}"


def _on_one_line(value: object) -> str:
    return str(value).replace("\r", "\\r").replace("\n", "\\n")
