"""Arrivals: why a file in the inbox is not taken in, before anybody looks inside it."""

from expectations.rule import MUST_FIX, PLEASE_CHECK, Rule

SINCE = "2026-11-23"

RULES: tuple[Rule, ...] = (
    Rule(
        code="A01",
        severity=MUST_FIX,
        says="No school or college with this URN is in the register",
        do="Check the URN, or ask your hub to bring its register of schools up to date",
        bad="a folder named 999999",
        good="a folder named with your school's own URN",
        source="ours",
        since=SINCE,
        refuses=True,
    ),
    Rule(
        code="A02",
        severity=MUST_FIX,
        says="This school or college was in no Careers Hub on the day the file was sent",
        do="Ask your hub to add you to its list of members; the file is kept and taken in then",
        bad="a file from a school that left the hub last year",
        good="a file from a member of the hub",
        source="ours",
        since=SINCE,
        refuses=True,
    ),
    Rule(
        code="A03",
        severity=MUST_FIX,
        says="The file is not in a folder named with a school's URN, so we cannot tell whose it is",
        do="Put it in the folder that is named with your six-digit URN",
        bad="inbox/leavers.xlsx",
        good="inbox/123456/leavers.xlsx",
        source="ours",
        since=SINCE,
        refuses=True,
    ),
    Rule(
        code="A04",
        severity=MUST_FIX,
        says="The file is larger than we can take: {size}, and the most is {limit}",
        do="Send only the sheets with your leavers, without pictures, as a new workbook",
        bad="a workbook of 60 MB with photographs in it",
        good="the same sheets copied into a new workbook",
        source="ours",
        since=SINCE,
        refuses=True,
    ),
    Rule(
        code="A05",
        severity=MUST_FIX,
        says="The file has nothing in it",
        do="Open it to see that your leavers are there, save it, and send it again",
        bad="a file of 0 bytes, which is what a broken-off copy leaves",
        good="the whole file",
        source="ours",
        since=SINCE,
        refuses=True,
    ),
    Rule(
        code="A06",
        severity=PLEASE_CHECK,
        says="You sent exactly this file on {sent_on}, as {file}, so nothing has changed",
        do="If you meant to send a newer one, save your changes and send that file",
        bad="the same file twice",
        good="a file with this autumn's answers",
        source="ours",
        since=SINCE,
    ),
)
