"""Across schools: one number on two people, one person with two numbers.

Found in the database once a sheet is recorded.  Nobody is told who the other person is.
"""

from expectations.rule import MUST_FIX, PLEASE_CHECK, Rule

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
    Rule(
        code="X10",
        severity=MUST_FIX,
        says="{count} of the {of} leavers of this file {why}, so it may be another school's sheet",
        do="Is it yours? If it was sent in the wrong name, send it for the right school; if they "
        "are your own leavers, tell your hub, and you need not send it again",
        bad="a whole sheet of Hill School's leavers, sent for Vale School",
        good="Vale School's own leavers, two of whom came from Hill School",
        source="ours",
        since="2026-11-30",
        refuses=True,
        answerable=True,
    ),
    Rule(
        code="X11",
        severity=PLEASE_CHECK,
        says="{count} of the {of} leavers of this file are, by number or by name and date of "
        "birth, leavers whom another school has sent for the same year",
        do="If they are not yours, send the file for the right school; if they left from both, "
        "tell your hub",
        bad="a whole sheet of Hill School's leavers, sent for Vale School",
        good="Vale School's own leavers",
        source="ours",
        since="2026-11-30",
        answerable=True,
    ),
)
