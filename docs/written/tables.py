"""The database: a dictionary of every table and column, and a picture of how they hang together."""

from collections.abc import Iterator
from importlib import import_module
from inspect import getdoc

from sqlalchemy import Column, Table, UniqueConstraint
from sqlmodel import SQLModel

from docs.written.drawing import Box, arrow, picture, rectangle, words

# Module by module, as they stand side by side in the picture.
MODULES = ("places", "leavers", "destinations", "submissions", "responses")
FILLS = ("#e6f4ea", "#fff4d6", "#fde7e0", "#e3eefb", "#efe6f7")
WIDTH, GAP, LINE_HEIGHT = 214, 74, 19


def models() -> dict[str, list[type[SQLModel]]]:
    """The table classes of each module, in the order in which they are written."""
    return {
        name: [
            kind
            for kind in vars(import_module(f"models.{name}")).values()
            if isinstance(kind, type)
            and issubclass(kind, SQLModel)
            and kind.__module__ == f"models.{name}"
            and hasattr(kind, "__table__")
        ]
        for name in MODULES
    }


def table_of(model: type[SQLModel]) -> Table:
    """Its table."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


def tables_page() -> str:
    """Every table with every column: type, whether it may be empty, and what it means."""
    lines = [
        "# Tables",
        "",
        "What the database keeps. Written from `models/`; do not edit by hand.",
        "",
        "![How the tables hang together](models.svg)",
        "",
        "The picture has keys and what must be unique; an arrow leads to the line that is meant.",
        "*Null* says whether a column may be empty.",
    ]
    for name, kinds in models().items():
        lines += ["", f"## {name}", "", str(import_module(f"models.{name}").__doc__).strip()]
        for model in kinds:
            lines += ["", f"### {model.__tablename__}", "", _told(model), ""]
            lines += ["| column | type | null | means |", "|---|---|---|---|"]
            lines += [_line(model, column) for column in table_of(model).columns]
    return "\n".join(lines) + "\n"


def meaning(model: type[SQLModel], column: str) -> str:
    """What a column means, as its field says; empty where it says nothing."""
    return model.model_fields[column].description or ""


def tables_picture() -> str:
    """Every table with its keys, and an arrow for each that is another's."""
    places, parts, lowest = dict(_places()), [], 0.0
    for fill, kinds in zip(FILLS, models().values(), strict=True):
        for model in kinds:
            table, box = table_of(model), places[str(model.__tablename__)]
            lowest = max(lowest, box.y + box.height)
            parts += [rectangle(box, fill=fill), words(box.x + 9, box.y + 21, table.name, size=14)]
            for column, y in _rows(table, box):
                mark = "key" if column.primary_key else "unique" if _unique(column) else ""
                parts.append(words(box.x + 9, y, f"{column.name}  {mark}".strip(), pale=bool(mark)))
    for name, box in places.items():
        for column, y in _rows(SQLModel.metadata.tables[name], box):
            for key in column.foreign_keys:
                parts.append(_arrow(box, y - 4, places[key.column.table.name]))
    width = len(MODULES) * (WIDTH + GAP) + 2 * 30 - GAP
    return picture(width, lowest + 30, parts, says="The tables and how they hang together")


def _told(model: type[SQLModel]) -> str:
    return " ".join(str(getdoc(model)).split())


def _line(model: type[SQLModel], column: Column[object]) -> str:
    kind = str(column.type).replace("VARCHAR", "text").replace("INTEGER", "whole number")
    kind = (
        kind.replace("BOOLEAN", "yes or no").replace("JSON", "JSON").replace("DATETIME", "moment")
    )
    kind = kind.replace("TIMESTAMP", "moment").replace("DATE", "day")
    refers = ", ".join(f"`{key.target_fullname}`" for key in column.foreign_keys)
    means = meaning(model, column.name) + (f" ({refers})" if refers else "")
    return f"| {column.name} | {kind} | {'yes' if column.nullable else ''} | {means} |"


def _unique(column: Column[object]) -> bool:
    alone = bool(column.unique)
    constraints = [one for one in column.table.constraints if isinstance(one, UniqueConstraint)]
    indexes = [one for one in column.table.indexes if one.unique]
    return alone or any(column.name in one.columns for one in (*constraints, *indexes))


def _shown(table: Table) -> list[Column[object]]:
    return [
        column
        for column in table.columns
        if column.primary_key or column.foreign_keys or _unique(column)
    ]


def _places() -> Iterator[tuple[str, Box]]:
    for at, kinds in enumerate(models().values()):
        y = 30.0
        for model in kinds:
            height = 34 + LINE_HEIGHT * len(_shown(table_of(model)))
            yield str(model.__tablename__), Box(30 + at * (WIDTH + GAP), y, WIDTH, height)
            y += height + 26


def _rows(table: Table, box: Box) -> Iterator[tuple[Column[object], float]]:
    for at, column in enumerate(_shown(table)):
        yield column, box.y + 42 + at * LINE_HEIGHT


def _arrow(box: Box, y: float, to: Box) -> str:
    """From a row's side to the heading of another table; along the left where both are above."""
    end = to.y + 17
    if to.x > box.x:
        start, goal, bend = box.x + box.width, to.x, GAP * 0.6
    elif to.x < box.x:
        start, goal, bend = box.x, to.x + to.width, -GAP * 0.6
    else:
        start, goal, bend = box.x, to.x, -GAP * 0.45
        return arrow(((start, y), (start + bend, y), (goal + bend, end), (goal, end)), curved=True)
    return arrow(((start, y), (start + bend, y), (goal - bend, end), (goal, end)), curved=True)
