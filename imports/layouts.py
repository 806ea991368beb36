"""Layouts: which column of a table holds which of our fields, and for which wave."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from imports.columns import ColumnMap
from imports.fields import BESIDE, LEFT_ON, NOT_OURS, PERHAPS
from imports.headings import listed, words_of
from imports.moments import Moment
from imports.values import is_blank, says_nothing, shown
from models.sheets import BLANK, Cell, Column, Remark, Row, Table
from models.vocabulary import activities

# Text that may stand in two columns, one for some leavers and one for the others: "College" and
# "Employer" are both a provider's name.
_FROM_EITHER = frozenset({"provider_name", "course", "level", "notes", "source"})
_KNOWN, _STRANGE, _MOST = 0.5, 0.2, 0.7
_NEARLY_ALL = 0.9
_ENOUGH = 3
# "Actual end date" beside "End date", "Date left" beside "Course end": the other was the plan.
_HAPPENED = listed("actual act left leaving leave withdrawal withdrawn")
# "Destination sub-category" says what "Destination category" only begins to say.
_FINER = listed("sub subcategory subgroup subtype")
_OF_EET = listed("eet type")  # beside "EET / NEET"
_LATER = listed("new updated changed revised")


@dataclass(frozen=True, slots=True)
class Placed:
    """One column of a table: where it stands, its heading, and what it is to us.

    `more` are columns read where this one is blank.  `field` is '' for a column no map knows.
    """

    at: int
    letter: str
    heading: str
    parts: tuple[str, ...]
    field: str = ""
    moment: Moment | None = None
    wave: int | None = None
    more: tuple[int, ...] = ()

    def column(self, sheet: str) -> Column:
        """The column as the hand-off names it."""
        return Column(self.field, sheet, self.letter, self.heading, self.wave)


@dataclass(frozen=True, slots=True)
class Layout:
    """A table and what its columns are."""

    table: Table
    placed: tuple[Placed, ...]

    def columns(self, field: str) -> tuple[Placed, ...]:
        """Every column that holds a field."""
        return tuple(one for one in self.placed if one.field == field)

    def has(self, *fields: str) -> bool:
        """Whether there is a column for any of the fields."""
        return any(one.field in fields for one in self.placed)

    def cells(self, column: Placed) -> list[Cell]:
        """The cells of a column that hold something."""
        cells = (cell_at(row, column.at) for row in self.table.rows)
        return [cell for cell in cells if not is_blank(cell)]


def cell_at(row: Row, at: int) -> Cell:
    """The cell of a row at a place; a blank one where the row is shorter than its headings."""
    return row.cells[at] if at < len(row.cells) else BLANK


def lay_out(table: Table, columns: ColumnMap) -> Layout:
    """What each column of a table is by its heading."""
    placed = []
    for at, heading in enumerate(table.headings):
        one = Placed(at, heading.letter, heading.text, heading.parts)
        meaning = columns.meaning(heading.parts)
        if meaning:
            one = replace(one, field=meaning.field, moment=meaning.moment)
        placed.append(one)
    layout = _with_surname(_with_leaving_year(Layout(table, tuple(placed))))
    return _with_destination(_without_flags(layout, columns), columns)


def _without_flags(layout: Layout, columns: ColumnMap) -> Layout:
    # "Destination confirmed" over Yes and No says whether, not where.
    placed = (
        replace(one, field="")
        if one.field == "activity" and is_flagged(layout.cells(one), columns)
        else one
        for one in layout.placed
    )
    return replace(layout, placed=tuple(placed))


def is_flagged(cells: Sequence[Cell], columns: ColumnMap) -> bool:
    """Whether a column holds words for yes and no and nothing else."""
    said = {shown(cell) for cell in cells}
    return bool(said) and all(
        not word.isdigit()
        and columns.value_of("disadvantaged", word)
        and not columns.value_of("activity", word)
        for word in said
    )


def _with_leaving_year(layout: Layout) -> Layout:
    # "Year" is a year group where it holds 11, and the year of leaving where it holds 2023.
    placed = list(layout.placed)
    for one in layout.columns("year_group"):
        years = [shown(cell).startswith("20") for cell in layout.cells(one)]
        if years and sum(years) > len(years) / 2 and not layout.has("leaving_year"):
            placed[one.at] = replace(one, field="leaving_year")
    return replace(layout, placed=tuple(placed))


def _with_surname(layout: Layout) -> Layout:
    # "Name" beside "Forename", one word in each cell, is the surname.
    names = layout.columns("full_name")
    if len(names) != 1 or layout.has("surname") or not layout.has("forename"):
        return layout
    single = [len(shown(cell).split()) == 1 for cell in layout.cells(names[0])]
    if not single or sum(single) < _MOST * len(single):
        return layout
    placed = list(layout.placed)
    placed[names[0].at] = replace(names[0], field="surname")
    return replace(layout, placed=tuple(placed))


def _with_destination(layout: Layout, columns: ColumnMap) -> Layout:
    """The layout with a destination where a heading leaves it open and the words are ones we know.

    "Status", "Type" and "Route" are a destination where they hold destinations and no heading is
    surer; so is "Where" beside no destination, holding "College" and "Apprenticeship".
    """
    placed = list(layout.placed)
    found = layout.has("activity")
    for field in (PERHAPS, "provider_name"):
        group = layout.columns(field)
        proved = () if found else _proved(layout, group, columns)
        found = found or bool(proved)
        for one in group:
            if one in proved:
                placed[one.at] = replace(one, field="activity")
            elif field == PERHAPS:
                told_again = _is_told_again(layout, one, columns)
                placed[one.at] = replace(one, field=BESIDE if told_again else "")
    return replace(layout, placed=tuple(placed))


def _is_told_again(layout: Layout, one: Placed, columns: ColumnMap) -> bool:
    """Whether an open heading has in words what a column of codes has already."""
    coded = layout.columns("activity")
    if len(coded) != 1 or coded[0].moment or one.moment or layout.has(BESIDE):
        return False
    codes = activities().keys()
    both = [
        (shown(cell_at(row, coded[0].at)), shown(cell_at(row, one.at))) for row in layout.table.rows
    ]
    said = [(code, columns.value_of("activity", word)) for code, word in both if code and word]
    same = sum(code == meant for code, meant in said if code in codes)
    return same >= _ENOUGH and same >= _NEARLY_ALL * len(said)


def _proved(layout: Layout, group: Sequence[Placed], columns: ColumnMap) -> tuple[Placed, ...]:
    """The first column that holds destinations, and others of its kind that ask for other years."""
    shares = {
        one: known_share(cells, columns)
        for one in group
        if len(cells := layout.cells(one)) >= _ENOUGH
    }
    first = next((one for one in group if shares.get(one, 0) >= _MOST), None)
    if first is None or first.moment is None:
        return () if first is None else (first,)
    years = [one for one in group if one.moment and shares.get(one, _MOST) >= _MOST]
    return tuple({one.moment: one for one in reversed(years)}.values())


def with_places_for_destinations(layout: Layout, columns: ColumnMap, urn: str) -> Layout:
    """A leaver sheet that says where and nowhere what: its column of places is the destination.

    Only where most of its cells are places of the register, or words such as "Work".
    """
    if layout.has("activity", "intended"):
        return layout

    where = {
        one
        for one in layout.columns("provider_name")
        if len(cells := layout.cells(one)) >= _ENOUGH and told_share(cells, columns, urn) >= _MOST
    }
    placed = (replace(one, field="activity") if one in where else one for one in layout.placed)
    return replace(layout, placed=tuple(placed))


def settle(layout: Layout, columns: ColumnMap) -> tuple[Layout, list[Remark]]:
    """The layout with one column for each field and wave, and what had to be chosen.

    A column that loses its field is unknown from then on: kept by name, and said.
    """
    remarks: list[Remark] = []
    placed = {one.at: one for one in layout.placed}
    for group in _doubles(layout.placed):
        settled = (
            _by_words(layout, group, columns)
            if group[0].field == "activity"
            else _by_cells(layout, _best_first(layout, group, columns), columns)
        )
        remarks += settled[1]
        placed |= {one.at: one for one in settled[0]}
    return replace(layout, placed=tuple(placed[at] for at in sorted(placed))), remarks


def _doubles(placed: Iterable[Placed]) -> list[list[Placed]]:
    groups: dict[tuple[str, int | None], list[Placed]] = {}
    for one in placed:
        if one.field not in ("", NOT_OURS, LEFT_ON):
            groups.setdefault((one.field, one.wave), []).append(one)
    return [group for group in groups.values() if len(group) > 1]


_Settled = tuple[list[Placed], list[Remark]]


def _by_words(layout: Layout, group: list[Placed], columns: ColumnMap) -> _Settled:
    """The column whose words we know; a column of names beside it says where they went.

    A second one that mostly says the same, as a code says it beside words, is held against it row
    by row.
    """
    shares = {one.at: known_share(layout.cells(one), columns) for one in group}
    best = max(group, key=lambda one: (*_understood(layout, one, shares), -_rank(one, columns)))
    changed: list[Placed] = []
    remarks: list[Remark] = []
    taken = {one.wave for one in layout.columns("provider_name")}
    twice = False
    for one in group:
        if one is best or not layout.cells(one):
            wider = _wider(best, group) if one is best else ()
            changed.append(replace(one, field=one.field if one is best else "", more=wider))
        elif one.at in _wider(best, group):
            changed.append(replace(one, field=NOT_OURS))
        elif shares[one.at] < _STRANGE and shares[best.at] >= _KNOWN and one.wave not in taken:
            taken.add(one.wave)
            changed.append(replace(one, field="provider_name"))
            remarks.append(_about(layout, one, "C13", used=best.heading))
        elif not twice and _is_the_same_answer(layout, best, one, columns):
            twice = True
            changed.append(replace(one, field=BESIDE))
        else:
            changed.append(replace(one, field=""))
            remarks.append(_about(layout, one, "C12", used=best.heading))
    return changed, remarks


def _wider(best: Placed, group: Sequence[Placed]) -> tuple[int, ...]:
    """The columns that a finer one is a part of: they are read where it is blank."""
    return tuple(one.at for one in group if _is_finer(best) and not _is_finer(one))


def _understood(
    layout: Layout, one: Placed, shares: Mapping[int, float]
) -> tuple[bool, bool, float]:
    """How much a column of destinations tells: a finer one first, then one of many answers.

    A column filled on two rows, both of them understood, says less than one filled on all.
    """
    finer = _is_finer(one) and shares[one.at] >= _STRANGE
    most = max(len(layout.cells(other)) for other in layout.placed if other.at in shares)
    return finer, len(layout.cells(one)) * 2 > most, shares[one.at]


def _is_finer(one: Placed) -> bool:
    return _is(_FINER, one) or set(words_of(one.heading)) == _OF_EET


def _is(words: frozenset[str], one: Placed) -> bool:
    return any(not words.isdisjoint(words_of(part)) for part in one.parts)


def _is_the_same_answer(layout: Layout, best: Placed, other: Placed, columns: ColumnMap) -> bool:
    """Whether one column has codes for what the other says in words, row by row, mostly.

    Two columns of words are two questions, such as where they were and where they are; but a
    "New destination" says that the other is over.
    """
    if _is(_LATER, other) and not _is(_LATER, best):
        return known_share(layout.cells(other), columns) >= _MOST
    digits = sorted(_share_of_codes(layout.cells(one)) for one in (best, other))
    if known_share(layout.cells(other), columns) < _MOST or not (
        digits[0] <= _STRANGE and digits[1] >= _MOST
    ):
        return False
    told = [
        [columns.value_of("activity", shown(cell_at(row, one.at))) for one in (best, other)]
        for row in layout.table.rows
    ]
    both = [[activities()[code].kin for code in codes if code] for codes in told if all(codes)]
    return bool(both) and sum(one == another for one, another in both) >= len(both) / 2


def _share_of_codes(cells: Sequence[Cell]) -> float:
    return sum(shown(cell).isdigit() for cell in cells) / len(cells) if cells else 0.0


def _by_cells(layout: Layout, group: list[Placed], columns: ColumnMap) -> _Settled:
    filled = [one for one in group if layout.cells(one)]
    best, others = group[0], group[1:]
    dropped = [replace(one, field="") for one in others]
    if len(filled) < 2 or _is_same(layout, filled):
        return [best, *(replace(one, field=NOT_OURS) for one in dropped)], []
    if best.field in _FROM_EITHER and _is_either(layout, filled):
        kept = replace(best, more=tuple(one.at for one in others))
        return [kept, *(replace(one, field=NOT_OURS) for one in dropped)], []
    if _has_happened(best):
        # Beside the day a course ended, the other day is the one it was planned for.
        dropped = [one if _is(_HAPPENED, one) else replace(one, field=NOT_OURS) for one in dropped]
    remarks = [
        _about(layout, one, "C12", used=best.heading)
        for one, drop in zip(others, dropped, strict=True)
        if one in filled and drop.field == ""
    ]
    return [best, *dropped], remarks


def _has_happened(one: Placed) -> bool:
    return one.field == "ended_on" and _is(_HAPPENED, one)


def _best_first(layout: Layout, group: list[Placed], columns: ColumnMap) -> list[Placed]:
    """Columns of one field, the one to use first: filled, of what happened, understood, plain."""

    def worse(one: Placed) -> tuple[bool, bool, int, int, int]:
        cells = layout.cells(one)
        known = sum(columns.value_of(one.field, shown(cell)) is not None for cell in cells)
        told = known if one.field == "intended" else 0
        return not cells, not _has_happened(one), -told, _rank(one, columns), one.at

    return sorted(group, key=worse)


def known_share(cells: Sequence[Cell], columns: ColumnMap) -> float:
    """How many of the cells hold a destination that we know, as a share; 0 where there are none."""
    known = sum(columns.value_of("activity", shown(cell)) is not None for cell in cells)
    return known / len(cells) if cells else 0.0


def told_share(cells: Sequence[Cell], columns: ColumnMap, urn: str = "") -> float:
    """The same with the names of places; near the school of that URN more of them are known."""
    said = [shown(cell) for cell in cells]
    told = (columns.value_of("activity", x) or columns.told_by_place(x, urn) for x in said)
    return sum(map(bool, told)) / len(said) if said else 0.0


def _is_same(layout: Layout, group: Sequence[Placed]) -> bool:
    return all(
        len({shown(cell_at(row, one.at)) for one in group}) == 1 for row in layout.table.rows
    )


def _is_either(layout: Layout, group: Sequence[Placed]) -> bool:
    return all(
        sum(not says_nothing(one.field, cell_at(row, one.at)) for one in group) <= 1
        for row in layout.table.rows
    )


def _rank(one: Placed, columns: ColumnMap) -> int:
    # A map lists its headings plainest first.
    written = columns.written.get(one.field, ())
    plain = " ".join(one.heading.lower().split())
    return next((at for at, known in enumerate(written) if known.lower() == plain), len(written))


def _about(layout: Layout, one: Placed, code: str, **facts: str) -> Remark:
    return Remark(
        code,
        sheet=layout.table.sheet,
        column=one.letter,
        heading=one.heading,
        facts=(("heading", one.heading), *sorted(facts.items())),
    )
