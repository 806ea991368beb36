"""Worksheets: the part that holds one sheet of an xlsx becomes its rows of raw cells."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from imports.limits import Limits, counted, refused
from imports.raw import (
    BOOLEAN,
    DATE,
    ERROR,
    FORMULA,
    NUMBER,
    TEXT,
    Merge,
    RawCell,
    RawRow,
    column_of,
)
from imports.xml_parts import local, parse

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CONTROLS = dict.fromkeys(code for code in (*range(32), 127) if code not in (9, 10))
_RANGE = re.compile(r"\A\$?([A-Z]{1,3})\$?([0-9]{1,7}):\$?([A-Z]{1,3})\$?([0-9]{1,7})\Z")
_KINDS = {"str": TEXT, "inlineStr": TEXT, "b": BOOLEAN, "e": ERROR, "d": DATE}
_TRUE = ("1", "true")
_DIGITS = "0123456789"
_LONGEST_REFERENCE = 20


@dataclass(slots=True)
class Book:
    """What the sheets of a workbook share: texts, number formats, and what may still be spent."""

    strings: list[str]
    formats: list[str]
    limits: Limits
    cells: int = 0


@dataclass(slots=True)
class SheetRows:
    """What was found in a sheet part.  `doubles` are the places given more than once."""

    rows: list[RawRow] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)
    doubles: list[tuple[int, int]] = field(default_factory=list)


def read_sheet(part: bytes, book: Book) -> SheetRows:
    """The rows of a sheet part, in order, cells with something in them only.

    Raises SubmissionRefused.  A cell or row without its place stands after the one before.
    """
    reader = _SheetReader(book)
    parse(part, reader.start, reader.end, reader.text)
    return reader.found()


def clean(text: str) -> str:
    """Text as people see it: _xHHHH_ decoded once, control characters left out."""
    if "_x" in text and _ESCAPED.search(text):
        text = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text)
        # Two halves of a rare character, each written as a code, are one; half of one is none.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text if text.isprintable() else text.translate(_CONTROLS)


class _SheetReader:
    """The handlers of one sheet part, called for every element: kept short for that reason."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.rows: dict[int, dict[int, RawCell]] = {}
        self.hidden_rows: set[int] = set()
        self.sheet = SheetRows()
        self.columns: dict[str, int] = {}  # by letters, as they turn up
        self.row = 0  # the number that Excel shows
        self.row_digits = "0"
        self.cells: dict[int, RawCell] = {}
        self.column = -1
        self.kind = ""
        self.style = ""
        self.has_formula = self.has_value = self.is_taking = False
        self.phonetic = 0
        self.pieces: list[str] = []
        self.starts: dict[str, Callable[[dict[str, str]], None] | None] = {
            "row": self._row_starts,
            "c": self._cell_starts,
            "v": self._value_starts,
            "t": self._text_starts,
            "f": self._formula_starts,
            "rPh": self._phonetic_starts,
            "mergeCell": self._merge,
            "col": self._column_widths,
        }
        self.ends: dict[str, Callable[[], None] | None] = {
            "c": self._cell_ends,
            "v": self._taking_ends,
            "t": self._taking_ends,
            "rPh": self._phonetic_ends,
        }

    def start(self, name: str, attributes: dict[str, str]) -> None:
        try:
            begin = self.starts[name]
        except KeyError:
            begin = self.starts[name] = self.starts.get(local(name))
        if begin:
            begin(attributes)

    def end(self, name: str) -> None:
        try:
            finish = self.ends[name]
        except KeyError:
            finish = self.ends[name] = self.ends.get(local(name))
        if finish:
            finish()

    def text(self, piece: str) -> None:
        if self.is_taking:
            self.pieces.append(piece)

    def found(self) -> SheetRows:
        sheet = self.sheet
        for number in sorted(self.rows):
            cells = self.rows[number]
            if cells:
                in_order = [cells[column] for column in sorted(cells)]
                sheet.rows.append((number, number in self.hidden_rows, in_order))
        return sheet

    def _row_starts(self, attributes: dict[str, str]) -> None:
        digits = attributes.get("r")
        if digits is None:
            digits = str(self.row + 1)
        self.column = -1
        self._go_to(digits)
        if attributes.get("hidden") in _TRUE:
            self.hidden_rows.add(self.row)

    def _go_to(self, digits: str) -> None:
        if not digits.isdecimal() or len(digits) > _LONGEST_REFERENCE:
            raise refused("BAD_WORKBOOK")
        self.row, self.row_digits = int(digits), digits
        kept = self.rows.get(self.row)
        self.cells = {} if kept is None else kept

    def _cell_starts(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        if place is None:
            self.column += 1
        else:
            said = place.rstrip(_DIGITS)
            column = self.columns.get(said)
            self.column = self._column(said) if column is None else column
            digits = place[len(said) :]
            if digits != self.row_digits:
                self._go_to(digits)
        self.kind = attributes.get("t", "")
        self.style = attributes.get("s", "")
        self.has_formula = self.has_value = self.is_taking = False
        self.pieces.clear()

    def _column(self, said: str) -> int:
        bare = said.replace("$", "").upper()
        if not (bare.isascii() and bare.isalpha()) or len(bare) > _LONGEST_REFERENCE:
            raise refused("BAD_WORKBOOK")
        column = self.columns[said] = column_of(bare)
        return column

    def _value_starts(self, _: dict[str, str]) -> None:
        self.has_value = True
        self.is_taking = self.kind != "inlineStr"

    def _text_starts(self, _: dict[str, str]) -> None:
        self.is_taking = self.kind == "inlineStr" and not self.phonetic

    def _formula_starts(self, _: dict[str, str]) -> None:
        self.has_formula = True

    def _phonetic_starts(self, _: dict[str, str]) -> None:
        self.phonetic += 1

    def _phonetic_ends(self) -> None:
        self.phonetic -= 1

    def _taking_ends(self) -> None:
        self.is_taking = False

    def _cell_ends(self) -> None:
        pieces = self.pieces
        if pieces:
            text = pieces[0] if len(pieces) == 1 else "".join(pieces)
            kind = self.kind
            if kind == "s":
                self._keep_string(text)
            elif not kind or kind == "n":
                self._keep(NUMBER, text)
            else:
                self._keep(_KINDS.get(kind, TEXT), text)
        elif self.has_formula and not self.has_value:
            self._keep(FORMULA, "")

    def _keep_string(self, index: str) -> None:
        strings = self.book.strings
        try:
            text = strings[int(index)] if index[0] != "-" else None
        except (ValueError, IndexError):
            text = None
        if text is None:
            self._keep(ERROR, "#REF!")
        elif text:
            self._keep(TEXT, text)

    def _keep(self, kind: str, stored: str) -> None:
        book, limits, column = self.book, self.book.limits, self.column
        if self.row < 1:
            raise refused("BAD_WORKBOOK")
        if self.row > limits.rows:
            raise refused("TOO_MANY_ROWS", limit=counted(limits.rows))
        if column >= limits.columns:
            raise refused("TOO_MANY_COLS", limit=counted(limits.columns))
        book.cells += 1
        if book.cells > limits.cells:
            raise refused("TOO_MANY_CELLS", limit=counted(limits.cells))
        if kind != NUMBER:
            if len(stored) > limits.text:
                raise refused("TEXT_TOO_LONG", limit=counted(limits.text))
            stored = clean(stored)
        cells = self.cells
        if not cells:
            self.rows[self.row] = cells
        elif column in cells:
            self.sheet.doubles.append((self.row, column))
        cells[column] = (column, kind, stored, self._format())

    def _format(self) -> str:
        style = self.style
        if not style:
            style = "0"
        try:
            return self.book.formats[int(style)]
        except (ValueError, IndexError):
            return ""

    def _merge(self, attributes: dict[str, str]) -> None:
        place = _RANGE.match(attributes.get("ref", ""))
        if place:
            if len(self.sheet.merges) >= self.book.limits.merges:
                raise refused("TOO_MANY_MERGES", limit=counted(self.book.limits.merges))
            self.sheet.merges.append(
                (int(place[2]), column_of(place[1]), int(place[4]), column_of(place[3]))
            )

    def _column_widths(self, attributes: dict[str, str]) -> None:
        if attributes.get("hidden") not in _TRUE:
            return
        first, last = attributes.get("min", ""), attributes.get("max", "")
        if first.isdecimal() and last.isdecimal() and len(first) < 10 > len(last):
            last_column = min(int(last), self.book.limits.columns)
            self.sheet.hidden_columns.update(range(int(first) - 1, last_column))
