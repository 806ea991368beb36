"""The words of the field and the tables that keep them.  Imports nothing of ours."""
