"""Who a row is about: identities, match levels, repeated rows, candidates and decisions."""
