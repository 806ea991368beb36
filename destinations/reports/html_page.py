"""HTML page: one file of plain HTML that needs nothing else, and can be read aloud."""

from collections.abc import Iterable, Sequence
from html import escape


def html_page(title: str, parts: Iterable[str]) -> str:
    """The whole page around its parts, each of them HTML already."""
    body = "\n".join(part for part in parts if part)
    return (
        '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def html_table(caption: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table with its caption.  Whole numbers are aligned right, and so is a WrittenNumber."""
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    body = "\n".join(f"<tr>{''.join(_td(cell) for cell in row)}</tr>" for row in rows)
    return (
        f'<div class="wide"><table><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table></div>"
    )


class WrittenNumber(str):
    """A number already formatted as text, to be aligned right as numbers are."""

    __slots__ = ()


def _td(cell: object) -> str:
    if isinstance(cell, int | WrittenNumber):
        shown = f"{cell:,}" if isinstance(cell, int) else escape(cell)
        return f'<td class="number">{shown}</td>'
    return f"<td>{escape(str(cell))}</td>"


STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; margin: 0; }
main { max-width: 70rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2rem; }
details { border-top: 1px solid #bbb; padding: .5rem 0; }
summary { cursor: pointer; } summary:focus-visible { outline: 3px solid #0b57d0; }
.must { background: #8c1d18; color: #fff; padding: 0 .4rem; }
.check { background: #3c4043; color: #fff; padding: 0 .4rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: .75rem 0; min-width: 40rem; }
caption { text-align: left; font-weight: 600; }
th, td { border-bottom: 1px solid #ddd; padding: .3rem .6rem; text-align: left;
  vertical-align: top; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
"""
