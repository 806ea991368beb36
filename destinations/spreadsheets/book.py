"""Book: what every workbook we write shares, cells that stay text, tables, and how a page prints.

Nothing that somebody typed ever becomes a formula, a number or a link: text goes in as text, and
identifiers keep their zeros.  The same values give the same bytes, whoever writes them and when.
Layout for writers of pages: rows and columns count from 0 here, as XlsxWriter counts them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from io import BytesIO
from typing import Any

import xlsxwriter

# Government Analysis Function: the palette for categories, and its greys.
NAVY, TURQUOISE, PINK, ORANGE = "#12436D", "#28A197", "#801650", "#F46A25"
CHARCOAL, LILAC, SKY, SILVER = "#3D3D3D", "#A285D1", "#6BACE6", "#BFBFBF"
PALE, LINE, WARM = "#F3F2F1", "#B1B4B6", "#FFF3DC"

FONT = "Arial"
LINE_POINTS = 13  # a line of words, as high as Excel needs it
MOST_LINES = 20
WIDEST = 1_150  # pixels: what most screens show at once
ROW_PIXELS = 20  # a row of ours that holds one line
LONGEST = 32_767  # characters that one cell can hold
CUT = " [cut here: too long for one cell]"

Cell = str | int | float | date | datetime | None

_HEADING = {"bold": True, "valign": "vcenter", "bottom": 1, "bottom_color": CHARCOAL}
_TOP = {"valign": "top"}
_MIDDLE = {"valign": "vcenter"}
STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 18, "font_color": NAVY},
    "subtitle": {"font_size": 11, "font_color": CHARCOAL},
    "section": {"bold": True, "font_size": 13, "font_color": NAVY},
    "notice": {
        "bold": True,
        "text_wrap": True,
        "valign": "vcenter",
        "bg_color": WARM,
        "left": 5,
        "left_color": ORANGE,
        "indent": 1,
    },
    "note": {"text_wrap": True, "font_color": CHARCOAL, **_TOP},
    "body": {"text_wrap": True, **_TOP},
    "big": {"text_wrap": True, "font_size": 12, **_TOP},
    "label": {"bold": True, "text_wrap": True, **_TOP},
    "box": {"bottom": 1, "bottom_color": LINE, "text_wrap": True, **_TOP},
    "heading": {**_HEADING, "text_wrap": True, "bg_color": PALE},
    "heading right": {**_HEADING, "text_wrap": True, "bg_color": PALE, "align": "right"},
    "text": {"text_wrap": True, **_MIDDLE},
    "id": {"num_format": "@", **_MIDDLE},
    "count": {"num_format": "#,##0", "align": "right", **_MIDDLE},
    "count left": {"num_format": "#,##0", "align": "left", **_TOP},
    "must": {"bold": True, "bg_color": WARM, "left": 5, "left_color": ORANGE, **_MIDDLE},
    "check": {"left": 5, "left_color": SILVER, **_MIDDLE},
    "percent": {"num_format": "0%", "align": "right", **_MIDDLE},
    "tenths": {"num_format": "0.0", "align": "right", **_MIDDLE},
    "date": {"num_format": "d mmm yyyy", "align": "right", **_MIDDLE},
    "none": {"align": "right", "font_color": CHARCOAL, **_MIDDLE},
}
RIGHT = {"count", "percent", "tenths", "date"}


class CellNotWritten(Exception):  # noqa: N818 - it says what happened
    """XlsxWriter gave back a refusal that it would otherwise keep to itself.  Our fault."""


@dataclass(frozen=True, slots=True)
class PageColumn:
    """One column of a table: its heading, its width in characters, what its cells are."""

    heading: str
    width: float
    kind: str = "text"  # text, id, count, percent, tenths, date
    span: int = 1  # columns of the page that it is laid over


class Book:
    """A workbook being written, in memory."""

    def __init__(self, title: str, *, made_on: date, about: str = "") -> None:
        """`made_on` is the only moment the workbook holds: the day of its edition."""
        self._bytes = BytesIO()
        self._book = xlsxwriter.Workbook(
            self._bytes,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "remove_timezone": True,
            },
        )
        self._styles: dict[str, Any] = {}
        moment = datetime.combine(made_on, time(), tzinfo=UTC).replace(tzinfo=None)
        self._book.set_properties({"title": title, "subject": about, "created": moment})

    def page(
        self, name: str, widths: Sequence[float], *, warm: bool = False, tall: bool = False
    ) -> "Page":
        """A new sheet, after those there are; `warm` marks one that names people.

        It prints as wide as the paper, which is upright where the sheet is `tall`.
        """
        sheet = self._book.add_worksheet(name)
        sheet.hide_gridlines(2)
        if not tall:
            sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.set_footer("&L&8&F&C&8&A&R&8Page &P of &N")
        sheet.set_tab_color(ORANGE if warm else NAVY)
        page = Page(self, sheet, widths)
        for at, width in enumerate(widths):
            check_written(sheet.set_column(at, at, width, self.style("body")))
        return page

    def chart(self, options: dict[str, str]) -> Any:
        """A native chart, to be filled and placed on a page."""
        return self._book.add_chart(options)

    def style(self, name: str) -> Any:
        """The format of that name, made once a workbook."""
        if name not in self._styles:
            fonts = {"font_name": FONT, "font_size": 10}
            self._styles[name] = self._book.add_format(fonts | STYLES[name])
        return self._styles[name]

    def content(self) -> bytes:
        """The finished workbook."""
        self._book.close()
        return self._bytes.getvalue()


class Page:
    """One sheet being written, from the top down."""

    def __init__(self, book: Book, sheet: Any, widths: Sequence[float]) -> None:
        """`widths` are the columns the page is made of, in characters."""
        self.book, self.sheet, self.widths = book, sheet, tuple(widths)

    @property
    def name(self) -> str:
        """The name on the tab."""
        return str(self.sheet.get_name())

    def text(self, row: int, column: int, words: str, style: str = "body") -> None:
        """Write words as text, whatever they look like, cut at LONGEST characters."""
        if len(words) > LONGEST:
            words = words[: LONGEST - len(CUT)] + CUT
        check_written(self.sheet.write_string(row, column, words, self.book.style(style)))

    def across(self, row: int, words: str, style: str = "body") -> int:
        """Write words across the whole page, in a row as high as they need; the row below."""
        cell_format = self.book.style(style)
        self._merge(row, 0, len(self.widths), cell_format)
        self.text(row, 0, words, style)
        if STYLES[style].get("text_wrap"):
            letter_width = {"notice": 1.0, "big": 1.05}.get(style, 0.88)
            slack = 12 if style == "notice" else 4
            line_height = LINE_POINTS * (1.2 if style == "big" else 1)
            check_written(
                self.sheet.set_row(
                    row, slack + line_height * lines_needed(words, sum(self.widths), letter_width)
                )
            )
        return row + 1

    def beside(self, row: int, word: str, meaning: str, style: str = "body") -> None:
        """Write a word in the first column, its meaning across the others, as high as it needs."""
        self.text(row, 0, word, "label")
        self._merge(row, 1, len(self.widths) - 1, self.book.style(style))
        self.text(row, 1, meaning, style)
        longest = lines_needed(meaning, sum(self.widths[1:]))
        check_written(self.sheet.set_row(row, 4 + LINE_POINTS * longest))

    def cell(self, row: int, column: int, value: Cell, kind: str) -> None:
        """Write one value of a table; None is a dash where a number would stand."""
        cell_format = self.book.style(kind)
        if value is None or value == "":
            if kind in RIGHT:
                self.text(row, column, "-" if value is None else "", "none")
            else:
                check_written(self.sheet.write_blank(row, column, None, cell_format))
        elif isinstance(value, str):
            self.text(row, column, value, "none" if kind in RIGHT else kind)
        elif isinstance(value, date):
            check_written(self.sheet.write_datetime(row, column, value, cell_format))
        else:
            check_written(self.sheet.write_number(row, column, value, cell_format))

    def table(
        self,
        row: int,
        columns: Sequence[PageColumn],
        rows: Sequence[Sequence[Cell]],
        *,
        at: int = 0,
    ) -> int:
        """Write headings and rows below them, from column `at`; the first free row below."""
        starts = [at + sum(column.span for column in columns[:n]) for n in range(len(columns))]
        for start, column in zip(starts, columns, strict=True):
            style = "heading right" if column.kind in RIGHT else "heading"
            self._merge(row, start, column.span, self.book.style(style))
            self.text(row, start, column.heading, style)
        longest = max(
            (lines_needed(column.heading, column.width, 1.1) for column in columns), default=1
        )
        check_written(self.sheet.set_row(row, 6 + LINE_POINTS * longest))
        for number, values in enumerate(rows, start=row + 1):
            longest = 1
            for start, column, value in zip(starts, columns, values, strict=True):
                self._merge(number, start, column.span, self.book.style(column.kind))
                self.cell(number, start, value, column.kind)
                if column.kind == "text" and isinstance(value, str):
                    longest = max(longest, lines_needed(value, column.width))
            check_written(self.sheet.set_row(number, 3 + LINE_POINTS * min(longest, MOST_LINES)))
        return row + 1 + len(rows)

    def link(self, row: int, column: int, to: str, words: str) -> None:
        """Write a link to another page of this workbook; `to` is that page's name."""
        check_written(self.sheet.write_url(row, column, f"internal:'{to}'!A1", string=words))

    def place(self, chart: Any, row: int, *, height: int, alt_text: str) -> None:
        """Put the chart at a row, `height` pixels high; `alt_text` is for who cannot see it."""
        width = sum(7 * width + 5 for width in self.widths) - 8
        chart.set_size({"width": min(width, WIDEST), "height": height})
        options = {"description": alt_text, "object_position": 2, "x_offset": 4, "y_offset": 4}
        check_written(self.sheet.insert_chart(row, 0, chart, options))

    def one_paper(self) -> None:
        """Print the whole page on one sheet of paper, however long."""
        self.sheet.fit_to_pages(1, 1)

    def two_papers_wide(self, repeated: int) -> None:
        """Print over two sheets side by side, the first columns on both: a page of many columns."""
        self.sheet.fit_to_pages(2, 0)
        check_written(self.sheet.repeat_columns(0, repeated - 1))

    def new_paper(self, row: int) -> None:
        """Print what is from this row on, on a new sheet of paper."""
        check_written(self.sheet.set_h_pagebreaks([row]))

    def freeze(self, heading_row: int, *, columns: int = 0, last: int = 0) -> None:
        """Keep the headings in sight, repeat them in print, and let readers filter to `last`."""
        self.sheet.freeze_panes(heading_row + 1, columns)
        check_written(self.sheet.repeat_rows(heading_row))
        if last > heading_row:
            check_written(self.sheet.autofilter(heading_row, 0, last, len(self.widths) - 1))

    def _merge(self, row: int, column: int, span: int, cell_format: Any) -> None:
        if span > 1:
            check_written(
                self.sheet.merge_range(row, column, row, column + span - 1, "", cell_format)
            )


def column_widths(columns: Sequence[PageColumn]) -> list[float]:
    """The widths of a page that is one table."""
    return [column.width for column in columns]


def chart_rows(height: int) -> int:
    """How many rows a chart of so many pixels lies over, with a little air below."""
    return height // ROW_PIXELS + 2


def check_written(return_code: int | None) -> None:
    """Raise CellNotWritten for a return code of XlsxWriter that means "not written"."""
    if return_code is not None and return_code < 0:
        raise CellNotWritten(f"XlsxWriter answered {return_code}")


def lines_needed(words: str, width: float, letter_width: float = 0.88) -> int:
    """How many lines words take in a column, broken between words; a letter is `letter_width`."""
    lines = 0
    for part in words.splitlines() or [""]:
        lines, width_used = lines + 1, 0.0
        for word in part.split():
            needed = len(word) * letter_width
            if width_used and width_used + letter_width + needed > width:
                lines, width_used = lines + 1, 0.0
            lines += int(needed // (width + 1))
            width_used += min(needed, width) + (letter_width if width_used else 0)
    return lines
