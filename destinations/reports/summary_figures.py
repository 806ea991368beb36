"""Figures that a page may show: which lines of a summary, and rates that keep their parts."""

from collections.abc import Iterable

from destinations.outcomes.percent import percent
from models.handoffs.summaries import Counts, SummaryLine
from models.vocabulary import Kin, LeavingStage, year_name

# Kinds of destination as a chart can show them: few enough to tell apart, every kin in one.
SHOWN_KINS: tuple[tuple[str, tuple[Kin, ...]], ...] = (
    ("Education", (Kin.EDUCATION,)),
    ("Apprenticeship", (Kin.APPRENTICESHIP,)),
    ("Employment", (Kin.EMPLOYMENT,)),
    ("Training or gap year", (Kin.TRAINING, Kin.GAP_YEAR)),
    ("NEET", (Kin.NEET,)),
    ("Other", (Kin.RE_ENGAGEMENT, Kin.PRE_16, Kin.OTHER)),
    ("Not known", (Kin.NOT_KNOWN,)),
)


def share(part: int, whole: int) -> float | None:
    """The whole percentage as a cell holds it, 0.92 for 92 %, so that no program rounds again."""
    rounded = percent(part, whole)
    return None if rounded is None else int(rounded) / 100


def per_cent(part: int, whole: int) -> str:
    """The same percentage in a sentence: "92%"; "no leavers" of nobody."""
    rounded = percent(part, whole)
    return "no leavers" if rounded is None else f"{rounded}%"


def kin_counts(counts: Counts) -> tuple[int, ...]:
    """How many leavers each of SHOWN_KINS holds, in that order."""
    by_kin = {str(name): number for name, number in counts.kins}
    return tuple(sum(by_kin.get(kin.value, 0) for kin in kins) for _, kins in SHOWN_KINS)


def of_all(lines: Iterable[SummaryLine]) -> tuple[SummaryLine, ...]:
    """The lines about all leavers together, not about one group of them."""
    return tuple(line for line in lines if line.breakdown == "all")


def latest(lines: Iterable[SummaryLine]) -> tuple[SummaryLine, ...]:
    """Of each leaving stage and wave, the lines of the latest cohort of which anything is known."""
    lines = tuple(lines)
    newest: dict[tuple[str, int], int] = {}
    for line in lines:
        key = (line.leaving_stage, line.wave)
        if line.counts.known and line.academic_year > newest.get(key, 0):
            newest[key] = line.academic_year
    return in_order(
        line for line in lines if newest.get((line.leaving_stage, line.wave)) == line.academic_year
    )


def told_latest(lines: Iterable[SummaryLine]) -> tuple[SummaryLine, ...]:
    """Of each leaving stage and wave, the latest cohort of which lasting can be told."""
    return latest(line for line in lines if line.counts.sustained_base)


def part_name(line: SummaryLine) -> str:
    """What people call a part of a breakdown; "not known" alone would not say what of."""
    name = group_name(line)
    if line.part in ("not known", "withheld"):
        return f"{name}: {line.part}"
    return line.part[:1].upper() + line.part[1:]


def group_name(line: SummaryLine) -> str:
    """What people call a breakdown."""
    names = {"disadvantaged": "Disadvantage", "sex": "Sex"}
    return names.get(line.breakdown, line.breakdown)


def in_order(lines: Iterable[SummaryLine]) -> tuple[SummaryLine, ...]:
    """By school, stage, latest cohort first, wave: the same order on every page."""
    return tuple(
        sorted(
            lines,
            key=lambda line: (
                line.school.casefold(),
                line.urn,
                line.leaving_stage,
                -line.academic_year,
                line.wave,
            ),
        )
    )


def stages(lines: Iterable[SummaryLine]) -> tuple[str, ...]:
    """The leaving stages that the lines are about."""
    return tuple(sorted({line.leaving_stage for line in lines}))


def year_group(leaving_stage: str) -> str:
    """What people call a leaving stage: Year 11."""
    return {LeavingStage.Y11.value: "Year 11", LeavingStage.Y13.value: "Year 13"}[leaving_stage]


def cohort_name(line: SummaryLine) -> str:
    """What people call a cohort: Year 11, 2024/25."""
    return f"{year_group(line.leaving_stage)}, {year_name(line.academic_year)}"


def wave_name(number: int) -> str:
    """What people call a wave; wave 0 is what leavers meant to do."""
    return f"Wave {number}" if number else "Wave 0 (intended)"


def wave_of_cohort(line: SummaryLine) -> str:
    """The wave and whose it is: Wave 1: Year 11, 2024/25."""
    return f"{wave_name(line.wave)}: {cohort_name(line)}"


def asked(line: SummaryLine) -> str:
    """When the wave asks: a cohort of 2024/25 is first asked in autumn 2025."""
    return f"autumn {line.academic_year + line.wave}" if line.wave else "before leaving"
