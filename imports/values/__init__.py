"""Typed values of one cell: dates, names, identifiers, and what a cell may be by its looks."""
