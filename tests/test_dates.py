"""Dates: any British date in any usual style comes back; order is decided by column."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imports.values.dates import DayMonthOrder, infer_order, parse_typed_date, read_date
from models.handoffs.sheets import Cell, CellKind
from tests.builders.sheets import a_cell

SENT = date(2023, 11, 9)
BORN = st.dates(date(2003, 9, 1), date(2009, 8, 31))
WINDOW = (date(2006, 9, 1), date(2007, 8, 31))

# All are 17 March 2007.
STYLES = """
    17/03/2007 | 17/3/2007 | 17/3/07 | 17.03.07 | 17.03.2007 | 17-03-2007 | 17 03 2007 |
    17-Mar-07 | 17-Mar-2007 | 17 Mar 07 | 17 March 2007 | 17th March 2007 | 17th Mar, 2007 |
    17th of March 2007 | March 17, 2007 | Mar 17 2007 | Saturday 17 March 2007 | Sat, 17 Mar 2007 |
    17March2007 | 17Mar07 | 2007-03-17 | 2007/03/17 | 2007-03-17 00:00:00 | 2007-03-17T00:00:00Z |
    17/03/2007 00:00 | 20070317 | 17032007 | 170307 | 39158 | 39158.0 | @2007-03-17 | =39158 |
    =20070317 | =17032007 | '17/03/2007 | 17 /03/ 2007 | 17/03/2007.
"""
WRITTEN = {
    "slashes": lambda d: f"{d:%d/%m/%Y}",
    "no zeros": lambda d: f"{d.day}/{d.month}/{d.year}",
    "short year": lambda d: f"{d:%d/%m/%y}",
    "dots": lambda d: f"{d:%d.%m.%y}",
    "dashes": lambda d: f"{d:%d-%m-%Y}",
    "month name": lambda d: f"{d:%d %B %Y}",
    "month short": lambda d: f"{d:%d-%b-%y}",
    "American words": lambda d: f"{d:%B} {d.day}, {d.year}",
    "iso": lambda d: d.isoformat(),
    "compact": lambda d: f"{d:%Y%m%d}",
    "compact British": lambda d: f"{d:%d%m%Y}",
    "serial": lambda d: str((d - date(1899, 12, 30)).days),
    "with a clock": lambda d: f"{d:%d/%m/%Y} 00:00:00",
}


@pytest.mark.parametrize("text", [one.strip() for one in STYLES.split("|")])
def test_a_date_in_each_style(text):
    assert read_date(a_cell(text), DayMonthOrder.DAY_FIRST, SENT) == (date(2007, 3, 17), "")


@pytest.mark.parametrize(
    "text",
    ["31/02/2007", "31/04/2007", "29/02/2007", "00/01/2007", "12/13/2007", "tbc", "2007", "n/a",
     "17/03", "March 2007", "32 March 2007", "1234567890", "12345678901", "99999", "-", "12:30"],
)  # fmt: skip
def test_what_is_no_date(text):
    assert read_date(a_cell(text), DayMonthOrder.DAY_FIRST, SENT) == (None, "")


@given(BORN, st.sampled_from(sorted(WRITTEN)))
def test_any_date_in_any_style_comes_back(day, style):
    assert read_date(a_cell(WRITTEN[style](day)), DayMonthOrder.DAY_FIRST, SENT) == (day, "")


@given(st.lists(BORN, min_size=1, max_size=60), st.data())
def test_a_whole_column_comes_back_or_says_that_it_is_ambiguous(days, data):
    style = data.draw(st.sampled_from(sorted(WRITTEN)))
    cells = [a_cell(WRITTEN[style](day)) for day in days]
    order = infer_order(cells)
    assert order in (DayMonthOrder.DAY_FIRST, DayMonthOrder.EITHER)
    for day, cell in zip(days, cells, strict=True):
        assert read_date(cell, order, SENT)[0] == day


@given(st.lists(BORN, min_size=1, max_size=60))
def test_an_american_column_comes_back_when_it_proves_itself(days):
    cells = [a_cell(f"{day:%m/%d/%Y}") for day in days]
    order = infer_order(cells)
    if any(day.day > 12 for day in days):
        assert order is DayMonthOrder.MONTH_FIRST
        assert [read_date(cell, order, SENT)[0] for cell in cells] == days
    else:
        assert order is DayMonthOrder.EITHER


@given(st.lists(BORN, min_size=2, max_size=40), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(days, random):
    cells = [a_cell(f"{day:%d/%m/%Y}") for day in days]
    order = infer_order(cells, WINDOW)
    random.shuffle(cells)
    assert infer_order(cells, WINDOW) is order


COLUMNS = """
    25/03/2007; 03/04/2007               | day first
    03/25/2007; 03/04/2007               | month first
    25/03/2007; 03/25/2007               | both orders in one column
    25/03/2007; 26/03/2007; 27/03/2007; 03/25/2007 | day first
    03/04/2007; 05/06/2007               | cannot be told
    03.04.07; 05.06.07                   | day first
    2007-03-04; 4 March 2007             | cannot be told
    31/02/2007; 03/04/2007               | day first
"""


@pytest.mark.parametrize("line", [one for one in COLUMNS.splitlines() if one.strip()])
def test_the_order_of_a_column(line):
    cells, order = line.split("|")
    assert infer_order([a_cell(cell.strip()) for cell in cells.split(";")]).value == order.strip()


def test_a_birth_window_decides_what_the_numbers_do_not():
    # 4 September 2006 belongs to the year group, 9 April 2006 does not.
    cells = [a_cell(text) for text in ("04/09/2006", "03/10/2006", "05/11/2006")]
    assert infer_order(cells) is DayMonthOrder.EITHER
    assert infer_order(cells, WINDOW) is DayMonthOrder.DAY_FIRST


def test_an_ambiguous_date_says_so_and_a_plain_one_does_not():
    assert read_date(a_cell("03/04/2007"), DayMonthOrder.EITHER, SENT) == (
        date(2007, 4, 3),
        "ambiguous",
    )
    assert read_date(a_cell("04/04/2007"), DayMonthOrder.EITHER, SENT) == (date(2007, 4, 4), "")


@pytest.mark.parametrize(
    ("text", "year"), [("17/03/07", 2007), ("17/03/98", 1998), ("1-Jan-24", 1924)]
)
def test_two_digits_of_a_year_are_of_the_century_that_is_plausible(text, year):
    assert read_date(a_cell(text), DayMonthOrder.DAY_FIRST, SENT)[0].year == year


@given(st.lists(BORN, min_size=20, max_size=80))
@settings(max_examples=200)
def test_a_half_converted_column_is_found(days):
    """British dates opened in an American Excel: real and swapped where it could, else text."""
    cells = [_opened_in_america(day) for day in days]
    if {cell.kind for cell in cells} == {CellKind.TEXT, CellKind.DATE} and _is_usual(days):
        order = infer_order(cells)
        assert order is DayMonthOrder.HALF_CONVERTED
        texts = [cell for cell in cells if cell.kind is CellKind.TEXT]
        assert all(read_date(cell, order, SENT)[0] is None for cell in texts)


@given(st.lists(BORN, min_size=1, max_size=60), st.lists(BORN, min_size=1, max_size=60))
def test_an_honest_mixture_of_text_and_real_dates_is_read(written, real):
    cells = [a_cell(f"{day:%d/%m/%Y}") for day in written] + [a_cell(f"@{day}") for day in real]
    low = all(day.day <= 12 for day in real)
    high = all(day.day > 12 for day in written)
    if not (low and high):
        assert infer_order(cells) is not DayMonthOrder.HALF_CONVERTED


def test_one_swapped_date_outside_the_year_group_gives_a_small_column_away():
    cells = [a_cell(text) for text in ("25/03/2007", "26/01/2007", "@2007-05-10")]
    assert infer_order(cells) is DayMonthOrder.DAY_FIRST
    assert infer_order(cells, WINDOW) is DayMonthOrder.DAY_FIRST
    swapped = [*cells[:2], a_cell("@2006-04-10")]
    assert infer_order(swapped, WINDOW) is DayMonthOrder.HALF_CONVERTED


def test_days_that_lie_in_the_year_group_as_they_stand_were_not_swapped():
    # By chance every real day is up to the 12th and every text beyond; swapped, two would be out.
    real = ("@2006-10-05", "@2007-02-11", "@2006-11-04", "@2007-06-03", "@2007-01-08")
    typed = ("25/03/2007", "26/01/2007", "19/09/2006", "30/05/2007", "28/04/2007", "14/02/2007")
    cells = [a_cell(text) for text in (*real, *typed)]
    assert infer_order(cells) is DayMonthOrder.HALF_CONVERTED
    assert infer_order(cells, WINDOW) is DayMonthOrder.DAY_FIRST


def test_one_impossible_month_does_not_turn_a_small_column_round():
    days = ("04/09/2006", "03/10/2006", "05/11/2006", "02/03/2007")
    cells = [a_cell(text) for text in (*days, "07/13/2007")]
    assert infer_order(cells) is DayMonthOrder.MONTH_FIRST
    assert infer_order(cells, WINDOW) is DayMonthOrder.DAY_FIRST
    american = [a_cell(text) for text in ("09/04/2006", "10/03/2006", "11/05/2006", "01/13/2007")]
    assert infer_order(american, WINDOW) is DayMonthOrder.MONTH_FIRST


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_none(text):
    day, mark = read_date(Cell(text, text, CellKind.TEXT), DayMonthOrder.DAY_FIRST, SENT)
    assert day is None or isinstance(day, date)
    assert mark == ""
    assert parse_typed_date(text) == parse_typed_date(text)


def _opened_in_america(day):
    if day.day > 12:
        return a_cell(f"{day:%d/%m/%Y}")
    return a_cell(f"@{date(day.year, day.day, day.month)}")


def _is_usual(days):
    low = sum(day.day <= 12 for day in days)
    return low >= 4 and len(days) - low >= 4 and max(days) - min(days) > timedelta(30)
