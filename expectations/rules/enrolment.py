"""The enrolment list: what a provider's row must say to be evidence of a destination."""

from expectations.rule import MUST_FIX, PLEASE_CHECK, Rule

SINCE = "2026-11-23"


def _has_left(
    code: str, field: str, enrolled: str, *, bad: str, good: str, unless: str = ""
) -> Rule:
    """The learner is no longer there, and nothing says since when; `unless` has said so already.

    The day a course is planned to end, still to come, is not the day that somebody left it.
    """
    unless_condition = ((unless, "not in", ["no"]),) if unless else ()
    return Rule(
        code=code,
        severity=MUST_FIX,
        says="By this column the learner is not enrolled any more, and the row does not say since "
        "when",
        do="Type the day they left in a column 'End date'; take out the row of anybody who never "
        "began",
        bad=bad,
        good=good,
        source="NCCIS 2019-20 error 202; ILR completion status; sources.md: sustained",
        since="2026-11-24",
        field=field,
        kind="ExpectColumnValuesToBeInSet",
        kwargs={
            "column": field,
            "value_set": [enrolled],
            "when": (("has_ended", "blank"), *unless_condition),
        },
    )


RULES: tuple[Rule, ...] = (
    Rule(
        code="E01",
        severity=MUST_FIX,
        says="We cannot tell who this row is about",
        do="Give the UPN, or the name and the date of birth",
        bad="only a first name",
        good="first name, surname and date of birth",
        source="sources.md: enrolment lists: lists match by UPN, or by name and date of birth",
        since=SINCE,
        kind="ExpectColumnValuesToNotBeNull",
        kwargs={"column": "identified"},
    ),
    Rule(
        code="E02",
        severity=PLEASE_CHECK,
        says="The start date is missing",
        do="Copy it from your enrolment system; without it we cannot tell whether it lasted",
        bad="",
        good="11/09/2023",
        source="NCCIS 2019-20 error 202; sustained is told by dates, sources.md: sustained",
        since=SINCE,
        field="started_on",
        kind="ExpectColumnValuesToNotBeNull",
        kwargs={"column": "started_on__raw", "when": (("started_on__here", "filled"),)},
    ),
    Rule(
        code="E03",
        severity=PLEASE_CHECK,
        says="This start is after the day the list was sent, {sent_on}",
        do="Check the date; leave out people who have not enrolled yet",
        bad="11/09/2032",
        good="11/09/2023",
        source="NCCIS 2019-20 errors 242 and 256",
        since=SINCE,
        field="started_on",
        kind="ExpectColumnPairValuesAToBeGreaterThanB",
        kwargs={
            "column_A": "sent_on",
            "column_B": "started_on",
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
        },
    ),
    Rule(
        code="E04",
        severity=PLEASE_CHECK,
        says="By this date of birth the age at the start was not between {from_age} and {to_age}",
        do="Check the date of birth and the start date",
        bad="born 26/05/1997, start 11/09/2023",
        good="born 26/05/2007, start 11/09/2023",
        source="NCCIS 2019-20 errors 9 and 10; ours",
        since=SINCE,
        field="born_on",
        kind="ExpectColumnValuesToNotBeNull",
        kwargs={"column": "age_fits"},
    ),
    Rule(
        code="E05",
        severity=PLEASE_CHECK,
        says="This learner, course and start are also on {same_enrolment_as}",
        do="Take one of the two rows out",
        bad="the same enrolment on rows 5 and 9",
        good="one row for each enrolment",
        source="ours",
        since=SINCE,
        kind="ExpectColumnValuesToBeNull",
        kwargs={"column": "same_enrolment_as"},
    ),
    _has_left("E06", "enrolled", "yes", bad="Withdrawn, no end date", good="Withdrawn, 12/01/2024"),
    _has_left(
        "E07", "withdrawn", "no", bad="Y, no end date", good="Y, 12/01/2024", unless="enrolled"
    ),
    Rule(
        code="E08",
        severity=PLEASE_CHECK,
        says="We do not know this word for whether somebody is still enrolled",
        do="Write Yes or No",
        bad="see notes",
        good="Yes",
        source="ILR completion status; ours",
        since="2026-11-24",
        field="enrolled",
        kind="ExpectColumnValuesToNotBeNull",
        kwargs={
            "column": "enrolled",
            "when": (("enrolled__raw", "filled"), ("has_ended", "blank")),
        },
    ),
)
