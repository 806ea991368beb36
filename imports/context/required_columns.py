"""Required columns: those that every sheet needs, and those that no map knows."""

from collections.abc import Mapping, Sequence

from imports.columns.mapped_table import ColumnMapping, TableMapping, holds_yes_no, map_columns
from imports.columns.proposals import (
    NAMES,
    FieldProposal,
    columns_that_may_say,
    propose_fields,
)
from imports.context.submission_context import list_headings
from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.fields import BORN_IN, PERHAPS
from imports.tables.explain_no_table import NoTableFound
from models.handoffs.findings import Issue, SubmissionRefused
from models.handoffs.normalised import FieldColumn, SubmissionMetadata
from models.handoffs.sheets import Cell
from models.vocabulary import SubmissionKind

_PROVIDER_STATUS = frozenset({"enrolled", "withdrawn"})
# A sheet with more strange columns than this is not helped by more likenesses.
_MAX_PROPOSALS = 40


def require_columns(
    layouts: Sequence[TableMapping],
    declared: SubmissionMetadata,
    column_map: ColumnMap,
    *,
    is_roll: bool = False,
) -> tuple[list[TableMapping], list[Issue]]:
    """The tables that have every column they need, and an issue for each that has not.

    A roll of leavers needs no destination, and neither does a table that says who its leavers are
    beside one that says where they went: they are leavers, and not known.  Raises SubmissionRefused
    where no table has them: C01 for names, C02 for the destination.
    """
    if not layouts:
        raise SubmissionRefused(
            "C01", missing=_quoted_list([*_REQUIRED_NAMES.values()]), found="none"
        )
    missing = [_missing_columns(layout, declared, is_roll=is_roll) for layout in layouts]
    whole = [layout for layout, lacks in zip(layouts, missing, strict=True) if not lacks]
    if not whole:
        # The table that lacks least is the one meant.
        layout, lacks = min(zip(layouts, missing, strict=True), key=lambda pair: len(pair[1]))
        code = "C02" if lacks == ["Destination"] else "C01"
        raise SubmissionRefused(code, missing=_quoted_list(lacks), found=list_headings([layout]))
    known_by_name = [
        layout
        for layout, lacks in zip(layouts, missing, strict=True)
        if lacks == ["Destination"] and says_who(layout)
    ]
    issues = [
        no_answers_issue(layout)
        if layout in known_by_name
        else Issue(
            "C14",
            sheet=layout.table.sheet,
            facts=(
                ("missing", _quoted_list(lacks)),
                (
                    "perhaps",
                    _perhaps_sentences(
                        _questions([layout], _NAME_FIELDS | _DESTINATION_FIELDS, column_map)
                    ),
                ),
                ("sheet", layout.table.sheet),
            ),
        )
        for layout, lacks in zip(layouts, missing, strict=True)
        if lacks
    ]
    if not any(layout.has("born_on", BORN_IN) or layout.is_by_number for layout in whole):
        issues.append(Issue("C25", facts=(("found", list_headings(whole)),)))
    return [layout for layout in layouts if layout in whole or layout in known_by_name], issues


def says_who(layout: TableMapping) -> bool:
    """Whether a table has a column by which its leavers are known again, beside their names."""
    return layout.has("upn", "uln", "born_on")


def no_answers_issue(layout: TableMapping) -> Issue:
    """What is said of a table whose leavers are read, and that does not say where they went."""
    sheet = layout.table.sheet
    where = f" on the tab '{sheet}'" if sheet else ""
    return Issue("C54", sheet=sheet, facts=(("where", where),))


def find_unknown_columns(
    layouts: Sequence[TableMapping], column_map: ColumnMap, kind: SubmissionKind
) -> tuple[tuple[FieldColumn, ...], list[Issue]]:
    """The columns that hold something and that no map knows, and what each of them may be.

    Beside them those whose heading we know and that are of no use here.
    """
    unused: list[FieldColumn] = []
    issues: list[Issue] = []
    for layout in layouts:
        for column in layout.mappings:
            cells = layout.cells(column) if column.field == "" else []
            if not cells:
                continue
            unused.append(column.field_column(layout.table.sheet))
            meaning = column_map.meaning(column.parts)
            if meaning is None or meaning.field == PERHAPS:
                proposals = (
                    propose_fields(column.parts, cells, column_map)
                    if len(issues) < _MAX_PROPOSALS
                    else ()
                )
                issues.append(_unknown_column_issue(layout, column, proposals))
            elif _is_left_out(meaning.field, cells, column_map, kind):
                issues.append(_unknown_column_issue(layout, column, ()))
    return tuple(unused), issues


def _is_left_out(
    field: str, cells: Sequence[Cell], column_map: ColumnMap, kind: SubmissionKind
) -> bool:
    # "Left" of a school's sheet, and "Destination confirmed" over Yes and No.
    if field in _PROVIDER_STATUS:
        return kind is SubmissionKind.LEAVERS
    return field == "activity" and holds_yes_no(cells, column_map)


def add_column_proposals(
    refused: SubmissionRefused, layouts: Sequence[TableMapping], column_map: ColumnMap
) -> SubmissionRefused:
    """The refusal with the columns that may be the missing ones, for a person to say yes to."""
    questions = _questions(layouts, _MAY_LACK.get(refused.code, frozenset()), column_map)
    if not questions:
        return refused
    return SubmissionRefused(
        refused.code, **dict(refused.facts), perhaps=_perhaps_sentences(questions)
    )


def add_heading_proposals(refused: SubmissionRefused, column_map: ColumnMap) -> SubmissionRefused:
    """The refusal of a file without a table, with what the headings that it may have may be."""
    if not isinstance(refused, NoTableFound):
        return refused
    layouts = [map_columns(table, column_map) for table in refused.tables]
    questions = _questions(
        layouts, _NAME_FIELDS | _DESTINATION_FIELDS | _IDENTITY_FIELDS, column_map
    )
    perhaps = f". {' '.join(questions.values())}" if questions else ""
    return NoTableFound(
        refused.code, refused.tables, **(dict(refused.facts) | {"perhaps": perhaps})
    )


def _questions(
    layouts: Sequence[TableMapping], lacks: frozenset[str], column_map: ColumnMap
) -> dict[str, str]:
    """What to ask of the columns that may be those that tables lack, by their name."""
    questions: dict[str, str] = {}
    for layout in layouts:
        for column in layout.mappings:
            if column.field in ("", PERHAPS):
                for proposal in propose_fields(column.parts, layout.cells(column), column_map):
                    wanted = proposal.is_made and proposal.field in lacks
                    if wanted and not layout.has(proposal.field):
                        why = " and ".join(proposal.evidence)
                        questions.setdefault(
                            proposal.name, ask_about_heading(column.heading, proposal.name, why)
                        )
    if "activity" in lacks and NAMES["activity"] not in questions:
        headings = [
            column.heading
            for layout in layouts
            for column in columns_that_may_say(layout, column_map)
        ]
        if len(set(headings)) == 1:
            questions[NAMES["activity"]] = ask_about_heading(headings[0], NAMES["activity"], "")
    return questions


def _perhaps_sentences(questions: Mapping[str, str]) -> str:
    return f". {' '.join(questions.values())} {_HOW_TO_CONFIRM}" if questions else ""


def ask_about_heading(heading: str, ours: str, evidence: str) -> str:
    """The question whether a heading is a field of ours, with the evidence in brackets."""
    return f"We read '{heading}' as {ours}. Right?" + (f" ({evidence})" if evidence else "")


def _missing_columns(
    layout: TableMapping, declared: SubmissionMetadata, *, is_roll: bool
) -> list[str]:
    lacks = []
    if not (layout.has("full_name") or layout.is_by_number):
        lacks += [name for field, name in _REQUIRED_NAMES.items() if not layout.has(field)]
    if declared.kind is SubmissionKind.ENROLMENTS:
        # A list may name its people by number alone.
        return [] if layout.has("upn", "uln") else lacks
    return lacks if is_roll or layout.has("activity", "intended") else [*lacks, "Destination"]


_HOW_TO_CONFIRM = "If so, tell your hub, and you need not send it again"
_NAME_FIELDS = frozenset({"surname", "forename", "full_name"})
_DESTINATION_FIELDS = frozenset({"activity", "intended"})
_PLACE_FIELDS = frozenset({"provider_name", "provider_urn", "provider_ukprn", "provider_laestab"})
_IDENTITY_FIELDS = frozenset({"upn", "uln", "born_on"})
_MAY_LACK = {
    "C01": _NAME_FIELDS | {"activity"},
    "C02": _DESTINATION_FIELDS,
    "C04": frozenset({"born_on", "year_group", "leaving_year"}),
    "C05": frozenset({"activity", "intended", "started_on", "course", "level"}),
}
_REQUIRED_NAMES = {"surname": "Surname", "forename": "Forename"}


def _unknown_column_issue(
    layout: TableMapping, column: ColumnMapping, proposals: Sequence[FieldProposal]
) -> Issue:
    made = [proposal for proposal in proposals if proposal.is_made]
    facts = [("heading", column.heading)]
    if made:
        facts += [("evidence", " and ".join(made[0].evidence)), ("ours", made[0].name)]
    code = "C11" if made else "C10" if column.heading else "C16"
    return Issue(
        code,
        sheet=layout.table.sheet,
        column=column.letter,
        heading=column.heading,
        suggests=tuple(proposal.name for proposal in (made or proposals)),
        facts=tuple(facts) if column.heading else (("column", column.letter),),
    )


def _quoted_list(names: Sequence[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
