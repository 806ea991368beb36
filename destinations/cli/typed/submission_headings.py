"""Submission headings: what each is read as, by whose word, and what else it may be.

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
from imports.columns.mapped_table import ColumnMapping, TableMapping, map_columns
from imports.columns.proposals import (
    NAMES,
    FieldProposal,
    columns_that_may_say,
    propose_fields,
)
from imports.columns.typed_values import displayed_text
from imports.context.required_columns import ask_about_heading
from imports.crosswalk.column_map import ColumnMap, load_map, normalise_heading
from imports.crosswalk.confirmed_mappings import (
    Crosswalk,
    full_heading,
    heading_fingerprint,
    heading_fingerprints,
)
from imports.crosswalk.fields import BORN_IN, LEFT_ON, NOT_OURS, PERHAPS
from imports.prepare import FileAsSent, read_as_sent
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
        return next((proposal for proposal in self.proposals if proposal.is_made), None)

    @property
    def question(self) -> str:
        """The question as it is put; '' where nothing is likely enough."""
        proposal = self.asked
        return (
            ask_about_heading(self.whole, proposal.name, " and ".join(proposal.evidence))
            if proposal
            else ""
        )


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


def read_original(settings: Settings, crosswalk: Crosswalk, submission: Submission) -> ReadFile:
    """A submission's original, read again with what is known of its school.

    Raises SubmissionRefused where it cannot be read, and KeyError where it is gone.
    """
    store = open_storage(
        settings.store, endpoint=settings.s3_endpoint, checksums=settings.s3_checksums
    )
    file = FileAsSent(submission.name, store.get(submission.stored_as))
    with open_guard(settings.limits(ReadLimits)) as guard:
        return read_as_sent(file, submission.urn, crosswalk, guard=guard)


def read_refused_file(refused: SubmissionRefused) -> ReadFile | None:
    """What a file may hold that was refused because too few headings are known; None otherwise.

    For showing its headings to a person: nothing is ever taken from it.
    """
    tables = refused.tables if isinstance(refused, NoTableFound) else ()
    return ReadFile("", tables) if tables else None


def list_headings_seen(crosswalk: Crosswalk, urn: str, read: ReadFile) -> list[SeenHeading]:
    """Every heading of every table, in reading order."""
    fingerprints = heading_fingerprints(read)
    column_map = crosswalk.to_map(urn, fingerprints)
    seen = []
    for table in read.tables:
        layout = map_columns(table, column_map)
        row = heading_fingerprint(heading.parts for heading in table.headings)
        for column in layout.mappings:
            if whole := full_heading(column.parts):
                accepted = crosswalk.accepted_heading(urn, fingerprints, whole)
                seen.append(_with_cell_counts(layout, column, column_map, SeenHeading(
                    table.sheet, column.letter, whole, row, _shown_field(column),
                    column_map.name, accepted, 0, 0,
                )))  # fmt: skip
    return seen


def headings_once_mapped(
    settings: Settings,
    crosswalk: Crosswalk,
    submission: Submission,
    mappings: Sequence[HeadingMapping],
) -> list[SeenHeading]:
    """Every heading of a file as it will be read once some of them are known.

    That may show a table that was not found before.  Raises SubmissionRefused where even then
    there is none.
    """
    extended = replace(crosswalk, headings=(*crosswalk.headings, *mappings), _made={})
    return list_headings_seen(
        extended, submission.urn, read_original(settings, extended, submission)
    )


def is_same_heading(heading: SeenHeading, typed: str) -> bool:
    """Whether a heading is the one that somebody typed."""
    return normalise_heading(heading.whole) == normalise_heading(typed)


def heading_as_json(heading: SeenHeading) -> dict[str, Any]:
    """A heading as scripts get it."""
    return {
        "sheet": heading.sheet,
        "column": heading.letter,
        "heading": heading.whole,
        "read_as": heading.field,
        "name": field_name(heading.field),
        "by": mapped_by(heading),
        "accepted_by": heading.accepted.accepted_by if heading.accepted else "",
        "accepted_on": in_london(heading.accepted.accepted_at).date().isoformat()
        if heading.accepted
        else "",
        "for": _scope_name(heading.accepted) if heading.accepted else "",
        "cells": heading.filled,
        "unknown_words": heading.strange,
        "asks": heading.question,
        "proposals": [
            {
                "field": proposal.field,
                "name": proposal.name,
                "likeness": round(proposal.likeness),
                "evidence": list(proposal.evidence),
                "is_made": proposal.is_made,
            }
            for proposal in heading.proposals
        ],
    }


def mapped_by(heading: SeenHeading) -> str:
    """By whose word a heading is read as it is: a map's name, or who said it and when."""
    if heading.accepted:
        accepted = heading.accepted
        day = in_london(accepted.accepted_at).date()
        return f"{accepted.accepted_by}, {in_words(day)}, for {_scope_name(accepted)}"
    return f"the {heading.map_name} map" if heading.field else ""


def field_name(field: str) -> str:
    """What a field is called to people."""
    return {
        "": "not known",
        NOT_OURS: "left out",
        LEFT_ON: "left out",
        BORN_IN: "Month of birth",
    }.get(field, NAMES.get(field, field))


def _with_cell_counts(
    layout: TableMapping, column: ColumnMapping, column_map: ColumnMap, heading: SeenHeading
) -> SeenHeading:
    cells = layout.cells(column)
    strange = 0
    if column_map.knows_values(column.field):
        strange = sum(
            column_map.value_of(column.field, displayed_text(cell)) is None for cell in cells
        )
    proposals = (
        propose_fields(column.parts, cells, column_map) if not heading.field and cells else ()
    )
    if not any(proposal.is_made for proposal in proposals) and cells:
        proposals = (*_proposed_destination(layout, column, column_map), *proposals)
    likely = next((proposal for proposal in proposals if proposal.is_made), None)
    is_there = likely is not None and layout.has(likely.field)
    return replace(
        heading, filled=len(cells), strange=strange, proposals=proposals, is_there_already=is_there
    )


def _proposed_destination(
    layout: TableMapping, column: ColumnMapping, column_map: ColumnMap
) -> tuple[FieldProposal, ...]:
    """That a column is the destination, where a table has none and that one may be."""
    if columns_that_may_say(layout, column_map) != (column,):
        return ()
    return (FieldProposal("activity", NAMES["activity"], 0.0, ("no other column is",), True),)


def _shown_field(column: ColumnMapping) -> str:
    return "" if column.field == PERHAPS else column.field


def _scope_name(mapping: HeadingMapping) -> str:
    return mapping.urn or HUB
