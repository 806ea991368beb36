"""Sheets: what each heading of a submission is read as, by whose word, and what it may be.

Read again from the original as sent.  Counts of cells are given, never a cell.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from destinations.platform.settings import Settings
from destinations.platform.storage import open_storage
from flows.pipeline.reference_data import load_crosswalk
from imports.columns.proposals import NAMES, FieldProposal, propose_fields
from imports.columns.table_mapping import ColumnMapping, TableMapping, map_columns
from imports.columns.typed_values import displayed_text
from imports.context.required_columns import ask_about_heading
from imports.crosswalk.column_map import ColumnMap, load_map, normalise_heading
from imports.crosswalk.confirmed_mappings import (
    Crosswalk,
    full_heading,
    heading_fingerprint,
    heading_fingerprints,
)
from imports.crosswalk.fields import LEFT_ON, NOT_OURS, PERHAPS
from imports.reading import read_file
from imports.tables.explain_no_table import NoTableFound
from imports.workbook.guard import open_guard
from imports.workbook.limits import ReadLimits
from models.database import open_database
from models.facts.calendar import in_london, in_words
from models.handoffs.findings import SubmissionRefused
from models.handoffs.sheets import ReadFile
from models.responses import HeadingMapping
from models.submissions import Submission

HUB = "the hub"

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class SeenHeading:
    """One heading of a submission.  `whole` is all that stands above the column.

    `field` is ours, '' where no map has it; `filled` counts the cells below that hold something,
    `strange` those whose words are not on the field's closed list.
    """

    sheet: str
    letter: str
    whole: str
    row: str  # the fingerprint of its heading row
    field: str
    map_name: str
    accepted: HeadingMapping | None
    filled: int
    strange: int
    proposals: tuple[FieldProposal, ...] = ()
    is_there_already: bool = False  # another column of the table holds what is proposed

    @property
    def asked(self) -> FieldProposal | None:
        """What a person is asked of it; None where nothing is likely enough."""
        return next((one for one in self.proposals if one.is_made), None)

    @property
    def question(self) -> str:
        """The question as it is put; '' where nothing is likely enough."""
        one = self.asked
        return ask_about_heading(self.whole, one.name, " and ".join(one.evidence)) if one else ""


def crosswalk_if_set_up(settings: Settings) -> Crosswalk:
    """What is known here; on a machine that is not set up nobody has confirmed anything."""
    return if_set_up(settings, load_crosswalk, Crosswalk(load_map()))


def if_set_up(settings: Settings, ask: Callable[[Session], Answer], otherwise: Answer) -> Answer:
    """What the hub's database says; `otherwise` on a machine that may not be set up."""
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return otherwise
    engine = open_database(settings.database)
    try:
        with Session(engine) as session:
            return ask(session)
    except DBAPIError:  # there is no such table, or no server
        return otherwise
    finally:
        engine.dispose()


def read_original(settings: Settings, remembered: Crosswalk, sent: Submission) -> ReadFile:
    """A submission's original, read again with what is known of its school.

    Raises SubmissionRefused where it cannot be read, and KeyError where it is gone.
    """
    store = open_storage(
        settings.store, endpoint=settings.s3_endpoint, checksums=settings.s3_checksums
    )
    knows = remembered.to_find_tables(sent.urn).field_of
    with open_guard(settings.limits(ReadLimits)) as guard:
        return read_file(sent.name, store.get(sent.stored_as), knows, guard=guard)


def read_refused_file(refused: SubmissionRefused) -> ReadFile | None:
    """What a file may hold that was refused because too few headings are known; None otherwise.

    For showing its headings to a person: nothing is ever taken from it.
    """
    tables = refused.tables if isinstance(refused, NoTableFound) else ()
    return ReadFile("", tables) if tables else None


def list_headings_seen(remembered: Crosswalk, urn: str, read: ReadFile) -> list[SeenHeading]:
    """Every heading of every table, in reading order."""
    rows = heading_fingerprints(read)
    columns = remembered.to_map(urn, rows)
    seen = []
    for table in read.tables:
        layout = map_columns(table, columns)
        row = heading_fingerprint(one.parts for one in table.headings)
        for one in layout.placed:
            if whole := full_heading(one.parts):
                who = remembered.accepted_heading(urn, rows, whole)
                seen.append(_seen(layout, one, columns, SeenHeading(
                    table.sheet, one.letter, whole, row, _field(one),
                    columns.name, who, 0, 0,
                )))  # fmt: skip
    return seen


def headings_once_mapped(
    settings: Settings,
    remembered: Crosswalk,
    sent: Submission,
    headings: Sequence[HeadingMapping],
) -> list[SeenHeading]:
    """Every heading of a file as it will be read once some of them are known.

    That may show a table that was not found before.  Raises SubmissionRefused where even then
    there is none.
    """
    known = replace(remembered, headings=(*remembered.headings, *headings), _made={})
    return list_headings_seen(known, sent.urn, read_original(settings, known, sent))


def is_same_heading(one: SeenHeading, said: str) -> bool:
    """Whether a heading is the one that somebody typed."""
    return normalise_heading(one.whole) == normalise_heading(said)


def heading_as_json(one: SeenHeading) -> dict[str, Any]:
    """A heading as scripts get it."""
    return {
        "sheet": one.sheet,
        "column": one.letter,
        "heading": one.whole,
        "read_as": one.field,
        "name": field_name(one.field),
        "by": mapped_by(one),
        "accepted_by": one.accepted.accepted_by if one.accepted else "",
        "accepted_on": in_london(one.accepted.accepted_at).date().isoformat()
        if one.accepted
        else "",
        "for": _for_whom(one.accepted) if one.accepted else "",
        "cells": one.filled,
        "unknown_words": one.strange,
        "asks": one.question,
        "proposals": [
            {
                "field": each.field,
                "name": each.name,
                "likeness": round(each.likeness),
                "evidence": list(each.evidence),
                "is_made": each.is_made,
            }
            for each in one.proposals
        ],
    }


def mapped_by(one: SeenHeading) -> str:
    """By whose word a heading is read as it is: a map's name, or who said it and when."""
    if one.accepted:
        who = one.accepted
        day = in_london(who.accepted_at).date()
        return f"{who.accepted_by}, {in_words(day)}, for {_for_whom(who)}"
    return f"the {one.map_name} map" if one.field else ""


def field_name(field: str) -> str:
    """What a field is called to people."""
    return {"": "not known", NOT_OURS: "left out", LEFT_ON: "left out"}.get(
        field, NAMES.get(field, field)
    )


def _seen(
    layout: TableMapping, one: ColumnMapping, columns: ColumnMap, seen: SeenHeading
) -> SeenHeading:
    cells = layout.cells(one)
    strange = 0
    if columns.knows_values(one.field):
        strange = sum(columns.value_of(one.field, displayed_text(cell)) is None for cell in cells)
    proposals = propose_fields(one.parts, cells, columns) if not seen.field and cells else ()
    made = next((each for each in proposals if each.is_made), None)
    there = made is not None and layout.has(made.field)
    return replace(
        seen, filled=len(cells), strange=strange, proposals=proposals, is_there_already=there
    )


def _field(one: ColumnMapping) -> str:
    return "" if one.field == PERHAPS else one.field


def _for_whom(who: HeadingMapping) -> str:
    return who.urn or HUB
