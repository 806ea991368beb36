"""Continuity: what a sheet is told because of the sheets before it, drawn as histories.

A history is a list of sheets, each "cohort wave: people"; a person is a letter, and what is said of
them stands behind it.  The last sheet is the one whose sender is told.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, update
from sqlmodel import Session, col

from destinations.crosschecks.run_crosschecks import THRESHOLDS, Thresholds, run_crosschecks
from destinations.recording import record_submission
from expectations.catalogue import catalogue, rule_words
from models.database import transaction
from models.facts.identifiers import is_valid_uln, upn_check_letter
from models.handoffs.findings import Issue
from models.handoffs.normalised import (
    FieldColumn,
    NormalisedRow,
    NormalisedSubmission,
    SubmissionMetadata,
)
from models.places import Institution
from models.submissions import Submission
from models.vocabulary import LeavingStage
from tests.builders.hub import COLLEGE, OTHER_SCHOOL, SCHOOL, a_hub
from tests.builders.record import a_moment, a_submission
from tests.builders.rows import must_fix

FIELDS = (
    *("upn", "uln", "surname", "forename", "born_on", "activity", "intended", "provider_name"),
)


def upn(number: int) -> str:
    body = f"8012000{number:05d}"
    return upn_check_letter(body) + body


def uln(number: int) -> str:
    start = 100_000_000 + number * 11
    return next(
        sound
        for stem in range(start, start + 11)
        for digit in range(10)
        if is_valid_uln(sound := f"{stem}{digit}")
    )


def somebody(number: int, **said: object) -> dict[str, object]:
    """One of many leavers of 2023/24, at one of three colleges."""
    letters = f"{number:04d}".translate(str.maketrans("0123456789", "abcdefghij"))
    return {
        "upn": upn(number),
        "uln": None,
        "surname": f"Smith{letters}",
        "forename": f"Jo{letters[::-1]}",
        "born_on": date(2007 + (number % 12 >= 4) * 1, number % 12 + 1, number % 28 + 1),
        "activity": "230",
        "intended": None,
        "provider_name": ("Downs Coast College", "Ouse Valley Sixth Form College", "Acme")[
            number % 3
        ],
        **said,
    }


def people(numbers: Iterable[int], **said: object) -> list[dict[str, object]]:
    return [somebody(number, **said) for number in numbers]


def a_sheet(
    declared: SubmissionMetadata, said: Sequence[dict[str, object]]
) -> NormalisedSubmission:
    columns = {
        name: FieldColumn(name, "Leavers", "ABCDEFGH"[n], name.title())
        for n, name in enumerate(FIELDS)
    }
    rows = []
    for number, values in enumerate(said, 2):
        raw = {name: str(value) for name, value in values.items() if value is not None}
        rows.append(NormalisedRow("Leavers", number, declared.wave, raw, values, columns))  # type: ignore[arg-type]
    return NormalisedSubmission(declared, tuple(rows))


@pytest.fixture
def send(engine: Engine):
    """Send and record a sheet; gives what its sender is told of other sheets."""
    a_hub(engine)
    sent = iter(range(1, 30))

    def one(
        said: Sequence[dict[str, object]],
        *,
        urn: str = SCHOOL,
        cohort: int = 2023,
        wave: int = 1,
        stage: LeavingStage = LeavingStage.Y11,
        limits: Thresholds = THRESHOLDS,
        waits: Sequence[int] = (),
    ) -> tuple[Issue, ...]:
        day = f"{cohort + max(wave, 1)}-11-{next(sent):02d}"
        mapped = a_sheet(
            a_submission(engine, urn, day, cohort=cohort, stage=stage, wave=wave), said
        )
        fixes = [must_fix(row) for row in waits]
        with transaction(engine) as session:
            recorded = record_submission(session, mapped, fixes, recorded_at=a_moment())
            told = run_crosschecks(session, mapped, recorded.matches, limits=limits)
        DRAWN.update(one.code for one in told)
        return told

    return one


DRAWN: set[str] = set()


def codes(told: Iterable[Issue]) -> list[str]:
    return [one.code for one in told]


def facts(told: Iterable[Issue], code: str) -> dict[str, str]:
    [found] = [one for one in told if one.code == code]
    return dict(found.facts)


def test_a_first_sheet_is_told_nothing(send):
    assert send(people(range(40))) == ()


def test_the_same_people_who_moved_on_are_told_nothing(send):
    send(people(range(40)))
    moved = [somebody(n, activity="310" if n % 9 == 0 else "230") for n in range(40)]
    assert send(moved, wave=2) == ()


def test_two_who_are_missing_are_counted_and_found_by_their_rows(send):
    send(people(range(40)))
    told = send(people(range(2, 40), activity="310"), wave=2)
    assert codes(told) == ["H01"]
    says, _ = rule_words("H01", told[0].facts)
    assert says == (
        "2 of 40 leavers on your sheet of 1 November 2024 are not on this one: rows 2 and 3 of it"
    )


def test_nobody_is_called_missing_for_a_row_that_waits(send):
    send(people(range(40)))
    assert send(people(range(40), activity="310"), wave=2, waits=[5]) == ()


def test_a_much_smaller_sheet_is_told_its_size_and_nothing_of_who_is_missing(send):
    send(people(range(40)))
    told = send(people(range(25), activity="310"), wave=2)
    assert codes(told) == ["H03"]
    assert facts(told, "H03") == {"rows": "25", "before": "40", "sent_on": "1 November 2024"}


def test_strangers_are_counted(send):
    send(people(range(40)))
    told = send(people(range(60), activity="310"), wave=2)
    assert facts(told, "H02") == {"new": "20", "rows": "60", "cohort": "2023/24"}


def test_one_file_a_form_is_held_against_that_forms_file(send):
    send(people(range(30)))
    send(people(range(30, 50)))
    assert send(people(range(30), activity="310"), wave=2) == ()
    assert send(people(range(30, 50), activity="310"), wave=2) == ()


def test_a_cohort_is_held_against_the_one_before(send):
    send(people(range(40)), cohort=2022)
    told = send(people(range(100, 120)), cohort=2023)
    assert facts(told, "H04") == {"rows": "20", "before": "40", "cohort": "2022/23"}
    assert send(people(range(200, 219)), cohort=2024) == ()


def counted(engine: Engine, urn: str = SCHOOL, **said: object) -> None:
    """What the register counts at a school."""
    with transaction(engine) as session:
        session.execute(update(Institution).where(col(Institution.urn) == urn).values(**said))


@pytest.mark.parametrize(
    ("leavers", "pupils", "size"),
    [
        (40, 900, "180"),  # a form of a school
        (40, 100, "20"),  # two years at once
        (40, 200, None),
        (40, None, None),  # a register without counts
    ],
)
def test_a_first_sheet_is_held_against_the_register(send, engine, leavers, pupils, size):
    counted(engine, pupils=pupils, age_from=11, age_to=16)
    told = send(people(range(leavers)))
    assert codes(told) == (["H07"] if size else [])
    if size:
        ages = {"from_age": "11", "to_age": "16"}
        assert facts(told, "H07") == {
            "rows": str(leavers),
            "pupils": str(pupils),
            "size": size,
            **ages,
        }
    # The next autumn's sheet of the same people is asked nothing again.
    assert send(people(range(leavers), activity="310"), wave=2) == ()


def test_special_schools_are_not_held_against_the_register(send, engine):
    counted(engine, OTHER_SCHOOL, pupils=900, age_from=2, age_to=19)
    assert send(people(range(9)), urn=OTHER_SCHOOL) == ()


def test_a_school_that_became_an_academy_is_counted_under_its_other_urn(send, engine):
    counted(engine, "900099", pupils=900, age_from=11, age_to=18)
    [told] = send(people(range(40)))
    assert rule_words("H07", told.facts)[0] == (
        "We have 40 leavers of this cohort; the 900 pupils of 11 to 18 that the register counts "
        "at your school make year groups of 129 to 180"
    )


def test_how_far_from_the_register_is_a_hubs_own_limit(send, engine):
    counted(engine, pupils=900, age_from=11, age_to=16)
    wide = Thresholds(below_register=0.8)
    assert send(people(range(40)), limits=wide) == ()


def a_file_on_the_road(session: Session, name: str, *, wave: int) -> int:
    """A file of the cohort of 2023/24 that has come and is not recorded yet."""
    line = Submission(
        urn=SCHOOL,
        name=name,
        sha256=name,
        size=1,
        stored_as="",
        sent_on=date(2024, 11, 1),
        kind="leavers",
        academic_year=2023,
        leaving_stage="Y11",
        wave=wave,
    )
    session.add(line)
    session.flush()
    return line.id or 0


def test_of_one_file_a_form_the_last_is_asked_about_the_size(send, engine):
    counted(engine, pupils=900, age_from=11, age_to=16)
    send(people(range(40)), cohort=2022)
    with transaction(engine) as session:
        other_wave = a_file_on_the_road(session, "autumn 2.xlsx", wave=2)
        other_form = a_file_on_the_road(session, "11B.xlsx", wave=1)
        assert other_wave < other_form
    assert codes(send(people(range(100, 115)))) == []  # another file is still on the road
    with transaction(engine) as session:
        session.get(Submission, other_form).stage = "recorded"
    assert codes(send(people(range(200, 210)))) == ["H04", "H07"]


def test_last_years_sheet_sent_as_this_years(send):
    send(people(range(40)), cohort=2022)
    told = send(people(range(40)), cohort=2023)
    assert facts(told, "H05") == {"many": "40", "rows": "40", "cohort": "2022/23"}


def test_one_provider_for_all_of_many(send):
    told = send(people(range(30), provider_name="Acme"))
    assert facts(told, "H06") == {"many": "30", "wave": "1"}
    assert send(people(range(100, 112), provider_name="Acme"), urn=OTHER_SCHOOL) == ()


def test_from_university_back_to_sixth_form(send):
    send([somebody(n, activity="240" if n == 3 else "310") for n in range(10)], wave=1)
    told = send(people(range(10), activity="210"), wave=2)
    assert codes(told) == ["Y01"]
    assert (told[0].row, told[0].column, told[0].heading) == (5, "F", "Activity")


def test_a_birthday_that_changed_from_one_cohort_to_the_next(send):
    send([somebody(n, uln=uln(n)) for n in range(6)])
    told = send(
        [somebody(n, uln=uln(n), born_on=date(2007, 1, 3) if n == 2 else None) for n in range(6)],
        cohort=2025,
        stage=LeavingStage.Y13,
    )
    assert [(one.code, one.row, one.column) for one in told] == [("Y02", 4, "E")]
    assert facts(told, "Y02") == {"cohort": "2023/24"}


def test_a_number_with_a_wholly_different_name(send):
    send(people(range(6)))
    told = send(
        [
            somebody(
                n, activity="310", **({"surname": "Quaye", "forename": "Wren"} if n == 2 else {})
            )
            for n in range(6)
        ],
        wave=2,
    )
    assert [(one.code, one.row) for one in told] == [("Y03", 4)]


def test_a_surname_may_change(send):
    send(people(range(6)))
    assert (
        send(
            [
                somebody(n, activity="310", **({"surname": "Quaye"} if n == 2 else {}))
                for n in range(6)
            ],
            wave=2,
        )
        == ()
    )


def test_everybody_just_where_they_were(send):
    send(people(range(30)))
    told = send(people(range(30)), wave=2)
    assert facts(told, "Y04") == {"many": "30", "wave": "1"}
    assert "Y04" not in codes(
        send([somebody(n, course="Art" if n == 3 else "") for n in range(30)], wave=3)
    )


def test_what_was_said_already_is_not_said_again(send, engine):
    send(people(range(30)))
    mapped = a_sheet(a_submission(engine, wave=2, sent_on="2025-11-20"), people(range(30)))
    with transaction(engine) as session:
        matches = record_submission(session, mapped, (), recorded_at=a_moment()).matches
        assert codes(run_crosschecks(session, mapped, matches)) == ["Y04"]
        assert run_crosschecks(session, mapped, matches, reported=[Issue("N02")]) == ()


def test_intended_copied_to_actual(send):
    send(people(range(30), activity=None, intended="other education or training"), wave=0)
    told = send(people(range(30)), wave=1)
    assert facts(told, "Y05") == {"many": "30", "wave": "0"}


def test_all_known_where_last_year_many_were_not(send):
    def some_unknown(numbers, share):
        return [
            somebody(n, **({"activity": "810", "provider_name": None} if n % 10 < share else {}))
            for n in numbers
        ]

    send(some_unknown(range(40), 4), cohort=2021)
    told = send(some_unknown(range(100, 140), 0), cohort=2022)
    assert facts(told, "Y06") == {"rows": "40", "known": "24", "before": "40", "wave": "1"}
    # 20 % not known is an honest share, before or after.
    assert send(some_unknown(range(200, 240), 2), cohort=2023) == ()
    assert send(some_unknown(range(300, 340), 0), cohort=2024) == ()


def test_one_upn_at_two_schools(send):
    send(people(range(6)))
    told = send(
        [
            *people(range(100, 104)),
            somebody(105, upn=upn(3)),
        ],
        urn=OTHER_SCHOOL,
    )
    assert [(one.code, one.row, dict(one.facts)) for one in told] == [
        ("X01", 6, {"where": "at another school"})
    ]


def test_one_uln_at_two_schools(send):
    send([somebody(n, uln=uln(n)) for n in range(6)])
    told = send(
        [*people(range(100, 104)), somebody(105, uln=uln(3))],
        urn=OTHER_SCHOOL,
    )
    assert [(one.code, one.row) for one in told] == [("X02", 6)]


def test_a_upn_of_somebody_else_in_the_cohort_is_told_where_the_row_waits(send):
    send(people(range(6)))
    told = send([*people(range(5), activity="310"), somebody(105, upn=upn(5))], wave=2)
    assert [(one.code, one.row, dict(one.facts)) for one in told] == [
        ("X01", 7, {"where": "at your school"})
    ]


def test_one_person_with_two_upns(send):
    send([somebody(n, uln=uln(n)) for n in range(6)])
    told = send([*people(range(5), activity="310"), somebody(5, upn=upn(905))], wave=2)
    assert [(one.code, one.row) for one in told] == [("X03", 7)]


@pytest.mark.parametrize("number", [None, uln(5)])
def test_one_person_with_another_upn_as_a_leaver_of_another_cohort(send, number):
    send([somebody(n, uln=None) for n in range(6)])
    later = {"cohort": 2025, "stage": LeavingStage.Y13}
    told = send([*people(range(5)), somebody(5, upn=upn(905), uln=number)], **later)
    assert [(one.code, one.row, dict(one.facts)) for one in told] == [
        ("X03", 7, {"where": "at your school"})
    ]
    # Once is enough.
    again = send([*people(range(5)), somebody(5, upn=upn(905), activity="310")], wave=2, **later)
    assert "X03" not in codes(again)


def test_a_namesake_at_another_school_is_nobodys_business(send):
    send(people(range(6)))
    told = send([*people(range(100, 104)), somebody(5, upn=upn(905))], urn=OTHER_SCHOOL)
    assert told == ()


def test_a_upn_given_for_a_while_may_change(send):
    send([somebody(n, upn="N88641002301A" if n == 2 else upn(n), uln=uln(n)) for n in range(6)])
    told = send([somebody(n, uln=uln(n)) for n in range(6)], cohort=2025, stage=LeavingStage.Y13)
    assert "X03" not in codes(told)


def test_an_enrolment_list_is_told_nothing(engine):
    a_hub(engine)
    declared = a_submission(engine, COLLEGE, cohort=None)
    with Session(engine) as session:
        assert run_crosschecks(session, a_sheet(declared, people(range(3))), {}) == ()


def test_a_hub_may_draw_the_lines_elsewhere(send):
    send(people(range(40)))
    strict = replace(THRESHOLDS, sheet_shrinks=0.02, fewest=1)
    assert codes(send(people(range(2, 40), activity="310"), wave=2, limits=strict)) == ["H03"]


def test_every_rule_across_sheets_is_drawn_here():
    here = {code for code in catalogue() if code[0] in "HYX"}
    # Drawn in test_other_school.py and test_who_says_so.py.
    assert here == DRAWN | {"X10", "X11", "Y07"}


def test_what_is_said_has_no_gap():
    for code in sorted(DRAWN):
        assert "{" not in rule_words(code, {})[0]
