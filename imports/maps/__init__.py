"""Layouts as YAML: which headings and words are ours.  One file a source; a map only ever adds."""
