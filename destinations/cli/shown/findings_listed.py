"""Findings listed: in reading order, for a person or for a script."""

from typing import TYPE_CHECKING, Any

from destinations.cli.shown.output import print_json_lines, print_sentence, print_table

if TYPE_CHECKING:
    from models.handoffs.findings import Finding

SHOWN = 20  # in the terminal; the workbook and --json hold everything


def show_findings(findings: "list[Finding] | tuple[Finding, ...]", json_: bool) -> None:
    """Findings in reading order: all as JSON, the first twenty for a person."""
    if json_:
        print_json_lines(finding_as_json(finding) for finding in findings)
        return
    if not findings:
        print_sentence("Nothing to fix.")
        return
    print_table(
        "",
        ("where", "heading", "as typed", "what is wrong", "what to do", "rule"),
        (
            (
                f"{finding.sheet} {finding.column}{finding.row or ''}".strip(),
                finding.heading,
                finding.value,
                finding.says,
                finding.do + (f": {', '.join(finding.suggests)}?" if finding.suggests else ""),
                finding.code,
            )
            for finding in findings[:SHOWN]
        ),
    )
    if len(findings) > SHOWN:
        print_sentence(f"The first {SHOWN} of {len(findings)} are shown; --json gives all.")


def finding_as_json(finding: "Finding") -> dict[str, Any]:
    """A finding as the contract gives it to scripts."""
    return {
        "sheet": finding.sheet,
        "row": finding.row,
        "column": finding.column,
        "heading": finding.heading,
        "value": finding.value,
        "code": finding.code,
        "severity": str(finding.severity),
        "says": finding.says,
        "do": finding.do,
        "suggests": list(finding.suggests),
    }
