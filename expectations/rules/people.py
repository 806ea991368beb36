"""Across schools: one number on two people, one person with two numbers.

Found in the database once a sheet is recorded.  Nobody is told who the other person is.
"""

from expectations.rule import PLEASE_CHECK, Rule

SINCE = "2026-11-23"

RULES: tuple[Rule, ...] = (
    Rule(
        code="X01",
        severity=PLEASE_CHECK,
        says="Somebody else {where} has this UPN",
        do="Check the UPN, the name and the date of birth against your MIS",
        bad="B801200005001 for Ada Okafor here and for Sam Price at another school",
        good="each person's own UPN",
        source="NCCIS 2019-20 error 902",
        since=SINCE,
        field="upn",
    ),
    Rule(
        code="X02",
        severity=PLEASE_CHECK,
        says="Somebody else {where} has this ULN",
        do="Check the ULN, the name and the date of birth against your MIS",
        bad="9276308686 for Ada Okafor here and for Sam Price at another school",
        good="each person's own ULN",
        source="NCCIS 2019-20 error 907",
        since=SINCE,
        field="uln",
    ),
    Rule(
        code="X03",
        severity=PLEASE_CHECK,
        says="We have another UPN for this person {where}",
        do="Check the UPN against your MIS; nobody keeps two",
        bad="Ada Okafor, B801200005001 at Year 11 and Q801200005002 at Year 13",
        good="one UPN for each person, for good",
        source="NCCIS 2019-20 error 908; DfE: a UPN stays with its pupil, sources.md: identifiers",
        since=SINCE,
        field="upn",
    ),
)
