"""Checks that need more than one cell: across the rows of a file, and of identifiers."""
