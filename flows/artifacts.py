"""What a data officer finds on the Prefect page after a run: tables, each saying what it shows."""

from prefect.artifacts import create_table_artifact

from flows.report_tables import Lines

SHOWS = {
    "submissions-by-stage": "How many submissions stand at each stage, and how many stopped there.",
    "submissions-stopped": "Submissions that did not go on, and why: `destinations where NUMBER`.",
    "inbox-waiting": "Files in the inbox whose school is not known or in no hub: they wait there.",
    "findings-by-rule": "How often each rule found something: `destinations rules CODE`.",
    "rules-and-schools": "What each rule said in the last intake that brought files, by school, "
    "beside the one before. A rule that spoke on more than a fifth of all rows is itself suspect.",
    "suites-not-adopted": "Rules that changed and nobody has adopted: `destinations rules try`.",
    "coverage-by-school": "Known destinations of all leavers, by school, cohort and wave.",
    "who-has-not-sent": "The answers that were due and have not come.",
}


def put_table(key: str, lines: Lines) -> None:
    """One table on the page, in place of the last of its kind.  Counts, ids and rule codes only."""
    create_table_artifact(lines, key=key, description=SHOWS[key])
