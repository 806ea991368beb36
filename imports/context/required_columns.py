"""Columns asked for: those that every sheet needs, and those that no map knows."""

from collections.abc import Mapping, Sequence

from imports.columns.proposals import FieldProposal, propose_fields
from imports.columns.table_mapping import ColumnMapping, TableMapping, holds_yes_no, map_columns
from imports.context.submission_context import list_headings
from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.fields import PERHAPS
from imports.tables.explain_no_table import NoTableFound
from models.handoffs.findings import Issue, SubmissionRefused
from models.handoffs.normalised import FieldColumn, SubmissionMetadata
from models.handoffs.sheets import Cell
from models.vocabulary import SubmissionKind

_OF_A_PROVIDER = frozenset({"enrolled", "withdrawn"})
# A sheet with more strange columns than this is not helped by more likenesses.
_MOST = 40


def require_columns(
    layouts: Sequence[TableMapping], declared: SubmissionMetadata, columns: ColumnMap
) -> tuple[list[TableMapping], list[Issue]]:
    """The tables that have every column they need, and a remark for each that has not.

    Raises SubmissionRefused where no table has them: C01 for names, C02 for the destination.
    """
    if not layouts:
        raise SubmissionRefused("C01", missing=_listed([*_NAMES.values()]), found="none")
    missing = [_missing(layout, declared) for layout in layouts]
    whole = [one for one, lacks in zip(layouts, missing, strict=True) if not lacks]
    if not whole:
        # The table that lacks least is the one meant.
        layout, lacks = min(zip(layouts, missing, strict=True), key=lambda pair: len(pair[1]))
        code = "C02" if lacks == ["Destination"] else "C01"
        raise SubmissionRefused(code, missing=_listed(lacks), found=list_headings([layout]))
    remarks = [
        Issue(
            "C14",
            sheet=layout.table.sheet,
            facts=(
                ("missing", _listed(lacks)),
                ("perhaps", _perhaps(_asked([layout], _WHO | _ANSWERS, columns))),
                ("sheet", layout.table.sheet),
            ),
        )
        for layout, lacks in zip(layouts, missing, strict=True)
        if lacks
    ]
    if not any(layout.has("born_on") for layout in whole):
        remarks.append(Issue("C25", facts=(("found", list_headings(whole)),)))
    return whole, remarks


def find_unknown_columns(
    layouts: Sequence[TableMapping], columns: ColumnMap, kind: SubmissionKind
) -> tuple[tuple[FieldColumn, ...], list[Issue]]:
    """The columns that hold something and that no map knows, and what each of them may be.

    Beside them those whose heading we know and that are of no use here.
    """
    unused: list[FieldColumn] = []
    remarks: list[Issue] = []
    for layout in layouts:
        for one in layout.placed:
            cells = layout.cells(one) if one.field == "" else []
            if not cells:
                continue
            unused.append(one.column(layout.table.sheet))
            meaning = columns.meaning(one.parts)
            if meaning is None or meaning.field == PERHAPS:
                proposals = (
                    propose_fields(one.parts, cells, columns) if len(remarks) < _MOST else ()
                )
                remarks.append(_unknown(layout, one, proposals))
            elif _is_left_out(meaning.field, cells, columns, kind):
                remarks.append(_unknown(layout, one, ()))
    return tuple(unused), remarks


def _is_left_out(
    field: str, cells: Sequence[Cell], columns: ColumnMap, kind: SubmissionKind
) -> bool:
    # "Left" of a school's sheet, and "Destination confirmed" over Yes and No.
    if field in _OF_A_PROVIDER:
        return kind is SubmissionKind.LEAVERS
    return field == "activity" and holds_yes_no(cells, columns)


def add_column_proposals(
    refused: SubmissionRefused, layouts: Sequence[TableMapping], columns: ColumnMap
) -> SubmissionRefused:
    """The refusal with the columns that may be the missing ones, for a person to say yes to."""
    asked = _asked(layouts, _MAY_LACK.get(refused.code, frozenset()), columns)
    if not asked:
        return refused
    return SubmissionRefused(refused.code, **dict(refused.facts), perhaps=_perhaps(asked))


def add_heading_proposals(refused: SubmissionRefused, columns: ColumnMap) -> SubmissionRefused:
    """The refusal of a file without a table, with what the headings that it may have may be."""
    if not isinstance(refused, NoTableFound):
        return refused
    layouts = [map_columns(one, columns) for one in refused.tables]
    asked = _asked(layouts, _WHO | _ANSWERS | _NUMBERS, columns)
    perhaps = f". {' '.join(asked.values())}" if asked else ""
    return SubmissionRefused(refused.code, **dict(refused.facts), perhaps=perhaps)


def _asked(
    layouts: Sequence[TableMapping], lacks: frozenset[str], columns: ColumnMap
) -> dict[str, str]:
    """What to ask of the columns that may be those that tables lack, by their name."""
    asked: dict[str, str] = {}
    for layout in layouts:
        for one in layout.placed:
            if one.field in ("", PERHAPS):
                for proposal in propose_fields(one.parts, layout.cells(one), columns):
                    wanted = proposal.is_made and proposal.field in lacks
                    if wanted and not layout.has(proposal.field):
                        why = " and ".join(proposal.evidence)
                        asked.setdefault(
                            proposal.name, ask_about_heading(one.heading, proposal.name, why)
                        )
    return asked


def _perhaps(asked: Mapping[str, str]) -> str:
    return f". {' '.join(asked.values())} {_THEN}" if asked else ""


def ask_about_heading(heading: str, ours: str, evidence: str) -> str:
    """What a person is asked of a heading that no map knows, and why we ask it."""
    return f"We read '{heading}' as {ours}. Right?" + (f" ({evidence})" if evidence else "")


def _missing(layout: TableMapping, declared: SubmissionMetadata) -> list[str]:
    lacks = []
    if not layout.has("full_name"):
        lacks += [name for field, name in _NAMES.items() if not layout.has(field)]
    if declared.kind is SubmissionKind.ENROLMENTS:
        # A list may name its people by number alone.
        return [] if layout.has("upn", "uln") else lacks
    return lacks if layout.has("activity", "intended") else [*lacks, "Destination"]


_THEN = "If so, tell your hub, and you need not send it again"
_WHO = frozenset({"surname", "forename", "full_name"})
_ANSWERS = frozenset({"activity", "intended"})
_NUMBERS = frozenset({"upn", "uln", "born_on"})
_MAY_LACK = {
    "C01": _WHO | {"activity"},
    "C02": _ANSWERS,
    "C04": frozenset({"born_on", "year_group", "leaving_year"}),
    "C05": frozenset({"activity", "intended", "started_on", "course", "level"}),
}
_NAMES = {"surname": "Surname", "forename": "Forename"}


def _unknown(layout: TableMapping, one: ColumnMapping, proposals: Sequence[FieldProposal]) -> Issue:
    made = [each for each in proposals if each.is_made]
    facts = [("heading", one.heading)]
    if made:
        facts += [("evidence", " and ".join(made[0].evidence)), ("ours", made[0].name)]
    code = "C11" if made else "C10" if one.heading else "C16"
    return Issue(
        code,
        sheet=layout.table.sheet,
        column=one.letter,
        heading=one.heading,
        suggests=tuple(each.name for each in (made or proposals)),
        facts=tuple(facts) if one.heading else (("column", one.letter),),
    )


def _listed(names: Sequence[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
