"""Strange: sheets on which many destinations are in words that we do not know."""

import pandas as pd

from expectations.tolerances import Tolerances

SHEET = ["submission_id", "sheet"]


def find_unmapped_values(table: pd.DataFrame, tolerances: Tolerances) -> "pd.Series[str]":
    """How many of how many ("9 of the 40"), on the first such row of a sheet with too many."""
    filled = table["activity__raw"].notna()
    strange = filled & table["activity"].isna()
    told = pd.Series(None, index=table.index, dtype="str")
    if not strange.any():
        return told
    sheets = table[SHEET].assign(filled=filled, strange=strange).groupby(SHEET, dropna=False)
    many, every = sheets["strange"].transform("sum"), sheets["filled"].transform("sum")
    too_many = (many > tolerances.unknown_words * every) & (many >= tolerances.unknown_words_from)
    first = table[strange & too_many].drop_duplicates(SHEET).index
    told[first] = [f"{many[at]:,} of the {every[at]:,}" for at in first]
    return told
