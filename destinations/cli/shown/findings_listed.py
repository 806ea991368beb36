"""Findings listed: in reading order, for a person or for a script."""

from typing import TYPE_CHECKING, Any

from destinations.cli.shown.output import print_json_lines, print_sentence, print_table

if TYPE_CHECKING:
    from models.handoffs.findings import Finding

SHOWN = 20  # in the terminal; the workbook and --json hold everything


def show_findings(findings: "list[Finding] | tuple[Finding, ...]", json_: bool) -> None:
    """Findings in reading order: all as JSON, the first twenty for a person."""
    if json_:
        print_json_lines(finding_as_json(each) for each in findings)
        return
    if not findings:
        print_sentence("Nothing to fix.")
        return
    print_table(
        "",
        ("where", "heading", "as typed", "what is wrong", "what to do", "rule"),
        (
            (
                f"{each.sheet} {each.column}{each.row or ''}".strip(),
                each.heading,
                each.value,
                each.says,
                each.do + (f": {', '.join(each.suggests)}?" if each.suggests else ""),
                each.code,
            )
            for each in findings[:SHOWN]
        ),
    )
    if len(findings) > SHOWN:
        print_sentence(f"The first {SHOWN} of {len(findings)} are shown; --json gives all.")


def finding_as_json(each: "Finding") -> dict[str, Any]:
    """A finding as the contract gives it to scripts."""
    return {
        "sheet": each.sheet,
        "row": each.row,
        "column": each.column,
        "heading": each.heading,
        "value": each.value,
        "code": each.code,
        "severity": str(each.severity),
        "says": each.says,
        "do": each.do,
        "suggests": list(each.suggests),
    }
