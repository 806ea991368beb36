"""Find the tables of a sheet: heading rows, leaver rows, and why there is no table."""
