"""Matching: what the sender can help with when a row is not surely about one leaver."""

from expectations.rule import PLEASE_CHECK, Rule

SINCE = "2026-11-23"

RULES: tuple[Rule, ...] = (
    Rule(
        code="M01",
        severity=PLEASE_CHECK,
        says="We cannot be sure which leaver this row is about, so it waits for a person to decide",
        do="Give the leaver's UPN and their full name as it stands in your MIS",
        bad="Sam Lee, where the cohort has Samuel Lee and Samantha Lee born on one day",
        good="Samuel Lee, with his UPN",
        source="ours",
        since=SINCE,
    ),
    Rule(
        code="M02",
        severity=PLEASE_CHECK,
        says="This leaver was not in the earlier sheets of the cohort, so a new leaver was added",
        do="If they were, correct the name, date of birth or UPN and send the sheet again",
        bad="somebody who first appears in the second autumn",
        good="the same leavers each autumn",
        source="ours",
        since=SINCE,
    ),
    Rule(
        code="M03",
        severity=PLEASE_CHECK,
        says="This is not what an earlier sheet said of the same leaver; the earlier one is kept",
        do="Check which of the two is right and tell your hub if it is this one",
        bad="a date of birth that changed since the last sheet",
        good="the same date of birth in each sheet",
        source="ours",
        since=SINCE,
    ),
)
