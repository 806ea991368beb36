"""Custom expectations: what Great Expectations lacks.  All of them are here, and nowhere else.

Importing this module makes them known.  Each judges a whole column at a time, answers for every
text, and leaves a badly formed number to the rule that speaks of its form.
"""

from typing import Any

import pandas as pd
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import (
    ColumnMapExpectation,
    MulticolumnMapExpectation,
)
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (  # noqa: E501 - the library's own name
    multicolumn_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_map_metric_provider import (  # noqa: E501 - as above
    MulticolumnMapMetricProvider,
)

from expectations.checks import identifier_checks

# Names of metrics are shared by everything that uses the library: ours begin with our name.
_COLUMN = "column_values.destinations_"
_SEVERAL = "multicolumn_values.destinations_"


class _UpnForm(ColumnMapMetricProvider):
    condition_metric_name = _COLUMN + "upn_formed"

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: Any, **kwargs: Any) -> Any:
        formed = column.str.match(identifier_checks.UPN_FORM).fillna(False).astype(bool)
        return formed | (column.str.len() != 13)


class ExpectUpnsOfThirteenToBeFormed(ColumnMapExpectation):
    """A UPN of 13 characters is a letter, 11 digits, and a digit or letter."""

    map_metric = _COLUMN + "upn_formed"


class _UpnsAgree(ColumnMapMetricProvider):
    condition_metric_name = _COLUMN + "upn_agrees"

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: Any, **kwargs: Any) -> Any:
        return identifier_checks.upns_agree(column)


class ExpectUpnsToAgree(ColumnMapExpectation):
    """The check letter of a well formed UPN agrees with its other 12 characters."""

    map_metric = _COLUMN + "upn_agrees"


class _UlnsAgree(ColumnMapMetricProvider):
    condition_metric_name = _COLUMN + "uln_agrees"

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: Any, **kwargs: Any) -> Any:
        return identifier_checks.ulns_agree(column)


class ExpectUlnsToAgree(ColumnMapExpectation):
    """The check digit of a well formed ULN agrees with its other nine."""

    map_metric = _COLUMN + "uln_agrees"


class _Postcodes(ColumnMapMetricProvider):
    condition_metric_name = _COLUMN + "postcode"

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: Any, **kwargs: Any) -> Any:
        return identifier_checks.postcodes_agree(column)


class ExpectPostcodes(ColumnMapExpectation):
    """A postcode has the form of one."""

    map_metric = _COLUMN + "postcode"


class _DayWithin(MulticolumnMapMetricProvider):
    condition_metric_name = _SEVERAL + "day_within"

    @multicolumn_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column_list: Any, **kwargs: Any) -> Any:
        day, first, last = (column_list.iloc[:, n] for n in range(3))
        return (day >= first) & (day <= last)


class ExpectDayWithin(MulticolumnMapExpectation):
    """A day lies between two others of its row, both included."""

    map_metric = _SEVERAL + "day_within"


class _VaryInSheet(MulticolumnMapMetricProvider):
    condition_metric_name = _SEVERAL + "vary_in_sheet"

    @multicolumn_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column_list: Any, **kwargs: Any) -> Any:
        return _varies(column_list)


class ExpectColumnToVaryInSheet(MulticolumnMapExpectation):
    """A column does not hold one value on all of many rows; the first row of it speaks for all."""

    map_metric = _SEVERAL + "vary_in_sheet"


def _varies(columns: pd.DataFrame) -> "pd.Series[bool]":
    submission, sheet, row, value, many_rows = (columns.iloc[:, n] for n in range(5))
    sheets = [submission, sheet]
    constant = value.groupby(sheets, dropna=False).transform("nunique") == 1
    many = row.groupby(sheets, dropna=False).transform("nunique") >= many_rows
    first = ~columns.duplicated([submission.name, sheet.name])
    return ~(constant & many & first)
