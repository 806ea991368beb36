"""What a sender answers in the marked workbook is taken, and not asked again until it changes."""

from io import BytesIO

from openpyxl import load_workbook
from sqlmodel import Session, select
from typer.testing import CliRunner

from destinations.cli import app
from destinations.platform.settings import get_settings
from models.database import open_database
from models.handoffs.returned_workbook import YES
from models.responses import Confirmation, HeadingMapping, SheetConfirmation
from models.submissions import FindingRecord, Submission
from tests.builders.hub import a_hub_at_home
from tests.builders.sheets import a_workbook
from tests.test_annotated import lines_of
from tests.test_annotated_pipeline import (
    URN,
    _hub,
    all_returned,
    everything,
    killed_before_its_receipts,
    returns,
    run,
    send,
    words_of,
)

__all__ = ["_hub"]

ODD = """
    UPN           | Surname | Forename | Date of Birth | Destination       | Where
    B801200005001 | Lee     | Ana      | 12/03/2009    | Further Education | Downs College
    E801200005003 | Hill    | Jo       | 04/05/2007    | Apprenticeship    | Acme Ltd
    U801200005004 | Khan    | Omar     | 21/06/2009    | Apprenticeship    | Acme Ltd
"""


def latest_findings(settings) -> list[tuple[str, int | None]]:
    """What the latest submission was told."""
    engine = open_database(settings.database)
    with Session(engine) as session:
        latest = max(session.exec(select(Submission.id)))
        query = select(FindingRecord).where(FindingRecord.submission_id == latest)
        found = [(one.code, one.row) for one in session.exec(query)]
    engine.dispose()
    return found


def marked(settings, name: str) -> bytes:
    return next(content for key, content in returns(settings).items() if f" {name} -" in key)


def answered(content: bytes, *yes: str, cells=(), insert: int = 0) -> bytes:
    """The workbook as it is sent back: yes to these rules, these cells typed over."""
    book = load_workbook(BytesIO(content))
    for line in lines_of(book):
        if line["Rule"].value in yes:
            line["Confirm"].value = YES
    for place, words in dict(cells).items():
        book["Leavers"][place] = words
    if insert:
        book["Leavers"].insert_rows(insert)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def arrive(settings, text: str, name: str) -> list[tuple[str, int | None]]:
    send(settings, f"{name}.xlsx", a_workbook(text))
    run(settings)
    return latest_findings(settings)


def come_back(settings, content: bytes, name: str) -> list[tuple[str, int | None]]:
    send(settings, f"{name}.xlsx", content)
    run(settings)
    return latest_findings(settings)


def odd_one(settings, text: str = ODD) -> tuple[str, int | None]:
    (odd,) = {one for one in arrive(settings, text, "first") if one[1] == 3}
    return odd


def test_the_same_day_in_another_style_is_not_asked_again_and_another_day_is(hub):
    odd = odd_one(hub)
    assert odd not in come_back(hub, answered(marked(hub, "first"), odd[0]), "second")
    for style in ("4 May 2007", "04.05.2007", "4-May-07", "2007-05-04"):
        again = arrive(hub, ODD.replace("04/05/2007", style), f"as {style.replace(' ', '')}")
        assert odd not in again, style
    assert odd in arrive(hub, ODD.replace("04/05/2007", "05/05/2007"), "another day")


def test_a_day_written_otherwise_in_the_very_answer_is_the_same_day(hub):
    odd = odd_one(hub)
    back = answered(marked(hub, "first"), odd[0], cells={"D3": "4 May 2007"})
    assert odd not in come_back(hub, back, "second")


def test_a_yes_to_a_value_is_no_yes_to_the_one_typed_over_it(hub):
    odd = odd_one(hub)
    back = answered(marked(hub, "first"), odd[0], cells={"D3": "05/05/2007"})
    assert odd in come_back(hub, back, "second")


def test_a_yes_holds_for_whom_it_was_told_of_whatever_row_they_moved_to(hub):
    odd = odd_one(hub)
    back = answered(marked(hub, "first"), odd[0], insert=2)
    assert not {one for one in come_back(hub, back, "second") if one[0] == odd[0]}


def test_a_leaver_who_waited_is_answered_for_in_the_round_that_lets_them_in(hub):
    waits = ODD.replace("04/05/2007    | Apprenticeship", "04/05/2007    | went to sea")
    rows = {one for one in arrive(hub, waits, "first") if one[1] == 3}
    (odd,) = {one for one in rows if one[0] != "D01"}
    assert ("D01", 3) in rows
    back = answered(marked(hub, "first"), odd[0], cells={"E3": "Apprenticeship"})
    assert not {one for one in come_back(hub, back, "second") if one[1] == 3}


def test_what_is_told_of_a_column_can_be_answered_and_another_column_is_asked(hub):
    with_bus = ODD.replace("| Where\n", "| Where | Bus pass\n").replace(
        "Downs College\n", "Downs College | 7\n"
    )
    assert ("C10", None) in arrive(hub, with_bus, "first")
    left = come_back(hub, answered(marked(hub, "first"), "C10"), "second")
    assert ("C10", None) not in left
    assert [one.code for one in everything(hub, SheetConfirmation)] == ["C10"]
    assert ("C10", None) not in arrive(hub, with_bus.replace("| 7", "| 8"), "third")
    assert ("C10", None) in arrive(hub, with_bus.replace("Bus pass", "Locker"), "fourth")


def test_a_yes_to_a_heading_is_remembered_and_the_column_is_read_with_it(hub):
    ident = ODD.replace("UPN  ", "Ident")
    assert ("C11", None) in arrive(hub, ident, "first")
    left = come_back(hub, answered(marked(hub, "first"), "C11"), "second")
    assert not {one for one in left if one[0].startswith("C1")}
    (said,) = everything(hub, HeadingMapping)
    assert (said.urn, said.shown, said.field) == (URN, "Ident", "upn")
    assert said.accepted_by == "the sender of submission 2"
    assert not {one for one in arrive(hub, ident, "third") if one[0].startswith("C1")}


def test_a_yes_to_a_blank_holds_until_it_is_filled(hub):
    blank = ODD.replace("21/06/2009    | Apprenticeship", "21/06/2009    |               ")
    assert ("D02", 4) in arrive(hub, blank, "first")
    left = come_back(hub, answered(marked(hub, "first"), "D02"), "second")
    assert ("D02", 4) not in left


def test_the_command_line_confirms_what_is_of_no_row(hub):
    with_bus = ODD.replace("| Where\n", "| Where | Bus pass\n").replace(
        "Downs College\n", "Downs College | 7\n"
    )
    arrive(hub, with_bus, "first")
    done = CliRunner().invoke(app, ["confirm", "1", "C10", "--by", "A. Head"])
    assert done.exit_code == 0, done.output
    assert ("C10", None) not in arrive(hub, with_bus.replace("| 7", "| 8"), "second")
    for words in (["1", "H07"], ["1", "2"], ["1", "C10", "2"], ["1", "2", "3", "C10"]):
        assert CliRunner().invoke(app, ["confirm", *words, "--by", "A"]).exit_code == 2


def test_a_run_killed_before_the_answers_are_applied_ends_the_same(tmp_path, monkeypatch):
    ends = []
    for killed in (False, True):
        with a_hub_at_home(tmp_path / str(killed), monkeypatch, URN):
            hub = get_settings()
            odd = odd_one(hub)
            send(hub, "second.xlsx", answered(marked(hub, "first"), odd[0]))
            if killed:
                killed_before_its_receipts(hub, applied=False)
                assert not everything(hub, Confirmation)
            run(hub)
            ends.append(
                (
                    latest_findings(hub),
                    {name: words_of(file) for name, file in all_returned(hub).items()},
                )
            )
            (confirmed,) = everything(hub, Confirmation)
            assert (confirmed.code, confirmed.confirmed_by) == (
                odd[0],
                "the sender of submission 2",
            )
            assert odd not in latest_findings(hub)
    assert ends[0] == ends[1]


def test_an_answer_holds_for_a_sheet_of_the_same_morning_that_comes_after_it(hub):
    odd = odd_one(hub)
    send(hub, "second.xlsx", answered(marked(hub, "first"), odd[0]))
    send(hub, "third.xlsx", a_workbook(ODD.replace("Acme Ltd", "Beta Ltd")))
    killed_before_its_receipts(hub, applied=False)
    run(hub)
    assert odd not in latest_findings(hub)
