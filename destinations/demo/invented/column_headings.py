"""What English schools and colleges put above their columns, as lists to draw from."""

import random

# Written from memory of school information systems, council templates and careers leaders' own
# sheets; the colleges' from One IYSS starter templates (sources.md: headings).  Deliberately made
# without a look at imports/maps, so that the maps are tried by somebody else's words.
HEADINGS: dict[str, tuple[str, ...]] = {
    "upn": (
        "UPN",
        "Unique Pupil Number",
        "UPN Number",
        "Pupil UPN",
        "UPN No.",
        "Student UPN",
        "UniquePupilNumber",
        "U.P.N.",
    ),
    "uln": ("ULN", "Unique Learner Number", "ULN Number", "UniqueLearnerNumber", "Learner ULN"),
    "surname": (
        "Surname",
        "Last Name",
        "Family Name",
        "Legal Surname",
        "Pupil Surname",
        "Student Surname",
        "Last name",
    ),
    "forename": (
        "Forename",
        "First Name",
        "Given Name",
        "Legal Forename",
        "Preferred Forename",
        "Pupil Forename",
        "Forename(s)",
        "First name",
    ),
    "school_name": ("School", "School Name", "Current School"),
    "school_laestab": ("DfE Number", "LAESTAB", "DfE No", "Estab No"),
    "leaving_year": ("Leaving Year", "Academic Year", "Year of leaving"),
    "full_name": (
        "Name",
        "Student Name",
        "Pupil Name",
        "Full Name",
        "Student",
        "Name of Student",
        "Pupil",
    ),
    "born_on": (
        "DOB",
        "Date of Birth",
        "D.O.B.",
        "D.O.B",
        "DoB",
        "Birth Date",
        "Date of birth (dd/mm/yyyy)",
        "Birthdate",
    ),
    "sex": ("Sex", "Gender", "M/F", "Sex (M/F)", "Legal Sex"),
    "postcode": ("Postcode", "Post Code", "Home Postcode", "Postal Code", "Post code"),
    "sen": ("SEN", "SEN Status", "SEND", "SEN Code", "SEND Status", "SEN Provision"),
    "disadvantaged": (
        "PP",
        "Pupil Premium",
        "Disadvantaged",
        "PP?",
        "Pupil Premium Indicator",
        "Pupil Premium (Y/N)",
        "FSM Ever 6",
    ),
    "form": (
        "Form",
        "Tutor Group",
        "Reg",
        "Reg Group",
        "Registration Group",
        "Form Group",
        "Tutor",
    ),
    "year_group": ("Year Group", "Year", "NC Year", "Yr"),
    "activity": (
        "Destination",
        "Destination Type",
        "Post 16 Destination",
        "Post-16 Destination",
        "Activity",
        "Current Activity",
        "Actual Destination",
        "Current Destination",
        "Confirmed Destination",
        "Destination Category",
        "Type of Destination",
        "Leaver Destination",
        "Current Situation",
        "Post 16 Route",
        "Destination Post 16",
        "Post-16 Activity",
        "Main Activity",
        "Destination (type)",
        "What are they doing?",
        "Actual destination type",
    ),
    "activity_code": ("Activity Code", "NCCIS Code", "Destination Code", "Current Activity Code"),
    "provider_name": (
        "Provider",
        "Institution",
        "Destination Institution",
        "Provider Name",
        "Provider / Employer",
        "College or Employer",
        "Name of Provider",
        "School/College/Employer",
        "Establishment Name",
        "Destination Name",
        "Name of institution",
        "Where",
        "College/Employer",
        "Institution / Employer",
        "Name of college or employer",
        "Provider/Employer name",
        "School or College",
    ),
    "course": ("Course", "Course Title", "Programme", "Course Name", "Subject(s)", "Qualification"),
    "level": ("Level", "Course Level", "Level of study", "Qual Level"),
    "started_on": ("Start Date", "Date Started", "StartDate", "Started", "Course Start Date"),
    "as_at": ("Date Confirmed", "Date confirmed", "Date Verified", "Confirmed On", "Date Checked"),
    "source": (
        "Source",
        "Source of Information",
        "Source of info",
        "Information from",
        "Confirmed by",
    ),
    "consent": ("Consent", "Consent to contact", "Consent given", "Consent (Y/N)"),
    "notes": ("Notes", "Comments", "Notes/Comments", "Other information", "Additional Information"),
    "intended": (
        "Intended Destination",
        "Intended destination",
        "Planned Destination",
        "Intention",
    ),
}

# Columns that schools keep beside, which mean nothing to us.  A parent's date of birth is no
# leaver's, and an admission number is no UPN.
STRANGE = (
    "House",
    "Bus Route",
    "KS4 Attendance %",
    "Laptop returned",
    "Locker No",
    "Parent DOB",
    "Parent Email",
    "Adm No",
    "Exam Number",
    "Careers interview done?",
    "Mentor",
    "Predicted Grade",
    "Photo consent",
    "Sibling in school",
)

# The headings of enrolment lists, by house style: our field -> theirs, in their order.
ENROLMENT_STYLES: tuple[dict[str, str], ...] = (
    {
        "forename": "Forename",
        "surname": "Surname",
        "born_on": "DOB",
        "postcode": "Postcode",
        "upn": "UPN",
        "own_laestab": "DfENo",
        "started_on": "StartDate",
        "ended_on": "EndDate",
        "level": "GoalLevel",
        "course": "GoalDescription",
    },
    {
        "reference": "Learner Ref",
        "surname": "Family Name",
        "forename": "Given Name",
        "born_on": "Date of Birth",
        "uln": "ULN",
        "postcode": "Postcode",
        "course": "Programme Title",
        "level": "Level",
        "started_on": "Start Date",
        "ended_on": "Actual End Date",
    },
    {
        "surname": "Last name",
        "forename": "First name",
        "born_on": "D.O.B.",
        "school_name": "Previous School",
        "course": "Course Title",
        "level": "Course Level",
        "started_on": "Date started",
        "ended_on": "Date left",
    },
    {
        "uln": "Unique Learner Number",
        "upn": "Unique Pupil Number",
        "surname": "Surname",
        "forename": "First Name",
        "sex": "Sex",
        "born_on": "Date of birth",
        "school_name": "School attended",
        "course": "Programme",
        "started_on": "Enrolment date",
        "ended_on": "Withdrawal date",
    },
)

# One column a year: how the heading names the autumn (full and short year) or the wave.
YEAR_STYLES = (
    "Sept {yy}",
    "Autumn {yyyy}",
    "Nov {yyyy}",
    "September {yyyy}",
    "{yyyy}/{next}",
    "Year {wave}",
    "Yr {wave}",
    "Oct-{yy}",
)


def heading(chance: random.Random, field: str) -> str:
    """A heading for one of our fields."""
    return chance.choice(HEADINGS[field])


def year_heading(style: str, summer: int, wave: int) -> str:
    """The heading of the column that answers a wave of the leavers of a summer."""
    autumn = summer + wave - 1
    return style.format(
        wave=wave, yyyy=autumn, yy=f"{autumn % 100:02d}", next=f"{(autumn + 1) % 100:02d}"
    )


def dressed(chance: random.Random, text: str, dress: str) -> str:
    """The heading as this school would type it: capitals, spaces at the end, underscores."""
    if dress == "capitals":
        return text.upper()
    if dress == "small":
        return text.lower()
    if dress == "underscores":
        return text.replace(" ", "_")
    if dress == "spaces":
        return text + chance.choice((" ", "\u00a0", "  ", ""))
    if dress == "colons":
        return text + ":"
    return text
