"""Across years: what turned round since last year, and what is too good to be true.

Found in the database once a sheet is recorded.  All of them are gentle and show what they saw.
"""

from expectations.rule import PLEASE_CHECK, Rule

SINCE = "2026-11-23"

RULES: tuple[Rule, ...] = (
    Rule(
        code="Y01",
        severity=PLEASE_CHECK,
        says="This leaver is in a sixth form, and was at university at wave {wave}",
        do="Check which of the two is right",
        bad="university in the first autumn, sixth form in the second",
        good="sixth form in the first autumn, university in the third",
        source="sources.md: change: higher education comes after; ours",
        since=SINCE,
        field="activity",
    ),
    Rule(
        code="Y02",
        severity=PLEASE_CHECK,
        says="This date of birth is not the one we have of the same person as a leaver of {cohort}",
        do="Check it against your MIS",
        bad="14/02/2007 at Year 11, 14/12/2007 at Year 13",
        good="the same date of birth each time",
        source="ours",
        since=SINCE,
        field="born_on",
    ),
    Rule(
        code="Y03",
        severity=PLEASE_CHECK,
        says="This number is that of a leaver we know by a wholly different name",
        do="Check the number and the name against your MIS; if the name has changed, do nothing",
        bad="Ada Okafor's UPN beside Sam Price",
        good="each person's own UPN",
        source="NCCIS 2019-20 error 902, the same idea; ours",
        since=SINCE,
        field="surname",
    ),
    Rule(
        code="Y04",
        severity=PLEASE_CHECK,
        says="All {many} answers are word for word those of wave {wave}",
        do="Check that last year's column was not copied; if nobody has moved, do nothing",
        bad="100 leavers, each just where they were a year ago",
        good="100 leavers, some of whom have moved on",
        source="ours",
        since=SINCE,
        field="activity",
    ),
    Rule(
        code="Y05",
        severity=PLEASE_CHECK,
        says="All {many} leavers are just where they had meant to go",
        do="Check that these are the places where they enrolled, and not those they hoped for",
        bad="intended places copied to the first autumn",
        good="the places where they enrolled",
        source="sources.md: the collection year; intended and actual are two things; ours",
        since=SINCE,
        field="activity",
    ),
    Rule(
        code="Y06",
        severity=PLEASE_CHECK,
        says="All {rows} are known; of the cohort before, {known} of {before} were at wave {wave}",
        do="Well done if it is so; check that Not known was not filled in with a guess",
        bad="100 of 100 known, after 60 of 100",
        good="92 of 100 known, after 60 of 100",
        source="ours; a council's honest share of not known can be 20 %",
        since=SINCE,
        field="activity",
    ),
    Rule(
        code="Y07",
        severity=PLEASE_CHECK,
        says="The college or employer itself says that this leaver left on {day}",
        do="Ask the leaver where they are now; until then they are not counted as being there",
        bad="at the college on 7 November, by whose own list they withdrew on 15 October",
        good="where they went after 15 October",
        source="ours",
        since=SINCE,
        field="provider_name",
    ),
)
