"""Titles: what tabs, banners and the lines around a table say of it."""

from expectations.rule import MUST_FIX, PLEASE_CHECK, Rule

SINCE = "2026-11-30"

RULES: tuple[Rule, ...] = (
    Rule(
        code="C07",
        severity=MUST_FIX,
        says="We cannot use the table on the tab '{tab}': {why}",
        do="If it is the one to use, change the name of the tab, the title or the heading so that "
        "they say the same, and send it again",
        bad="a workbook whose only tab is called OLD do not use",
        good="a tab called Leavers 2025",
        source="ours",
        since=SINCE,
        refuses=True,
    ),
    Rule(
        code="C40",
        severity=PLEASE_CHECK,
        says="We left out the tab '{tab}': its name or title says that it is not the one to use",
        do="If it is the one to use, give the tab another name and send it again",
        bad="Leavers OLD do not use, beside Leavers",
        good="Leavers alone",
        source="ours",
        since=SINCE,
    ),
    Rule(
        code="C41",
        severity=MUST_FIX,
        says="The tab '{tab}' seems to hold pupils who left before the end of their last year, so "
        "we have not taken them as leavers",
        do="If that is so, take the tab out; if they stayed to the end, move them to the sheet of "
        "the others",
        bad="a tab Removed from roll",
        good="those who finished the year, on one sheet",
        source="DfE: leavers are those on roll in their last year; ours",
        since=SINCE,
    ),
    Rule(
        code="C42",
        severity=MUST_FIX,
        says="{where} speaks of {of}, and the column '{heading}' seems to say something else, so "
        "we have not used this table",
        do="Call the column 'Intended destination' or 'Actual destination', whichever it is",
        bad="a tab Offers with a column Actual destination",
        good="a tab Offers with a column Offered place",
        source="ours",
        since=SINCE,
    ),
    Rule(
        code="C43",
        severity=PLEASE_CHECK,
        says="{where} speaks of {of}, so we read its destinations as plans: nobody is counted as "
        "being there",
        do="Do nothing if that is so; if they are where leavers are now, change the title and send "
        "it again",
        bad="a tab Intended destinations with a column Destination",
        good="a column Intended destination, and beside it Destination",
        source="ours",
        since=SINCE,
    ),
    Rule(
        code="C44",
        severity=PLEASE_CHECK,
        says="There is no column for the destination, so we read the names of the tabs as where "
        "leavers went: {tabs}",
        do="Do nothing if that is so; otherwise send it with a column called 'Destination'",
        bad="a tab FE college and a tab NEET",
        good="one tab, with a column Destination",
        source="ours",
        since=SINCE,
    ),
    Rule(
        code="C45",
        severity=MUST_FIX,
        says="The tab '{tab}' or its title names a time that had not come when this was sent, so "
        "we have not used it",
        do="Check the month and the year in it, and send it again",
        bad="a tab Nov 26, sent in November 2025",
        good="a tab Nov 25",
        source="ours",
        since=SINCE,
    ),
)
