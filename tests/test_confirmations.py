"""An oddity that somebody said is right is not asked again, until the value changes."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from destinations.recording import RecordResult
from destinations.responses.confirmations import confirm, field_and_value
from models.database import transaction
from models.handoffs.findings import Finding
from models.handoffs.normalised import NormalisedRow, SubmissionMetadata
from models.leavers import Leaver
from models.responses import Confirmation
from models.submissions import FindingRecord
from models.vocabulary import Severity
from tests.builders.hub import a_hub
from tests.builders.record import U1, U2, a_submission, everything, recorded
from tests.builders.rows import a_row, must_fix

SAM = f"{U1}, Lee, Sam, 2005-03-14, 240"
ANA = f"{U2}, Lee, Ana, 2008-03-14, 240"


@pytest.fixture(name="engine")
def _of_a_hub(engine: Engine) -> Engine:
    a_hub(engine)
    return engine


def odd(row: int = 2, column: str = "D", severity: Severity = Severity.PLEASE_CHECK) -> Finding:
    """Nineteen years old in Year 13."""
    return Finding("P10", severity, "", "", "Leavers", row, column, "Born")


def sent(
    engine: Engine, rows: list[NormalisedRow | str], *findings: Finding
) -> tuple[SubmissionMetadata, RecordResult]:
    declared = a_submission(engine)
    return declared, recorded(engine, declared, rows, findings)


def yes(
    engine: Engine, declared: SubmissionMetadata, value: object, row: int = 2, code: str = "P10"
) -> None:
    with transaction(engine) as session:
        confirm(session, declared.submission_id, "", row, code, value=value, by="A. Head")  # type: ignore[arg-type]


def test_what_was_confirmed_is_not_told_again(engine: Engine) -> None:
    first, done = sent(engine, [SAM], odd())
    assert [one.code for one in done.findings] == ["P10"]
    yes(engine, first, date(2005, 3, 14))
    yes(engine, first, date(2005, 3, 14))
    later, done = sent(engine, [ANA, SAM], odd(row=3))
    assert done.findings == ()
    assert not [
        x
        for x in everything(engine, FindingRecord)
        if x.submission_id == later.submission_id and x.code == "P10"
    ]
    (kept,) = everything(engine, Confirmation)
    assert (kept.person_id, kept.code, kept.confirmed_by) == (1, "P10", "A. Head")
    assert "2005" not in kept.digest


def test_another_value_another_person_and_another_rule_are_asked(engine: Engine) -> None:
    first, _ = sent(engine, [SAM, ANA], odd())
    yes(engine, first, date(2005, 3, 14))
    _, done = sent(engine, [SAM.replace("2005", "2004")], odd())
    assert len(done.findings) == 1
    _, done = sent(engine, [SAM, ANA.replace("2008", "2005")], odd(row=3))
    assert len(done.findings) == 1
    _, done = sent(engine, [SAM], replace(odd(), code="P11"))
    assert len(done.findings) == 1


def test_the_cell_as_it_was_typed_will_do(engine: Engine) -> None:
    typed = a_row(2, SAM)
    typed = replace(typed, raw={**typed.raw, "born_on": "14th  March 2005"})
    first, _ = sent(engine, [typed], odd())
    yes(engine, first, "14th march 2005")
    _, done = sent(engine, [typed], odd())
    assert done.findings == ()


def test_what_is_told_of_a_row_as_a_whole_holds_while_the_row_stays(engine: Engine) -> None:
    first, _ = sent(engine, [SAM], odd(column=""))
    _, value = field_and_value([a_row(2, SAM)], "")
    yes(engine, first, value)
    assert sent(engine, [SAM], odd(column=""))[1].findings == ()
    assert len(sent(engine, [SAM.replace("240", "310")], odd(column=""))[1].findings) == 1


def test_what_matching_remarks_can_be_confirmed_too(engine: Engine) -> None:
    sent(engine, [SAM])
    first, done = sent(engine, [SAM.replace("2005", "2006")])
    assert [one.code for one in done.remarks if one.row] == ["M03"]
    yes(engine, first, date(2006, 3, 14), code="M03")
    _, done = sent(engine, [SAM.replace("2005", "2006").replace("240", "310")])
    assert [one.code for one in done.remarks if one.row] == []


def test_what_must_be_put_right_cannot_be_confirmed(engine: Engine) -> None:
    declared, _ = sent(engine, [SAM, ANA], must_fix(3), odd())
    with pytest.raises(ValueError, match="put right"):
        yes(engine, declared, "Lee", row=3, code="P01")
    with pytest.raises(LookupError):
        yes(engine, declared, "Lee", row=3)
    with pytest.raises(LookupError):
        yes(engine, declared, "Lee", row=99)
    assert everything(engine, Confirmation) == []


def test_a_row_about_nobody_yet_cannot_be_confirmed(engine: Engine) -> None:
    declared, _ = sent(engine, [SAM], must_fix(2), odd())
    with pytest.raises(ValueError, match="nobody knows yet"):
        yes(engine, declared, date(2005, 3, 14))


def test_a_must_fix_is_told_whatever_was_confirmed(engine: Engine) -> None:
    first, _ = sent(engine, [SAM], odd())
    yes(engine, first, date(2005, 3, 14))
    _, done = sent(engine, [SAM], odd(severity=Severity.MUST_FIX))
    assert (len(done.findings), done.waiting) == (1, 1)


def test_the_sheet_need_be_named_only_where_there_are_two(engine: Engine) -> None:
    rows: list[NormalisedRow | str] = [a_row(2, SAM), a_row(2, ANA, sheet="11B")]
    declared, _ = sent(engine, rows, odd(), replace(odd(), sheet="11B"))
    with pytest.raises(LookupError, match="which sheet"):
        yes(engine, declared, date(2005, 3, 14))
    with Session(engine) as session:
        person = confirm(
            session, declared.submission_id, "11B", 2, "P10", value=date(2008, 3, 14), by="A. Head"
        )
    assert [x.forename for x in everything(engine, Leaver) if x.person_id == person] == ["Ana"]
