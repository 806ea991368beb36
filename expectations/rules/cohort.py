"""Across the cohort: who is missing, who is new, and whether there are as many as before.

Found in the database once a sheet is recorded.  All of them are gentle and show what they saw.
"""

from expectations.rule import PLEASE_CHECK, Rule

SINCE = "2026-11-23"

RULES: tuple[Rule, ...] = (
    Rule(
        code="H01",
        severity=PLEASE_CHECK,
        says="{missing} of {before} leavers on your sheet of {sent_on} are not on this one{who}",
        says_one="1 of {before} leavers on your sheet of {sent_on} is not on this one{who}",
        do="Add them, with Not known where you could not find out; what we know of them stays",
        bad="98 of last autumn's 100 leavers",
        good="all 100, two of them Not known",
        source="DfE: leavers are followed for three years, sources.md: the collection year; ours",
        since=SINCE,
    ),
    Rule(
        code="H02",
        severity=PLEASE_CHECK,
        says="{new} of the {rows} leavers on this sheet are on no earlier sheet of this cohort",
        says_one="1 of the {rows} leavers on this sheet is on no earlier sheet of this cohort",
        do="Check that this is the sheet of those who left in {cohort}, and of nobody else",
        bad="40 newcomers in the second autumn",
        good="the same leavers each autumn",
        source="ours",
        since=SINCE,
    ),
    Rule(
        code="H03",
        severity=PLEASE_CHECK,
        says="This sheet has {rows} leavers, and your sheet of {sent_on} had {before}",
        says_one="This sheet has 1 leaver, and your sheet of {sent_on} had {before}",
        do="Send the others too; if you meant to send a part, do nothing",
        bad="60 leavers where the last sheet had 100",
        good="100 leavers, as on the last sheet",
        source="NCCIS 2019-20: a return is compared with the last one; ours",
        since=SINCE,
    ),
    Rule(
        code="H04",
        severity=PLEASE_CHECK,
        says="We now have {rows} leavers of this cohort, and {before} of {cohort}, the year before",
        says_one="We now have 1 leaver of this cohort, and {before} of {cohort}, the year before",
        do="Check that nobody is left out and no other year group is in",
        bad="40 leavers after a year with 100",
        good="104 leavers after a year with 100",
        source="ours",
        since=SINCE,
    ),
    Rule(
        code="H05",
        severity=PLEASE_CHECK,
        says="{many} of the {rows} leavers on this sheet are also leavers of {cohort}",
        do="Check which year these leavers left in",
        bad="last year's sheet sent again as this year's",
        good="each leaver in one cohort",
        source="ours",
        since=SINCE,
    ),
    Rule(
        code="H06",
        severity=PLEASE_CHECK,
        says="All {many} leavers who went anywhere at wave {wave} went to one provider",
        do="Check that the column was not filled down; if it is right, do nothing",
        bad="one college for all 100 leavers",
        good="each leaver's own provider",
        source="ours",
        since=SINCE,
    ),
    Rule(
        code="H07",
        severity=PLEASE_CHECK,
        says="We have {rows} leavers of this cohort; the {pupils} pupils of {from_age} to {to_age} "
        "that the register counts at your school make year groups of {size}",
        do="Check that nobody is left out and no other year group is in; if it is right, do "
        "nothing",
        bad="30 leavers of a school with 900 pupils of 11 to 16",
        good="176 leavers of a school with 900 pupils of 11 to 16",
        source="DfE: GIAS counts each school's pupils (NumberOfPupils, StatutoryLowAge and "
        "StatutoryHighAge); ours",
        since=SINCE,
    ),
)
