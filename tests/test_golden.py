"""Golden spreadsheets: each quirk beside the exact words that its sender gets.

`make golden` writes the words anew and shows what changed; it is reviewed line by line, and
committed together with its reason.
"""

from functools import cache
from pathlib import Path

import pytest

from destinations.returns.fix_order import biggest_first, finding_sentence, summary_sentence
from expectations.catalogue import catalogue
from expectations.validating import refusal_finding, validate
from imports.context.required_columns import add_heading_proposals
from imports.crosswalk.column_map import load_map
from imports.mapping import map_columns_and_values
from imports.reading import read_file
from models.handoffs.findings import Finding, SubmissionRefused
from models.handoffs.normalised import NormalisedSubmission
from models.handoffs.sheets import Region
from models.vocabulary import Severity, SubmissionKind, year_name
from tests.builders.drawings import Drawing, a_file

FOLDER = Path(__file__).parent / "spreadsheets"
QUIRKS = sorted(path.stem for path in FOLDER.glob("*.sheet"))
FIELDS = {code: rule.field for code, rule in catalogue().items()}
WEIGHTS = {Severity.MUST_FIX: "Must fix", Severity.PLEASE_CHECK: "Please check"}


@pytest.mark.parametrize("quirk", QUIRKS)
def test_a_sender_gets_exactly_these_words(quirk):
    assert _told()[quirk] == (FOLDER / f"{quirk}.findings").read_text(encoding="utf-8")


def test_every_drawing_has_its_words_and_the_other_way_round():
    assert sorted(path.stem for path in FOLDER.glob("*.findings")) == QUIRKS
    assert len(QUIRKS) >= 25


def test_written_anew_they_are_the_same_files(tmp_path):
    (tmp_path / "of_no_drawing.findings").write_text("left over", encoding="utf-8")
    write_anew(tmp_path)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in FOLDER.glob("*.findings")}


def write_anew(folder: Path) -> None:
    """The words of every drawing, in the folder, and no others."""
    for path in folder.glob("*.findings"):
        path.unlink()
    for quirk, words in _told().items():
        (folder / f"{quirk}.findings").write_text(words, encoding="utf-8")


@cache
def _told() -> dict[str, str]:
    """What is told of every file.  They are all judged in one call, as an intake does it."""
    told: dict[str, str] = {}
    read: dict[int, tuple[str, NormalisedSubmission]] = {}
    for number, quirk in enumerate(QUIRKS, start=1):
        drawing = a_file((FOLDER / f"{quirk}.sheet").read_text(encoding="utf-8"), number)
        try:
            read[number] = quirk, _mapped(drawing)
        except SubmissionRefused as refused:
            told[quirk] = (
                f"Refused: {finding_sentence(refusal_finding(refused.code, refused.facts))}\n"
            )
    judged = validate([mapped for _, mapped in read.values()])
    for number, (quirk, mapped) in read.items():
        told[quirk] = _words(mapped, judged.findings[number])
    return told


def _mapped(drawing: Drawing) -> NormalisedSubmission:
    columns = load_map()
    try:
        read = read_file(drawing.name, drawing.content, columns.field_of)
    except SubmissionRefused as refused:
        raise add_heading_proposals(refused, columns) from None
    return map_columns_and_values(read, drawing.metadata, columns)


def _words(mapped: NormalisedSubmission, findings: tuple[Finding, ...]) -> str:
    lines = [_about(mapped), *map(_region, mapped.regions), "", summary_sentence(findings, FIELDS)]
    for weight, said in WEIGHTS.items():
        told = [each for each in biggest_first(findings) if each.severity == weight]
        if told:
            lines += ["", said, *(f"  {finding_sentence(each)}" for each in told)]
    return "\n".join(lines) + "\n"


def _about(mapped: NormalisedSubmission) -> str:
    declared = mapped.metadata
    rows = len({(row.sheet, row.row) for row in mapped.rows})
    if declared.kind is SubmissionKind.ENROLMENTS:
        return f"{rows} rows of people enrolled"
    stage = declared.leaving_stage.value if declared.leaving_stage else ""
    cohort = year_name(declared.academic_year) if declared.academic_year else ""
    waves = sorted({row.wave for row in mapped.rows if row.wave is not None})
    return f"{rows} {stage} leavers of {cohort}, wave {', '.join(map(str, waves))}"


def _region(region: Region) -> str:
    span = f", row {region.first_row}"
    if region.last_row != region.first_row:
        span = f", rows {region.first_row} to {region.last_row}"
    words = "read" if region.used else "left out"
    return f"  {region.sheet or 'the file'}{span if region.last_row else ''}: {words}: {region.why}"


if __name__ == "__main__":
    write_anew(FOLDER)
