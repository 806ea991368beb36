"""Options of `check` and `submit` that say what a cover note says of a file."""

from datetime import date
from typing import Annotated

import typer

from destinations.cli.typed import arguments

CohortSaid = Annotated[
    int | None, typer.Option(parser=arguments.cohort, help="The leaving year, such as 2024/25")
]
StageSaid = Annotated[str | None, typer.Option(parser=arguments.stage, help="Y11 or Y13")]
WaveSaid = Annotated[
    int | None, typer.Option(parser=arguments.wave, help="0 intended, then 1, 2, 3")
]
SentOn = Annotated[
    date | None,
    typer.Option(parser=arguments.day, metavar="DAY", help="When it was sent: 2026-11-30"),
]
