"""Who may import whom: every contract in pyproject.toml breaks when somebody breaks it."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parents[1]
PACKAGES = ("destinations", "expectations", "flows", "imports", "models")

# contract -> (a module, an import that it forbids there)
PLANTED = {
    "The road is joined up only in flows and the command line; models know nobody": (
        "imports/values/dates.py",
        "import destinations.outcomes.waves",
    ),
    "Nothing is built on the command line": (
        "flows/redaction.py",
        "import destinations.cli.shown.output",
    ),
    "The rooms of destinations, from what readers get down to who a row is about": (
        "destinations/outcomes/waves.py",
        "import destinations.reports.exports",
    ),
    "The rooms of imports, from rows in our words down to bytes": (
        "imports/text/headings.py",
        "import imports.columns.duplicate_columns",
    ),
    "A workbook's formats know nothing of the guard that opens them": (
        "imports/workbook/formats/xlsx.py",
        "import imports.workbook.guard",
    ),
    "The rooms of expectations, from findings down to one rule": (
        "expectations/checks/shifted_rows.py",
        "import expectations.engine.suites",
    ),
    "The stages joined up know nothing of Prefect": (
        "flows/pipeline/run_context.py",
        "import prefect",
    ),
    "Only recording asks who a row is about": (
        "destinations/summarising.py",
        "import destinations.matching",
    ),
    "Settings come in as arguments: only those who join the road read them": (
        "destinations/outcomes/waves.py",
        "import destinations.platform.settings",
    ),
    "Prefect only in flows": ("destinations/outcomes/waves.py", "import prefect"),
    "Great Expectations only in expectations": ("flows/redaction.py", "import great_expectations"),
    "pandas and numpy only in expectations": ("imports/values/dates.py", "import pandas"),
    "boto3 only in destinations.platform.storage": (
        "destinations/outcomes/waves.py",
        "import boto3",
    ),
    "A sheet is read, mapped and judged without a database": (
        "imports/reading.py",
        "import models.database",
    ),
    "The made-up hub knows nothing of how sheets are read": (
        "destinations/demo/invented/destination_words.py",
        "import imports.values.dates",
    ),
    "Only the demonstration uses the made-up hub": (
        "destinations/outcomes/waves.py",
        "import destinations.demo",
    ),
}


def test_every_contract_bites(tmp_path):
    contracts = tomllib.loads((HERE / "pyproject.toml").read_text())["tool"]["importlinter"]
    names = {contract["name"] for contract in contracts["contracts"]}
    assert names == set(PLANTED)
    for package in PACKAGES:
        shutil.copytree(
            HERE / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(HERE / "pyproject.toml", tmp_path)
    for module, line in PLANTED.values():
        with (tmp_path / module).open("a") as file:
            file.write(f"\n{line}\n")
    told = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    broken = {name for name in names if f"{name} BROKEN" in told}
    assert broken == names
