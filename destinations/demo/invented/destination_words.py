"""What people in English schools type for a destination, and the other short words of a sheet."""

import random

# Said of a leaver, and meaning this code to any careers leader who reads it.
DESTINATIONS: dict[str, tuple[str, ...]] = {
    "210": (
        "School sixth form",
        "6th Form",
        "Sixth Form",
        "School 6th Form",
        "6th form (school)",
        "VI Form",
        "Own sixth form",
        "Stayed on - Year 12",
        "Sixth form at school",
        "Year 12",
        "School Sixth-Form",
        "Full time education - school sixth form",
        "Staying on in 6th form",
        "Yr 12",
        "Y12",
        "School sixth form (own school)",
        "Sixth form - same school",
        "6th form here",
    ),
    "220": (
        "Sixth Form College",
        "6th Form College",
        "SFC",
        "6th form coll",
        "Sixth form college (FT)",
        "VI Form College",
        "Full time education - sixth form college",
        "Sixth-form college",
    ),
    "230": (
        "FE College",
        "FE",
        "Further Education",
        "College",
        "F.E. College",
        "College (FE)",
        "Further Ed",
        "College course",
        "Full time college",
        "At college",
        "Full time education - further education",
        "FE - full time",
        "Further education college",
        "Local college",
        "College - full time",
        "FT College",
        "General FE college",
    ),
    "240": ("University", "Uni", "Higher Education", "HE", "Degree", "At university", "Univ"),
    "260": ("Gap Year", "Gap yr", "Gap year student", "Taking a gap year", "Year out"),
    "270": ("Other full-time education", "Full time education - other", "Other education"),
    "280": (
        "Special Post-16 Institution",
        "Specialist college",
        "SPI",
        "Specialist post 16",
        "Special post 16 institution",
        "Independent specialist college",
        "Specialist post-16 provider",
    ),
    "310": (
        "Apprenticeship",
        "Apprenticeships",
        "Apprenticeship with training",
        "App",
        "Apprentice",
        "Apprenticeship L2",
        "Apprenticeship (Level 3)",
        "Modern Apprenticeship",
        "Advanced Apprenticeship",
        "Intermediate apprenticeship",
        "App'ship",
        "Doing an apprenticeship",
    ),
    "330": (
        "Employment",
        "Employed",
        "Work",
        "Working",
        "Job",
        "Full time work",
        "FT Employment",
        "In work",
        "Full-time job",
        "Employment without training",
        "Job without training",
        "Full time employment",
        "F/T work",
    ),
    "340": (
        "Employment with training",
        "Job with training",
        "Work with training",
        "Full time employment with training",
    ),
    "360": ("Part time work", "Part-time job", "P/T work", "PT Employment", "Part time employment"),
    "380": ("Self employed", "Self-employed", "Self-employment", "Own business"),
    "410": (
        "Work based learning",
        "WBL",
        "Training provider",
        "Work-based learning",
        "With a training provider",
    ),
    "450": ("Traineeship", "On a traineeship"),
    "460": ("Supported Internship", "Supported internship (EHCP)"),
    "530": ("Re-engagement", "Re-engagement provision", "Re-engagement programme"),
    "619": (
        "NEET",
        "Unemployed",
        "NEET - seeking",
        "Looking for work",
        "Seeking work",
        "NEET (seeking)",
        "Job seeking",
        "Not in education, employment or training",
        "NEET - looking for work",
        "Seeking employment",
        "NEET - available",
        "Out of work",
        "Not working",
    ),
    "630": ("NEET - teenage parent", "Teenage parent", "Young parent"),
    "640": ("NEET - illness", "NEET (illness)", "Illness", "Long term sick", "NEET - health"),
    "710": ("Custody", "In custody", "YOI"),
    "810": (
        "Not known",
        "Unknown",
        "NK",
        "N/K",
        "Not Known",
        "?",
        "Don't know",
        "Destination unknown",
        "Situation not known",
        "No information",
        "Not yet known",
        "Current situation not known",
        "n/k",
    ),
    "820": (
        "Cannot be contacted",
        "Unable to contact",
        "No contact",
        "Can't contact",
        "Not contactable",
        "Uncontactable",
    ),
    "830": ("Refused", "Declined to say", "Refused to say", "Refused to disclose", "Will not say"),
}

# Slips of the keyboard that everybody reads rightly.
SLIPS = {
    "Apprenticeship": "Apprentiship",
    "Apprentice": "Aprentice",
    "University": "Univeristy",
    "Sixth Form College": "Sixth From College",
    "Further Education": "Futher Education",
    "Employment": "Employement",
    "Unknown": "Unkown",
    "Unemployed": "Unemplyed",
}

# What nobody but its writer can code.
RIDDLES = (
    "see notes",
    "As discussed with Mrs B",
    "tbc???",
    "ask Sue",
    "Plan B",
    "xx",
    "as last yr",
    "moved away",
    "Something with horses",
    "will let you know",
    "Hmm",
)

INTENDED: dict[str, tuple[str, ...]] = {
    "same school": ("Sixth form here", "Stay at this school", "Our sixth form"),
    "other education or training": ("College", "FE College", "Sixth form college"),
    "apprenticeship or traineeship": ("Apprenticeship", "Apprentice"),
    "work without training": ("Work", "Job"),
    "undecided": ("Undecided", "Not sure", "Don't know yet"),
}

NOTES = (
    "Rang home, no answer",
    "Confirmed by email",
    "Doing really well",
    "Mum says still there",
    "transition visit done",
    "See careers file",
    "Spoke to brother\nwho confirmed",
    "Bus pass issue",
)

COURSES = (
    "A Levels",
    "BTEC Sport",
    "T Level Health",
    "Level 2 Plumbing",
    "Hair and Beauty",
    "Motor Vehicle",
    "Art & Design",
    "Foundation Learning",
    "Business L3",
    "Joinery",
)

SEXES = (
    {"F": "F", "M": "M", "U": "U", "W": "W"},
    {"F": "Female", "M": "Male", "U": "Unknown", "W": "Prefer not to say"},
    {"F": "f", "M": "m", "U": "u", "W": "w"},
)
SENS = (
    {"N": "N", "K": "K", "E": "E"},
    {"N": "", "K": "K", "E": "E"},
    {"N": "No SEN", "K": "SEN Support", "E": "EHCP"},
    {"N": "N", "K": "K", "E": "EHCP"},
    {"N": "None", "K": "SEN support", "E": "EHC Plan"},
)
YES_OR_NO = (
    {True: "Y", False: "N"},
    {True: "Yes", False: "No"},
    {True: "Y", False: ""},
    {True: "TRUE", False: "FALSE"},
    {True: "1", False: "0"},
)
SOURCES = (
    ("School", "Provider", "Student"),
    ("Tutor", "College", "Leaver"),
    ("School records", "College list", "Parent"),
)

UNKNOWN = ("810", "820", "830")


def draw_words(chance: random.Random, *, coded: bool) -> dict[str, tuple[str, ...]]:
    """What one school types: a few of the words for each code, or the code itself."""
    if coded:
        return {code: (code,) for code in DESTINATIONS}
    return {
        code: tuple(chance.sample(words, min(len(words), chance.choice((1, 2, 3, 4)))))
        for code, words in DESTINATIONS.items()
    }
