"""Titles: what tabs, banners and the lines around a table say of it."""

from expectations.rule import MUST_FIX, PLEASE_CHECK, Rule
from models.handoffs.findings import HoldsBack

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
    Rule(
        code="C08",
        severity=MUST_FIX,
        says="We cannot tell for sure which leavers this is about: {why}",
        do="Put the year group and the year they left into the name of the tab, such as 'Year 11 "
        "leavers 2025'; or send the same file again with the cohort that is right",
        bad="a tab Year 11 leavers 2023, sent as leavers of 2024/25",
        good="a tab Year 11 leavers 2025, sent as leavers of 2024/25",
        source="DfE year groups: ages on 31 August; ours",
        since=SINCE,
        refuses=True,
    ),
    Rule(
        code="C46",
        severity=PLEASE_CHECK,
        says="The file holds more than one group of leavers, and we read each as its own: "
        "{cohorts}",
        do="Do nothing if that is so; otherwise put the year group and the year they left into the "
        "name of each tab",
        bad="a tab 2023 and a tab 2024",
        good="a tab Year 11 leavers 2023 and a tab Year 11 leavers 2024",
        source="ours",
        since=SINCE,
    ),
    Rule(
        code="C47",
        severity=MUST_FIX,
        says="We have not used {rows}: {why}",
        do="Put the year group and the year they left into the name of the tab, such as 'Year 11 "
        "leavers 2025', and send it again",
        bad="a tab Year 11 leavers 2023 with leavers of 2025",
        good="a tab Year 11 leavers 2025",
        source="DfE year groups: ages on 31 August; ours",
        since=SINCE,
    ),
    Rule(
        code="C48",
        severity=MUST_FIX,
        says="We have not used {rows}: nothing tells which year they left, or from which year "
        "group",
        do="Put both into the name of the tab, such as 'Year 11 leavers 2025', and send it again",
        bad="a tab More, with names alone",
        good="a tab Year 11 leavers 2025",
        source="ours",
        since=SINCE,
    ),
    Rule(
        code="C49",
        severity=MUST_FIX,
        says="By '{heading}', {leavers} left before the end of the year {cohort} (rows {rows}), so "
        "we have not taken them as leavers of that year",
        do="If that is so, take them out; if they stayed to the end, put the day right",
        bad="left on 14/01/2025, among leavers of July 2025",
        good="those who finished the year",
        source="DfE: leavers are those on roll at the end of their last year; ours",
        since=SINCE,
    ),
    Rule(
        code="C50",
        severity=MUST_FIX,
        says="We cannot tell which year after leaving '{heading}' means in this row, or it is of a "
        "year that nobody asks for, so we have not used its answer",
        do="Write 1, 2 or 3 for the years after leaving, or a month such as Sept 2025",
        bad="later",
        good="Sept 2025",
        source="ours",
        since=SINCE,
        holds=HoldsBack.ANSWER,
    ),
    Rule(
        code="C51",
        severity=PLEASE_CHECK,
        says="{count} rows are, by '{heading}', of a time that had not come when this was sent or "
        "that nobody asks for, so we have not used them",
        says_one="1 row is, by '{heading}', of a time that had not come when this was sent or that "
        "nobody asks for, so we have not used it",
        do="Do nothing if that is so; otherwise put the year right",
        bad="Sept 2026, sent in November 2025",
        good="Sept 2025",
        source="ours",
        since=SINCE,
    ),
    Rule(
        code="C53",
        severity=MUST_FIX,
        says="We have not used {rows}: they lack something that the others have, or their dates "
        "cannot be read",
        do="Give them the same columns as the others and send it again",
        bad="a tab without a column Destination beside one that has it",
        good="the same columns on every tab",
        source="ours",
        since=SINCE,
    ),
    Rule(
        code="C54",
        severity=MUST_FIX,
        says="We read the leavers{where}, and nothing of where they went: it has no column called "
        "'Destination', so all of them count as not known",
        do="Add the column, or rename the one that holds it, and send it again",
        bad="a tab 11B without a column Destination, beside 11A that has it",
        good="the same columns on every tab",
        source="ours",
        since=SINCE,
    ),
)
