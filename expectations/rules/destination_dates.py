"""Destination dates: a start, an end, or the day it was true that is unreadable or cannot be."""

from expectations.rule import MUST_FIX, PLEASE_CHECK, Rule
from expectations.rules.destination import SINCE, START_IS_AGREED

MAY_HAVE_BEGUN_BEFORE = ["210", "280", "290", "350", "360", "380", "540", "550", "610", "619"]


def _unreadable_day(code: str, field: str, noun: str) -> Rule:
    """Something was typed where a day belongs, and it is not a day."""
    return Rule(
        code=code,
        severity=PLEASE_CHECK,
        says=f"This {noun} is not a date that we can read",
        do="Type it as day, month and year, for example 11/09/2023, or leave the cell empty",
        bad="31/09/2023",
        good="11/09/2023",
        source="ours",
        since=SINCE,
        field=field,
        kind="ExpectColumnValuesToNotBeNull",
        kwargs={"column": field, "when": ((f"{field}__raw", "filled"),)},
    )


RULES: tuple[Rule, ...] = (
    Rule(
        code="D09",
        severity=PLEASE_CHECK,
        says="This start is after the day the sheet was sent, {sent_on}",
        do="Check the date; if the leaver has yet to start, say that a start date is agreed",
        bad="01/09/2032",
        good="01/09/2023",
        source="NCCIS 2019-20 errors 242 and 256",
        since=SINCE,
        field="started_on",
        kind="ExpectColumnPairValuesAToBeGreaterThanB",
        kwargs={
            "column_A": "sent_on",
            "column_B": "started_on",
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
            "when": (("activity", "not in", START_IS_AGREED),),
        },
    ),
    Rule(
        code="D10",
        severity=PLEASE_CHECK,
        says="This start is before the summer in which the leaver left",
        do="Check the year of the date",
        bad="01/09/2013",
        good="01/09/2023",
        source="ours",
        since=SINCE,
        field="started_on",
        kind="ExpectColumnPairValuesAToBeGreaterThanB",
        kwargs={
            "column_A": "started_on",
            "column_B": "summer_from",
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
            "when": (("activity", "not in", MAY_HAVE_BEGUN_BEFORE),),
        },
    ),
    Rule(
        code="D11",
        severity=MUST_FIX,
        says="The end is before the start",
        do="Check both dates",
        bad="start 11/09/2023, end 01/09/2023",
        good="start 01/09/2023, end 11/09/2023",
        source="NCCIS 2019-20 errors 238 and 257, the same idea; ours",
        since=SINCE,
        field="ended_on",
        kind="ExpectColumnPairValuesAToBeGreaterThanB",
        kwargs={
            "column_A": "ended_on",
            "column_B": "started_on",
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
        },
    ),
    _unreadable_day("D14", "started_on", "start date"),
    _unreadable_day("D15", "ended_on", "end date"),
    _unreadable_day("D16", "as_at", "day on which it was true"),
    Rule(
        code="D17",
        severity=PLEASE_CHECK,
        says="The day on which this was true is after the day the sheet was sent, {sent_on}",
        do="Check the date",
        bad="01/11/2032",
        good="01/11/2023",
        source="NCCIS 2019-20 error 305",
        since=SINCE,
        field="as_at",
        kind="ExpectColumnPairValuesAToBeGreaterThanB",
        kwargs={
            "column_A": "sent_on",
            "column_B": "as_at",
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
        },
    ),
    Rule(
        code="D18",
        severity=PLEASE_CHECK,
        says="The day on which this was true is before the start",
        do="Check both dates",
        bad="true on 01/08/2023, start 01/09/2023",
        good="true on 01/11/2023, start 01/09/2023",
        source="NCCIS 2019-20 errors 242 and 256",
        since=SINCE,
        field="as_at",
        kind="ExpectColumnPairValuesAToBeGreaterThanB",
        kwargs={
            "column_A": "as_at",
            "column_B": "started_on",
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
            "when": (("activity", "not in", START_IS_AGREED),),
        },
    ),
)
