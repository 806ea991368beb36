"""Scrambles: cells of a few rows hold something odd; every other row must come through."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable
from random import Random
from xml.sax.saxutils import escape

from mutations import NOTHING, ODD, Mutant, Place, Seed, zipped

# A row, the letter of a column, what the cell shall hold: text, or for xlsx a whole cell's inside.
Change = tuple[Place, str, str]
_TEXT = '<table:table-cell office:value-type="string">'
INSIDES = (
    ('t="e"', "<v>#N/A</v>"),
    ('t="e"', "<v>#SPILL!</v>"),
    ("", "<f>A1*2</f>"),
    ("", "<f>VLOOKUP(A1,B:B,1)</f><v></v>"),
    ("", "<v>1E+400</v>"),
    ("", "<v>NaN</v>"),
    ("", "<v>-45901</v>"),
    ("", "<v>99999999999999999999</v>"),
    ("", "<v>1.23457E+09</v>"),
    ("", "<v>45901.999999999</v>"),
    ('t="b"', "<v>1</v>"),
    ('t="b"', "<v>maybe</v>"),
    ('t="s"', "<v>999999</v>"),
    ('t="s"', "<v>x</v>"),
    ('t="d"', "<v>2025-13-45</v>"),
    ('t="zz"', "<v>7</v>"),
    ('s="9999"', "<v>7</v>"),
    ('t="inlineStr"', "<is><r><t>a</t></r><rPh><t>b</t></rPh></is>"),
    ('t="str"', "<v>_x0000__xD83D__x005F_</v>"),
)


def cells_scrambled(seed: Seed, dice: Random) -> Mutant:
    """Odd things in some cells of a few rows."""
    rows = _few(seed, dice)
    changes = [
        (place, letter, dice.choice(ODD))
        for place in rows
        for letter in _letters(seed, place, dice)
    ]
    return _applied(seed, changes, dice)


def rows_filled_with_one_thing(seed: Seed, dice: Random) -> Mutant:
    """A whole row says the same odd thing in each of its cells."""
    changes = []
    for place in _few(seed, dice):
        odd = dice.choice(ODD)
        changes += [(place, letter, odd) for letter in seed.rows[place]]
    return _applied(seed, changes, dice)


def rows_emptied(seed: Seed, dice: Random) -> Mutant:
    """Some rows are blank, or blank but for one cell."""
    changes: list[Change] = []
    for place in _few(seed, dice):
        kept = dice.choice(("", dice.choice(list(seed.rows[place]))))
        changes += [(place, letter, "") for letter in seed.rows[place] if letter != kept]
    return _applied(seed, changes, dice)


def cells_moved_about(seed: Seed, dice: Random) -> Mutant:
    """The cells of a row stand in each other's places."""
    changes: list[Change] = []
    for place in _few(seed, dice):
        letters = list(seed.rows[place])
        texts = list(seed.rows[place].values())
        dice.shuffle(texts)
        changes += zip([place] * len(letters), letters, texts, strict=True)
    return _applied(seed, changes, dice)


def headings_again(seed: Seed, dice: Random) -> Mutant:
    """Words that are headings stand in the cells of a row; two of them begin another table."""
    words = ("UPN", "Surname", "Forename", "Date of Birth", "Destination", "Name", "DOB", "Year 11")
    changes: list[Change] = []
    most = dice.choice((1, 1, 2, 9))
    for place in _few(seed, dice, 2):
        letters = _letters(seed, place, dice)[:most]
        changes += [(place, letter, dice.choice(words)) for letter in letters]
    made = _applied(seed, changes, dice)
    return made if most == 1 else Mutant(made.content)


def beside_the_table(seed: Seed, dice: Random) -> Mutant:
    """Notes to the right of the table, in rows of leavers, without a heading."""
    changes: list[Change] = []
    far = dice.choice(("AC", "AM", "BZ"))
    for place in _few(seed, dice, 5):
        changes.append((place, far, dice.choice(ODD)))
    return Mutant(_applied(seed, changes, dice).content, NOTHING)


def below_the_table(seed: Seed, dice: Random) -> Mutant:
    """Rows of something else below the last leaver."""
    sheet = dice.choice([sheet for sheet, _ in seed.rows])
    last = max(row for name, row in seed.rows if name == sheet)
    letters = list(seed.rows[sheet, last])
    start = last + dice.choice((1, 2, 5))
    added = [
        ((sheet, row), letter, dice.choice(ODD))
        for row in range(start, start + dice.randrange(1, 5))
        for letter in dice.sample(letters, dice.randrange(1, len(letters) + 1))
    ]
    return Mutant(_applied(seed, added, dice).content, NOTHING)


def _few(seed: Seed, dice: Random, most: int = 4) -> list[Place]:
    """Some rows of leavers, never more than a quarter of them."""
    return dice.sample(
        sorted(seed.rows), max(1, min(dice.randrange(1, most + 1), len(seed.rows) // 4))
    )


def _letters(seed: Seed, place: Place, dice: Random) -> list[str]:
    letters = list(seed.rows[place])
    return dice.sample(letters, dice.randrange(1, len(letters) + 1))


def _applied(seed: Seed, changes: Iterable[Change], dice: Random) -> Mutant:
    by_sheet: dict[str, dict[int, dict[str, str]]] = {}
    for (sheet, row), letter, text in changes:
        by_sheet.setdefault(sheet, {}).setdefault(row, {})[letter] = text
    touched = frozenset((sheet, row) for sheet, rows in by_sheet.items() for row in rows)
    return Mutant(_WRITERS[seed.kind](seed, by_sheet, dice), touched)


def _in_xlsx(seed: Seed, changed: dict[str, dict[int, dict[str, str]]], dice: Random) -> bytes:
    parts = seed.parts()
    for sheet, rows in changed.items():
        name = f"xl/worksheets/sheet{seed.sheets.index(sheet) + 1}.xml"
        xml = parts[name].decode()
        for row, cells in rows.items():
            xml = _row_changed(xml, row, cells, dice)
        parts[name] = xml.encode("utf-8", "surrogatepass")
    return zipped(parts.items(), dice)


def _row_changed(xml: str, row: int, cells: dict[str, str], dice: Random) -> str:
    found = re.search(rf'<row r="{row}"(?:[^>]*/>|.*?</row>)', xml, re.DOTALL)
    inside = re.findall(r'<c r="([A-Z]+)\d+"[^>]*?(?:/>|>.*?</c>)', found[0]) if found else []
    held = dict.fromkeys(inside, "")
    if found:
        for match in re.finditer(r'<c r="([A-Z]+)\d+"[^>]*?(?:/>|>.*?</c>)', found[0], re.DOTALL):
            held[match[1]] = match[0]
    for letter, text in cells.items():
        held[letter] = _cell(f"{letter}{row}", text, dice)
    ordered = sorted(held, key=lambda letter: (len(letter), letter))
    made = f'<row r="{row}">{"".join(held[letter] for letter in ordered)}</row>'
    if found:
        return xml[: found.start()] + made + xml[found.end() :]
    return xml.replace("</sheetData>", f"{made}</sheetData>")


def _cell(place: str, text: str, dice: Random) -> str:
    if not text:
        return ""
    if dice.random() < 0.3:
        attributes, inside = dice.choice(INSIDES)
        return f'<c r="{place}" {attributes}>{inside}</c>'
    said = escape(text).replace("\0", "_x0000_")
    return f'<c r="{place}" t="inlineStr"><is><t>{said}</t></is></c>'


def _in_csv(seed: Seed, changed: dict[str, dict[int, dict[str, str]]], dice: Random) -> bytes:
    encoding = _encoding(seed.content)
    text = seed.content.decode(encoding)
    delimiter = max(",;\t|", key=text.splitlines()[0].count)
    records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    for row, cells in changed[""].items():
        while len(records) < row:
            records.append([])
        record = records[row - 1]
        for letter, said in cells.items():
            at = _column(letter)
            record += [""] * (at + 1 - len(record))
            record[at] = said.replace("\0", "")
    kept = io.StringIO()
    csv.writer(kept, delimiter=delimiter, lineterminator="\r\n").writerows(records)
    return kept.getvalue().encode(encoding, "replace")


def _encoding(content: bytes) -> str:
    if content.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _in_ods(seed: Seed, changed: dict[str, dict[int, dict[str, str]]], dice: Random) -> bytes:
    parts = seed.parts()
    content = parts["content.xml"].decode()
    for sheet, rows in changed.items():
        start = content.index(f'table:name="{escape(sheet)}"')
        end = content.index("</table:table>", start)
        found = re.findall(r"<table:table-row>.*?</table:table-row>", content[start:end], re.DOTALL)
        for row, cells in rows.items():
            while len(found) < row:
                found.append("<table:table-row></table:table-row>")
            found[row - 1] = _ods_row(found[row - 1], cells)
        before = content[start : content.index(">", start) + 1]
        content = content[:start] + before + "".join(found) + content[end:]
    parts["content.xml"] = content.encode("utf-8", "surrogatepass")
    return zipped(parts.items(), dice)


def _ods_row(row: str, cells: dict[str, str]) -> str:
    inside = row.removeprefix("<table:table-row>").removesuffix("</table:table-row>")
    held = re.findall(
        r"<table:table-cell/>|<table:table-cell .*?</table:table-cell>", inside, re.DOTALL
    )
    for letter, text in cells.items():
        at = _column(letter)
        held += ["<table:table-cell/>"] * (at + 1 - len(held))
        said = escape(text).replace("\0", "")
        held[at] = f"{_TEXT}<text:p>{said}</text:p></table:table-cell>"
    return f"<table:table-row>{''.join(held)}</table:table-row>"


def _column(letter: str) -> int:
    at = 0
    for one in letter:
        at = at * 26 + ord(one) - 64
    return at - 1


_WRITERS: dict[str, Callable[[Seed, dict[str, dict[int, dict[str, str]]], Random], bytes]] = {
    "xlsx": _in_xlsx,
    "csv": _in_csv,
    "ods": _in_ods,
}


def sheet_names(content: bytes) -> tuple[str, ...]:
    """The sheets of an xlsx that xlsxwriter made, in the order of their parts."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        listed = package.read("xl/workbook.xml").decode()
    return tuple(
        name.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
        for name in re.findall(r'<sheet name="([^"]*)"', listed)
    )
