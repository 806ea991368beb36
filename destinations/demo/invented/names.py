"""Made-up people's names: the hyphens, accents, apostrophes and nicknames that real lists have."""

import random

GIRLS = (
    "Aaliyah Abigail Aisha Alexandra Alice Amelia Amina Anaïs Beatrice Bethany Caitlin Charlotte "
    "Chloé Daisy Eleanor Elizabeth Ellie Emily Esther Evie Faith Fatima Florence Freya Gabriella "
    "Georgina Grace Hannah Harriet Ibtisam Imogen Isabella Jasmine Jessica Josephine Katherine "
    "Kayleigh Khadija Lauren Lily Lola Lucy Madeleine Maisie Margaret Maryam Matilda Megan Mia "
    "Millie Natasha Niamh Olivia Paige Phoebe Poppy Priya Rachel Rebecca Renée Rosie Ruby Samantha "
    "Scarlett Siân Simran Sophia Summer Tabitha Tegan Theresa Victoria Yasmin Zainab Zoë"
).split()

BOYS = (
    "Aaron Abdullah Adam Aidan Alexander Alfie Andrew Arjun Ben Benjamin Bilal Blake Callum "
    "Cameron Charlie Christopher Connor Daniel David Dylan Edward Elijah Ethan Finley Francis "
    "Frederick Gabriel George Hamza Harrison Harvey Hasan Henry Ibrahim Isaac Jack Jacob Jake "
    "James Jayden Joel Jonathan Joseph Joshua Jürgen Kai Kieran Kofi Leo Lewis Liam Logan Luca "
    "Lucas Mason Matthew Max Michael Mohammed Muhammad Nathaniel Nicholas Noah Oliver Oscar Owen "
    "Patrick Rafael Reuben Rhys Robert Rory Ryan Samuel Seán Sebastian Thomas Timothy Toby Tyler "
    "William Yusuf Zachary"
).split()

SURNAMES = (
    "Abbott Adeyemi Ahmed Akhtar Appleby Ashworth Atkins Bainbridge Bannister Barker Beckett "
    "Begum Bellamy Bhatt Birkett Blackwood Booth Bowden Bradshaw Braithwaite Brennan Brook "
    "Burrows Butterworth Calder Cartwright Chaudhry Cheng Chowdhury Clegg Cockcroft Coombes "
    "Crabtree Cullen Dalton Dhillon Dixon Doherty Drummond Dunne Eastwood Eccles Fairclough "
    "Farrow Fernandes Fielding Flanagan Garside Gibbons Gill Goodall Greenhalgh Hackett Haigh "
    "Hardcastle Hartley Haworth Hegarty Hibbert Holroyd Hussain Ingham Iqbal Jagger Jeffries "
    "Jepson Kaczmarek Kearney Kendrick Khan Kilburn Lamb Leighton Lister Lockwood Lumb Mahmood "
    "Malik Marsden Mbeki Mellor Metcalfe Midgley Mistry Moorhouse Nasir Naylor Nguyen Nowak "
    "Nuttall Ogden Okafor Oldroyd Oyelaran Pandey Parkin Patel Pickering Platt Quigley Rahman "
    "Ramsden Redfern Rigby Rodrigues Rushworth Ryder Sadiq Schofield Shackleton Shaw Sidhu "
    "Singleton Slater Smith Stansfield Sutcliffe Swift Tattersall Thackray Thorpe Townend Turner "
    "Uddin Varley Vickers Wadsworth Walsh Whiteley Whitworth Wilcock Winterbottom Yates Yilmaz"
).split()

# Written as people write them, curly or straight; every letter can stand in Windows' own letters.
AWKWARD_SURNAMES = (
    "O’Connell",
    "O'Hara",
    "D’Souza",
    "D'Arcy",
    "N’Diaye",
    "Muñoz",
    "Gonçalves",
    "Brontë",
    "Müller",
    "Fitz-Gerald",
    "van der Meer",
    "de Souza",
    "Al-Rashid",
    "St John",
    "McAllister",
    "MacDonald",
)

NICKNAMES = {
    "Abigail": "Abi",
    "Alexander": "Alex",
    "Alexandra": "Alex",
    "Andrew": "Andy",
    "Beatrice": "Bea",
    "Benjamin": "Ben",
    "Bethany": "Beth",
    "Cameron": "Cam",
    "Charlotte": "Lottie",
    "Christopher": "Chris",
    "Daniel": "Dan",
    "David": "Dave",
    "Edward": "Ed",
    "Eleanor": "Ellie",
    "Elizabeth": "Lizzie",
    "Frederick": "Freddie",
    "Gabriella": "Gabby",
    "Georgina": "Georgie",
    "Isabella": "Bella",
    "Jacob": "Jake",
    "Jessica": "Jess",
    "Jonathan": "Jon",
    "Joseph": "Joe",
    "Josephine": "Josie",
    "Joshua": "Josh",
    "Katherine": "Kate",
    "Madeleine": "Maddie",
    "Margaret": "Maggie",
    "Matthew": "Matt",
    "Michael": "Mike",
    "Natasha": "Tash",
    "Nathaniel": "Nathan",
    "Nicholas": "Nick",
    "Patrick": "Paddy",
    "Rebecca": "Becky",
    "Robert": "Rob",
    "Samantha": "Sam",
    "Samuel": "Sam",
    "Sebastian": "Seb",
    "Theresa": "Tess",
    "Thomas": "Tom",
    "Timothy": "Tim",
    "Victoria": "Vicky",
    "William": "Will",
    "Zachary": "Zac",
}


def draw_sex(chance: random.Random) -> str:
    """F or M; now and then one of the two other census answers."""
    return chance.choices("FMUW", weights=(488, 488, 12, 12))[0]


def draw_forename(chance: random.Random, sex: str) -> str:
    """A forename; hyphened for one in forty."""
    names = {"F": GIRLS, "M": BOYS}.get(sex, GIRLS + BOYS)
    first = chance.choice(names)
    if chance.random() < 0.025:
        second = chance.choice([name for name in names if len(name) < 7 and name != first])
        return f"{first}-{second}"
    return first


def draw_surname(chance: random.Random) -> str:
    """A surname; hyphened for one in twelve, awkward to write for one in twelve."""
    turn = chance.random()
    if turn < 0.08:
        return "-".join(chance.sample(SURNAMES, 2))
    return chance.choice(AWKWARD_SURNAMES if turn < 0.16 else SURNAMES)


def nickname(forename: str) -> str:
    """What friends say, where there is such a name; the forename itself where there is none."""
    return NICKNAMES.get(forename, forename)
