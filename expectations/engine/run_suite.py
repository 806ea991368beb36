"""Judge: one suite over one table of rows, and the position of every row that breaks a rule.

The one place where Great Expectations runs.  It is slow to import, so that is done here, late.
"""

import threading
from collections.abc import Iterable, Iterator
from typing import Any

from expectations.rule import Rule
from models.vocabulary import SubmissionKind

# Positions and counts, and no cell of anybody.
RESULT_FORMAT = {
    "result_format": "COMPLETE",
    "partial_unexpected_count": 0,
    "exclude_unexpected_values": True,
    "include_unexpected_rows": False,
    "return_unexpected_index_query": False,
}

_library_lock = threading.Lock()


class RuleDidNotRun(Exception):
    """A rule raised, or answered for fewer rows than it counted.  Our fault, never the sender's."""

    def __init__(self, code: str) -> None:
        """`code` is the rule's; the library's own message is left out, for it can quote a cell."""
        super().__init__(code)
        self.code = code


def find_broken_rules(table: Any, kind: SubmissionKind, year: int) -> Iterator[tuple[Rule, int]]:
    """Each rule and the position of each row of the table that breaks it.

    `table` is that of `build_rule_inputs`.  Raises RuleDidNotRun.
    """
    yield from broken_positions(run_expectations(table, kind, year), kind, year)


def run_expectations(table: Any, kind: SubmissionKind, year: int) -> tuple[Any, ...]:
    """The library's answers for the whole table, field by field: one call at a time."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    from expectations.engine.column_subset import select_columns
    from expectations.engine.suites import suite_by_field

    with _library_lock:
        # Nothing on disk, no pages, nothing sent to anybody, and no bars on the screen.
        config = DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            data_docs_sites={},
            analytics_enabled=False,
            progress_bars=ProgressBarsConfig(globally=False, metric_calculations=False),
        )
        context = gx.get_context(mode="ephemeral", project_config=config)
        asset = context.data_sources.add_pandas("sheets").add_dataframe_asset("rows")
        whole = asset.add_batch_definition_whole_dataframe("all")
        answers = []
        for field_rules, suite in suite_by_field(kind, year):
            # Each is asked for and judged before the next: the library knows only the last.
            batch = whole.get_batch(
                batch_parameters={"dataframe": select_columns(table, field_rules)}
            )
            answers.append(batch.validate(suite, result_format=RESULT_FORMAT))
        return tuple(answers)


def broken_positions(
    results: Iterable[Any], kind: SubmissionKind, year: int
) -> Iterator[tuple[Rule, int]]:
    """Each rule and position that breaks it.  Raises RuleDidNotRun where one has no answer."""
    from expectations.engine.suites import rules

    validations = [validation for result in results for validation in result.results]
    answers = {
        validation.expectation_config.meta["rule_code"]: validation.result
        for validation in validations
    }
    for rule in rules(kind, year):
        answer = answers.get(rule.code)
        if not answer or "unexpected_index_list" not in answer:
            raise RuleDidNotRun(rule.code)
        positions = answer["unexpected_index_list"]
        if len(positions) != answer["unexpected_count"]:
            raise RuleDidNotRun(rule.code)
        for position in positions:
            yield rule, int(position)
