"""Drawing: boxes, words and arrows as SVG that every browser shows, the same bytes every time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap

INK, PALE, LINE = "#1f2933", "#52606d", "#9aa5b1"
LETTER = 7.2  # the width of a letter at 13 px, on the safe side


@dataclass(frozen=True)
class Box:
    """A rectangle: its upper left corner, its size, all in pixels."""

    x: float
    y: float
    width: float
    height: float


def words(x: float, y: float, text: str, *, size: int = 13, pale: bool = False) -> str:
    """One line of text, its baseline at `y`; a heading is larger and bold."""
    weight = ' font-weight="600"' if size > 13 else ""
    colour = PALE if pale else INK
    look = f'font-size="{size}" fill="{colour}"{weight}'
    return f'<text x="{x:g}" y="{y:g}" {look}>{escape(text)}</text>'


def rectangle(box: Box, *, fill: str) -> str:
    """The box, filled, with a thin edge."""
    return (
        f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" rx="5"'
        f' fill="{fill}" stroke="{LINE}"/>'
    )


def arrow(points: Sequence[tuple[float, float]], *, curved: bool = False) -> str:
    """A line with a head at its last point; curved it takes four points, as Bézier has them."""
    first, *rest = [f"{x:g},{y:g}" for x, y in points]
    path = f"M{first} C{' '.join(rest)}" if curved else f"M{first} L{' '.join(rest)}"
    return f'<path d="{path}" fill="none" stroke="{PALE}" marker-end="url(#head)"/>'


def lines_of(text: str, width: float, *, size: int = 13) -> list[str]:
    """The text in lines that fit into a width in pixels."""
    return wrap(text, max(int(width / (LETTER * size / 13)), 10))


def picture(width: float, height: float, parts: Iterable[str], *, says: str) -> str:
    """A whole SVG file; `says` is for those who cannot see it."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"'
            f' width="{width:g}" height="{height:g}" role="img" font-family="sans-serif">',
            f"<title>{escape(says)}</title>",
            '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7"'
            f' markerHeight="7" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="{PALE}"/>'
            "</marker></defs>",
            f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>',
            *parts,
            "</svg>",
            "",
        ]
    )
