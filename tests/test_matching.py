"""Who a row is about: drawn tables of people known and rows sent, and what must always hold."""

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from destinations.linkage.identities import parse_identity
from destinations.linkage.match_results import KnownLeaver, MatchOutcome, RowMatch
from destinations.matching import match_leavers
from models.facts.identifiers import is_valid_uln, is_valid_upn
from models.handoffs.normalised import NormalisedRow
from models.handoffs.sheets import Value

# Three UPNs and two ULNs whose checks are right.
U1, U2, U3 = "B801200005001", "Q801200005002", "E801200005003"
T1 = "N88641002301A"  # a temporary one
L1, L2 = "9276308686", "2590830164"

BORN = date(2008, 3, 14)


def person(drawn: str) -> dict[str, Value]:
    """ "Surname, Forename 14/3/2008 UPN ULN postcode" with any of the last left out."""
    names, _, rest = drawn.partition("|")
    surname, _, forename = names.partition(",")
    values: dict[str, Value] = {"surname": surname.strip(), "forename": forename.strip()}
    for word in rest.split():
        if "/" in word:
            day, month, year = (int(part) for part in word.split("/"))
            values["born_on"] = date(year, month, day)
        elif len(word) == 13:
            values["upn"] = word
        elif len(word) == 10 and word.isdigit():
            values["uln"] = word
        else:
            values["postcode"] = word
    return values


def row(number: int, values: dict[str, Value]) -> NormalisedRow:
    return NormalisedRow("", number, 1, {}, values, {})


def matched(
    known: Sequence[str], sent: Sequence[str], *, makes_people: bool = True
) -> tuple[RowMatch, ...]:
    people = [
        KnownLeaver(at, parse_identity(person(drawn))) for at, drawn in enumerate(known, start=1)
    ]
    rows = [row(at, person(drawn)) for at, drawn in enumerate(sent, start=2)]
    return match_leavers(rows, people, makes_people=makes_people)


def in_words(one: RowMatch) -> str:
    return f"person {one.person_id}" if one.outcome is MatchOutcome.SURE else one.outcome.value


# known                                       row                                        outcome
EXAMPLES = f"""
    Lee, Sam | 14/3/2008 {U1}               > Lee, Sam | 14/3/2008 {U1}                > person 1
    Lee, Sam | 14/3/2008 {U1}               > LEE, SAMUEL | 14/3/2008 {U1}             > person 1
    Lee, Sam | 14/3/2008 {U1}               > Khan-Lee, Sam | 15/3/2008 {U1}           > person 1
    Lee, Sam | 14/3/2008 {U1}               > Khan, Omar | 14/3/2008 {U1}              > person 1
    Lee, Sam | 14/3/2008 {U1}               > Khan, Omar | 1/9/2007 {U1}               > unsure
    Lee, Sam | 14/3/2008 {U1}               > Lee, Sam | 14/3/2008                     > person 1
    Lee, Sam | 14/3/2008                    > Lee, Sam | 14/3/2008 {U1}                > person 1
    Lee, Sam | 14/3/2008 {U1}               > Lee, Sam | 14/3/2008 {U2}                > unsure
    Lee, Sam | 14/3/2008 {T1}               > Lee, Sam | 14/3/2008 {U2}                > person 1
    Lee, Sam | 14/3/2008 {T1}               > Lee, Sam | 14/3/2008 {T1}                > person 1
    Lee, Sam | 14/3/2008 {T1}               > Lee, Ana | 14/3/2008 {U2}                > unsure
    Lee, Sam | 14/3/2008 {U1}               > Lee, Ana | 14/3/2008 {U2}                > new
    Lee, Sam | 14/3/2008 {U1}               > Lee, Ana | 14/3/2008                     > unsure
    Lee, Sam | 14/3/2008 {L1}               > Lee, Samuel | 14/3/2008 {L1}             > person 1
    Lee, Sam | 14/3/2008 {L1}               > Khan, Omar | 1/9/2007 {L1}               > unsure
    Lee, Sam | 14/3/2008 {L1} {U1}          > Lee, Sam | 14/3/2008 {L1} {U2}           > unsure
    O’Neill, Zoë | 14/3/2008                > O'NEILL, Zoe | 14/3/2008                 > person 1
    Smith-Jones, Anne-Marie | 14/3/2008     > Smith Jones, Annemarie | 14/3/2008       > person 1
    Łukasik, José | 14/3/2008               > Lukasik, Jose | 14/3/2008                > person 1
    Grant, Harriet | 14/3/2008              > Harriet, Grant | 14/3/2008               > person 1
    Khan, Mohammed Ali | 14/3/2008          > Khan, Mohammed | 14/3/2008               > person 1
    Khan, Mohammed Ali | 14/3/2008          > Khan, Mohammed Hassan | 14/3/2008        > unsure
    Knight, Ellie | 14/3/2008               > Knight, Ell | 14/3/2008                  > person 1
    Knight, Harriet | 14/3/2008             > Knight, Harr | 14/3/2008                 > person 1
    Knight, Bill | 14/3/2008                > Knight, William | 14/3/2008              > person 1
    Knight, Kate | 14/3/2008                > Knight, Katie | 14/3/2008                > person 1
    Knight, Al | 14/3/2008                  > Knight, Alice | 14/3/2008                > unsure
    Knight, Elizabeth (Liz) | 14/3/2008     > Knight, Liz | 14/3/2008                  > person 1
    Shah-Ward, Lorraine | 14/3/2008         > Ward, Lorraine | 14/3/2008               > person 1
    Ward, Lorraine | 14/3/2008              > Shah Ward, Lorraine | 14/3/2008          > person 1
    Shah-Ward, Lorraine | 14/3/2008         > Ward-Shah, Lorraine | 14/3/2008          > person 1
    MacDonald, Lorraine | 14/3/2008         > McDonald, Lorraine | 14/3/2008           > person 1
    Ward, Lorraine | 14/3/2008              > Ward, Lorraine | 15/3/2008               > unsure
    Ward, Lorraine | 4/3/2008               > Ward, Lorraine | 3/4/2008                > unsure
    Ward, Lorraine | 14/3/2008 {U1}         > Ward, Lorraine | 14/3/2007 {U2}          > new
    Whittaker, Lorraine | 14/3/2008         > Whitaker, Lorraine | 14/3/2008           > unsure
    Whittaker, Ann | 14/3/2008 BN71AA       > Whitaker, Ann | 14/3/2008 BN71AA         > person 1
    Ward, Lorraine | 14/3/2008 BN71AA       > Ward, Lorriane | 14/3/2008 BN71AA        > unsure
    Ward, Lorraine | 14/3/2008              > Ward, Lorriane | 14/3/2008               > unsure
    Ward, Lorraine | 14/3/2008              > Baker, Lorraine | 14/3/2008              > unsure
    Ward, Lorraine | 14/3/2008 {U1}         > Baker, Lorraine | 14/3/2008              > unsure
    Ward, Lorraine | 14/3/2008 {U1}         > Baker, Lorraine | 14/3/2008 {U2}         > new
    Ward, Lorraine | 14/3/2008              > Baker, Tom | 2/9/2007                    > new
    Ward, Lorraine | 14/3/2008              > Ward, Lorraine |                         > unsure
"""


@pytest.mark.parametrize(
    "drawn", [line for line in EXAMPLES.splitlines() if line.strip()], ids=lambda line: line.strip()
)
def test_a_row_of_a_school_sheet_is_about(drawn: str) -> None:
    known, sent, outcome = drawn.split(">")
    assert in_words(matched([known], [sent])[0]) == outcome.strip()


# In a hub a likeness means less than in one cohort, and nobody is made up from a college's list.
LIST_EXAMPLES = f"""
    Lee, Sam | 14/3/2008 {U1} BN71AA        > Lee, Sam | 14/3/2008 {U1}                > person 1
    Lee, Sam | 14/3/2008 {U1}               > Lee, Sam | 14/3/2008                     > person 1
    Lee, Sam | 14/3/2008                    > Lee, Ana | 14/3/2008                     > nobody
    Lee, Sam | 14/3/2008                    > Lee, Simon | 14/3/2008                   > unsure
    Lee, Sam | 14/3/2008 BN71AA             > Lee, Ana | 14/3/2008 BN71AA              > unsure
    Lee, Sam | 14/3/2008                    > Lee, Sam | 2/9/2007                      > nobody
    Lee, Sam | 14/3/2008 BN71AA             > Lee, Sam | 2/9/2007 BN71AA               > unsure
    Lee, Sam | 14/3/2008                    > Lee, Sam |                               > nobody
    Lee, Sam | 14/3/2008 BN71AA             > Lee, Sam | BN71AA                        > unsure
    Lee, Sam | 14/3/2008 {U1}               > , | {U1}                                 > person 1
    Lee, Sam | 14/3/2008                    > Baker, Tom | 2/9/2007                    > nobody
"""


@pytest.mark.parametrize(
    "drawn",
    [line for line in LIST_EXAMPLES.splitlines() if line.strip()],
    ids=lambda line: line.strip(),
)
def test_a_row_of_an_enrolment_list_is_about(drawn: str) -> None:
    known, sent, outcome = drawn.split(">")
    assert in_words(matched([known], [sent], makes_people=False)[0]) == outcome.strip()


def test_two_people_at_the_level_that_decides_mean_that_nobody_is_sure() -> None:
    twins = ["Lee, Elliot | 14/3/2008", "Lee, Ellie | 14/3/2008"]
    (one,) = matched(twins, ["Lee, Ell | 14/3/2008"])
    assert one.outcome is MatchOutcome.UNSURE
    assert set(one.candidates) == {1, 2}


def test_a_short_form_is_not_sure_beside_a_twin() -> None:
    twins = ["Lee, Harriet | 14/3/2008", "Lee, Thomas | 14/3/2008"]
    assert matched(twins, ["Lee, Harr | 14/3/2008"])[0].outcome is MatchOutcome.UNSURE


def test_a_upn_of_one_leaver_with_the_name_and_birth_of_another_waits() -> None:
    known = [f"Lee, Sam | 14/3/2008 {U1}", f"Lee, Ana | 14/3/2008 {U2}"]
    (one,) = matched(known, [f"Lee, Ana | 14/3/2008 {U1}"])
    assert one.outcome is MatchOutcome.UNSURE
    assert set(one.candidates) == {1, 2}


def test_twins_of_a_first_sheet_are_two_people() -> None:
    sent = [f"Lee, Sam | 14/3/2008 {U1}", f"Lee, Ana | 14/3/2008 {U2}", "Lee, Max | 14/3/2008"]
    found = matched([], sent)
    assert [one.outcome for one in found] == [MatchOutcome.NEW] * 3
    assert len({one.newcomer for one in found}) == 3


def test_a_twin_whose_row_waited_is_new_beside_the_row_of_the_other() -> None:
    sam = f"Lee, Sam | 14/3/2008 {U1} BN71AA"
    for ana in ("Lee, Ana | 14/3/2008 BN71AA", "Lee, Ana | 14/3/2008"):
        assert [in_words(one) for one in matched([sam], [sam, ana])] == ["person 1", "new"]
        assert in_words(matched([sam], [ana])[0]) == "unsure"


def test_another_surname_is_another_leaver_beside_the_row_of_the_first() -> None:
    ward, baker = "Ward, Lorraine | 14/3/2008", "Baker, Lorraine | 14/3/2008"
    assert [in_words(one) for one in matched([ward], [ward, baker])] == ["person 1", "new"]
    assert in_words(matched([ward], [baker], makes_people=False)[0]) == "nobody"


def test_two_of_one_name_with_their_own_upns_in_one_sheet_are_two() -> None:
    sam, other = f"Lee, Sam | 14/3/2008 {U1}", f"Lee, Sam | 14/3/2008 {U2}"
    assert [in_words(one) for one in matched([sam], [sam, other])] == ["person 1", "new"]


def test_twins_with_one_upn_between_them_wait() -> None:
    sent = [f"Lee, Sam | 14/3/2008 {U1}", f"Lee, Ana | 14/3/2008 {U1}"]
    assert [one.outcome for one in matched([], sent)] == [MatchOutcome.UNSURE] * 2


def test_a_second_twin_does_not_take_the_first_ones_upn() -> None:
    sent = [f"Lee, Sam | 14/3/2008 {U1}", f"Lee, Ana | 14/3/2008 {U1}"]
    found = matched([f"Lee, Sam | 14/3/2008 {U1}"], sent)
    assert [in_words(one) for one in found] == ["person 1", "unsure"]


def test_the_same_leaver_twice_in_one_sheet_is_one_newcomer() -> None:
    sent = [f"Lee, Sam | 14/3/2008 {U1}", "LEE, SAM | 14/3/2008", f"Lee, Samuel | 15/3/2008 {U1}"]
    found = matched([], sent)
    assert [one.outcome for one in found] == [MatchOutcome.NEW] * 3
    assert len({one.newcomer for one in found}) == 1


def test_two_of_one_name_and_birth_with_their_own_upns_are_two_and_a_third_row_waits() -> None:
    sent = [f"Lee, Sam | 14/3/2008 {U1}", f"Lee, Sam | 14/3/2008 {U2}", "Lee, Sam | 14/3/2008"]
    found = matched([], sent)
    assert [one.outcome for one in found] == [
        MatchOutcome.NEW,
        MatchOutcome.NEW,
        MatchOutcome.UNSURE,
    ]
    assert found[0].newcomer != found[1].newcomer


def test_a_row_is_not_drawn_to_somebody_with_another_upn_by_its_double() -> None:
    sent = [f"Lee, Sam | 14/3/2008 {U2}", "Lee, Sam | 14/3/2008"]
    found = matched([f"Lee, Sam | 14/3/2008 {U1}"], sent)
    assert [one.outcome for one in found] == [MatchOutcome.UNSURE] * 2


def test_a_double_without_a_upn_goes_with_the_one_that_has_it() -> None:
    sent = [f"Lee-Ward, Sue | 14/3/2008 {U1}", "Lee-Ward, Sue | 14/3/2008"]
    found = matched([f"Khan, Ana | 14/3/2008 {U1}"], sent)
    assert [in_words(one) for one in found] == ["person 1"] * 2


def test_rows_that_may_be_one_person_under_a_short_name_wait() -> None:
    found = matched([], ["Lee, Ellie | 14/3/2008", "Lee, Ell | 14/3/2008"])
    assert [one.outcome for one in found] == [MatchOutcome.UNSURE] * 2


def test_two_short_forms_of_one_leaver_do_not_both_claim_them() -> None:
    found = matched(
        ["Lee, Elizabeth | 14/3/2008"], ["Lee, Liz | 14/3/2008", "Lee, Beth | 14/3/2008"]
    )
    assert [one.outcome for one in found] == [MatchOutcome.UNSURE] * 2


def test_the_likeliest_candidate_comes_first() -> None:
    known = ["Lee, Simone | 14/3/2008", "Lee, Stephanie | 14/3/2008"]
    (one,) = matched(known, ["Lee, Simmone | 14/3/2008"])
    assert one.outcome is MatchOutcome.UNSURE
    assert one.candidates[0] == 1


def test_the_reason_names_facts_and_never_quotes_them() -> None:
    (one,) = matched([f"Lee, Sam | 14/3/2008 {U1}"], [f"Khan, Sam | 14/3/2008 {U1}"])
    assert one.reason == "agree: UPN, date of birth, forename; differ: surname"


def test_what_a_person_decided_is_not_asked_again() -> None:
    known = [KnownLeaver(1, parse_identity(person("Lee, Sam | 14/3/2008")))]
    rows = [row(2, person("Lee, Ana | 14/3/2008")), row(3, person("Lee, Sue | 14/3/2008"))]
    found = match_leavers(rows, known, makes_people=True, settled={("", 2): 1, ("", 3): None})
    assert [in_words(one) for one in found] == ["person 1", "new"]


def test_a_filled_down_column_is_answered_in_good_time() -> None:
    sent = [f"Lee, N{at:04} | 14/3/2008" for at in range(3_000)]
    found = matched([], sent)
    assert {one.outcome for one in found} == {MatchOutcome.NEW}


@pytest.mark.parametrize(
    ("upn", "valid"),
    [(U1, True), (U2, True), ("A801200005001", False), ("B80120000500", False), ("", False)],
)
def test_a_upn_has_its_check_letter(upn: str, valid: bool) -> None:
    assert is_valid_upn(upn) is valid


@pytest.mark.parametrize(
    ("uln", "valid"),
    [(L1, True), (L2, True), ("9276308687", False), ("9999999999", False), ("0123456789", False)],
)
def test_a_uln_has_its_check_digit(uln: str, valid: bool) -> None:
    assert is_valid_uln(uln) is valid


# A small world, in which likenesses are the rule.
drawn_people = st.builds(
    lambda surname, forename, day, number, postcode: (
        f"{surname}, {forename} | {day} {number} {postcode}"
    ),
    st.sampled_from(["Lee", "Khan-Lee", "Khan", "Ley", ""]),
    st.sampled_from(["Sam", "Samuel", "Ana", "Ana Rose", "Ann", "Lee", ""]),
    st.sampled_from(["14/3/2008", "3/4/2008", "4/3/2008", "15/3/2008", ""]),
    st.sampled_from([U1, U2, U3, L1, L2, f"{U1} {L1}", f"{U2} {L2}", "", "", ""]),
    st.sampled_from(["BN71AA", "", ""]),
)
worlds = st.tuples(st.lists(drawn_people, max_size=5), st.lists(drawn_people, max_size=6))


def partition(found: Sequence[RowMatch], names: Sequence[int]) -> dict[int, object]:
    """What became of each row, newcomers told by the company they keep."""
    company: dict[int, set[int]] = {}
    for one, name in zip(found, names, strict=True):
        if one.newcomer is not None:
            company.setdefault(one.newcomer, set()).add(name)
    return {
        name: (one.outcome, one.person_id, one.level, frozenset(company.get(one.newcomer, ())))
        if one.newcomer is not None
        else (one.outcome, one.person_id, one.level, frozenset())
        for one, name in zip(found, names, strict=True)
    }


@given(worlds, st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_rows_and_of_people_is_nothing(
    world: tuple[list[str], list[str]], random: object, makes_people: bool
) -> None:
    known = [KnownLeaver(at, parse_identity(person(drawn))) for at, drawn in enumerate(world[0])]
    order = list(range(len(world[1])))
    shuffled, others = order[:], known[:]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    random.shuffle(others)  # type: ignore[attr-defined]

    def told(names: list[int], people: list[KnownLeaver]) -> dict[int, object]:
        rows = [row(at, person(world[1][name])) for at, name in enumerate(names)]
        return partition(match_leavers(rows, people, makes_people=makes_people), names)

    assert told(order, known) == told(shuffled, others)


@given(worlds, st.booleans())
def test_nobody_is_two_rows_that_plainly_differ(
    world: tuple[list[str], list[str]], makes_people: bool
) -> None:
    found = matched(world[0], world[1], makes_people=makes_people)
    upns: dict[object, set[str]] = {}
    for one, drawn in zip(found, world[1], strict=True):
        who = one.person_id if one.newcomer is None else f"new {one.newcomer}"
        upn = parse_identity(person(drawn)).upn
        if who is not None and upn:
            upns.setdefault(who, set()).add(upn)
    assert all(len(numbers) == 1 for who, numbers in upns.items() if str(who).startswith("new"))


@given(worlds, st.booleans())
def test_every_row_is_answered_and_only_a_school_makes_people(
    world: tuple[list[str], list[str]], makes_people: bool
) -> None:
    found = matched(world[0], world[1], makes_people=makes_people)
    assert [one.row for one in found] == list(range(2, len(world[1]) + 2))
    for one in found:
        assert (one.person_id is not None) == (one.outcome is MatchOutcome.SURE)
        assert (one.newcomer is not None) == (one.outcome is MatchOutcome.NEW)
        assert one.outcome is not (MatchOutcome.NOBODY if makes_people else MatchOutcome.NEW)


@given(worlds)
def test_matching_again_with_the_people_it_made_changes_nothing(
    world: tuple[list[str], list[str]],
) -> None:
    known = [KnownLeaver(at, parse_identity(person(drawn))) for at, drawn in enumerate(world[0])]
    rows = [row(at, person(drawn)) for at, drawn in enumerate(world[1])]
    first = match_leavers(rows, known, makes_people=True)
    made = {("", one.row): one.person_id for one in first if one.person_id is not None}
    made |= {("", one.row): 100 + one.newcomer for one in first if one.newcomer is not None}
    names = [
        KnownLeaver(who, parse_identity(told.values))
        for told in rows
        if (who := made.get(("", told.row))) is not None
    ]
    again = match_leavers(rows, [*known, *names], makes_people=True, settled=made)
    for one, later in zip(first, again, strict=True):
        if one.outcome in {MatchOutcome.SURE, MatchOutcome.NEW}:
            assert later.person_id == made["", one.row]
        else:
            assert later.outcome is one.outcome
