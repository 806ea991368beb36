"""Who says so: how strong an answer is depends on who sent it, never on a word in the sheet."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from destinations.crosschecks.contradicted_places import sheets_contradicted_since
from destinations.crosschecks.run_crosschecks import run_crosschecks
from destinations.linkage.match_decisions import stored_matches
from models.database import migrate, transaction
from models.destinations import Destination
from models.handoffs.normalised import NormalisedRow, NormalisedSubmission
from tests.builders.hub import COLLEGE, a_hub
from tests.builders.record import U1, Record, a_submission, everything, recorded
from tests.builders.rows import a_row
from tests.builders.sheets import drawn

SAM = f"{U1}, Lee, Sam, 2008-03-14"


@pytest.fixture(autouse=True)
def hub(engine: Engine) -> None:
    a_hub(engine)


def with_values(row: NormalisedRow, **values: object) -> NormalisedRow:
    given = {name: value for name, value in values.items() if value}
    return replace(row, values=row.values | given)  # type: ignore[arg-type]


# A school's sheet: what its column names as the source, and how strong that makes its answer.
SCHOOL_NAMES = """
    source   | activity | evidence
             | 230      | school says
    school   | 230      | school says
    council  | 230      | school says
    provider | 230      | school says
    provider | 619      | school says
    provider | 830      | school says
    employer | 330      | school says
    family   | 230      | leaver says
    leaver   | 230      | leaver says
"""


@pytest.mark.parametrize(("source", "activity", "evidence"), drawn(SCHOOL_NAMES)[1:])
def test_a_school_s_column_confirms_nothing(
    engine: Engine, source: str, activity: str, evidence: str
) -> None:
    row = with_values(a_row(2, f"{SAM}, {activity}"), source=source)
    recorded(engine, a_submission(engine), [row])
    (statement,) = everything(engine, Destination)
    assert statement.evidence == evidence
    assert statement.source == (source or "school"), "what the column says is kept beside it"


# A provider's own list: the day it is of, with start and end, and what it is evidence of.
PROVIDER_LISTS = """
    sent on    | started    | ended      | evidence
    2024-10-08 | 2024-09-03 |            | provider confirms
    2024-12-31 | 2024-09-03 |            | provider confirms
    2025-01-06 | 2024-09-03 |            | still there in term 2
    2025-06-20 | 2024-09-03 | 2025-07-18 | still there in term 2
    2025-02-10 |            |            | still there in term 2
    2025-02-10 | 2025-01-20 |            | provider confirms
    2025-02-10 | 2024-09-03 | 2025-01-24 | provider confirms
    2025-02-10 | 2024-09-03 | 2024-10-15 | provider confirms
"""


@pytest.mark.parametrize(("sent_on", "started", "ended", "evidence"), drawn(PROVIDER_LISTS)[1:])
def test_a_list_of_the_second_term_shows_who_is_still_there(
    engine: Engine, sent_on: str, started: str, ended: str, evidence: str
) -> None:
    recorded(engine, a_submission(engine), [f"{SAM}, 810"])
    row = with_values(
        a_row(2, f"{SAM}, -, -, {started or '-'}"),
        ended_on=date.fromisoformat(ended) if ended else None,
    )
    recorded(engine, a_submission(engine, COLLEGE, sent_on, cohort=None), [row])
    statement = everything(engine, Destination)[-1]
    assert (statement.source, statement.evidence) == ("provider", evidence)


# A statement of a 0.1 database, all of them "provider confirms", and what they are moved to.
OLD_STATEMENTS = """
    kind       | source   | as at      | started    | ended      | evidence
    leavers    | provider | 2024-11-01 |            |            | school says
    leavers    | employer | 2025-02-01 |            |            | school says
    enrolments | provider | 2024-11-01 |            |            | provider confirms
    enrolments | provider | 2025-02-01 | 2024-09-03 |            | still there in term 2
    enrolments | provider | 2025-02-01 | 2025-01-20 |            | provider confirms
    enrolments | provider | 2025-02-01 | 2024-09-03 | 2025-02-01 | provider confirms
"""


def test_what_an_older_version_recorded_is_weighed_again(engine: Engine) -> None:
    lines = drawn(OLD_STATEMENTS)[1:]
    with transaction(engine) as session:
        record = Record(session)
        school = record.school("100001")
        cohort = record.cohort(school, 2023)
        for kind, source, *days, _ in lines:
            as_at, started, ended = (date.fromisoformat(day) if day else None for day in days)
            record.said(
                record.leaver(cohort, school),
                "230",
                submission_id=record.submission(school, kind=kind),
                source=source,
                evidence="provider confirms",
                as_at=as_at,
                started_on=started,
                ended_on=ended,
            )
    migrate_down(engine, "0003")
    assert {row.evidence for row in everything(engine, Destination)} == {"provider confirms"}
    migrate(engine)
    assert [row.evidence for row in everything(engine, Destination)] == [line[5] for line in lines]


def migrate_down(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "models/migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


# What a school says on 7 November of somebody whose college lists them as leaving on 15 October.
CONTRADICTED = """
    the school says                           | told
    230, Downs Coast College, 2024-09-03      | Y07
    230, -, -                                 | Y07
    230, Downs Coast College, 2024-10-28      | -
    210, Firle High School, -                 | -
    619, -, -                                 | -
"""


@pytest.mark.parametrize(("words", "code"), drawn(CONTRADICTED)[1:])
@pytest.mark.parametrize("is_sheet_first", [True, False])
def test_a_school_is_told_that_the_college_says_they_left(
    engine: Engine, words: str, code: str, is_sheet_first: bool
) -> None:
    recorded(engine, a_submission(engine, sent_on="2024-09-10"), [f"{SAM}, 810"])
    sheet = a_submission(engine, sent_on="2024-11-07")
    enrolments = a_submission(engine, COLLEGE, "2024-11-12", cohort=None)
    rows = {
        sheet: a_row(2, f"{SAM}, {words}"),
        enrolments: with_values(a_row(2, f"{SAM}, -, -, 2024-09-03"), ended_on=date(2024, 10, 15)),
    }
    for submission in (sheet, enrolments)[:: 1 if is_sheet_first else -1]:
        recorded(engine, submission, [rows[submission]])
    with transaction(engine) as session:
        again = sheets_contradicted_since(session)
        mapped = NormalisedSubmission(sheet, (rows[sheet],))
        matches = stored_matches(session, sheet.submission_id)
        issues = run_crosschecks(session, mapped, matches)
    assert [issue.code for issue in issues if issue.code == "Y07"] == [code] * (code != "-")
    assert again == [sheet.submission_id] * (code != "-" and is_sheet_first)
