"""Columns asked for: those that every sheet needs, and those that no map knows."""

from collections.abc import Sequence

from imports.cohorts import headings_found
from imports.columns import ColumnMap
from imports.fields import PERHAPS
from imports.layouts import Layout, Placed
from imports.proposals import Proposal, propose
from models.sheets import Column, Declared, Remark, SubmissionRefused
from models.vocabulary import Kind

# A sheet with more strange columns than this is not helped by more likenesses.
_MOST = 40


def with_needed(
    layouts: Sequence[Layout], declared: Declared, columns: ColumnMap
) -> tuple[list[Layout], list[Remark]]:
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
        facts = {"missing": _listed(lacks), "found": headings_found([layout])}
        raise SubmissionRefused(code, **facts, perhaps=_perhaps(layout, lacks, columns))
    remarks = [
        Remark(
            "C14",
            sheet=layout.table.sheet,
            facts=(("missing", _listed(lacks)), ("sheet", layout.table.sheet)),
        )
        for layout, lacks in zip(layouts, missing, strict=True)
        if lacks
    ]
    if not any(layout.has("born_on") for layout in whole):
        remarks.append(Remark("C25", facts=(("found", headings_found(whole)),)))
    return whole, remarks


def unknown_columns(
    layouts: Sequence[Layout], columns: ColumnMap
) -> tuple[tuple[Column, ...], list[Remark]]:
    """The columns that hold something and that no map knows, and what each of them may be."""
    unused: list[Column] = []
    remarks: list[Remark] = []
    for layout in layouts:
        for one in layout.placed:
            cells = layout.cells(one) if one.field == "" else []
            if not cells:
                continue
            unused.append(one.column(layout.table.sheet))
            meaning = columns.meaning(one.parts)
            if meaning is None or meaning.field == PERHAPS:
                proposals = propose(one.parts, cells, columns) if len(remarks) < _MOST else ()
                remarks.append(_unknown(layout, one, proposals))
    return tuple(unused), remarks


def _missing(layout: Layout, declared: Declared) -> list[str]:
    lacks = []
    if not layout.has("full_name"):
        lacks += [name for field, name in _NAMES.items() if not layout.has(field)]
    if declared.kind is Kind.ENROLMENTS:
        # A list may name its people by number alone.
        return [] if layout.has("upn", "uln") else lacks
    return lacks if layout.has("activity", "intended") else [*lacks, "Destination"]


_NAMES = {"surname": "Surname", "forename": "Forename"}


def _unknown(layout: Layout, one: Placed, proposals: Sequence[Proposal]) -> Remark:
    made = [each for each in proposals if each.is_made]
    facts = [("heading", one.heading)]
    if made:
        facts += [("evidence", " and ".join(made[0].evidence)), ("ours", made[0].name)]
    code = "C11" if made else "C10" if one.heading else "C16"
    return Remark(
        code,
        sheet=layout.table.sheet,
        column=one.letter,
        heading=one.heading,
        suggests=tuple(each.name for each in (made or proposals)),
        facts=tuple(facts) if one.heading else (("column", one.letter),),
    )


def _perhaps(layout: Layout, lacks: Sequence[str], columns: ColumnMap) -> str:
    """A sentence on a column that may be the missing one; '' where none is like it."""
    for one in layout.placed:
        if one.field == "":
            for proposal in propose(one.parts, layout.cells(one), columns):
                if proposal.is_made and proposal.name in lacks:
                    return f": '{one.heading}' looks like it"
    return ""


def _listed(names: Sequence[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
