"""The person: a name, a date of birth that fits the year group, and words we know."""

from expectations.lists import codes
from expectations.rule import MUST_FIX, PLEASE_CHECK, Rule

SINCE = "2026-11-23"
FIRST_YEAR = 2018  # what a suite begins with; later years are added in suites

# Digits, no letter at all, or a word that stands in for a name.
NOT_A_NAME = (
    r"[0-9]|^[\W_]+\Z|^(?i:test|testing|tester|dummy|tbc|tba|n/a|unknown|not known|x{2,}|"
    r"surname|forename|first name|last name|family name|legal surname|a\.? ?n\.? ?other)\Z"
)


def _unmapped_word(code: str, field: str, says: str, do: str, *, bad: str, good: str) -> Rule:
    """A closed list: something was typed, and no map knew it."""
    return Rule(
        code=code,
        severity=PLEASE_CHECK,
        says=says,
        do=do,
        bad=bad,
        good=good,
        source="DfE school census and NCCIS code lists, sources.md: codes",
        since=SINCE,
        field=field,
        kind="ExpectColumnValuesToNotBeNull",
        kwargs={
            "column": field,
            "when": ((f"{field}__raw", "filled"), (f"{field}__mark", "blank")),
        },
    )


def _unreadable_cell(code: str, field: str, noun: str) -> Rule:
    """A cell that everybody needs shows a mark such as #N/A, or a formula without its value."""
    return Rule(
        code=code,
        severity=MUST_FIX,
        says=f"The {noun} is missing: the cell has {{what}}",
        do=f"Type the {noun} itself, or open the workbook in Excel, put the formula right, save it "
        "and send it again",
        bad="#N/A",
        good="14/02/2007" if field == "born_on" else "Okafor",
        source="ours, sources.md: spreadsheets",
        since=SINCE,
        field=field,
    )


RULES: tuple[Rule, ...] = (
    Rule(
        code="P01",
        severity=MUST_FIX,
        says="The surname is missing",
        do="Copy it from your MIS",
        bad="",
        good="Okafor",
        source="NCCIS 2019-20 error 3",
        since=SINCE,
        field="surname",
        kind="ExpectColumnValuesToNotBeNull",
        kwargs={"column": "surname", "when": (("surname__asked", "filled"),)},
    ),
    Rule(
        code="P02",
        severity=MUST_FIX,
        says="The first name is missing",
        do="Copy it from your MIS",
        bad="",
        good="Ada",
        source="NCCIS 2019-20 error 2",
        since=SINCE,
        field="forename",
        kind="ExpectColumnValuesToNotBeNull",
        kwargs={"column": "forename", "when": (("forename__asked", "filled"),)},
    ),
    Rule(
        code="P03",
        severity=MUST_FIX,
        says="The date of birth is missing",
        do="Copy it from your MIS",
        bad="",
        good="14/02/2007",
        source="NCCIS 2019-20 error 8",
        since=SINCE,
        field="born_on",
        kind="ExpectColumnValuesToNotBeNull",
        kwargs={"column": "born_on__raw", "when": (("born_on__asked", "filled"),)},
    ),
    Rule(
        code="P04",
        severity=MUST_FIX,
        says="This is not a date that we can read, or there is no such day",
        do="Type the date of birth as day, month and year, for example 14/02/2007",
        bad="31/02/2007",
        good="14/02/2007",
        source="ours",
        since=SINCE,
        field="born_on",
        kind="ExpectColumnValuesToNotBeNull",
        kwargs={"column": "born_on", "when": (("born_on__raw", "filled"),)},
    ),
    Rule(
        code="P05",
        severity=PLEASE_CHECK,
        says="This date can be read in two ways, and we took the first number as the day",
        do="Check that the day comes first, or write the month as a word",
        bad="03/04/2007 in a column where some months come first",
        good="3 April 2007",
        source="ours",
        since=SINCE,
        field="born_on",
        kind="ExpectColumnValuesToNotBeInSet",
        kwargs={
            "column": "born_on__mark",
            "value_set": ["ambiguous"],
            "when": (("born_on", "filled"),),
        },
    ),
    Rule(
        code="P06",
        severity=PLEASE_CHECK,
        says="We cannot tell the surname from the first name",
        do="Write the surname first, then a comma, then the first name",
        bad="Okafor Ada",
        good="Okafor, Ada",
        source="ours",
        since=SINCE,
        field="full_name",
        kind="ExpectColumnValuesToNotBeNull",
        kwargs={"column": "surname", "when": (("full_name__raw", "filled"),)},
    ),
    _unreadable_cell("P07", "born_on", "date of birth"),
    _unreadable_cell("P08", "surname", "surname"),
    _unreadable_cell("P09", "forename", "first name"),
    _unreadable_cell("P14", "full_name", "name"),
    Rule(
        code="P10",
        severity=MUST_FIX,
        says="This date of birth is more than {years} years away from this year group",
        do="Check the year; leavers of this year group are born from {born_from} to {born_to}",
        bad="14/02/1997",
        good="14/02/2007",
        source="NCCIS 2019-20 errors 9 and 10, wider; ours",
        since=SINCE,
        field="born_on",
        kind="ExpectDayWithin",
        kwargs={
            "column_list": ("born_on", "born_earliest", "born_latest"),
            "ignore_row_if": "any_value_is_missing",
        },
    ),
    Rule(
        code="P11",
        severity=PLEASE_CHECK,
        says="This date of birth does not belong to this year group",
        do="Check it; leavers of this year group are born from {born_from} to {born_to}",
        bad="14/02/2006",
        good="14/02/2007",
        source="DfE year groups: ages on 31 August",
        since=SINCE,
        field="born_on",
        kind="ExpectDayWithin",
        kwargs={
            "column_list": ("born_on", "born_from", "born_to"),
            "ignore_row_if": "any_value_is_missing",
        },
    ),
    Rule(
        code="P12",
        severity=PLEASE_CHECK,
        says="This does not look like a surname",
        do="Check it; take the row out if it is not about a leaver",
        bad="Test",
        good="Okafor",
        source="ours",
        since=SINCE,
        field="surname",
        kind="ExpectColumnValuesToNotMatchRegex",
        kwargs={"column": "surname", "regex": NOT_A_NAME},
    ),
    Rule(
        code="P13",
        severity=PLEASE_CHECK,
        says="This does not look like a first name",
        do="Check it; take the row out if it is not about a leaver",
        bad="Ada2",
        good="Ada",
        source="ours",
        since=SINCE,
        field="forename",
        kind="ExpectColumnValuesToNotMatchRegex",
        kwargs={"column": "forename", "regex": NOT_A_NAME},
    ),
    _unmapped_word(
        "P20",
        "sex",
        "We do not know this word for sex",
        "Write F or M, U when it is not known, or leave the cell empty",
        bad="Q",
        good="F",
    ),
    _unmapped_word(
        "P21",
        "sen",
        "We do not know this word for special educational needs",
        "Write N for none, K for SEN support, E for an education, health and care plan",
        bad="Z",
        good="K",
    ),
    _unmapped_word(
        "P22",
        "disadvantaged",
        "We do not know this word for disadvantage",
        "Write Y or N, or leave the cell empty",
        bad="perhaps",
        good="Y",
    ),
    Rule(
        code="P23",
        severity=PLEASE_CHECK,
        says="This is not one of the ethnicity codes of the school census",
        do="Use a census code such as WBRI, or leave the cell empty",
        bad="WXYZ",
        good="WBRI",
        source="DfE school census; NCCIS 2019-20 error 7",
        since=SINCE,
        field="ethnicity",
        kind="ExpectColumnValuesToBeInSet",
        kwargs={
            "column": "ethnicity__code",  # only what has the form of a code is judged
            "value_set": codes("ethnicities", FIRST_YEAR),
        },
    ),
    _unmapped_word(
        "P24",
        "consent",
        "We do not know this word for consent",
        "Write Y or N, or leave the cell empty",
        bad="spoke to mum",
        good="Y",
    ),
    _unmapped_word(
        "P25",
        "cohort_status",
        "We do not know this cohort status",
        "Write the NCCIS code, such as P, D or E, or leave the cell empty",
        bad="Q",
        good="P",
    ),
)
