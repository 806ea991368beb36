"""Rule: its code, words, example and source.  Needs no Great Expectations."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.handoffs.findings import HoldsBack
from models.handoffs.normalised import ANSWER_FIELDS
from models.vocabulary import Severity

MUST_FIX = Severity.MUST_FIX
PLEASE_CHECK = Severity.PLEASE_CHECK


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of the catalogue.  A code is never reused.

    `says` and `do` are one sentence each, without a full stop; `{name}` in them is filled from an
    issue's facts.  They never quote a cell.  `field` is ours ("upn"): the cell to look at.
    `says_one` is said instead where the first of the places in `says` is 1: "1 leaver".
    `kind` names a row-level expectation; it is '' where a stage finds the fault itself.
    A rule that `refuses` is told alone: nothing of the file goes on.  `holds` is what of a row
    waits where a fault in its field would hold back less or more.
    """

    code: str
    severity: Severity
    says: str
    do: str
    bad: str  # an example that breaks it
    good: str  # the same, put right
    source: str  # "DfE ...", "NCCIS 2019-20 error 38", "ours"
    since: str  # the day it was first used, ISO
    says_one: str = ""
    field: str = ""
    refuses: bool = False
    answerable: bool = False  # a refusal that a data officer may answer by setting it aside
    kind: str = ""
    whole: bool = False  # told once, of a sheet's column, and not of the row where it was found
    kwargs: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    holds: HoldsBack | None = None

    @property
    def holds_back(self) -> HoldsBack:
        """What of a row waits until the fault is fixed: by its field, who or what is in doubt."""
        if self.holds is not None:
            return self.holds
        if not self.field:
            return HoldsBack.ROW
        return HoldsBack.ANSWER if self.field in ANSWER_FIELDS else HoldsBack.CELL
