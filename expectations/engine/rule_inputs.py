"""Rule inputs: the rows of many submissions become one typed table, beside it what was typed.

Every column is always there, so that no rule meets a column it does not know; text is text, days
are datetime64[ns], flags are "yes" or nothing.  Then no cell can make a rule raise.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import NoneType
from typing import Any

import numpy as np
import pandas as pd

from expectations.checks.code_label_conflict import code_label_conflicts
from expectations.checks.identifier_checks import ULN_FORM, UPN_FORM, ulns_agree, upns_agree
from expectations.checks.shifted_rows import find_shifted_rows
from expectations.checks.unmapped_values import find_unmapped_values
from expectations.checks.within_file_duplicates import (
    LOOKED_AT,
    compare_enrolment_rows,
    compare_leaver_rows,
)
from expectations.tolerances import TOLERANCES, Tolerances
from models.handoffs.normalised import (
    NormalisedRow,
    NormalisedSubmission,
    SubmissionMetadata,
    of_cohort,
)
from models.handoffs.sheets import Value
from models.vocabulary import SubmissionKind

KEYS = ("submission_id", "sheet", "row", "wave")
IDENTIFIERS = ("upn", "uln", "postcode", "provider_urn", "provider_ukprn", "provider_laestab")
TEXTS = (
    *IDENTIFIERS,
    *("school_urn", "school_laestab", "surname", "forename", "full_name", "sex", "ethnicity"),
    *("sen", "disadvantaged", "consent", "activity", "intended", "provider_name", "course"),
    *("source", "activity_beside", "enrolled", "withdrawn", "cohort_status"),
)
DAYS = ("born_on", "started_on", "ended_on", "as_at")
MARKED = ("upn", "uln", "born_on", "sex", "sen", "disadvantaged", "consent", "cohort_status")
ASKED = ("surname", "forename", "born_on")

Columns = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RuleInputs:
    """One table and the row that each of its rows stands for, in the same order."""

    table: pd.DataFrame
    rows: tuple[tuple[NormalisedSubmission, NormalisedRow], ...]


def build_rule_inputs(
    chunk: Sequence[NormalisedSubmission], tolerances: Tolerances = TOLERANCES
) -> RuleInputs:
    """The rows of all submissions of a chunk, in order, as one table."""
    pairs = tuple((mapped, row) for mapped in chunk for row in mapped.rows)
    rows = [row for _, row in pairs]
    columns: Columns = {
        "submission_id": np.repeat(
            [mapped.metadata.submission_id for mapped in chunk], [len(m.rows) for m in chunk]
        ),
        "sheet": _text_series(row.sheet for row in rows),
        "row": pd.array([row.row for row in rows], dtype="int64"),
        "wave": pd.Series([row.wave for row in rows], dtype="float64"),
        "moment": pd.Series([row.moment for row in rows], dtype="datetime64[us]"),
    }
    values, typed = [row.values for row in rows], [row.raw for row in rows]
    columns |= _build_columns(values, TEXTS, _text_of_values) | _build_columns(
        values, DAYS, _day_series
    )
    columns |= _build_columns(typed, TEXTS + DAYS, _text_of_values, "__raw")
    columns |= _build_columns([row.marks for row in rows], MARKED, _text_of_values, "__mark")
    columns |= _context_columns(chunk, tolerances)
    table = pd.DataFrame(columns)
    return RuleInputs(_with_derived_columns(table, rows, tolerances), pairs)


def _build_columns(
    cells: Sequence[Mapping[str, Value]],
    names: Iterable[str],
    make_series: Callable[[Sequence[Value]], Any],
    suffix: str = "",
) -> Columns:
    """A column for each name.  No sheet has them all, so what no row has is made once for all."""
    blank = make_series([None] * len(cells))
    values_by_name: dict[str, list[Value]] = {}
    for at, row in enumerate(cells):
        for name, value in row.items():
            if name not in values_by_name:
                values_by_name[name] = [None] * len(cells)
            values_by_name[name][at] = value
    return {
        name + suffix: make_series(values_by_name[name]) if name in values_by_name else blank
        for name in names
    }


def _with_derived_columns(
    table: pd.DataFrame, rows: Sequence[NormalisedRow], tolerances: Tolerances
) -> pd.DataFrame:
    """The table and what can only be told from several of its cells, or several of its rows."""
    derived = (
        _identity_columns(table, rows)
        | _destination_columns(table, rows)
        | _age_columns(table, tolerances)
    )
    table = pd.concat([table, pd.DataFrame(derived, index=table.index)], axis=1)
    lists = table["kind"] == SubmissionKind.ENROLMENTS.value
    looked_at = table[list(LOOKED_AT)]
    compared = {
        **compare_leaver_rows(looked_at[~lists]),
        **compare_enrolment_rows(looked_at[lists]),
    }
    compared["sideways"] = find_shifted_rows(table)
    compared["strange_words"] = find_unmapped_values(table, tolerances)
    empty = pd.Series(None, index=table.index, dtype="str")
    across = {name: column.reindex(table.index).astype("str") for name, column in compared.items()}
    return pd.concat([table, pd.DataFrame({n: across.get(n, empty) for n in compared})], axis=1)


def _context_columns(chunk: Sequence[NormalisedSubmission], tolerances: Tolerances) -> Columns:
    """The facts of each row's submission, repeated on each of its rows."""
    facts = [row_facts for mapped in chunk for row_facts in _facts_of_rows(mapped, tolerances)]

    def spread(name: str) -> Iterable[Any]:
        return (row_facts[name] for row_facts in facts)

    return (
        {name: _text_series(spread(name)) for name in ("kind", "sender_urn", "leaving_stage")}
        | {name: _day_series(list(spread(name))) for name in _CONTEXT_DAYS}
        | {"academic_year": pd.Series(list(spread("academic_year")), dtype="float64")}
        | {"many_rows": pd.Series([tolerances.rows_to_be_constant] * len(facts), dtype="int64")}
    )


_CONTEXT_DAYS = (
    *("sent_on", "summer_from", "born_from", "born_to", "born_earliest", "born_latest"),
)


def _facts_of_rows(
    mapped: NormalisedSubmission, tolerances: Tolerances
) -> Iterable[Mapping[str, Any]]:
    """For each row what follows from its submission and its cohort."""
    by_cohort = {
        cohort: _facts(of_cohort(mapped.metadata, cohort), tolerances) for cohort in mapped.cohorts
    }
    of_none = _facts(mapped.metadata, tolerances)
    cohorts = (mapped.cohort_of(row) for row in mapped.rows)
    return (by_cohort[cohort] if cohort else of_none for cohort in cohorts)


def _facts(declared: SubmissionMetadata, tolerances: Tolerances) -> dict[str, Any]:
    """The days that follow from a cohort: the window of its year group, the summer it left."""
    year, stage = declared.academic_year, declared.leaving_stage
    kind = declared.kind or SubmissionKind.LEAVERS
    facts: dict[str, Any] = dict.fromkeys(_CONTEXT_DAYS)
    facts |= {
        "kind": kind.value,
        "sender_urn": declared.urn,
        "leaving_stage": stage.value if stage else None,
        "academic_year": year,
        "sent_on": declared.sent_on,
    }
    if kind is SubmissionKind.ENROLMENTS or year is None:
        return facts
    facts["summer_from"] = date(year + 1, 5, 1)
    if stage:
        # Leavers of 2022/23 are 16 (Y11) or 18 (Y13) on 31 August 2023.
        first, slack = year - stage.age, tolerances.years_from_year_group
        facts["born_from"], facts["born_to"] = date(first, 9, 1), date(first + 1, 8, 31)
        facts["born_earliest"] = date(first - slack, 9, 1)
        facts["born_latest"] = date(first + 1 + slack, 8, 31)
    return facts


def _identity_columns(table: pd.DataFrame, rows: Sequence[NormalisedRow]) -> Columns:
    """Whether the row says who it is about, and which of name and birth must be there."""
    upn, uln = table["upn"], table["uln"]
    sound = _matches(upn, UPN_FORM) & upns_agree(upn)
    uln_sound = _matches(uln, ULN_FORM) & ulns_agree(uln)
    named = table["surname"].notna() & table["forename"].notna() | table["full_name"].notna()
    identified = upn.notna() | uln.notna() | named & table["born_on"].notna()
    columns: Columns = {"upn_sound": upn.where(sound), "uln_sound": uln.where(uln_sound)}
    columns["upn__authority"] = columns["upn_sound"].str[1:4]
    lists = table["kind"] == SubmissionKind.ENROLMENTS.value
    for name in ASKED:
        # A sheet that leaves a column out and gives numbers has said who its leavers are.
        asked = _has_column(rows, name) | ~sound & ~uln_sound & ~lists
        if name != "born_on":
            asked &= table["full_name__raw"].isna()
        columns[f"{name}__asked"] = _flag_series(asked)
        identified |= asked & table[name].isna()  # its own rule speaks of the gap
    columns["identified"] = _flag_series(identified)
    for name in ("upn", "uln"):
        columns[f"{name}__number"] = _flag_series(_matches(table[name], ".*[0-9]"))
    columns["of_others"] = _other_school_urns(table, rows)
    ethnicity = table["ethnicity"]
    return columns | {"ethnicity__code": ethnicity.where(_matches(ethnicity, r"^[A-Z]{4}\Z"))}


# "School URN" is of the leaver's school; "URN" may be of where they went, and what stands with a
# word for earlier is of where they were before.
_OF_A_SCHOOL = re.compile(r"(?i)\b(?:school|academy)")
_BEFORE = re.compile(
    r"(?i)\b(?:prev\w*|former|feeder|home|last|old|origin\w*|prior|sending|from|y\w*\s*\d+|ks\d)\b"
)


def _other_school_urns(table: pd.DataFrame, rows: Sequence[NormalisedRow]) -> "pd.Series[str]":
    """The URN of another school, on a row of a sheet that has the sender's own on other rows."""
    urn = table["school_urn"]
    under = (row.columns.get("school_urn") for row in rows)
    is_now = [
        column is not None
        and _OF_A_SCHOOL.search(column.heading) is not None
        and not _BEFORE.search(column.heading)
        for column in under
    ]
    now = pd.Series(is_now, index=urn.index, dtype=bool)
    own = urn == table["sender_urn"]
    has_own = table["submission_id"].isin(set(table["submission_id"][own]))
    return urn.where(urn.notna() & ~own & has_own & now)


def _matches(column: "pd.Series[str]", form: str) -> "pd.Series[bool]":
    match = re.compile(form).match
    matches = [isinstance(text, str) and match(text) is not None for text in column.to_list()]
    return pd.Series(matches, index=column.index, dtype=bool)


def _destination_columns(table: pd.DataFrame, rows: Sequence[NormalisedRow]) -> Columns:
    """What belongs to the destination: whether it is due, who provides it, when it was told."""
    wave, sent = table["wave"], table["sent_on"]
    autumn = (table["academic_year"] + wave.fillna(1)).to_list()
    due_on = _day_series([date(int(y), 9, 1) if y == y else None for y in autumn])
    due = (wave != 0) & ~(due_on > sent) & _has_column(rows, "activity")
    has_provider = pd.Series(False, index=table.index)
    provider = pd.Series(None, index=table.index, dtype="str")
    for name in _PROVIDERS:
        has_provider |= _has_column(rows, name)
        provider = provider.fillna(table[f"{name}__raw"])
    odd = code_label_conflicts(table["activity"], table["activity_beside"])
    told_on = table["as_at"].fillna(table["started_on"]).fillna(sent)
    return {
        "activity__due": _flag_series(due),
        "after_leaving": _flag_series((wave > 0) | wave.isna() & (due_on <= sent)),
        "provider": provider,
        "provider__here": _flag_series(has_provider),
        "started_on__here": _flag_series(_has_column(rows, "started_on")),
        "has_ended": _flag_series(table["ended_on__raw"].notna() & ~(table["ended_on"] > sent)),
        "told_on": told_on,
        "contradicted_by": _headings_beside(rows).where(odd),
    }


def _headings_beside(rows: Sequence[NormalisedRow]) -> "pd.Series[str]":
    """The heading of the column that has the destination a second time."""
    columns = (row.columns.get("activity_beside") for row in rows)
    return _text_series(column.heading if column else None for column in columns)


_PROVIDERS = ("provider_name", "provider_urn", "provider_ukprn", "provider_laestab")


def _age_columns(table: pd.DataFrame, tolerances: Tolerances) -> Columns:
    """The day each person is 18, and whether an enrolled one has a plausible age."""
    born, start = table["born_on"], table["started_on"].fillna(table["sent_on"])
    # In seconds: nanoseconds cannot count the 345 years from 1678 to today.
    years = (start.astype("datetime64[s]") - born.astype("datetime64[s]")).dt.days / 365.25
    fits = years.isna() | years.between(tolerances.enrolled_from_age, tolerances.enrolled_to_age)
    grown_on = {day: _birthday(day, 18) for day in born.dropna().dt.date.unique()}
    grown = _day_series([grown_on.get(day) for day in born.dt.date])
    return {"is_18_on": grown, "age_fits": _flag_series(fits)}


def _birthday(born: date, age: int) -> date:
    try:
        return born.replace(year=born.year + age)
    except ValueError:  # 29 February
        return date(born.year + age, 3, 1)


def _has_column(rows: Sequence[NormalisedRow], name: str) -> "pd.Series[bool]":
    """Whether the table that each row stands in has a column for the field."""
    return pd.Series([name in row.columns for row in rows], dtype=bool)


def _flag_series(holds: Any) -> "pd.Series[str]":
    flags = pd.Series(None, index=holds.index, dtype="str")
    flags[holds.astype(bool)] = "yes"
    return flags


def _value_text(value: Value) -> str | None:
    """A value as text, None where there is nothing but space."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).strip() or None


def _text_of_values(values: Sequence[Value]) -> "pd.Series[str]":
    """Values as text.  Most are typed over and over, so each different one is looked at once."""
    if set(map(type, values)) <= {str, NoneType}:  # 1 and True would be one key
        plain = {value: _value_text(value) for value in set(values)}
        return _text_series(map(plain.__getitem__, values))
    return _text_series(map(_value_text, values))


def _text_series(values: Iterable[str | None]) -> "pd.Series[str]":
    return pd.Series(list(values), dtype="str")


def _day_series(values: Sequence[Value]) -> "pd.Series[pd.Timestamp]":
    """Days; what is no day, or lies beyond what the table can hold (1678 to 2261), is nothing."""
    moments = {value: _nanoseconds(value) for value in set(values)}
    counted = np.fromiter(map(moments.__getitem__, values), dtype="int64", count=len(values))
    return pd.Series(counted.view("datetime64[ns]"))


def _nanoseconds(value: Value) -> int:
    """A day in nanoseconds, as the table counts it."""
    if isinstance(value, date) and 1678 <= value.year <= 2261:
        return int(pd.Timestamp(value).as_unit("ns").value)
    return _NO_DAY


_NO_DAY = np.iinfo("int64").min
