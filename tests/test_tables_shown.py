"""Tables in a shell: read at any width, with no heading, number or day broken in two."""

import pytest
from rich.console import Console

from destinations.cli.shown import output

HEADINGS = ("submission", "urn", "file", "stage", "sent_on", "rows", "why")
ROWS = [
    (1, "900700", "leavers_2023_destinations.xlsx", "published", "2023-11-09", 38, ""),
    (12, "900701", "Class of 2024.csv", "refused", "2024-11-18", 0, "It is no spreadsheet."),
]


@pytest.mark.parametrize("width", [40, 60, 80, 100, 200])
def test_nothing_that_is_read_as_one_is_broken(width, monkeypatch, capsys):
    monkeypatch.setattr(output, "stdout", Console(emoji=False, width=width))
    output.print_table("", HEADINGS, ROWS)
    shown = capsys.readouterr().out

    for whole in (*HEADINGS, "900700", "published", "2023-11-09", "38", "spreadsheet."):
        assert whole in shown
    assert all(len(line) <= width for line in shown.splitlines())


def test_a_narrow_shell_gets_a_block_for_each_row_without_what_is_blank(monkeypatch, capsys):
    monkeypatch.setattr(output, "stdout", Console(emoji=False, width=50))
    output.print_table("", HEADINGS, ROWS)
    first, second, *_ = capsys.readouterr().out.split("\n\n")

    assert [line.split()[0] for line in first.splitlines()] == list(HEADINGS[:-1])
    assert second.splitlines()[-1].split(maxsplit=1) == ["why", "It is no spreadsheet."]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a\x1b[2Jb", r"a\x1b[2Jb"),
        ("gnp\u202excod.csv", r"gnp\u202excod.csv"),
        ("a\u200bb", r"a\u200bb"),
        ("Zo\u00eb \u2019t Hooft", "Zo\u00eb \u2019t Hooft"),
    ],
)
@pytest.mark.parametrize("width", [30, 200])
def test_what_a_shell_would_obey_is_spelled_out(typed, shown, width, monkeypatch, capsys):
    monkeypatch.setattr(output, "stdout", Console(emoji=False, width=width))
    output.print_table("", HEADINGS, [(1, "900700", typed, "", "", 0, "")])

    assert shown in capsys.readouterr().out
