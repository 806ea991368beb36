"""Sound rows: what a file's leavers are, and whether those nobody touched are still the same."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from mutations import Mutant, Place, Seed, Wave

TODAY = date(2026, 11, 23)


def rows_of(name: str, content: bytes) -> dict[Place, dict[str, str]]:
    """The text of every cell of every leaver, by place and column letter."""
    from imports.crosswalk.column_map import load_map
    from imports.reading import read_file

    return {
        (found.sheet, row.number): {
            heading.letter: cell.text
            for heading, cell in zip(found.headings, row.cells, strict=True)
            if cell.text
        }
        for found in read_file(name, content, load_map().field_of).tables
        for row in found.rows
    }


def meaning_of(
    name: str, content: bytes, declared: Any = None
) -> tuple[dict[Wave, dict[str, Any]] | None, Any]:
    """The values of every row, and what the file is; None where that cannot be told."""
    from imports.crosswalk.column_map import load_map
    from imports.mapping import map_columns_and_values
    from imports.reading import read_file
    from models.handoffs.findings import SubmissionRefused
    from models.handoffs.normalised import SubmissionMetadata

    columns = load_map()
    read = read_file(name, content, columns.field_of)
    try:
        mapped = map_columns_and_values(read, declared or SubmissionMetadata(1, "", TODAY), columns)
    except SubmissionRefused:
        return None, None
    rows = {(row.sheet, row.row, row.wave): dict(row.values) for row in mapped.rows}
    return rows, mapped.metadata


def lost(sound: Seed, mutant: Mutant, wanted: Iterable[Place]) -> str:
    """Which of the rows were not read as they were; '' where all of them were."""
    came = rows_of(sound.name, mutant.content)
    for place in wanted:
        if place not in came:
            return f"row {place} not read"
        was, now = sound.rows[place], came[place]
        other = sorted(letter for letter, text in was.items() if now.get(letter) != text)
        if other:
            return f"row {place} read otherwise in {other}"
    return ""


def otherwise(sound: Seed, mutant: Mutant, wanted: Iterable[Place]) -> str:
    """Which of the rows mean something else now; '' where none does."""
    now, _ = meaning_of(sound.name, mutant.content, sound.metadata)
    if now is None:
        return "read, but cannot be mapped any more"
    places = set(wanted)
    for key, values in (sound.meaning or {}).items():
        if key[:2] in places and now.get(key) != values:
            if key not in now:
                return f"row {key} not mapped"
            other = sorted(name for name in values if now[key].get(name) != values[name])
            return f"row {key} means something else in {other}"
    return ""
