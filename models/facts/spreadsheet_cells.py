"""Spreadsheet cells: the letters of a column, and text that no program takes for a formula."""

# What a spreadsheet program takes for a formula when it opens a CSV file (CWE-1236).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def column_letters(column: int) -> str:
    """The letters of a column counted from 0: "A" for 0, "AA" for 26."""
    letters, column = "", column + 1
    while column:
        column, remainder = divmod(column - 1, 26)
        letters = chr(ord("A") + remainder) + letters
    return letters


def column_number(letters: str) -> int:
    """The column from 0 of its letters; -1 where there are none."""
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


def safe_in_csv(value: object) -> object:
    """A value for a CSV file: text that begins like a formula stands behind an apostrophe."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
