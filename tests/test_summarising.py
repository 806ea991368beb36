"""Summarising: what is counted, by whom it was said, and that the parts always make the whole."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session

from destinations.outcomes.waves import open_waves
from destinations.reports.summary_export import SUMMARY_COLUMNS
from destinations.summarising import leaver_outcomes, summarise, summary_rows
from models.database import insert_all
from models.handoffs.summaries import Counts, SummaryLine
from models.places import InstitutionLink
from models.vocabulary import ActivityGroup, ActivityType, EvidenceStrength, SustainedCategory
from tests.builders.record import AUTUMN, Record

TODAY = date(2026, 11, 23)


@pytest.fixture
def record(session: Session) -> Record:
    return Record(session)


def line(lines: Iterable[SummaryLine], urn: str, wave: int = 1, **wanted: Any) -> Counts:
    wanted = {"breakdown": "all", "part": "all", "urn": urn, "wave": wave} | wanted
    (found,) = [
        each
        for each in lines
        if all(getattr(each, name) == value for name, value in wanted.items())
    ]
    return found.counts


def test_a_hub_is_the_sum_of_its_schools(record: Record) -> None:
    one, two = record.school("100001"), record.school("100002")
    here, there = record.cohort(one), record.cohort(two)
    for code in ("210", "230", "619", "810"):
        record.said(record.leaver(here, one), code)
    record.leaver(here, one)
    record.said(record.leaver(there, two), "530")

    lines = summarise(record.session, today=TODAY)

    assert line(lines, one).leavers == 5
    assert (line(lines, one).known, line(lines, one).not_known) == (3, 2)
    assert (line(lines, one).eet, line(lines, one).neet) == (2, 1)
    assert (line(lines, two).known, line(lines, two).other) == (1, 1)
    assert (line(lines, "").leavers, line(lines, "").known) == (6, 4)
    columns, rows = summary_rows(lines)
    assert columns == tuple(column.name for column in SUMMARY_COLUMNS)
    exported = [dict(zip(columns, row, strict=True)) for row in rows]
    of_hub = exported[0]
    assert (of_hub["hub"], of_hub["urn"], of_hub["cohort"], of_hub["part"]) == (
        *("Downs", "", "2022/23", "all"),
    )
    counts = ("leavers", "known", "eet", "neet", "other", "not_known", "cannot_tell")
    assert [of_hub[name] for name in counts] == [6, 4, 2, 1, 1, 2, 5]
    assert (of_hub["coverage_percent"], of_hub["not_sustained_percent_of_leavers"]) == ("67", "17")
    together = [line["urn"] for line in exported if line["breakdown"] == "all"]
    assert together == ["", one, two]
    for each in exported:
        assert each["known"] + each["not_known"] == each["leavers"], each
        assert each["eet"] + each["neet"] + each["other"] == each["known"], each
        lasting = ("sustained", "not_sustained", "cannot_tell")
        assert sum(each[name] for name in lasting) == each["leavers"], each
        categories = sum(value for name, value in each.items() if name in SIX)
        assert categories == each["sustained"], each


SIX = {f"sustained_{category.value}" for category in SustainedCategory}

# What was said of one leaver at wave 1, in any order, and what counts.
STATEMENT = re.compile(
    r"(?P<code>\d+) (?P<evidence>[a-z ]+(?:term 2)?) (?P<as_at>\S+)"
    r"(?: since (?P<started>\S+))?(?: left (?P<ended>\S+))?(?: at (?P<place>\w+))?"
)
# What the college itself says.
WITHDRAWN = "230 provider confirms 2023-10-15 left 2023-10-15 at Ouse"
BEST = """
    what was said                                              | counts
    810 school says 2023-11-01                                 | 810
    810 provider confirms 2024-02-01, 210 school says 2023-11-01 | 210
    230 provider confirms 2023-10-08, 619 school says 2023-11-05 | 230
    210 school says 2023-11-01, 330 leaver says 2023-09-10     | 330
    210 school says 2023-11-01, 230 school says 2023-11-09     | 230
    810 school says 2023-11-01, 830 school says 2023-11-09     | 830
    230 provider confirms 2023-10-08 left 2023-10-20, 619 school says 2023-11-05 | 619
    230 provider confirms 2023-10-08 left 2024-01-20, 619 school says 2023-11-05 | 230
    230 provider confirms 2023-10-08 left 2023-10-20, 810 school says 2023-11-05 | 810
    # what was so on the day asked: begun by then, and not over
    230 provider confirms 2023-10-08 left 2023-10-20           | None
    230 school says 2024-01-20 since 2024-01-08                | None
    619 school says 2023-11-05, 230 school says 2024-01-20 since 2024-01-08 | 619
    619 school says 2023-11-05, 230 still there in term 2 2024-02-10 since 2024-01-08 | 619
    619 school says 2023-11-05, 230 still there in term 2 2024-02-10 | 619
    619 school says 2023-11-05, 230 still there in term 2 2024-02-10 since 2023-09-04 | 230
    230 still there in term 2 2024-02-10                       | 230
    230 school says 2023-11-05, 619 leaver says 2024-01-29     | 230
    230 school says 2023-09-12, 619 school says 2023-11-05 since 2023-10-10 | 619
    # the place itself says that they left, and somebody else that they are there
    WITHDRAWN, 230 school says 2023-11-07 at Ouse | None
    WITHDRAWN, 230 school says 2023-11-07 since 2023-09-04 at Ouse | None
    WITHDRAWN, 230 leaver says 2023-11-07 | None
    WITHDRAWN, 210 leaver says 2023-11-07 at Downs | 210
    WITHDRAWN, 230 leaver says 2023-11-07 since 2023-10-20 at Ouse | 230
    WITHDRAWN, 310 school says 2023-11-07 at Ouse | 310
    # a correction, and a change that stands beside what it follows
    230 school says 2023-11-05, 619 school says 2023-11-20     | 619
    230 school says 2023-11-05, 619 school says 2023-11-20 since 2023-11-12 | 230
    230 school says 2023-11-05, 619 school says 2024-01-29     | 230
    619 school says 2024-01-29, 230 school says 2024-02-20 since 2023-09-04 | 230
"""


@pytest.mark.parametrize("drawn", [line for line in BEST.strip().splitlines()[1:] if "|" in line])
@pytest.mark.parametrize("backwards", [False, True])
def test_the_best_of_what_was_said_counts(record: Record, drawn: str, backwards: bool) -> None:
    said, counts = (cell.strip() for cell in drawn.split("|"))
    school = record.school("100001")
    leaver = record.leaver(record.cohort(school), school)
    for each in said.split(", ")[:: -1 if backwards else 1]:
        statement = STATEMENT.fullmatch(each.replace("WITHDRAWN", WITHDRAWN))
        assert statement, each
        as_at, started, ended = (
            date.fromisoformat(statement[name]) if statement[name] else None
            for name in ("as_at", "started", "ended")
        )
        record.said(
            leaver,
            statement["code"],
            as_at=as_at,
            evidence=statement["evidence"],
            source="leaver" if statement["evidence"] == "leaver says" else "school",
            started_on=started,
            ended_on=ended,
            provider_name=statement["place"] or "",
            submission_id=record.submission(school, sent_on=as_at),
        )
    (answer,) = leaver_outcomes(record.session, today=TODAY)
    assert str(answer.activity_code) == counts
    assert answer.is_known is (counts not in ("None", "810", "830"))


def test_of_two_of_one_day_the_one_that_arrived_later_counts(record: Record) -> None:
    school = record.school("100001")
    leaver = record.leaver(record.cohort(school), school)
    first, second = record.submission(school), record.submission(school)
    record.said(leaver, "230", submission_id=second, recorded_at=AUTUMN + timedelta(1))
    record.said(leaver, "210", submission_id=first, recorded_at=AUTUMN + timedelta(2))
    (answer,) = leaver_outcomes(record.session, today=TODAY)
    assert answer.activity_code == "230"


def test_an_answer_knows_its_cell(record: Record) -> None:
    school = record.school("100001")
    leaver = record.leaver(record.cohort(school), school)
    record.said(leaver, "230", row=17, sheet="11B", column="G", provider_name="Ouse College")
    (answer,) = leaver_outcomes(record.session, today=TODAY)
    assert (answer.submission_id, answer.sheet, answer.row, answer.column) == (
        record.sent[school],
        "11B",
        17,
        "G",
    )
    assert (answer.provider_name, answer.source, answer.group) == (
        "Ouse College",
        "school",
        ActivityGroup.EET,
    )
    assert answer.evidence == "school says"


def test_a_leaver_of_whom_nothing_was_said_is_there_and_not_known(record: Record) -> None:
    school = record.school("100001")
    cohort = record.cohort(school)
    record.said(record.leaver(cohort, school), "230", wave=2)
    silent = record.leaver(cohort, school)
    found = [
        each for each in leaver_outcomes(record.session, today=TODAY) if each.leaver_id == silent
    ]
    assert [(each.wave, each.group, each.row) for each in found] == [
        (2, ActivityGroup.NOT_KNOWN, None)
    ]


def test_answers_of_one_school_and_year(record: Record) -> None:
    for urn in ("100001", "100002"):
        record.school(urn)
        for year in (2022, 2023):
            record.said(record.leaver(record.cohort(urn, year), urn), "230")
    (answer,) = leaver_outcomes(record.session, today=TODAY, urn="100002", academic_year=2023)
    assert (answer.urn, answer.academic_year) == ("100002", 2023)


def test_a_correction_supersedes_and_the_past_can_be_rebuilt(record: Record) -> None:
    school = record.school("100001")
    leaver = record.leaver(record.cohort(school), school)
    first = record.said(leaver, "619")
    before = summarise(record.session, today=TODAY)
    later = AUTUMN + timedelta(30)
    second = record.said(leaver, "230", recorded_at=later, supersedes_id=first)
    record.said(leaver, "810", recorded_at=later + timedelta(1), supersedes_id=second)

    now = summarise(record.session, today=TODAY)
    assert (line(now, school).known, line(now, school).not_known) == (0, 1)
    for moment, group in ((later - timedelta(1), "neet"), (later, "eet")):
        then = summarise(record.session, today=TODAY, as_of=moment)
        assert getattr(line(then, school), group) == 1
    as_it_was = summarise(record.session, today=TODAY, as_of=later - timedelta(seconds=1))
    # Whether it lasted could not be told yet; all else is as it was.
    assert [replace(each.counts, sustained_base=0) for each in as_it_was] == [
        replace(each.counts, sustained_base=0) for each in before
    ]


def test_a_leaver_named_later_is_not_in_an_earlier_summary(record: Record) -> None:
    school = record.school("100001")
    cohort = record.cohort(school)
    record.said(record.leaver(cohort, school), "230")
    record.moment = AUTUMN + timedelta(365)
    record.sent.clear()
    record.said(record.leaver(cohort, school), "230")
    assert line(summarise(record.session, today=TODAY), school).leavers == 2
    then = summarise(record.session, today=TODAY, as_of=AUTUMN)
    assert line(then, school).leavers == 1
    assert summarise(record.session, today=TODAY, as_of=AUTUMN - timedelta(1)) == ()


def test_the_same_moment_in_another_time_zone_is_the_same(record: Record) -> None:
    school = record.school("100001")
    record.said(record.leaver(record.cohort(school), school), "230")
    summer = AUTUMN.astimezone(timezone(timedelta(hours=1)))
    assert line(summarise(record.session, today=TODAY, as_of=summer), school).known == 1


def test_a_school_that_has_not_sent_stays_in_the_base_of_its_hub(record: Record) -> None:
    sent, silent = record.school("100001"), record.school("100002")
    record.said(record.leaver(record.cohort(sent), sent), "230", wave=2)
    record.leaver(record.cohort(silent), silent)
    record.leaver(record.cohort(silent, 2023), silent)
    lines = summarise(record.session, today=TODAY)
    assert line(lines, silent, 2) == replace(
        Counts(leavers=1, not_known=1),
        activity_types=tuple(
            (activity_type.value, int(activity_type is ActivityType.NOT_KNOWN))
            for activity_type in ActivityType
        ),
    )
    assert (line(lines, "", 2).known, line(lines, "", 2).leavers) == (1, 2)


def test_of_whom_nothing_is_known_it_cannot_be_told_whatever_a_later_year_says(
    record: Record,
) -> None:
    school = record.school("100001")
    leaver = record.leaver(record.cohort(school), school)
    record.said(leaver, "810", wave=1, as_at=date(2023, 11, 16))
    record.said(leaver, "220", wave=2, as_at=date(2024, 11, 4), started_on=date(2023, 9, 4))
    counts = line(summarise(record.session, today=date(2026, 6, 1)), school)
    assert (counts.not_known, counts.sustained, counts.cannot_tell) == (1, 0, 1)


def test_an_open_wave_without_an_answer_has_its_line(record: Record) -> None:
    school = record.school("100001")
    record.leaver(record.cohort(school, 2025), school)
    assert summarise(record.session, today=TODAY) == ()
    open_waves(record.session, today=TODAY)
    assert line(summarise(record.session, today=TODAY), school).not_known == 1


def test_breakdowns_keep_what_is_not_known_apart(record: Record) -> None:
    school = record.school("100001")
    cohort = record.cohort(school)
    for values in (
        {"is_disadvantaged": True, "sen": "K", "sex": "F"},
        {"is_disadvantaged": False, "sen": "E", "sex": "U"},
        {"is_disadvantaged": None, "sen": None, "sex": None},
    ):
        record.said(record.leaver(cohort, school, **values), "230")
    lines = summarise(record.session, today=TODAY)
    parts = {
        (each.breakdown, each.part): each.counts.leavers for each in lines if each.urn == school
    }
    assert parts == {
        ("all", "all"): 3,
        ("disadvantaged", "disadvantaged"): 1,
        ("disadvantaged", "not disadvantaged"): 1,
        ("disadvantaged", "not known"): 1,
        ("SEN", "SEN support"): 1,
        ("SEN", "education, health and care plan"): 1,
        ("SEN", "not known"): 1,
        ("sex", "female"): 1,
        ("sex", "not known"): 2,
    }


@pytest.mark.parametrize(
    ("intended", "counts"),
    [
        ("same school", "eet"),
        ("apprenticeship or traineeship", "eet"),
        ("work without training", "eet"),
        ("undecided", "other"),
        ("not obtained", "not_known"),
    ],
)
def test_what_they_intend_counts_at_wave_0(record: Record, intended: str, counts: str) -> None:
    school = record.school("100001")
    leaver = record.leaver(record.cohort(school), school)
    record.said(leaver, "", wave=0, intended=intended, evidence=EvidenceStrength.INTENDED.value)
    found = line(summarise(record.session, today=TODAY), school, 0)
    assert getattr(found, counts) == 1
    assert (found.sustained, found.sustained_base) == (0, 0)


def test_lasting_is_told_from_what_was_said_later(record: Record) -> None:
    school = record.school("100001")
    cohort = record.cohort(school)
    stayed, left = record.leaver(cohort, school), record.leaver(cohort, school)
    start = date(2023, 9, 5)
    for wave in (1, 2):
        record.said(stayed, "230", wave=wave, provider_name="Ouse College", started_on=start)
    record.said(left, "230", started_on=start, ended_on=date(2024, 1, 20))
    found = line(summarise(record.session, today=TODAY), school, 1)
    assert (found.sustained, found.sustained_base, found.leavers) == (1, 2, 2)
    # A year earlier nobody could have told.
    then = datetime(2023, 12, 1, tzinfo=UTC)
    found = line(summarise(record.session, today=TODAY, as_of=then), school, 1)
    assert (found.sustained, found.sustained_base) == (0, 0)


def test_a_school_counts_in_the_hub_it_is_in_on_the_day(record: Record) -> None:
    school = record.school("100001", left_on=date(2025, 9, 1))
    record.member(school, "Weald", joined_on=date(2025, 9, 1))
    record.said(record.leaver(record.cohort(school), school), "230")
    hubs = {
        day: {each.hub for each in summarise(record.session, today=day)}
        for day in (date(2025, 8, 31), date(2025, 9, 1))
    }
    assert hubs == {date(2025, 8, 31): {"Downs"}, date(2025, 9, 1): {"Weald"}}


def test_a_school_in_no_hub_is_not_lost(record: Record) -> None:
    school = record.school("100001", hub=None)
    record.said(record.leaver(record.cohort(school), school), "230")
    _, rows = summary_rows(summarise(record.session, today=TODAY))
    assert {row[:2] for row in rows} == {("", school)}


@pytest.mark.parametrize(
    ("urn", "linked", "kind"),
    [("100001", "100009", "Successor"), ("100009", "100001", "Predecessor - merged")],
)
def test_a_school_whose_urn_changed_keeps_its_leavers(
    record: Record, urn: str, linked: str, kind: str
) -> None:
    old, new = record.school("100001", hub=None), record.school("100009")
    insert_all(record.session, InstitutionLink, [{"urn": urn, "linked_urn": linked, "kind": kind}])
    record.said(record.leaver(record.cohort(old), old), "230")
    lines = summarise(record.session, today=TODAY)
    assert {(each.hub, each.urn) for each in lines} == {("Downs", ""), ("Downs", new)}


# Small hubs of any kind: (school, year, stage), characteristics, and what was said.
SAID = st.tuples(
    st.sampled_from(["210", "230", "310", "330", "260", "530", "619", "710", "810", "830"]),
    st.integers(1, 3),
    st.sampled_from(list(EvidenceStrength)[1:]),
    st.dates(date(2023, 9, 1), date(2026, 11, 1)),
    st.none() | st.dates(date(2023, 8, 20), date(2025, 10, 1)),
    st.none() | st.dates(date(2023, 10, 1), date(2026, 7, 1)),
    st.sampled_from(["", "Ouse College", "Downs Motors"]),
)
LEAVERS = st.lists(
    st.tuples(
        st.sampled_from([("100001", 2022), ("100002", 2022), ("100002", 2023)]),
        st.fixed_dictionaries(
            {
                "is_disadvantaged": st.sampled_from([True, False, None]),
                "sen": st.sampled_from(["N", "K", "E", None]),
                "sex": st.sampled_from(["F", "M", "U", "W", None]),
            }
        ),
        st.lists(SAID, max_size=4),
    ),
    max_size=8,
)
HUBS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def built(record: Record, leavers: Iterable[Any]) -> tuple[SummaryLine, ...]:
    for urn in ("100001", "100002"):
        record.school(urn)
    cohorts: dict[tuple[str, int], int] = {}
    for (urn, year), characteristics, told in leavers:
        cohort = cohorts.get((urn, year)) or record.cohort(urn, year)
        cohorts[urn, year] = cohort
        leaver = record.leaver(cohort, urn, **characteristics)
        for code, wave, evidence, as_at, started_on, ended_on, provider in told:
            record.said(
                leaver,
                code,
                wave,
                by=urn,
                evidence=evidence.value,
                as_at=as_at,
                started_on=started_on,
                ended_on=ended_on,
                provider_name=provider,
                source="leaver" if evidence is EvidenceStrength.LEAVER_SAYS else "school",
                submission_id=record.submission(urn, sent_on=as_at),
            )
    return summarise(record.session, today=TODAY)


@HUBS
@given(LEAVERS)
def test_the_parts_always_make_the_whole(engine: Engine, leavers: list[Any]) -> None:
    with Session(engine) as session:
        lines = built(Record(session), leavers)
        session.rollback()
    for each in lines:
        counts = each.counts
        assert counts.eet + counts.neet + counts.other == counts.known
        assert counts.known + counts.not_known == counts.leavers
        assert sum(number for _, number in counts.activity_types) == counts.leavers
        assert 0 <= counts.sustained <= counts.sustained_base <= counts.leavers
    whole = {where(each): numbers(each) for each in lines if each.breakdown == "all"}
    for breakdown in ("disadvantaged", "SEN", "sex"):
        assert added(each for each in lines if each.breakdown == breakdown) == whole
    schools = [replace(each, urn="", school="") for each in lines if each.urn]
    assert added(each for each in schools if each.breakdown == "all") == {
        key: value for key, value in whole.items() if not key[1]
    }


@HUBS
@given(LEAVERS, st.randoms(use_true_random=False))
def test_order_is_nothing(engine: Engine, leavers: list[Any], chance: Any) -> None:
    results = []
    for _ in range(2):
        with Session(engine) as session:
            results.append(built(Record(session), leavers))
            session.rollback()
        leavers = [
            (cohort, characteristics, chance.sample(told, len(told)))
            for cohort, characteristics, told in chance.sample(leavers, len(leavers))
        ]
    # The order of arrival decides only between statements about a wave that were sent on one day.
    if all(len({(said[1], said[3]) for said in told}) == len(told) for _, _, told in leavers):
        assert results[0] == results[1]


def where(each: SummaryLine) -> tuple[Any, ...]:
    return (each.hub, each.urn, each.school, each.academic_year, each.leaving_stage, each.wave)


def numbers(each: SummaryLine) -> tuple[int, ...]:
    counts = each.counts
    return (
        counts.leavers,
        counts.known,
        counts.eet,
        counts.neet,
        counts.other,
        counts.not_known,
        counts.sustained,
        counts.sustained_base,
        *(number for _, number in counts.activity_types),
    )


def added(lines: Iterable[SummaryLine]) -> dict[tuple[Any, ...], tuple[int, ...]]:
    sums: dict[tuple[Any, ...], tuple[int, ...]] = {}
    for each in lines:
        before = sums.get(where(each), (0,) * len(numbers(each)))
        sums[where(each)] = tuple(a + b for a, b in zip(before, numbers(each), strict=True))
    return sums
