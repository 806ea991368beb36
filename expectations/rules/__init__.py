"""The rules, a module a family.  The catalogue gathers every `RULES` it finds here."""
