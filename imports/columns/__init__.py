"""Which column of a table holds which field, and which of several columns counts."""
