"""Answers: what mapping made of columns and cells that say more, or less, than they seem to."""

from expectations.rule import MUST_FIX, PLEASE_CHECK, Rule

SINCE = "2026-11-30"

RULES: tuple[Rule, ...] = (
    Rule(
        code="C60",
        severity=PLEASE_CHECK,
        says="{count} answers in '{heading}' were still to begin when the sheet was sent; we took "
        "each as a start that is agreed",
        says_one="1 answer in '{heading}' was still to begin when the sheet was sent; we took it "
        "as a start that is agreed",
        do="Do nothing if that is so; if somebody was there already, take the date out of the cell",
        bad="College September 2026, sent in November 2025",
        good="College",
        source="NCCIS codes 615 and 616; ours",
        since=SINCE,
    ),
    Rule(
        code="C61",
        severity=PLEASE_CHECK,
        says="We read '{heading}' as {what}, since every cell of it is one",
        do="Do nothing if that is so; if it holds something else, rename it and send it again",
        bad="College, Sixth form and NEET under 'Where are they now?'",
        good="the same under 'Destination'",
        source="ours",
        since=SINCE,
    ),
    Rule(
        code="C62",
        severity=PLEASE_CHECK,
        says="{count} cells of '{heading}' say that it went as intended; we read each as the "
        "destination that stands as the intended one",
        says_one="1 cell of '{heading}' says that it went as intended; we read it as the "
        "destination that stands as the intended one",
        do="Do nothing if that is so; otherwise write the destination itself",
        bad="As intended",
        good="College",
        source="ours",
        since=SINCE,
    ),
    Rule(
        code="C63",
        severity=PLEASE_CHECK,
        says="{count} names in '{heading}' have a mark beside them, such as a star or (LEFT), "
        "and we took it off",
        says_one="1 name in '{heading}' has a mark beside it, such as a star or (LEFT), and "
        "we took it off",
        do="Do nothing if the mark does not matter; what it says belongs in a column of its own",
        bad="Okafor (EHCP)",
        good="Okafor, and E in a column 'SEN'",
        source="ours",
        since=SINCE,
    ),
    Rule(
        code="C70",
        severity=PLEASE_CHECK,
        says="No column says where anybody went, so we read this as the list of your leavers: "
        "{count} of them, and nothing is known yet of where they went",
        says_one="No column says where anybody went, so we read this as the list of your leavers: "
        "1 of them, and nothing is known yet of where they went",
        do="Send where they went when you know; if this sheet says it already, call that column "
        "'Destination' and send it again",
        bad="Surname, Forename, Date of birth, sent as leavers of 2024/25",
        good="Surname, Forename, Date of birth, Destination",
        source="ours",
        since=SINCE,
    ),
    Rule(
        code="C71",
        severity=PLEASE_CHECK,
        says="We read '{now}' as the destination, and '{was}' as what it was until the day in "
        "'{end}'",
        do="Do nothing if that is so; where no day says until when, '{was}' is left out",
        bad="Was, Left on, Now",
        good="Destination, and the rows of before in a sheet of their own",
        source="ours",
        since=SINCE,
    ),
    Rule(
        code="C72",
        severity=PLEASE_CHECK,
        says="We read '{now}' as the destination and left '{was}' out, since no column says until "
        "when that was",
        do="Add a column called 'Left on' if you want it kept",
        bad="Was, Now",
        good="Was, Left on, Now",
        source="ours",
        since=SINCE,
    ),
    Rule(
        code="C73",
        severity=MUST_FIX,
        says="This sheet has nobody's name, and none of its numbers is of a leaver you have sent "
        "before",
        do="Send it again with the surname, forename and date of birth beside the numbers",
        bad="UPN, Destination",
        good="UPN, Surname, Forename, Date of birth, Destination",
        source="ours",
        since=SINCE,
        refuses=True,
    ),
    Rule(
        code="C74",
        severity=MUST_FIX,
        says="None of the leavers you have sent before has this number, and the sheet has no names",
        do="Check the number; of somebody new, send surname, forename and date of birth as well",
        bad="a UPN that no leaver of the school has, and no name",
        good="a UPN that the school has sent before",
        source="ours",
        since=SINCE,
        field="upn",
    ),
    Rule(
        code="C75",
        severity=PLEASE_CHECK,
        says="{count} destinations are not confirmed, as '{heading}' says; we kept them as what "
        "the school says",
        says_one="1 destination is not confirmed, as '{heading}' says; we kept it as what the "
        "school says",
        do="Do nothing if the school thinks so; where it does not, write Not known",
        bad="College, and N under 'Confirmed? Y/N'",
        good="College, and Y",
        source="ours",
        since=SINCE,
    ),
    Rule(
        code="C76",
        severity=PLEASE_CHECK,
        says="We told which leavers these are by the month and year of birth in '{heading}', and "
        "kept no date of birth, since no day is given",
        do="Do nothing if UPNs or ULNs stand beside them; else send the dates of birth as well",
        bad="09/2008 under 'Month/year of birth'",
        good="14/09/2008 under 'Date of birth'",
        source="NCCIS extract: its field moth/year of birth",
        since=SINCE,
    ),
    Rule(
        code="C77",
        severity=PLEASE_CHECK,
        says="We read '{used}' as whether the destination lasted, and left '{heading}' out, which "
        "asks about another moment",
        do="Send the answers of that moment in a sheet of their own",
        bad="Sustained at 6 months, Sustained at 12 months",
        good="Sustained at 6 months",
        source="ours",
        since=SINCE,
    ),
    Rule(
        code="D26",
        severity=MUST_FIX,
        says="This was still to begin when the sheet was sent",
        do="Write what the leaver was doing then, such as Gap year, Job or NEET, or write Not "
        "known",
        bad="Uni 2026, sent in November 2025",
        good="Gap year",
        source="sources.md: change; ours",
        since=SINCE,
        field="activity",
    ),
)
