"""Charts that Excel draws itself from cells of its page, in colours that all can tell apart."""

from dataclasses import dataclass
from typing import Any

from destinations.spreadsheets.book import (
    CHARCOAL,
    LILAC,
    LINE,
    NAVY,
    ORANGE,
    PINK,
    SILVER,
    SKY,
    TURQUOISE,
    Book,
    Page,
)

CROWDED = 15  # more schools than this, and their bars grow thinner
SMALL = {"name": "Arial", "size": 9, "color": CHARCOAL}
COLOURS = {
    "EET": NAVY,
    "Education": NAVY,
    "Apprenticeship": TURQUOISE,
    "Employment": LILAC,
    "Training or gap year": SKY,
    "NEET": ORANGE,
    "Other": PINK,
    "Not known": SILVER,
}
DARK = {NAVY, PINK}
WAVE_COLOURS = (NAVY, TURQUOISE, ORANGE, LILAC, PINK, SKY)


@dataclass(frozen=True, slots=True)
class ChartRange:
    """Where a chart's numbers stand on its page: rows first to last, one column for each series.

    `names` is the column of the categories' names, `series` (column, name) in the order drawn.
    """

    first: int
    last: int
    names: int
    series: tuple[tuple[int, str], ...]


def coverage_height(schools: int, waves: int) -> int:
    """Pixels for a chart of so many clusters of so many bars: every school keeps its name."""
    crowded = schools > CROWDED
    return max(220, 110 + schools * (8 * waves + 8 if crowded else 14 * waves + 12))


def stacked_height(bars: int) -> int:
    """Pixels for a chart of so many stacked bars."""
    return max(240, 130 + bars * 42)


def coverage_bars(book: Book, page: Page, chart_range: ChartRange, *, title: str, bars: str) -> Any:
    """Clustered bars, a cluster a school and a bar a wave."""
    chart = book.chart({"type": "bar"})
    for colour, (column, name) in zip(WAVE_COLOURS, chart_range.series, strict=False):
        chart.add_series(
            _series(page, chart_range, column, name)
            | {"fill": {"color": colour}, "gap": 45, "overlap": -5}
        )
    _set_axes_and_title(
        chart, title, axis="Leavers with a known destination, of all leavers", bars=bars
    )
    return chart


def stacked_bars(book: Book, page: Page, chart_range: ChartRange, *, title: str, bars: str) -> Any:
    """One bar a category, from 0 to all its leavers.  Shares rounded apart still fill the bar."""
    chart = book.chart({"type": "bar", "subtype": "percent_stacked"})
    for column, name in chart_range.series:
        colour = COLOURS[name]
        chart.add_series(
            _series(page, chart_range, column, name)
            | {
                "fill": {"color": colour},
                "border": {"color": "#FFFFFF", "width": 0.75},
                "gap": 40,
                # A label in a sliver of a bar would lie over its neighbours.
                "data_labels": {
                    "value": True,
                    "num_format": '[>=0.035]0%;""',
                    "font": {"size": 9, "color": "#FFFFFF" if colour in DARK else "#0B0C0C"},
                },
            }
        )
    _set_axes_and_title(chart, title, axis="Share of leavers", bars=bars)
    return chart


def _series(page: Page, chart_range: ChartRange, column: int, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "categories": [
            page.name,
            chart_range.first,
            chart_range.names,
            chart_range.last,
            chart_range.names,
        ],
        "values": [page.name, chart_range.first, column, chart_range.last, column],
    }


def _set_axes_and_title(chart: Any, title: str, *, axis: str, bars: str) -> None:
    heading = {"name": "Arial", "size": 12, "bold": True, "color": NAVY}
    chart.set_title({"name": title, "name_font": heading, "overlay": False})
    chart.set_x_axis(
        {
            "name": axis,
            "name_font": SMALL | {"bold": False},
            "num_font": SMALL,
            "num_format": "0%",
            "min": 0,
            "max": 1,
            "major_unit": 0.2,
            "major_gridlines": {"visible": True, "line": {"color": "#DEE0E2", "width": 0.75}},
            "line": {"none": True},
        }
    )
    # First row of the table on top, and the percentages below the bars all the same.
    chart.set_y_axis(
        {
            "name": bars,
            "name_font": SMALL | {"bold": False},
            "num_font": SMALL,
            "reverse": True,
            "crossing": "max",
            "line": {"color": LINE},
            "major_tick_mark": "none",
        }
    )
    chart.set_legend({"position": "top", "font": SMALL})
    chart.set_chartarea({"border": {"color": LINE}})
    chart.show_na_as_empty_cell()
