"""The append-only history: leavers, destinations, rounds, findings, and taking back."""
