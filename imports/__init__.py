"""A file as sent becomes a table in our words: receiving, reading, mapping."""
