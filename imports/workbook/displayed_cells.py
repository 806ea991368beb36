"""Displayed cells: a raw cell becomes the text its sender sees and the value behind it."""

from dataclasses import fields
from datetime import date, datetime, time, timedelta

from imports.workbook.formats.number_formats import DisplayedAs, parse_number_format
from imports.workbook.raw_cells import BOOLEAN, DATE, ERROR, FORMULA, NUMBER, TEXT
from models.handoffs.sheets import BLANK, Cell, CellKind, Value

_LAST_SERIAL = 2_958_466  # the day after 31 December 9999, the last that Excel knows
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
# A member of an enumeration costs more to look up than a cell to make.
_TEXT, _NUMBER, _DATE = CellKind.TEXT, CellKind.NUMBER, CellKind.DATE
_DATED = frozenset((DisplayedAs.DATE, DisplayedAs.MONTH, DisplayedAs.TIME))
_LONGEST_NUMBER = 300  # digits; Python refuses to turn more than 4,300 into a number


# A frozen dataclass fills its fields the slow way, and a file has thousands of cells.
_NEW = object.__new__
_SET_TEXT, _SET_VALUE, _SET_KIND, _SET_STORED, _SET_FORMAT = (
    getattr(Cell, cell_field.name).__set__ for cell_field in fields(Cell)
)


def _new_cell(text: str, value: Value, kind: CellKind, stored: str, number_format: str) -> Cell:
    """The cell that Cell(...) gives, in half the time."""
    cell = _NEW(Cell)
    _SET_TEXT(cell, text)
    _SET_VALUE(cell, value)
    _SET_KIND(cell, kind)
    _SET_STORED(cell, stored)
    _SET_FORMAT(cell, number_format)
    return cell


StoredCell = tuple[str, str, str]  # kind, as stored, number format: a RawCell without its column


class DisplayedCells(dict[StoredCell, Cell]):
    """Cells by what the file stores, each made when first asked for and then shared.

    BLANK stands for text that is nothing but spaces, non-breaking ones too.
    """

    def __init__(self, *, is_1904: bool) -> None:
        super().__init__()
        self._is_1904 = is_1904

    def __missing__(self, key: StoredCell) -> Cell:
        """The cell of a key not met before.  Raises ValueError for a kind no reader gives."""
        kind, stored, number_format = key
        if kind == TEXT:
            blank = not stored or stored.isspace()
            cell = BLANK if blank else _new_cell(stored, stored, _TEXT, "", number_format)
        else:
            cell = _make_cell(kind, stored, number_format, is_1904=self._is_1904)
        self[key] = cell
        return cell


def _make_cell(kind: str, stored: str, number_format: str, *, is_1904: bool) -> Cell:
    if kind == NUMBER:
        return _number_cell(stored, number_format, is_1904=is_1904)
    if kind == DATE:
        return _iso_cell(stored, number_format)
    if kind == BOOLEAN:
        is_true = stored in ("1", "true")
        return _new_cell(
            "TRUE" if is_true else "FALSE", is_true, CellKind.BOOLEAN, stored, number_format
        )
    if kind == ERROR:
        return _new_cell(stored, None, CellKind.ERROR, stored, number_format)
    if kind == FORMULA:
        return _new_cell("", None, CellKind.FORMULA, stored, number_format)
    message = "a raw cell has a kind that no reader gives"
    raise ValueError(message)


def _number_cell(stored: str, number_format: str, *, is_1904: bool) -> Cell:
    number = _parse_number(stored)
    if number is None:
        return _new_cell(stored.strip(), stored.strip(), _TEXT, stored, number_format)
    if not number_format:
        return _new_cell(str(number), number, _NUMBER, stored, "")
    kind = parse_number_format(number_format)
    if kind in _DATED and 0 <= number < _LAST_SERIAL:
        moment = _serial_to_moment(float(number), is_1904=is_1904)
        if moment is not None:
            text = _format_month(moment) if kind is DisplayedAs.MONTH else _format_moment(moment)
            return _new_cell(text, moment, _DATE, stored, number_format)
    return _new_cell(
        _format_number(number, number_format, kind), number, _NUMBER, stored, number_format
    )


def _parse_number(stored: str) -> int | float | None:
    # Spaces round a number are allowed; words such as NaN or INF in a number's place are text.
    bare = stored.strip()
    if not bare or len(bare) > _LONGEST_NUMBER or not (bare[-1].isdigit() or bare[-1] == "."):
        return None
    if "_" in bare or not bare.isascii():
        return None
    if bare.lstrip("+-").isdigit():
        return int(bare)
    try:
        number = float(bare)
    except ValueError:
        return None
    if number in (float("inf"), float("-inf")):
        return None
    return int(number) if number.is_integer() else number


def _format_number(number: int | float, number_format: str, kind: DisplayedAs) -> str:
    if kind is DisplayedAs.PERCENT:
        return f"{round(number * 100, 10):g}%"
    if kind is DisplayedAs.ZEROS and isinstance(number, int):
        return str(number).zfill(number_format.split(";", 1)[0].count("0"))
    if kind is DisplayedAs.ELAPSED:
        seconds = round(number * 86_400)
        return f"{seconds // 3_600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return str(number)


def _serial_to_moment(serial: float, *, is_1904: bool) -> date | datetime | time | None:
    # Seconds are the smallest thing anybody types; rounding keeps 45000.99999999 on its day.
    days, seconds = divmod(round(serial * 86_400), 86_400)
    clock = timedelta(seconds=seconds)
    if days == 0 and not is_1904:
        return (datetime.min + clock).time()
    if is_1904:
        first = datetime(1904, 1, 1)
    else:
        # Excel believes in a 29 February 1900: before it, every serial is a day out.
        first = datetime(1899, 12, 30) if days >= 60 else datetime(1899, 12, 31)
    try:
        moment = first + timedelta(days=days) + clock
    except OverflowError:
        return None
    return moment if seconds else moment.date()


def _iso_cell(stored: str, number_format: str) -> Cell:
    try:
        moment: date | datetime | time = datetime.fromisoformat(stored).replace(tzinfo=None)
    except ValueError:
        try:
            moment = time.fromisoformat(stored).replace(tzinfo=None)
        except ValueError:
            return _new_cell(stored, stored, _TEXT, stored, number_format)
    if isinstance(moment, datetime) and moment.time() == time():
        moment = moment.date()
    text = (
        _format_month(moment)
        if parse_number_format(number_format) is DisplayedAs.MONTH
        else _format_moment(moment)
    )
    return _new_cell(text, moment, _DATE, stored, number_format)


def _format_moment(moment: date | datetime | time) -> str:
    if isinstance(moment, time):
        return moment.strftime("%H:%M:%S" if moment.second else "%H:%M")
    day = f"{moment.day:02d}/{moment.month:02d}/{moment.year:04d}"
    return f"{day} {moment:%H:%M}" if isinstance(moment, datetime) else day


def _format_month(moment: date | datetime | time) -> str:
    return (
        _format_moment(moment)
        if isinstance(moment, time)
        else f"{_MONTHS[moment.month - 1]} {moment.year:04d}"
    )
