"""Not there when checked: such a leaver stays one, and is not said to be there."""

import csv
import io
import subprocess
import sys
from datetime import date

from tests.builders.hub import a_hub_at_home, send, take_in

SCHOOL, CHECKED = "900100", date(2024, 5, 14)
SHEET = """
    Surname | Forename | Date of Birth | Destination | Sustained at 6 months
    Okafor | Ada | 12/03/2007 | Further Education | Y
    Bell | Jo | 14/05/2007 | Further Education | N
    Marsh | Peter | 21/06/2007 | NEET | N
"""


def exported(what: str) -> list[dict[str, str]]:
    told = subprocess.run(
        [sys.executable, "-c", "from destinations.cli import main; main()", "export", what],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return list(csv.DictReader(io.StringIO(told)))


def test_a_leaver_who_was_not_there_when_checked_stays_in_the_cohort_and_is_not_known(
    tmp_path, monkeypatch
):
    with a_hub_at_home(tmp_path, monkeypatch, SCHOOL):
        send(SCHOOL, SHEET)
        take_in(CHECKED)
        leavers = {line["person"]: line["surname"] for line in exported("leavers")}
        answers = {
            leavers[line["person"]]: line["activity_group"] for line in exported("destinations")
        }
        asked = [line["code"] for line in exported("findings") if line["code"] == "D25"]
    assert sorted(leavers.values()) == ["Bell", "Marsh", "Okafor"]
    assert answers == {"Okafor": "EET", "Marsh": "NEET"}
    assert asked == ["D25"]
