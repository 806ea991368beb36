"""The destination: a word we know, allowed at that age, with the provider and dates it needs."""

from expectations.rule import MUST_FIX, PLEASE_CHECK, Rule
from models.vocabulary import ActivityGroup, ActivityType, activities

SINCE = "2026-11-23"

PRE_16 = [
    code for code, activity in activities().items() if activity.activity_type is ActivityType.PRE_16
]
NO_LONGER_USED = [code for code, activity in activities().items() if not activity.is_current]
ONLY_WITH_SEN = ["280", "460"]
AT_A_PROVIDER = ["220", "230", "240", "250", "270", "280", "310", "450", "460"]
# Every other code that counts as EET: where it is often nobody's business, or goes without saying.
PROVIDER_NOT_ASKED = [
    *["210", "260", "290", "320", "330", "340", "350", "360", "380", "381"],
    *["410", "430", "440", "550"],
]
IN_CUSTODY = "290"
IN_SCHOOL_OR_COLLEGE = [
    code
    for code, activity in activities().items()
    if activity.activity_type is ActivityType.EDUCATION and code != IN_CUSTODY
]
IN_WORK = ["330", "340", "350", "360"]
START_IS_AGREED = ["615", "616"]  # where and when they will start
NOWHERE = [
    code
    for code, activity in activities().items()
    if activity.group in (ActivityGroup.NEET, ActivityGroup.NOT_KNOWN)
    and activity.is_current
    and code not in START_IS_AGREED
    and activity.activity_type is not ActivityType.PRE_16
]

# "Hill Primary School" and "Dance School" do employ leavers, so "school" alone is no sign.
COLLEGE_NAME = (
    r"(?i)\b(?:college|sixth form|university|academy|(?:high|secondary|grammar|upper) school)"
    r"\s*(?:,.*)?\Z|\A\s*(?:the )?university of\b"
)
# A company that teaches says so in its name, as "Wold Training Ltd" does.
COMPANY_NAME = (
    r"(?i)\A(?!.*\b(?:college|school|academy|education|learning|training|skills)\b)"
    r".*\b(?:ltd|limited|plc|llp|inc|& sons?|and sons)\.?\s*\Z"
)


RULES: tuple[Rule, ...] = (
    Rule(
        code="D01",
        severity=MUST_FIX,
        says="We do not know this destination",
        do=(
            "Write it in words such as Sixth form, College, Apprenticeship, Job, NEET or Not "
            "known, or as an NCCIS code"
        ),
        bad="went to sea",
        good="Apprenticeship",
        source="NCCIS 2019-20 error 201",
        since=SINCE,
        field="activity",
        kind="ExpectColumnValuesToNotBeNull",
        kwargs={"column": "activity", "when": (("activity__raw", "filled"),)},
    ),
    Rule(
        code="D13",
        severity=MUST_FIX,
        says="The destination is missing: the cell has {what}",
        do="Type the destination itself, or open the workbook in Excel, put the formula right, "
        "save it and send it again",
        bad="#N/A",
        good="Apprenticeship",
        source="ours, sources.md: spreadsheets",
        since=SINCE,
        field="activity",
    ),
    Rule(
        code="D02",
        severity=PLEASE_CHECK,
        says="The destination is blank",
        do="Fill it in, or write Not known if you have asked and could not find out",
        bad="",
        good="Not known",
        source="NCCIS 2019-20 error 200",
        since=SINCE,
        field="activity",
        kind="ExpectColumnValuesToNotBeNull",
        kwargs={"column": "activity__raw", "when": (("activity__due", "filled"),)},
    ),
    Rule(
        code="D03",
        # What a leaver meant to do must not hold back what they are doing.
        severity=PLEASE_CHECK,
        says="We do not know this intended destination",
        do="Write it in words such as Sixth form, College, Apprenticeship or Job",
        bad="see the world",
        good="Apprenticeship",
        source="NCCIS 2019-20 error 302",
        since=SINCE,
        field="intended",
        kind="ExpectColumnValuesToNotBeNull",
        kwargs={"column": "intended", "when": (("intended__raw", "filled"),)},
    ),
    Rule(
        code="D04",
        severity=PLEASE_CHECK,
        says="This destination is for pupils up to Year 11, and this leaver is past it",
        do="Choose what the leaver did after Year 11",
        bad="120",
        good="230",
        source="NCCIS 2019-20 error 230",
        since=SINCE,
        field="activity",
        kind="ExpectColumnValuesToNotBeInSet",
        kwargs={
            "column": "activity",
            "value_set": PRE_16,
            "when": (("after_leaving", "filled"),),
        },
    ),
    Rule(
        code="D05",
        severity=PLEASE_CHECK,
        says="This destination code is no longer used",
        do="Choose the code that is used now",
        bad="510",
        good="619",
        source="NCCIS 2019-20 error 201",
        since=SINCE,
        field="activity",
        kind="ExpectColumnValuesToNotBeInSet",
        kwargs={"column": "activity", "value_set": NO_LONGER_USED},
    ),
    Rule(
        code="D06",
        severity=PLEASE_CHECK,
        says="This destination is for leavers with special educational needs, and the row has none",
        do="Check the destination and the SEN column",
        bad="460 with SEN N",
        good="460 with SEN E",
        source="NCCIS 2019-20 errors 254 and 255",
        since=SINCE,
        field="activity",
        kind="ExpectColumnValuesToNotBeInSet",
        kwargs={"column": "activity", "value_set": ONLY_WITH_SEN, "when": (("sen", "is", "N"),)},
    ),
    Rule(
        code="D07",
        severity=PLEASE_CHECK,
        says="This support is for people of 18 and over, and the leaver was younger",
        do="Check the destination and the date of birth",
        bad="440 at 16",
        good="440 at 18",
        source="NCCIS 2019-20 error 253",
        since=SINCE,
        field="activity",
        kind="ExpectColumnPairValuesAToBeGreaterThanB",
        kwargs={
            "column_A": "told_on",
            "column_B": "is_18_on",
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
            "when": (("activity", "is", "440"),),
        },
    ),
    Rule(
        code="D08",
        severity=PLEASE_CHECK,
        says="This destination needs the name of a provider or employer, and there is none",
        do="Write where the leaver went",
        bad="College, with no name beside it",
        good="College, Penrose College",
        source="DfE destination measures count by provider, sources.md: sustained; ours",
        since=SINCE,
        field="provider_name",
        kind="ExpectColumnValuesToNotBeNull",
        kwargs={
            "column": "provider",
            "when": (("provider__here", "filled"), ("activity", "in", AT_A_PROVIDER)),
        },
    ),
    Rule(
        code="D12",
        severity=PLEASE_CHECK,
        says="This says the leaver is not in learning, or not known, yet a provider is named",
        do="Check which of the two is right",
        bad="NEET, Penrose College",
        good="College, Penrose College",
        source="sources.md: national figures; NEET and not known are kept apart; ours",
        since=SINCE,
        field="provider_name",
        kind="ExpectColumnValuesToBeNull",
        kwargs={"column": "provider_name", "when": (("activity", "in", NOWHERE),)},
    ),
    Rule(
        code="D19",
        severity=PLEASE_CHECK,
        says="We do not know this word for who told you",
        do="Write school, provider, leaver, family, employer or council",
        bad="a bird",
        good="family",
        source="ours",
        since=SINCE,
        field="source",
        kind="ExpectColumnValuesToNotBeNull",
        kwargs={"column": "source", "when": (("source__raw", "filled"),)},
    ),
    Rule(
        code="D20",
        severity=PLEASE_CHECK,
        says="University is rare within two years of Year 11",
        do="Check the destination; a college that has University in its name is a college",
        bad="240 in the first autumn after Year 11",
        good="220 in the first autumn after Year 11",
        source="sources.md: change: higher education begins in the third year; ours",
        since=SINCE,
        field="activity",
        kind="ExpectColumnValuesToNotBeInSet",
        kwargs={
            "column": "activity",
            "value_set": ["240"],
            "when": (("leaving_stage", "is", "Y11"), ("wave", "in", [1, 2])),
        },
    ),
    Rule(
        code="D21",
        severity=PLEASE_CHECK,
        says="The destination is work, and the employer has the name of a school or college",
        do="Check whether the leaver works there or studies there",
        bad="Employment, Penrose College",
        good="Employment, Penrose Garage Ltd",
        source="ours",
        since=SINCE,
        field="provider_name",
        kind="ExpectColumnValuesToNotMatchRegex",
        kwargs={
            "column": "provider_name",
            "regex": COLLEGE_NAME,
            "when": (("activity", "in", IN_WORK),),
        },
    ),
    Rule(
        code="D22",
        severity=PLEASE_CHECK,
        says="The destination is education, and the provider has the name of a company",
        do="Check whether the leaver studies there or works there",
        bad="College, Penrose Garage Ltd",
        good="Apprenticeship, Penrose Garage Ltd",
        source="ours",
        since=SINCE,
        field="provider_name",
        kind="ExpectColumnValuesToNotMatchRegex",
        kwargs={
            "column": "provider_name",
            "regex": COMPANY_NAME,
            "when": (("activity", "in", IN_SCHOOL_OR_COLLEGE),),
        },
    ),
    Rule(
        code="D23",
        severity=PLEASE_CHECK,
        says="This and the cell under '{contradicted_by}' contradict each other",
        do="Check which of the two is right, and correct the other; this one counts until then",
        bad="310 under Code, University under Destination",
        good="310 under Code, Apprenticeship under Destination",
        source="NCCIS 2019-20 error 201, the same idea; ours",
        since=SINCE,
        field="activity",
        kind="ExpectColumnValuesToBeNull",
        kwargs={"column": "contradicted_by"},
    ),
    Rule(
        code="D24",
        severity=PLEASE_CHECK,
        says="{strange_words} destinations here are in words that we do not know",
        do="Tell your hub once what each of them means, and you need not send the sheet again",
        bad="a whole sheet with words of your own, such as Route A and Route B",
        good="Sixth form, College, Apprenticeship",
        source="ours",
        since=SINCE,
        field="activity",
        kind="ExpectColumnValuesToBeNull",
        whole=True,
        kwargs={"column": "strange_words"},
    ),
    Rule(
        code="D25",
        # That somebody was not there when checked is never a reason to lose them.
        severity=PLEASE_CHECK,
        says="By this column the leaver is not there any more, and the row does not say since when",
        do="Type the day it ended in a column 'End date', or as the destination what the leaver "
        "does now",
        bad="College, Sustained N",
        good="College, Sustained N, End date 12/10/2023",
        source="sources.md: sustained; ours",
        since="2026-11-24",
        field="enrolled",
        kind="ExpectColumnValuesToBeInSet",
        kwargs={
            "column": "enrolled",
            "value_set": ["yes"],
            "when": (
                ("activity", "filled"),
                ("activity", "not in", NOWHERE),
                ("after_leaving", "filled"),
                ("has_ended", "blank"),
            ),
        },
    ),
)
