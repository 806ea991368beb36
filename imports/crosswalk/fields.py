"""Fields: what a column may hold for us, and the closed lists that some of them keep to."""

from imports.text.headings import word_set
from models.vocabulary import (
    COHORT_STATUSES,
    SEN,
    SEXES,
    IntendedDestination,
    SourceType,
    activities,
)

FIELDS = (
    "upn", "uln", "surname", "forename", "full_name", "born_on", "sex", "postcode", "ethnicity",
    "sen", "disadvantaged", "form", "year_group", "activity", "intended", "provider_name",
    "provider_urn", "provider_ukprn", "provider_laestab", "course", "level", "started_on",
    "ended_on", "as_at", "source", "consent", "notes", "school_urn", "school_laestab",
    "school_name", "leaving_year", "enrolled", "withdrawn", "cohort_status",
)  # fmt: skip
# The day a leaver left: of their school in a leaver sheet, of their course in an enrolment list.
LEFT_ON = "left_on"
# A destination only where its words are, and where no other column is one.
PERHAPS = "perhaps_activity"
# The destination a second time, such as a code beside words; it is only held against the first.
BESIDE = "activity_beside"
# The month and year of birth, where no day is given: it tells the cohort, and is kept nowhere.
BORN_IN = "born_in"
# What a leaver did before what they do now, where, and the day that it ended.
FORMER, FORMER_PROVIDER, FORMER_END = "former_activity", "former_provider_name", "former_ended_on"
# What such a column holds is read as a column of this field would be.
READ_AS = {
    BESIDE: "activity",
    FORMER: "activity",
    FORMER_PROVIDER: "provider_name",
    FORMER_END: "ended_on",
}
# Which moment a row is of, where a leaver has a row for each: "Year after leaving" 1, 2, 3.
WAVE_SAID = "wave_said"
# Headings that we know and have no use for; nobody is asked about them.
NOT_OURS = "not_ours"

# What may be asked once a year; of anything else there is one answer a leaver.
YEARLY = word_set(
    "activity provider_name provider_urn provider_ukprn provider_laestab course level started_on "
    "ended_on as_at source notes"
)
YES_NO = {"yes": "yes", "no": "no"}

INTENDED_BY_ACTIVITY = {
    code: intended.value
    for intended, codes in {
        IntendedDestination.SAME_SCHOOL: "210",
        IntendedDestination.OTHER_EDUCATION: "220 230 240 250 270 280 410 430 440 460",
        IntendedDestination.APPRENTICESHIP: "310 450",
        IntendedDestination.WORK_WITH_STUDY: "320 340 381",
        IntendedDestination.WORK: "330 350 360 380",
        IntendedDestination.OTHER: "260 540 550",
        IntendedDestination.NOT_ASKED: "810 820 830",
    }.items()
    for code in codes.split()
}

# Staying, unless the words say that it is at another school.
STAYING = "210"
ELSEWHERE = word_set("other another different external elsewhere outside")


def closed_list_values() -> dict[str, dict[str, str]]:
    """For each field with a closed list, its values and what each is called."""
    yes_no = dict(YES_NO)
    return {
        "activity": {code: activity.label for code, activity in activities().items()},
        "intended": {word.value: word.value for word in IntendedDestination},
        "sex": dict(SEXES),
        "sen": dict(SEN),
        "disadvantaged": yes_no,
        "consent": yes_no,
        "enrolled": yes_no,
        "withdrawn": yes_no,
        "cohort_status": dict(COHORT_STATUSES),
        "source": {word.value: word.value for word in SourceType},
    }
