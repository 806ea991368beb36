"""What schools type that the demonstration's schools do not: answers, headings, titles.

Written from what careers leaders say and type, without a look at imports/maps and before the road
was ever tried with it.
"""

import random
from dataclasses import dataclass

# By the code that a careers leader would give the answer.
ANSWERS: dict[str, tuple[str, ...]] = {
    "210": (
        "Staying on – Y12 here",
        "Staying on with us",
        "Our sixth form",
        "Y12 (stayed on)",
        "In our 6th form",
        "Returned to Y12",
        "A Levels here",
        "Stayed here for A levels",
        "Back with us in Year 12",
        "Sixth form here - BTEC",
    ),
    "210 elsewhere": (
        "Sixth form at another school",
        "Another school's sixth form",
        "6th form – different school",
        "A levels at another school",
    ),
    "220": (
        "Sixth form coll",
        "A levels at sixth form college",
        "Sixth Form College – A Levels",
        "VIth form college",
        "6th form college, L3",
    ),
    "230": (
        "L3 BTEC at college",
        "College – L2 Bricklaying",
        "Level 1 at college",
        "At college (hair & beauty)",
        "FE coll",
        "College FT",
        "T Level at college",
        "College - Public Services",
        "Further ed college",
        "Coll",
        "College, motor vehicle",
        "Gone to college",
    ),
    "240": (
        "Uni – Business",
        "Gone to uni",
        "University (Law)",
        "Degree course",
        "HE – BSc Nursing",
        "At uni",
    ),
    "260": ("Gap yr", "Having a year out", "Gap year before uni"),
    "270": ("Other FT education", "Full time ed (other)"),
    "280": ("Specialist college placement", "SEN college", "Specialist coll"),
    "310": (
        "Appr. (plumbing)",
        "Apprenticeship – joinery",
        "L2 Apprenticeship",
        "Appr",
        "Apprenticeship with the council",
        "Electrician apprentice",
        "Started apprenticeship",
        "L3 appr - engineering",
    ),
    "330": (
        "Full time job – Tesco",
        "FT job",
        "Working full time",
        "F/T employment",
        "Job (warehouse)",
        "Works for dad's firm",
        "Army",
        "In the Army",
        "Royal Navy",
        "Working at Asda",
        "Got a job",
    ),
    "340": ("Job with day release", "FT job + training", "Working with training"),
    "360": ("PT job", "Part time job – McDonald's", "Working part time", "P/T job"),
    "380": ("Own business", "Self employed gardener", "Runs own business"),
    "410": ("With training provider", "Training prov", "Training course with a provider"),
    "450": ("Traineeship", "Traineeship (L1)"),
    "460": ("Supp. internship", "Supported internship"),
    "530": ("Re-engagement course", "Reengagement"),
    "619": (
        "Looking for work",
        "Looking for a job",
        "NEET",
        "Not in EET",
        "Nothing at present – looking",
        "Job hunting",
        "Unemployed - JSA",
        "NEET – looking for college course",
        "No job, at home",
    ),
    "630": ("Had a baby", "Young mum", "Caring for own child"),
    "640": ("Too ill", "Off sick long term", "Unwell - not in EET"),
    "710": ("YOI", "Prison", "In custody"),
    "730": ("Moved to Scotland", "Gone to live in Poland", "Moved to Wales", "Emigrated", "Abroad"),
    "810": (
        "Lost contact",
        "Unknown",
        "No reply",
        "Haven't heard",
        "DK",
        "NK",
        "No info",
        "Can't get hold of",
        "No answer to calls",
    ),
    "820": ("Can't trace", "Moved, no forwarding address", "No contact details"),
    "830": ("Won't tell us", "Doesn't want to say"),
}
# These name the employer themselves.
NAMES_EMPLOYER = (
    *("Army", "In the Army", "Royal Navy", "Full time job – Tesco", "Working at Asda"),
    *("Part time job – McDonald's", "Works for dad's firm", "Apprenticeship with the council"),
)
NOT_KNOWN = ("810", "820", "830")
# Of what a leaver means to do; other activities than these are nobody's plan in May.
PLANS: dict[str, tuple[str, ...]] = {
    "210": ("Staying on – Y12 here", "Our sixth form", "A levels here"),
    "220": ("Sixth form college", "Sixth form coll"),
    "230": ("College", "College – L2 Bricklaying", "L3 BTEC at college"),
    "280": ("Specialist college",),
    "310": ("Apprenticeship", "Appr. (plumbing)"),
    "330": ("Full time job", "Army"),
    "810": ("Undecided", "Not sure", "Doesn't know yet"),
}

HEADINGS: dict[str, tuple[str, ...]] = {
    "upn": ("UPN", "Unique Pupil No", "Pupil UPN", "UPN no"),
    "surname": ("Surname", "Last name", "Family name"),
    "forename": ("First name", "Forename", "Christian name"),
    "full_name": ("Leaver", "Young person", "Pupil name", "Name"),
    "born_on": ("DOB", "D.o.b.", "Date of birth", "Born"),
    "form": ("Tutor grp", "Form", "Reg"),
    "activity": (
        "Where did they go?",
        "What are they doing?",
        "Where now?",
        "Doing now",
        "Outcome",
        "Post-16 activity",
        "Progressed to",
        "Current status",
        "What they went on to",
    ),
    "activity after Y11": ("Activity after Y11", "Post-16 place", "After Year 11", "Post 16 route"),
    "provider_name": (
        "Name of place",
        "College / employer",
        "Who with",
        "Which college or employer?",
        "Name of college/employer",
    ),
    "course": ("Course", "Studying", "What course?"),
    "notes": ("Comments", "Any other info", "Notes"),
    "leaving_year": ("Left in", "Year left", "Leaver year", "Year of leaving"),
    "year_group": ("Yr", "Left from", "Year grp"),
    "year_after": ("Year after leaving", "Yr after leaving", "Years since leaving"),
}
COURSES = ("A levels", "Bricklaying L2", "BTEC Sport", "T Level Digital", "Hairdressing")
NOTES = ("Rang mum", "Doing well", "Emailed 3 times", "Sister in Y9", "Ask Mr Patel")

# {summer} is the year they left in, {before} the one before it, {autumn} when they were asked.
COHORT_TABS = (
    "{summer}",
    "Leavers {summer}",
    "Class of {summer}",
    "{before}-{short} leavers",
    "Summer {summer}",
)
COHORT_BANNERS = (
    "Year 11 leavers {summer}",
    "Y11 leavers of summer {summer}",
    "Leavers {before}/{short} (Year 11)",
)
YEAR_GROUPS = ("Autumn {autumn}", "Oct {autumn}", "November {autumn}", "{autumn}")
NOW_BANNERS = (
    "Where are our leavers now? November {autumn}",
    "Destinations check – Nov {autumn}",
    "Leavers' destinations, checked October {autumn}",
)
ACTUAL_BANNERS = (
    "Actual destinations October {autumn}",
    "Actual destinations - autumn {autumn}",
    "Confirmed destinations Oct {autumn}",
)
INTENDED_BANNERS = (
    "Intended destinations",
    "Intended destinations (May {summer})",
    "What our leavers intend to do",
)
MONTHS = ("{month} {short}", "{month} 20{short}", "{month}{short}")


@dataclass(frozen=True, slots=True)
class OtherStyle:
    """How one school keeps its leavers: its headings, its words, and what it writes at all."""

    headings: dict[str, str]
    words: dict[str, tuple[str, ...]]
    identity: tuple[str, ...]
    has_provider: bool
    has_course: bool
    has_notes: bool
    coverage: float
    choice: int  # of its titles, the same all over the school


def draw_style(chance: random.Random) -> OtherStyle:
    """One school's style; the words are a few of those for each answer."""
    names = chance.choice((("surname", "forename"), ("forename", "surname"), ("full_name",)))
    identity = [*names, "born_on"]
    if chance.random() < 0.4:
        identity.insert(len(names), "form")
    identity.insert(chance.choice((0, len(identity))), "upn")
    return OtherStyle(
        headings={field: chance.choice(texts) for field, texts in HEADINGS.items()},
        words={
            code: tuple(chance.sample(words, min(len(words), chance.randrange(1, 5))))
            for code, words in ANSWERS.items()
        },
        identity=tuple(identity),
        has_provider=chance.random() < 0.6,
        has_course=chance.random() < 0.3,
        has_notes=chance.random() < 0.4,
        coverage=chance.uniform(0.75, 0.97),
        choice=chance.randrange(60),
    )
