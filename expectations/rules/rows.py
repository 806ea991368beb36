"""Across rows: the same leaver twice, one number on two people, cells moved sideways."""

from expectations.rule import MUST_FIX, PLEASE_CHECK, Rule
from models.handoffs.findings import HoldsBack

SINCE = "2026-11-23"


def _constant_column(code: str, field: str, noun: str) -> Rule:
    """Everybody on a sheet has the same value where people differ: told once, for the column."""
    return Rule(
        code=code,
        severity=PLEASE_CHECK,
        says=f"Every row has the same {noun}",
        do="Check that the column was not filled down from its first cell",
        bad=f"one {noun} for the whole sheet",
        good=f"each leaver's own {noun}",
        source="ours",
        since=SINCE,
        field=field,
        kind="ExpectColumnToVaryInSheet",
        whole=True,
        kwargs={
            "column_list": ("submission_id", "sheet", "row", field, "many_rows"),
            "ignore_row_if": "any_value_is_missing",
        },
    )


RULES: tuple[Rule, ...] = (
    Rule(
        code="R01",
        severity=PLEASE_CHECK,
        says="This leaver is also on {same_as}, which says the same",
        do="Take one of the two rows out",
        bad="the same leaver on rows 5 and 9, both at college",
        good="one row for each leaver",
        source="NCCIS 2019-20 errors 902 and 908",
        since=SINCE,
        kind="ExpectColumnValuesToBeNull",
        kwargs={"column": "same_as", "when": (("same_but", "blank"),)},
    ),
    Rule(
        code="R02",
        severity=MUST_FIX,
        says="This leaver is also on {same_as}, which says something else",
        do="Keep the row that is right and take the other out",
        bad="the same leaver on row 5 at college and on row 9 in work",
        good="one row for each leaver",
        source="NCCIS 2019-20 errors 902 and 908; sources.md: enrolment lists",
        since=SINCE,
        kind="ExpectColumnValuesToBeNull",
        kwargs={"column": "same_as", "when": (("same_but", "filled"),)},
        holds=HoldsBack.ANSWER,
    ),
    Rule(
        code="R03",
        severity=MUST_FIX,
        says="This UPN is also on {upn_also_on}, for somebody else",
        do="Check both rows against your MIS; a UPN belongs to one person",
        bad="B801200005001 for Ada Okafor and for Sam Price",
        good="each person's own UPN",
        source="NCCIS 2019-20 error 902",
        since=SINCE,
        field="upn",
        kind="ExpectColumnValuesToBeNull",
        kwargs={"column": "upn_also_on"},
    ),
    Rule(
        code="R04",
        severity=MUST_FIX,
        says="This ULN is also on {uln_also_on}, for somebody else",
        do="Check both rows against your MIS; a ULN belongs to one person",
        bad="9276308686 for Ada Okafor and for Sam Price",
        good="each person's own ULN",
        source="NCCIS 2019-20 error 907",
        since=SINCE,
        field="uln",
        kind="ExpectColumnValuesToBeNull",
        kwargs={"column": "uln_also_on"},
    ),
    Rule(
        code="R05",
        severity=PLEASE_CHECK,
        says="A person with this name and date of birth is also on {namesake_on}, with another UPN",
        do="Check whether they are two people, or one person with two UPNs",
        bad="Ada Okafor, 14/02/2007, with two UPNs",
        good="one UPN for each person",
        source="NCCIS 2019-20 error 908",
        since=SINCE,
        field="upn",
        kind="ExpectColumnValuesToBeNull",
        kwargs={"column": "namesake_on"},
    ),
    Rule(
        code="R06",
        severity=MUST_FIX,
        says="The cells of this row seem to stand one column away from their headings",
        do="Move them back under the right headings",
        bad="a date of birth under Surname and a surname under Date of birth",
        good="each value under its own heading",
        source="ours",
        since=SINCE,
        kind="ExpectColumnValuesToBeNull",
        kwargs={"column": "sideways"},
    ),
    _constant_column("R07", "born_on", "date of birth"),
    _constant_column("R08", "forename", "first name"),
    _constant_column("R09", "surname", "surname"),
    Rule(
        code="R11",
        severity=PLEASE_CHECK,
        says="This leaver is also on {otherwise_on}, which says something else and waits",
        do="Keep the row that is right and take the other out",
        bad="the same leaver on row 5 at college and on row 9 in work",
        good="one row for each leaver",
        source="NCCIS 2019-20 errors 902 and 908; sources.md: enrolment lists",
        since=SINCE,
        kind="ExpectColumnValuesToBeNull",
        kwargs={"column": "otherwise_on"},
    ),
    _constant_column("R10", "activity", "destination"),
)
