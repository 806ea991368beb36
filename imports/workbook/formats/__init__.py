"""One reader for each kind of spreadsheet file; each gives the same raw cells."""
