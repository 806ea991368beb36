"""Xlsx fast rows: the short way through a sheet part that is written as Excel writes nearly all.

In sound XML without comments, a row that is nothing but cells of the plain form can be taken
apart by one pattern, at half of what the parser's calls cost.  Whatever is not plain, in any
row, sends the whole part the long way; both ways give the same (a property test holds them
together).
"""

import re
from functools import lru_cache

from imports.workbook.formats.cell_text import clean_cell_text
from imports.workbook.limits import ReadLimits
from imports.workbook.raw_cells import BOOLEAN, ERROR, NUMBER, TEXT, RawCell, RawRow
from models.facts.spreadsheet_cells import column_letters

# A formula without a value is not plain: the long way knows what it means.
_CELL = re.compile(
    r'<c r="([A-Z]{1,3})([0-9]{1,7})"(?: s="([0-9]{1,6})")?(?:'
    r' t="inlineStr"><is><t(?: xml:space="preserve")?>([^<&]{0,8000})</t></is></c>|'
    r'(?: t="(s|n|b|e|str|inlineStr)")?(?: ?/>|'
    r">(<f>[^<]*</f>)?<v>((?(6)[^<&]{1,8000}|[^<&]{0,8000}))</v></c>))"
)
_ROW = re.compile(r'<row r="([1-9][0-9]{0,6})"((?: [A-Za-z0-9:]+="[^"<>&]*")*)( ?/)?>')
_HIDDEN = re.compile(r' hidden="(?:1|true)"')
_KINDS = {"b": BOOLEAN, "e": ERROR, "str": TEXT}
_STRING = re.compile(r"<si><t(?: xml:space=\"preserve\")?>([^<&]*)</t></si>")
_BEGINS, _ENDS, _ROW_ENDS = b"<sheetData>", b"</sheetData>", "</row>"


def split_rows(part: bytes) -> tuple[bytes, bytes] | None:
    """The rows of a sheet part and the part without them; None where that cannot be told."""
    begins, ends = part.find(_BEGINS) + len(_BEGINS), part.rfind(_ENDS)
    # Comments and the like could hold anything; a carriage return is not what it seems.
    if begins < len(_BEGINS) or ends < begins or b"<!" in part or b"\r" in part:
        return None
    return part[begins:ends], part[:begins] + part[ends:]


def parse_shared_strings(part: bytes) -> list[str] | None:
    """The shared texts of a part that is sound XML; None where any of them is not plain."""
    begins, ends = part.find(b"<si>"), part.rfind(b"</sst>")
    if begins < 0 or b"<!" in part or b"\r" in part:
        return None
    text = part[begins:ends].decode("utf-8")
    strings = _STRING.findall(text)
    return strings if text.count("<") == 4 * len(strings) else None


@lru_cache(maxsize=4)
def _columns_by_letters(most: int) -> dict[str, int]:
    """Every column that we read, by its letters."""
    return {column_letters(column): column for column in range(most)}


class FastRowParser:
    """Parses the rows of one sheet part, where all of them are of the plain form."""

    def __init__(
        self, strings: dict[str, str], formats: dict[str, str], limits: ReadLimits
    ) -> None:
        self._strings = strings
        self._formats = formats
        self._limits = limits
        self._columns_by_letters = _columns_by_letters(limits.columns)

    def read(self, rows: bytes) -> list[RawRow] | None:
        """Every row with something in it, in order; None where any of them is not plain.

        To be given rows from a part that is sound XML.  Anything beyond a limit is not plain
        either: the long way says which.
        """
        text = rows.decode("utf-8")
        raw_rows: list[RawRow] = []
        at = last = 0
        while at < len(text):
            head = _ROW.match(text, at)
            if head is None or int(head[1]) <= last:
                return None
            last, at = int(head[1]), head.end()
            if head[3]:
                continue
            ends = text.find(_ROW_ENDS, at)
            cells = self._parse_cells(text[at:ends], head[1])
            if cells is None or (cells and last > self._limits.rows):
                return None
            at = ends + len(_ROW_ENDS)
            if cells:
                raw_rows.append((last, _HIDDEN.search(head[2]) is not None, cells))
        return raw_rows

    def _parse_cells(self, row: str, digits: str) -> list[RawCell] | None:
        """The cells of one row with something in them; None where it holds anything else."""
        matches = _CELL.findall(row)
        # Every tag must be one of the cells': four of a cell with a value, one of an empty cell,
        # two more of a formula or a text inline.  A "/>" within a text only makes this fail.
        more = row.count("<f>") + row.count("<is>")
        if row.count("<") != 4 * len(matches) - 3 * row.count("/>") + 2 * more:
            return None
        columns, strings, formats = self._columns_by_letters, self._strings, self._formats
        cells: list[RawCell] = []
        last, most = -1, self._limits.text
        try:
            for letters, number, style, inline, kind, _, value in matches:
                if not (value or inline):
                    continue
                column = columns[letters]
                if column <= last or number != digits or len(value) + len(inline) > most:
                    return None
                last = column
                if inline:
                    stored, kind = clean_cell_text(inline), TEXT
                elif kind == "s":
                    stored, kind = strings[value], TEXT
                elif kind and kind != "n":
                    stored, kind = clean_cell_text(value), _KINDS[kind]
                else:
                    stored, kind = value, NUMBER
                if stored:
                    cells.append((column, kind, stored, formats.get(style, "")))
        except KeyError:
            return None
        return cells
