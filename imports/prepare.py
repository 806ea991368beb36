"""Prepare: the bytes of one file become rows in our words, by what is known of its school.

Whoever needs a file's rows asks here: intake, a check, a trial of rules, what a sender answers.
Intake does the two halves apart, each in a stage of its own.
"""

from dataclasses import dataclass, replace
from functools import partial

from imports.context.required_columns import add_heading_proposals
from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.confirmed_mappings import Crosswalk, heading_fingerprints
from imports.mapping import map_columns_and_values
from imports.reading import read_file
from imports.workbook.guard import Guard
from models.handoffs.findings import SubmissionRefused
from models.handoffs.normalised import NormalisedSubmission, SubmissionMetadata
from models.handoffs.sheets import ReadFile


@dataclass(frozen=True, slots=True)
class FileAsSent:
    """One file: its name as sent, of which only the ending is looked at, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """One file as read and in our words; `columns` is the map that its columns were mapped with."""

    read: ReadFile
    columns: ColumnMap
    normalised: NormalisedSubmission


def prepare(
    file: FileAsSent,
    metadata: SubmissionMetadata,
    crosswalk: Crosswalk,
    *,
    guard: Guard | None = None,
) -> PreparedFile:
    """A file read and mapped.  Without a guard its bytes are opened in this process.

    Raises SubmissionRefused: F and T codes where it cannot be read, C01 to C06 where it cannot be
    mapped.
    """
    read = read_as_sent(file, metadata.urn, crosswalk, guard=guard)
    return normalise(read, metadata, crosswalk)


def read_as_sent(
    file: FileAsSent, urn: str, crosswalk: Crosswalk, *, guard: Guard | None = None
) -> ReadFile:
    """Every table of a file, found by the headings that its school (URN) is known to use.

    Raises SubmissionRefused, where no table was found with what its headings may be.
    """
    columns = crosswalk.to_find_tables(urn)
    try:
        return read_file(file.name, file.content, columns.field_of, guard=guard)
    except SubmissionRefused as refused:
        raise add_heading_proposals(refused, columns) from None


def normalise(read: ReadFile, metadata: SubmissionMetadata, crosswalk: Crosswalk) -> PreparedFile:
    """A file that was read, mapped by what was confirmed of these very heading rows.

    Raises SubmissionRefused (C01 to C06).
    """
    columns = crosswalk.to_map(metadata.urn, heading_fingerprints(read))
    metadata = replace(metadata, is_from_provider=crosswalk.is_provider(metadata.urn))
    find_leavers = partial(crosswalk.leavers, metadata.urn)
    normalised = map_columns_and_values(read, metadata, columns, find_leavers)
    return PreparedFile(read, columns, normalised)
