"""One home for each shared fact: succession, membership, effective, state, calendar, numbers."""
