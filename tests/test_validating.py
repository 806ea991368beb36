"""Validate: many sheets in one call are told what each would be told alone, and nothing leaks."""

import logging
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from itertools import permutations

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from expectations import validating
from expectations.checks import identifier_checks
from expectations.engine import run_suite
from expectations.engine.rule_inputs import build_rule_inputs
from expectations.engine.run_suite import RuleDidNotRun
from expectations.tolerances import Tolerances
from expectations.validating import refusal_finding, validate, word_issues
from models.handoffs.findings import Issue
from models.handoffs.normalised import NormalisedSubmission, SubmissionMetadata
from models.vocabulary import Severity, SubmissionKind
from tests.builders.rows import ADA, leaver, submission, typed

SECRET = "Quibblethwaite"

FAULTS = (
    {},
    {"upn": "C801200005001"},
    {"upn": "80120000500"},
    {"born_on": ""},
    {"born_on": "31/02/2007"},
    {"born_on": "14/02/1997"},
    {"surname": ""},
    {"activity": "went to sea"},
    {"uln": "9.07084E+09"},
    {"surname": "14/02/2007", "born_on": "Okafor"},
    {"provider_name": ""},
    {"sex": "Q", "sen": "Z"},
)


def drawn(number: int, *, rows: int = 6, seed: int = 0) -> NormalisedSubmission:
    """A sheet, or a list, of a few people with faults here and there, the last one twice.

    Two sheets and more are about the same people, who say other things there.
    """
    chance = random.Random(f"{number} {seed}")
    people = [leaver(number // 4 * 50 + n) | chance.choice(FAULTS) for n in range(rows)]
    people.append(people[-1])
    kind = SubmissionKind.ENROLMENTS if number % 5 == 4 else SubmissionKind.LEAVERS
    lines = [typed(person, row=n) for n, person in enumerate(people, 2)]
    return submission(lines, number=number, kind=kind, sent_on=date(2021 + number % 5, 11, 20))


def test_a_chunk_is_told_what_each_would_be_told_alone():
    chunk = [drawn(number, rows=20) for number in (1, 2, 3, 4)]
    together = validate(chunk)
    assert not together.faults
    assert sum(map(len, together.findings.values())) > 25
    for one in chunk:
        number = one.metadata.submission_id
        alone = validate([one])
        assert alone.findings[number] == together.findings[number]
        assert alone.suites[number] == together.suites[number]


@pytest.mark.slow
def test_the_order_of_submissions_and_the_size_of_a_call_change_nothing(monkeypatch):
    chunk = [drawn(number) for number in range(12)]
    findings = validate(chunk).findings
    assert validate(chunk[::-1]).findings == findings
    monkeypatch.setattr(validating, "MOST_SUBMISSIONS", 5)
    assert validate(chunk).findings == findings
    monkeypatch.setattr(validating, "MOST_ROWS", 14)
    assert validate(chunk).findings == findings


@pytest.mark.slow
@settings(max_examples=5, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(st.permutations(range(8)), st.integers(0, 3))
def test_the_order_of_rows_changes_nothing_but_which_of_two_alike_is_later(order, seed):
    mapped = drawn(1, seed=seed)
    # Two rows that contradict each other, and two people with one number.
    again, other = leaver(901), leaver(902)
    pairs = [
        typed(again, row=20),
        typed(again | {"activity": "NEET", "provider_name": ""}, row=21),
        typed(other, row=22),
        typed(leaver(903) | {"upn": other["upn"]}, row=23),
    ]
    mapped = replace(mapped, rows=(*mapped.rows[3:], *pairs))
    mixed = replace(mapped, rows=tuple(mapped.rows[n] for n in order))
    one, another = validate([mapped]), validate([mixed])
    assert _cells(another) == _cells(one)
    assert _across(another) == _across(one)


OTHER_UPN = {"upn": leaver(7)["upn"], "uln": ""}
TOGETHER = {
    "two rows of one, and another with their UPN": (
        [ADA, ADA, leaver(5) | {"upn": ADA["upn"]}],
        [(2, "R01"), (2, "R03"), (3, "R01"), (3, "R03"), (4, "R03")],
    ),
    "a namesake with another UPN": ([ADA, ADA | OTHER_UPN], [(2, "R05"), (3, "R05")]),
    "two rows of one, and another UPN": (
        [ADA, ADA, ADA | OTHER_UPN],
        [(2, "R01"), (2, "R05"), (3, "R01"), (3, "R05"), (4, "R05")],
    ),
    "two UPNs, and a row without one": (
        [ADA | {"upn": "", "uln": ""}, ADA | {"uln": ""}, ADA | OTHER_UPN],
        [(2, "R01"), (3, "R01"), (3, "R05"), (4, "R01"), (4, "R05")],
    ),
}
FLAGS = {
    "same_as": "R01", "same_but": "R02", "otherwise_on": "R11", "upn_also_on": "R03",
    "uln_also_on": "R04", "namesake_on": "R05",
}  # fmt: skip


@pytest.mark.parametrize(("people", "told"), TOGETHER.values(), ids=TOGETHER)
def test_what_rows_are_told_of_each_other_hangs_on_no_order(people, told):
    rows = [typed(person, row=n) for n, person in enumerate(people, 2)]
    for order in permutations(rows):
        table = build_rule_inputs([submission(order)]).table
        found = [
            (int(row), code)
            for name, code in FLAGS.items()
            for row in table["row"][table[name].notna()]
        ]
        assert sorted(found) == told


def _cells(judged):
    return sorted(
        (one.row, one.column, one.code) for one in judged.findings[1] if one.code[0] != "R"
    )


def _across(judged):
    """Rows told of each other; of two that contradict each other it is the later that waits."""
    alike = {"R11": "R02"}
    return sorted(
        (one.row, alike.get(one.code, one.code)) for one in judged.findings[1] if one.code[0] == "R"
    )


@pytest.mark.slow
def test_eight_threads_do_not_mix_two_schools():
    chunk = [drawn(number) for number in range(16)]
    expected = validate(chunk).findings
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda one: validate([one]).findings, chunk))
    for one, findings in zip(chunk, results, strict=True):
        number = one.metadata.submission_id
        assert findings == {number: expected[number]}


def test_a_finding_names_its_cell_as_excel_and_its_sender_do():
    mapped = submission(
        [typed({**ADA, "activity": "appprenticeship"}, row=17)],
        suggests={("Leavers", 17, "activity"): ("Apprenticeship",)},
    )
    [finding] = validate([mapped]).findings[1]
    assert (finding.sheet, finding.row, finding.column) == ("Leavers", 17, "H")
    assert (finding.heading, finding.value) == ("Destination", "appprenticeship")
    assert finding.suggests == ("Apprenticeship",)
    assert (finding.code, finding.severity) == ("D01", Severity.MUST_FIX)


def test_words_say_the_window_of_the_year_group():
    [finding] = validate([submission([typed({**ADA, "born_on": "14/02/1997"})])]).findings[1]
    assert finding.says == "This date of birth is more than 2 years away from this year group"
    assert "born from 1 September 2006 to 31 August 2007" in finding.do


def test_a_row_with_a_column_a_year_is_told_once_of_its_leaver():
    person = {**ADA, "upn": "C801200005001"}
    rows = [typed(person | {"activity": said}, wave=n + 1) for n, said in enumerate(["", "NEET"])]
    rows[1] = replace(rows[1], raw={**rows[1].raw, "provider_name": ""}, values=_without(rows[1]))
    codes = [one.code for one in validate([submission(rows)]).findings[1]]
    assert codes == ["I03", "D02"]


def _without(row):
    return {name: value for name, value in row.values.items() if name != "provider_name"}


def test_what_is_not_due_yet_may_be_blank():
    rows = [typed(ADA | {"activity": said}, wave=n) for n, said in enumerate(["", "College", ""])]
    assert validate([submission(rows)]).findings[1] == ()


def test_the_same_leaver_is_named_by_row_and_by_sheet_where_it_is_another():
    rows = [
        typed(ADA, row=4, sheet="11A"),
        typed(ADA, row=7, sheet="11A"),
        typed(ADA, row=2, sheet="11B"),
        typed(ADA, row=2, sheet="Sept 24", wave=2),  # a tab a year has everybody once in each
    ]
    found = validate([submission(rows)]).findings[1]
    assert [(one.sheet, one.row, one.facts) for one in found] == [
        ("11A", 4, (("same_as", "row 7"),)),
        ("11A", 7, (("same_as", "row 4"),)),
        ("11B", 2, (("same_as", "row 4 of 11A"),)),
    ]


def test_of_two_rows_that_contradict_each_other_the_later_waits():
    rows = [typed(ADA, row=4), typed(ADA | {"activity": "Apprenticeship"}, row=9)]
    found = validate([submission(rows)]).findings[1]
    assert [(one.code, one.row, one.severity, one.facts) for one in found] == [
        ("R11", 4, Severity.PLEASE_CHECK, (("otherwise_on", "row 9"),)),
        ("R02", 9, Severity.MUST_FIX, (("same_as", "row 4"),)),
    ]


def test_two_people_with_one_upn_are_both_told():
    rows = [typed(ADA | {"uln": ""}, row=4), typed(leaver(1) | {"upn": ADA["upn"]}, row=5)]
    found = validate([submission(rows)]).findings[1]
    assert [(one.code, one.row, one.facts) for one in found] == [
        ("R03", 4, (("upn_also_on", "row 5"),)),
        ("R03", 5, (("upn_also_on", "row 4"),)),
    ]


def test_a_mistyped_upn_that_no_one_can_have_harms_nobody_else():
    wrong = "C801200005001"
    rows = [typed(leaver(1) | {"upn": wrong}, row=4), typed(leaver(2) | {"upn": wrong}, row=5)]
    assert {one.code for one in validate([submission(rows)]).findings[1]} == {"I03"}


def test_a_number_filled_down_a_long_column_is_told_in_no_time():
    rows = [typed(leaver(n) | {"upn": ADA["upn"]}, row=n + 2) for n in range(2_000)]
    codes = [one.code for one in validate([submission(rows)]).findings[1]]
    assert codes.count("R03") > 1_900


def test_the_biggest_things_come_first(monkeypatch):
    rows = [
        typed({**ADA, "born_on": ""}, row=9, sheet="B"),
        typed({**leaver(1), "activity": "went to sea", "surname": ""}, row=3, sheet="C"),
    ]
    remarks = (
        Issue("P20", "C", 3, "F", "Sex", "Q"),
        Issue("R07", "B", None, "E", "DOB"),
        Issue("E05", "B"),
        Issue("E05"),
    )
    findings = validate([submission(rows, remarks=remarks)]).findings[1]
    assert [(one.sheet, one.row, one.column, one.code) for one in findings] == [
        ("", None, "", "E05"),
        ("B", None, "", "E05"),
        ("B", None, "E", "R07"),
        ("B", 9, "E", "P03"),
        ("C", 3, "C", "P01"),
        ("C", 3, "F", "P20"),
        ("C", 3, "H", "D01"),
    ]


def test_a_cell_is_told_one_thing_and_the_weightiest():
    remark = Issue("P05", "Leavers", 2, "E", "DOB", "14/02/1997")
    row = typed({**ADA, "born_on": "14/02/1997"})
    assert [one.code for one in validate([submission([row], remarks=(remark,))]).findings[1]] == [
        "P10"
    ]


def test_a_sheet_without_rows_is_judged_and_told_nothing():
    judged = validate([submission([], number=3), drawn(1)])
    assert judged.findings[3] == ()
    assert set(judged.suites) == {1, 3}
    assert validate([]).findings == {}


def test_a_submission_of_unknown_kind_and_cohort_is_judged_as_leavers():
    mapped = NormalisedSubmission(
        SubmissionMetadata(1, "900701", date(2023, 11, 20)), (typed({**ADA, "born_on": ""}),)
    )
    assert [one.code for one in validate([mapped]).findings[1]] == ["P03"]


def test_a_poisoned_submission_stands_alone_and_the_others_are_judged(monkeypatch, caplog):
    healthy = identifier_checks.postcodes_agree

    def chokes(column):
        if (column == SECRET).any():
            raise ValueError(SECRET)
        return healthy(column)

    monkeypatch.setattr(identifier_checks, "postcodes_agree", chokes)
    poisoned = submission(
        [typed({**ADA, "postcode": SECRET})], number=5, kind=SubmissionKind.LEAVERS
    )
    healthy_ones = [drawn(number) for number in (1, 2)]
    with caplog.at_level(logging.DEBUG):
        judged = validate([*healthy_ones[:1], poisoned, *healthy_ones[1:]])
    assert judged.faults == {5: "I30"}
    assert 5 not in judged.findings
    assert judged.findings == validate(healthy_ones).findings
    assert SECRET not in caplog.text
    assert "I30" in caplog.text


def test_what_stops_outside_any_rule_is_our_fault_too(monkeypatch):
    broken = submission([replace(typed(ADA), raw=None)], number=2)
    judged = validate([drawn(1), broken])
    assert judged.faults == {2: "all"}
    assert set(judged.findings) == {1}


def test_a_missing_column_is_loud():
    table = build_rule_inputs([drawn(1)]).table
    for column in ("upn", "born_earliest"):
        result = run_suite.run_expectations(
            table.drop(columns=column), SubmissionKind.LEAVERS, 2026
        )
        with pytest.raises(RuleDidNotRun):
            list(run_suite.broken_positions(result, SubmissionKind.LEAVERS, 2026))


def test_nothing_that_comes_out_of_the_library_holds_a_cell():
    faulty = dict.fromkeys(("upn", "surname", "sex", "activity", "postcode", "born_on"), SECRET)
    table = build_rule_inputs(
        [submission([typed({**ADA, **faulty}), typed({**ADA, **faulty}, row=3)])]
    ).table
    results = run_suite.run_expectations(table, SubmissionKind.LEAVERS, 2026)
    every = [one for result in results for one in result.results]
    assert sum(one.result["unexpected_count"] for one in every) > 5
    for result in results:
        assert SECRET.casefold() not in str(result.to_json_dict()["results"]).casefold()


cells = st.one_of(
    st.text(max_size=15),
    st.sampled_from(
        ["2007-02-14", "1.23E+12", "９９", "٣", "\x00", "B801200005001", "=1+1", "nan"]
    ),
)
rows_of_anything = st.lists(
    st.dictionaries(st.sampled_from(sorted({*ADA, "postcode", "ethnicity", "as_at"})), cells),
    min_size=1,
    max_size=4,
)
days = st.one_of(st.none(), st.dates())


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(rows_of_anything, days)
def test_no_cell_can_make_a_rule_raise(sheet, born):
    rows = [
        typed(cells, row=n, values={"born_on": born}, marks={"sex": "error"})
        for n, cells in enumerate(sheet, 2)
    ]
    for kind in SubmissionKind:
        assert validate([submission(rows, kind=kind)]).faults == {}


def test_days_that_the_table_cannot_hold_are_no_days():
    born = typed({**ADA, "born_on": "14/02/0207"})
    assert [one.code for one in validate([submission([born])]).findings[1]] == ["P04"]
    table = build_rule_inputs([submission([born])]).table.drop(columns="moment")
    assert {str(kind) for kind in table.dtypes if "datetime" in str(kind)} == {"datetime64[ns]"}
    assert pd.isna(table.at[0, "born_on"])


@pytest.mark.parametrize("kind", SubmissionKind)
def test_the_furthest_days_that_the_table_holds_are_only_implausible(kind):
    rows = [
        typed(ADA, row=n, values={"born_on": date(1678, 1, 1), "started_on": date(2261, 12, 31)})
        for n in (2, 3)
    ]
    judged = validate([submission(rows, kind=kind)])
    assert not judged.faults
    assert judged.findings[1]


def test_remarks_are_told_in_the_words_of_the_catalogue():
    [finding] = word_issues([Issue("R01", "B", 4, value="x", facts=(("same_as", "row 2"),))])
    assert finding.says == "This leaver is also on row 2, which says the same"
    assert (finding.sheet, finding.row, finding.severity) == ("B", 4, Severity.PLEASE_CHECK)
    assert refusal_finding("E01").severity == Severity.MUST_FIX
    with pytest.raises(KeyError):
        word_issues([Issue("Q99")])


@pytest.mark.parametrize(("many", "told"), [(6, True), (7, False)])
def test_how_many_rows_make_a_column_constant_is_a_hubs_own_limit(many, told):
    rows = [typed({**leaver(at), "surname": "Okafor"}, row=at + 2) for at in range(6)]
    limits = Tolerances(rows_to_be_constant=many)
    found = validate([submission(rows)], tolerances=limits).findings[1]
    assert ("R09" in {one.code for one in found}) is told
