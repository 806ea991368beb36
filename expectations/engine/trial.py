"""Trial: the suites as they would be with a rule left out, weighed otherwise, or other limits."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from expectations.catalogue import catalogue
from expectations.rule import Rule
from expectations.tolerances import TOLERANCES, Tolerances
from models.vocabulary import Severity


@dataclass(frozen=True, slots=True)
class Trial:
    """What is changed, by rule code.  Changing nothing is the suite as it is in the code."""

    without: frozenset[str] = frozenset()
    weights: Mapping[str, Severity] = field(default_factory=dict)
    tolerances: Tolerances = TOLERANCES

    def of(self, rule: Rule) -> Rule | None:
        """The rule as it is tried; None where it is left out."""
        if rule.code in self.without:
            return None
        weight = self.weights.get(rule.code, rule.severity)
        return rule if weight is rule.severity else dataclasses.replace(rule, severity=weight)


AS_IT_IS = Trial()


def trial_of(described: Mapping[str, Any], tolerances: Tolerances = TOLERANCES) -> Trial:
    """A trial from its description: `without` (codes), `weigh` (code: weight), `tolerances`.

    `tolerances` are those in force.  Raises ValueError, in words for whoever typed it, for a rule
    that judges no row, or for a weight or a tolerance that there is not.
    """
    unknown = {*described} - {"without", "weigh", "tolerances"}
    if unknown:
        message = f"a trial has without, weigh and tolerances, not {', '.join(sorted(unknown))}"
        raise ValueError(message)
    without, weigh = described.get("without") or (), described.get("weigh") or {}
    for code in (*without, *weigh):
        rule = catalogue().get(code)
        if rule is None or not rule.kind:
            message = f"there is no rule {code} that judges rows"
            raise ValueError(message)
    weights = {code: _parse_weight(word) for code, word in weigh.items()}
    limits = {
        name: _parse_tolerance(name, value, tolerances)
        for name, value in (described.get("tolerances") or {}).items()
    }
    return Trial(frozenset(without), weights, dataclasses.replace(tolerances, **limits))


def _parse_weight(word: str) -> Severity:
    try:
        return Severity(word.replace(" ", "_"))
    except ValueError:
        message = f"a rule weighs must_fix or please_check, not {word}"
        raise ValueError(message) from None


def _parse_tolerance(name: str, value: Any, tolerances: Tolerances) -> Any:
    names = [limit.name for limit in dataclasses.fields(tolerances)]
    if name not in names:
        message = f"there is no tolerance {name}; there are {', '.join(names)}"
        raise ValueError(message)
    current: int | float = getattr(tolerances, name)
    try:
        return float(value) if isinstance(current, float) else int(value)
    except (TypeError, ValueError):
        message = f"the tolerance {name} is a number, such as {current}"
        raise ValueError(message) from None
