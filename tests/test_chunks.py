"""How many submissions go from stage to stage together, and that none is left behind."""

from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, select

from destinations.platform.settings import Settings, get_settings
from flows.pipeline import stages
from flows.pipeline.chunks import SubmissionSize, cut
from models.database import open_database
from models.submissions import Submission
from tests.builders.hub import a_hub_at_home, send, take_in

URN, TODAY = "900100", date(2025, 11, 24)
SHEET = """
    UPN           | Surname | Forename | Date of Birth | Destination       | Where
    B801200005001 | Lee     | Ana      | 12/03/2009    | Further Education | Downs College
    Q801200005002 | Marsh   | Peter    | 14/05/2009    | Apprenticeship    | Acme Ltd
"""


@pytest.mark.parametrize(
    ("sizes", "bounds", "chunks"),
    [
        ([], {}, []),
        ([(1, 0), (1, 0), (1, 0)], {"chunk": 2}, [[0, 1], [2]]),
        ([(4, 0), (6, 0), (1, 0)], {"chunk_bytes": 10}, [[0, 1], [2]]),
        ([(1, 40), (1, 60), (1, 1)], {"chunk_rows": 100}, [[0, 1], [2]]),
        ([(1, 0), (99, 0), (1, 0)], {"chunk_bytes": 10}, [[0], [1], [2]]),  # goes alone
        ([(1, 500), (1, 500)], {"chunk_rows": 100}, [[0], [1]]),
        ([(5, 50), (5, 50), (5, 50)], {"chunk_bytes": 14, "chunk_rows": 149}, [[0, 1], [2]]),
    ],
)
def test_a_chunk_is_bounded_in_submissions_bytes_and_rows(sizes, bounds, chunks) -> None:
    settings = Settings(**bounds, _env_file=None)
    submissions = [SubmissionSize(number, *size) for number, size in enumerate(sizes)]
    assert list(cut(submissions, settings)) == chunks


def test_reading_stops_at_the_rows_of_a_chunk_and_goes_on_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESTINATIONS_CHUNK_ROWS", "3")
    with a_hub_at_home(tmp_path, monkeypatch, URN):
        for number in (1, 2, 3):
            send(URN, SHEET.replace("Acme", f"Acme {number}"), f"sheet {number}.xlsx")
        send(URN, "Nothing | here", "refused.xlsx")
        with stages.open_run(get_settings()) as run:
            stages.receive_files(run, TODAY)
            (ids,) = stages.unfinished(run)
            assert len(ids) == 4  # nobody knows their rows yet
            chunk = stages.read_chunk(run, ids)
            rest = stages.read_chunk(run, chunk.unread)
        assert 2 in (len(chunk.works), len(rest.works))
        assert sorted((*chunk.ids, *rest.ids, *rest.unread)) == sorted(ids)
        take_in(TODAY)
        with Session(open_database(get_settings().database)) as session:
            ends = {line.name: line for line in session.scalars(select(Submission))}
        assert all(line.answered_at for line in ends.values())
        assert [ends[f"sheet {number}.xlsx"].rows_read for number in (1, 2, 3)] == [2, 2, 2]
        assert ends["refused.xlsx"].refused_code


def test_what_was_read_before_is_cut_by_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESTINATIONS_CHUNK_ROWS", "4")
    with a_hub_at_home(tmp_path, monkeypatch, URN):
        for number in (1, 2, 3):
            send(URN, SHEET.replace("Acme", f"Acme {number}"), f"sheet {number}.xlsx")
        take_in(TODAY)
        with stages.open_run(get_settings()) as run:
            assert stages.unfinished(run) == []
            assert [len(ids) for ids in stages.chunks_of(run, [1, 2, 3])] == [2, 1]
