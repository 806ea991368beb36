"""Rules: each with rows that break it, and the same rows put right.

A row is Ada's, or another's where it begins "ben:" or "cara:", and then what is typed otherwise.
Rows of one sheet are parted by "/".  A cell may also be marked (upn~damaged), a column taken out
(-surname), and a wave, kind, stage or day of sending said.
"""

from datetime import date

import pytest

from expectations.catalogue import catalogue
from expectations.engine.suites import FIRST
from expectations.tolerances import Tolerances
from expectations.validating import validate
from models.handoffs.normalised import NormalisedSubmission
from models.vocabulary import LeavingStage, SubmissionKind
from tests.builders.rows import ADA, leaver, submission, typed

EXAMPLES = r"""
I01 | upn=845400011032                          | upn=E845400011032
I01 | upn=80120000500                           | upn=
I01 | upn=B8012000050012                        | upn= b801 200005001
I02 | upn=8B01200005001                         | upn=N88641002301A
I02 | upn=I801200005001                         | upn=N88641002301A
I02 | upn=B801200005O01                         | upn=B801200005001
I03 | upn=C801200005001                         | upn=B801200005001
I04 | upn=1.23457E+12 upn~damaged               | upn=B801200005001
I05 | upn=not_known                             | upn=
I06 | upn=F999999999999                         | upn=P886410023001
I10 | uln=9.07084E+09 uln~damaged               | uln=9276308686
I11 | uln=927630868                             | uln=
I11 | uln=0123456789                            | uln=1000000000
I11 | uln=9.07E+09                              | uln=9999999904
I12 | uln=9276308687                            | uln=9276308686
I12 | uln=1000000060                            | uln=1234567899
I13 | uln=tbc                                   | uln=9999999999 uln~placeholder
I20 | provider_urn=12168                        | provider_urn=121681
I21 | provider_ukprn=20004165                   | provider_ukprn=10004165
I22 | provider_laestab=815400                   | provider_laestab=8154004
I23 | school_urn=9007                           | school_urn=900701
I24 | school_laestab=4004                       | school_laestab=815/4004
I25 | school_urn=900702 / ben: school_urn=900701 | school_urn=900701 / ben: school_urn=900701
I25 | school_urn=900702 / ben: school_urn=900701 | school_urn=900702 / ben: school_urn=900702
I30 | postcode=TR1                              | postcode=TR1_2AB
I30 | postcode=12_High_Street                   | postcode=tr12ab
I30 | postcode=TR1_2A                           | postcode=ZZ99_3VZ

P01 | surname=                                  | surname=O’Brien-Smith
P01 | surname= -surname upn= uln=               | surname= -surname
P02 | forename=                                 | forename=Zoë
P03 | born_on=                                  | born_on=29/02/2004 sent=2020 cohort=2019
P04 | born_on=31/02/2007                        | born_on=28/02/2007
P04 | born_on=Tuesday                           | born_on=01/09/2006
P05 | born_on=03/04/2007 born_on~~ambiguous     | born_on=03/04/2007
P06 | surname= forename= full_name=Okafor_Ada   | full_name=Okafor,_Ada
P10 | born_on=14/02/1997                        | born_on=14/02/2007
P10 | born_on=14/02/2017                        | born_on=31/08/2007
P10 | born_on=31/08/2004                        | born_on=14/02/2005 stage=Y13
P11 | born_on=31/08/2006                        | born_on=01/09/2006
P11 | born_on=01/09/2007                        | born_on=31/08/2007
P11 | born_on=01/09/2004                        | born_on=01/09/2004 stage=Y13
P12 | surname=Test                              | surname=Tester-Jones
P12 | surname=Smith2                            | surname=Nguyễn
P12 | surname=???                               | surname=Na
P13 | forename=Ada2                             | forename=Ng
P13 | forename=A.N._Other                       | forename=A.
P20 | sex=Q                                     | sex=M
P21 | sen=Z                                     | sen=
P22 | disadvantaged=perhaps                     | disadvantaged=N
P23 | ethnicity=WXYZ                            | ethnicity=White_British
P23 | ethnicity=ABRI                            | ethnicity=ABRI sent=2024
P24 | consent=spoke_to_mum                      | consent=Y
P25 | cohort_status=Q                           | cohort_status=P

D01 | activity=went_to_sea                      | activity=Apprenticeship
D02 | activity=                                 | activity=810 provider_name=
D02 | activity= wave=none                       | activity= wave=2
D03 | intended=see_the_world                    | intended=Apprenticeship
D04 | activity=120                              | activity=120 wave=0
D05 | activity=510 provider_name=               | activity=619 provider_name=
D06 | activity=460                              | activity=460 sen=E
D06 | activity=280                              | activity=280 sen=
D07 | activity=440                              | activity=440 stage=Y13 born_on=14/02/2005
D08 | provider_name=                            | provider_name= provider_ukprn=10004165
D08 | activity=310 provider_name=               | provider_name= -provider_name
D09 | started_on=11/09/2032                     | started_on=20/11/2023
D09 | started_on=21/11/2023                     | started_on=21/11/2023 activity=616
D10 | started_on=11/09/2013                     | started_on=11/09/2013 activity=210
D11 | ended_on=01/09/2023                       | ended_on=11/09/2023
D12 | activity=619                              | activity=615
D12 | activity=810                              | activity=810 provider_name=
D14 | started_on=31/09/2023                     | started_on=
D15 | ended_on=soon                             | ended_on=01/06/2025
D16 | as_at=31/11/2023                          | as_at=01/11/2023
D17 | as_at=21/11/2023                          | as_at=20/11/2023
D18 | as_at=01/09/2023                          | as_at=11/09/2023
D19 | source=a_bird                             | source=family
D20 | activity=240                              | activity=240 wave=3
D20 | activity=240 wave=2                       | activity=240 stage=Y13 born_on=14/02/2005
D21 | activity=330                              | activity=330 provider_name=Collegiate_Garage
D21 | activity=330 provider_name=University_of_Wold | activity=330 provider_name=Wold_Primary_School
D21 | activity=330 provider_name=Wold_High_School | activity=330 provider_name=Wold_Dance_School
D22 | provider_name=Penrose_Garage_Ltd          | provider_name=Penrose_Garage_Ltd activity=310
D22 | provider_name=A_Garage_Limited             | provider_name=Wold_Training_Ltd
D23 | activity=Apprenticeship activity_beside=240 | activity=Apprenticeship activity_beside=310
D23 | activity=NEET provider_name= activity_beside=810 | activity=College activity_beside=280
D23 | activity=Sixth_form activity_beside=330 | activity=Sixth_form activity_beside=220
D23 | activity=College activity_beside=240 | activity=College activity_beside=450
D23 | activity=College activity_beside=820 | activity=College activity_beside=
D23 | activity=240 wave=3 activity_beside=230 | activity=540 provider_name= activity_beside=550
D25 | enrolled=N                                | enrolled=N ended_on=12/10/2023
D25 | enrolled=N                                | enrolled=Y
D25 | enrolled=N                                | enrolled=N wave=0
D25 | enrolled=N                                | enrolled=N activity=619 provider_name=

E01 | surname= upn= uln= -surname               | surname= upn= -surname
E01 | born_on= upn= uln= -born_on               | upn= uln=
E02 | started_on=                               | started_on=11/09/2023
E03 | started_on=11/09/2032 born_on=14/02/2015  | started_on=11/09/2023
E04 | born_on=14/02/1997                        | born_on=14/02/1999
E05 | / ada:                                    | / ada: course=Plumbing
E06 | enrolled=N                                | enrolled=N ended_on=12/10/2023
E06 | enrolled=N ended_on=12/07/2024             | enrolled=N ended_on=12/10/2023
E06 | enrolled=N                                | enrolled=
E07 | withdrawn=Y                               | withdrawn=Y ended_on=12/10/2023
E07 | withdrawn=Y                               | withdrawn=N
E07 | withdrawn=Y enrolled=Y                    | withdrawn=Y enrolled=N
E08 | enrolled=perhaps                          | enrolled=perhaps ended_on=12/10/2023
E08 | enrolled=perhaps                          | enrolled=Y

R01 | / ada:                                    | / ben:
R01 | / ada: upn=                               | / ada: upn= born_on=15/02/2007
R01 | / ada: forename=Adaeze                    | / ada: wave=2
R01 | activity=810 provider_name= / ada: activity=820 provider_name= | / ben:
R02 | / ada: activity=Apprenticeship            | / ben: activity=Apprenticeship
R02 | / ada: born_on=15/02/2007                 | / ben: born_on=14/02/2007
R11 | / ada: activity=Apprenticeship            | / ada:
R03 | uln= / ben: upn=B801200005001             | / ben:
R03 | uln= / ada: forename=Ben uln=             | / ben: surname=Okafor born_on=14/02/2007
R04 | upn= / ben: uln=9276308686                | / ben: uln=
R05 | uln= / ada: upn=N88641002301A uln=        | / ada: upn=N88641002301A uln= born_on=15/02/2007
R06 | surname=14/02/2007 born_on=Okafor         | surname=Okafor born_on=14/02/2007
R06 | upn= surname=B801200005001 forename=Okafor born_on=Ada sex= | upn=
R06 | surname=Ada forename=14/02/2007 born_on=F sex=N sen= | surname=Ada
R06 | surname=B801200005001 upn=14/02/2007      | surname=Okafor
"""

# A sheet on which all agree where people differ: (the column, its one value).
CROWDS = {
    "R07": ("born_on", "01/01/2007"),
    "R08": ("forename", "Ada"),
    "R09": ("surname", "Okafor"),
    "R10": ("activity", "College"),
}

PEOPLE = {"ada": ADA, "ben": leaver(1), "cara": leaver(2)}
GX_RULES = sorted({code for codes in FIRST.values() for code in codes})


def _lines() -> list[tuple[str, str, str]]:
    cells = (line.split("|") for line in EXAMPLES.splitlines() if line.strip())
    return [(code.strip(), bad.strip(), good.strip()) for code, bad, good in cells]


LINES = _lines()


def drawn(code: str, text: str, number: int) -> NormalisedSubmission:
    """One submission, as drawn."""
    words = text.split()
    said = {
        name: word.split("=")[1]
        for word in words
        for name in ("stage", "sent", "cohort")
        if word.startswith(f"{name}=")
    }
    kind = SubmissionKind.ENROLMENTS if code[0] == "E" else SubmissionKind.LEAVERS
    more = {}
    if "stage" in said:
        more["leaving_stage"] = LeavingStage(said["stage"])
    if "cohort" in said:
        more["academic_year"] = int(said["cohort"])
    if "sent" in said:
        more["sent_on"] = date(int(said["sent"]), 11, 20)
    rows = [_row(words.strip(), n) for n, words in enumerate(text.split("/ "))]
    return submission(rows, number=number, kind=kind, **more)


def _row(text: str, n: int):
    words = text.split()
    who, cells = "ada", {}
    if words and words[0].endswith(":"):
        who = words.pop(0)[:-1]
    marks, gone, kept, wave = {}, set(), {}, 1
    for word in words:
        name, is_cell, value = word.partition("=")
        if "~" in word:
            name, _, mark = word.replace("~~", "~").partition("~")
            marks[name] = mark
            kept |= {name: None} if "~~" in word else {}
        elif word.startswith("-"):
            gone.add(word[1:])
        elif name == "wave":
            wave = None if value == "none" else int(value)
        elif is_cell and name not in ("stage", "sent", "cohort"):
            cells[name] = value.replace("_", " ")
    everything = {**PEOPLE[who], **cells}
    row = typed(everything, row=n + 2, wave=wave, marks=marks)
    fields = [name for name in row.columns if name not in gone]
    values = {name: typed(everything).values[name] for name in kept}
    return typed(everything, row=n + 2, wave=wave, marks=marks, fields=fields, values=values)


@pytest.fixture(scope="module")
def codes_by_example():
    """The codes told for every example, all judged together."""
    sheets = {}
    for n, (code, bad, good) in enumerate(LINES):
        sheets[2 * n], sheets[2 * n + 1] = drawn(code, bad, 2 * n), drawn(code, good, 2 * n + 1)
    judged = validate(list(sheets.values()))
    assert not judged.faults
    return {number: {one.code for one in judged.findings[number]} for number in sheets}


@pytest.mark.parametrize("n", range(len(LINES)), ids=lambda n: f"{LINES[n][0]} {LINES[n][1]}")
def test_a_bad_row_is_told_its_rule_and_no_other(n, codes_by_example):
    code = LINES[n][0]
    assert codes_by_example[2 * n] == ({"R02", "R11"} if code in ("R02", "R11") else {code})


@pytest.mark.parametrize("n", range(len(LINES)), ids=lambda n: f"{LINES[n][0]} {LINES[n][2]}")
def test_the_same_row_put_right_is_told_nothing_of_it(n, codes_by_example):
    assert LINES[n][0] not in codes_by_example[2 * n + 1]


def test_every_rule_of_the_suites_is_drawn_here():
    assert sorted({code for code, *_ in LINES} | set(CROWDS) | {"D24"}) == GX_RULES


def test_a_column_filled_down_is_told_once():
    crowds = {
        code: submission(
            [typed(leaver(n) | {field: value}, row=n) for n in range(2, 32)], number=number
        )
        for number, (code, (field, value)) in enumerate(CROWDS.items())
    }
    judged = validate(list(crowds.values()))
    for code, crowd in crowds.items():
        [finding] = judged.findings[crowd.metadata.submission_id]
        letter = crowd.rows[0].columns[CROWDS[code][0]].letter
        assert (finding.code, finding.row, finding.column) == (code, None, letter)
        assert catalogue()[code].severity == finding.severity


def a_sheet_of_strangers(strange: int, known: int) -> NormalisedSubmission:
    """A sheet on which so many destinations are in words that nobody knows."""
    words = ["Route A"] * strange + ["College"] * known
    return submission(
        [typed(leaver(n) | {"activity": word}, row=n) for n, word in enumerate(words, 2)]
    )


@pytest.mark.parametrize(
    ("strange", "known", "says"),
    [(9, 31, "9 of the 40"), (5, 15, "5 of the 20"), (4, 4, None), (8, 32, None)],
)
def test_a_sheet_with_words_of_its_own_is_asked_once_what_they_mean(strange, known, says):
    found = validate([a_sheet_of_strangers(strange, known)]).findings[1]
    assert sum(one.code == "D01" for one in found) == strange
    asked = [one for one in found if one.code == "D24"]
    assert [(one.row, one.column, one.value, one.says) for one in asked] == [
        (None, "H", "", f"{says} destinations here are in words that we do not know")
    ] * bool(says)


def test_how_many_strange_words_are_too_many_is_a_hubs_own_limit():
    sheet = a_sheet_of_strangers(4, 4)
    strict = validate([sheet], tolerances=Tolerances(unknown_words_from=2)).findings[1]
    assert "D24" in {one.code for one in strict}


def test_few_rows_may_well_agree():
    crowd = [typed(leaver(n) | {"activity": "College"}, row=n) for n in range(2, 12)]
    assert validate([submission(crowd)]).findings[1] == ()


def test_everybody_of_a_good_sheet_is_told_nothing():
    crowd = [typed(leaver(n), row=n + 2) for n in range(400)]
    assert validate([submission(crowd)]).findings[1] == ()
