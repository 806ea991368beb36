"""Mutations of the XML in a package: what its elements, attributes and texts may be instead."""

import re
from collections.abc import Callable
from random import Random
from xml.sax.saxutils import escape

from mutations import NOTHING, ODD, Mutant, Seed, zipped

NUMBERS = ("", "0", "-1", "1", "9", "65536", "1048577", "999999999", "1e9", "NaN", "99999999999999")
NAMES = (
    "",
    "x",
    "rId1",
    "rId99",
    "A0",
    "A1",
    "ZZZZ1",
    "A1:B2",
    "A1048577",
    "$A$1",
    "true",
    "d",
    "s",
)


def _xml(seed: Seed, dice: Random, change: Callable[[str], str]) -> bytes:
    """One part of XML changed, those with cells more often than others."""
    parts = seed.parts()
    names = [name for name in parts if name.endswith((".xml", ".rels"))]
    weights = [6 if "sheet" in name or "content" in name else 1 for name in names]
    name = dice.choices(names, weights)[0]
    parts[name] = change(parts[name].decode("utf-8")).encode("utf-8", "surrogatepass")
    return zipped(parts.items(), dice)


def _some(pattern: str, text: str, dice: Random, make: Callable[[re.Match[str]], str]) -> str:
    """A few of the matches replaced."""
    found = list(re.finditer(pattern, text))
    for match in sorted(
        dice.sample(found, min(len(found), dice.choice((1, 2, 10)))), key=lambda one: -one.start()
    ):
        text = text[: match.start()] + make(match) + text[match.end() :]
    return text


def attributes_changed(seed: Seed, dice: Random) -> bytes:
    """Attributes say something else, or are gone."""

    def make(match: re.Match[str]) -> str:
        if dice.random() < 0.2:
            return ""
        odd = dice.choice((*NUMBERS, *NAMES, "y" * 9_000, "\u00e9\U0001f600", "&#10;", "&#0;"))
        return f' {match[1]}="{odd}"'

    return _xml(seed, dice, lambda text: _some(r' ([\w:]+)="[^"]*"', text, dice, make))


def elements_changed(seed: Seed, dice: Random) -> bytes:
    """Elements are gone, doubled, renamed, or another's."""

    def make(match: re.Match[str]) -> str:
        return dice.choice(
            (
                "",
                match[0] * 2,
                match[0].replace(match[1], "x"),
                match[0].replace("<", "<z:"),
                "<c/>",
            )
        )

    return _xml(seed, dice, lambda text: _some(r"<(\w[\w:]*)[^<>]*/?>", text, dice, make))


def texts_changed(seed: Seed, dice: Random) -> bytes:
    """What stands between the elements is something else."""

    def make(_: re.Match[str]) -> str:
        odd = dice.choice((*ODD, "_x0000_", "_xD83D_", "&#x0;", "&c;", "<![CDATA[x]]>", "<!-- -->"))
        return f">{odd}<" if odd[:1] in "&<" else f">{escape(odd)}<"

    return _xml(seed, dice, lambda text: _some(r">[^<>]+<", text, dice, make))


def declared_otherwise(seed: Seed, dice: Random) -> bytes:
    """A part begins with another declaration: an alphabet, a document type, an entity."""
    head = dice.choice(
        (
            '<?xml version="1.0" encoding="ISO-8859-1"?>',
            '<?xml version="1.1" encoding="UTF-8"?>',
            "<!DOCTYPE x>",
            '<!DOCTYPE x [<!ENTITY c "cccc">]>',
            '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">',
            "\ufeff",
            " ",
        )
    )
    return _xml(
        seed, dice, lambda text: head + re.sub(r"\A<\?xml.*?\?>", "", text, flags=re.DOTALL)
    )


def strings_shuffled(seed: Seed, dice: Random) -> Mutant:
    """The shared texts stand in another order; half the time the cells know."""
    parts = seed.parts()
    held = parts.get("xl/sharedStrings.xml", b"").decode()
    items = re.findall(r"<si>.*?</si>|<si/>", held, re.DOTALL)
    order = list(range(len(items)))
    dice.shuffle(order)
    parts["xl/sharedStrings.xml"] = re.sub(
        r"(<sst[^>]*>).*</sst>",
        lambda head: head[1] + "".join(items[at] for at in order) + "</sst>",
        held,
        flags=re.DOTALL,
    ).encode()
    known = dice.random() < 0.5
    if known:
        now_at = {was: at for at, was in enumerate(order)}
        for name in parts:
            if name.startswith("xl/worksheets/sheet"):
                parts[name] = re.sub(
                    r'(t="s"[^>]*><v>)(\d+)(</v>)',
                    lambda cell: f"{cell[1]}{now_at[int(cell[2])]}{cell[3]}",
                    parts[name].decode(),
                ).encode()
    return Mutant(zipped(parts.items(), dice), NOTHING if known else None)


def rows_in_another_order(seed: Seed, dice: Random) -> Mutant:
    """The rows stand in another order in the part, each still with its number."""
    parts = seed.parts()
    for name in parts:
        if name.startswith("xl/worksheets/sheet"):
            text = parts[name].decode()
            rows = re.findall(r"<row .*?</row>|<row [^>]*/>", text, re.DOTALL)
            dice.shuffle(rows)
            parts[name] = re.sub(
                r"<sheetData>.*</sheetData>",
                lambda _, rows=rows: f"<sheetData>{''.join(rows)}</sheetData>",  # type: ignore[misc]
                text,
                flags=re.DOTALL,
            ).encode()
    return Mutant(zipped(parts.items(), dice), NOTHING)


def repeats_claimed(seed: Seed, dice: Random) -> bytes:
    """An ods says that a row or a cell comes a great many times."""
    parts = seed.parts()
    content = parts.get("content.xml", b"").decode()
    word, tag = dice.choice((("rows", "table:table-row"), ("columns", "table:table-cell")))
    many = dice.choice((2, 100, 16_384, 1_048_576, 2_000_000_000))
    said = f'<{tag} table:number-{word}-repeated="{many}"'
    parts["content.xml"] = _some(rf"<{tag}\b", content, dice, lambda _: said).encode()
    return zipped(parts.items(), dice)
