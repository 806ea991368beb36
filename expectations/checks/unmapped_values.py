"""Unmapped values: sheets on which no map knows the words of many destinations."""

import pandas as pd

from expectations.tolerances import Tolerances

SHEET = ["submission_id", "sheet"]


def find_unmapped_values(table: pd.DataFrame, tolerances: Tolerances) -> "pd.Series[str]":
    """How many of how many ("9 of the 40"), on the first such row of a sheet with too many."""
    filled = table["activity__raw"].notna()
    strange = filled & table["activity"].isna()
    shares = pd.Series(None, index=table.index, dtype="str")
    if not strange.any():
        return shares
    sheets = table[SHEET].assign(filled=filled, strange=strange).groupby(SHEET, dropna=False)
    many, every = sheets["strange"].transform("sum"), sheets["filled"].transform("sum")
    too_many = (many > tolerances.unknown_words * every) & (many >= tolerances.unknown_words_from)
    first = table[strange & too_many].drop_duplicates(SHEET).index
    shares[first] = [f"{many[at]:,} of the {every[at]:,}" for at in first]
    return shares
