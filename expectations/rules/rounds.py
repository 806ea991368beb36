"""Rounds: what is kindly said of a file that was sent before, or follows one that was."""

from expectations.rule import PLEASE_CHECK, Rule

SINCE = "2026-11-23"

RULES: tuple[Rule, ...] = (
    Rule(
        code="N01",
        severity=PLEASE_CHECK,
        says="You sent these same rows on {sent_on}, in {file}, so nothing has changed",
        do="If you meant to send newer answers, save your changes and send that file",
        bad="last week's rows, saved under another name",
        good="a file with this week's answers",
        source="ours",
        since=SINCE,
    ),
    Rule(
        code="N02",
        severity=PLEASE_CHECK,
        says="Everything here is the same, to the letter, as in {file} that you sent on {sent_on} "
        "for {sent_for}",
        do="Check that this is not the file of that time sent again; if everybody is where they "
        "were, do nothing",
        bad="the sheet of last autumn, with its answers of last autumn",
        good="the sheet of this autumn",
        source="ours",
        since=SINCE,
    ),
    Rule(
        code="N03",
        severity=PLEASE_CHECK,
        says="Leavers who were in {file}, sent on {sent_on}, and are not in this file: {leavers}",
        do="If they were left out by mistake, send the whole list; what is known of them is kept",
        bad="a list of 150 leavers, sent again with 146",
        good="the same 150 leavers each time",
        source="ours",
        since=SINCE,
    ),
    Rule(
        code="N04",
        severity=PLEASE_CHECK,
        says="Leavers of whom something that {file} told us is blank in this file: {leavers}; "
        "it was left as it was",
        do="If an answer was wrong, type the right one, or that it is not known",
        bad="a destination that was typed last time and is blank this time",
        good="each answer as it was, or a newer one",
        source="ours",
        since=SINCE,
    ),
)
