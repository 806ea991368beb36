"""What a command shows: sentences, tables, findings, dry runs."""
