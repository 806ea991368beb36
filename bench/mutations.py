"""Mutations: ways in which a spreadsheet goes wrong, each with the rows that it leaves untouched.

A mutation takes a seed and dice and gives the changed bytes.  `touched` holds the rows it meddled
with where it meddled with nothing else; it is None where anything may have come of the file.
"""

import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

Place = tuple[str, int]  # sheet, row as Excel shows it
Wave = tuple[str, int, int | None]  # and the wave, where a row has a column a year


@dataclass(frozen=True)
class Seed:
    """A sound spreadsheet.  `rows` are its leavers; `cells` where each of their cells may be."""

    name: str
    content: bytes
    kind: str  # "xlsx", "csv", "ods", "xls"
    rows: Mapping[Place, Mapping[str, str]] = field(default_factory=dict)  # text by column letter
    sheets: tuple[str, ...] = ()  # in the order of their parts
    metadata: Any = None  # the cohort that a sender would name with it
    meaning: Mapping[Wave, Mapping[str, Any]] | None = None  # of each row, in our words

    def parts(self) -> dict[str, bytes]:
        """The parts of its package by name."""
        with zipfile.ZipFile(io.BytesIO(self.content)) as package:
            return {name: package.read(name) for name in package.namelist()}


@dataclass(frozen=True)
class Mutant:
    """What came of a seed."""

    content: bytes
    touched: frozenset[Place] | None = None


Mutation = Callable[[Seed, Random], Mutant | bytes]
NOTHING: frozenset[Place] = frozenset()
ODD = (
    "", " ", "\N{NO-BREAK SPACE}", "-", "?", "0", "-1", "n/a", "#N/A", "TRUE", "NaN", "1e400",
    "1E+09", "Total", "Totals: 12", "Note: see below", "Surname", "UPN", "Date of birth",
    "Destination", "e.g.", "31/02/2007", "99/99/9999", "2007-13-45", "01/01/0001", "29/02/2007",
    "13/13/2007", "45901",
    "=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)", "+44 20 7946 0000", "'", '"', '""', "a\nb", "a\tb",
    "\u202eevil", "\u0000", "\ufeff", "e\u0301" * 40, "\N{GRINNING FACE}", "Ze\u00eb", "x" * 3_000,
    "9" * 400, "A845400011001", "9070840000", "<b>", "&amp;", "]]>", "{0}", "%s", "../../etc",
    "O'Brien", "Smith-Jones", "SURNAME, Forename", "Year 11", "11", "Not known", "100", "1.5",
)  # fmt: skip


# Bytes


def flipped(seed: Seed, dice: Random) -> bytes:
    """Some bytes are others."""
    content = bytearray(seed.content)
    for _ in range(dice.choice((1, 1, 2, 8, 64))):
        content[dice.randrange(len(content))] ^= dice.randrange(1, 256)
    return bytes(content)


def cut_off(seed: Seed, dice: Random) -> bytes:
    """The end is missing."""
    return seed.content[: dice.randrange(len(seed.content))]


def cut_out(seed: Seed, dice: Random) -> bytes:
    """A piece is missing."""
    at = dice.randrange(len(seed.content))
    return seed.content[:at] + seed.content[at + dice.choice((1, 7, 512, 4_096)) :]


def stuffed(seed: Seed, dice: Random) -> bytes:
    """Bytes are put in."""
    at = dice.choice((0, dice.randrange(len(seed.content)), len(seed.content)))
    return seed.content[:at] + dice.randbytes(dice.choice((1, 3, 100, 5_000))) + seed.content[at:]


def sectors_swapped(seed: Seed, dice: Random) -> bytes:
    """Two blocks of 512 bytes change places, as on a bad stick."""
    blocks = [seed.content[at : at + 512] for at in range(0, len(seed.content), 512)]
    one, other = dice.randrange(len(blocks)), dice.randrange(len(blocks))
    blocks[one], blocks[other] = blocks[other], blocks[one]
    return b"".join(blocks)


def numbers_forged(seed: Seed, dice: Random) -> bytes:
    """Two or four bytes that may be a length, an offset or a count say something else."""
    content = bytearray(seed.content)
    for _ in range(dice.randrange(1, 6)):
        at = dice.randrange(max(1, len(content) - 4))
        value = dice.choice((0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFE, 0xFFFF))
        struct.pack_into("<H", content, min(at, len(content) - 2), value)
    return bytes(content)


def two_in_one(seed: Seed, dice: Random) -> bytes:
    """The file twice, or behind the beginning of something else."""
    front = dice.choice((seed.content, b"%PDF-1.7\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\x89PNG\r\n"))
    return front + seed.content


# The package


def zipped(parts: Iterable[tuple[str, bytes]], dice: Random, *, stored: bool = False) -> bytes:
    """Parts as a package."""
    kept = io.BytesIO()
    how = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(kept, "w", how) as package:
        for name, content in parts:
            package.writestr(zipfile.ZipInfo(name), content, compress_type=how)
    return kept.getvalue()


def part_removed(seed: Seed, dice: Random) -> bytes:
    """A part or two are missing."""
    parts = seed.parts()
    for _ in range(dice.choice((1, 1, 2))):
        del parts[dice.choice(list(parts))]
    return zipped(parts.items(), dice)


def extras_removed(seed: Seed, dice: Random) -> Mutant:
    """The parts that hold no cell are missing."""
    parts = seed.parts()
    kept = {name: part for name, part in parts.items() if not name.startswith("docProps/")}
    return Mutant(zipped(kept.items(), dice), NOTHING)


def parts_swapped(seed: Seed, dice: Random) -> bytes:
    """Two parts have changed names."""
    parts = seed.parts()
    one, other = dice.choice(list(parts)), dice.choice(list(parts))
    parts[one], parts[other] = parts[other], parts[one]
    return zipped(parts.items(), dice)


def part_doubled(seed: Seed, dice: Random) -> bytes:
    """A name comes twice in the package."""
    parts = list(seed.parts().items())
    name, content = dice.choice(parts)
    name = dice.choice((name, name.upper(), name.replace("/", "\\"), f"./{name}", f"/{name}"))
    parts.insert(
        dice.randrange(len(parts) + 1), (name, content[: dice.randrange(len(content) + 1)])
    )
    return zipped(parts, dice)


def parts_in_another_order(seed: Seed, dice: Random) -> Mutant:
    """The parts stand in another order, or are not packed, or others stand between them."""
    parts = list(seed.parts().items())
    if seed.kind == "xlsx":
        dice.shuffle(parts)
        parts.insert(dice.randrange(len(parts)), ("customXml/item1.xml", b"<x/>"))
    return Mutant(zipped(parts, dice, stored=dice.random() < 0.5), NOTHING)


def part_garbled(seed: Seed, dice: Random) -> bytes:
    """Bytes of a part are others, and the checksum fits."""
    parts = seed.parts()
    name = dice.choice(list(parts))
    changed = Seed("", parts[name] or b" ", "")
    spoil = dice.choice((flipped, cut_off, cut_out, stuffed))
    parts[name] = bytes(spoil(changed, dice))  # type: ignore[arg-type]
    return zipped(parts.items(), dice)


def repetition(seed: Seed, dice: Random) -> bytes:
    """A part is a great many times as long, which packs well."""
    parts = seed.parts()
    name = dice.choice(list(parts))
    found = list(re.finditer(rb"<[^/!?][^<>]*/>", parts[name]))
    if found:
        match = dice.choice(found)
        many = dice.choice((10, 1_000, 100_000))
        parts[name] = parts[name][: match.end()] + match[0] * many + parts[name][match.end() :]
    return zipped(parts.items(), dice)
