"""The stages joined up over a chunk of submissions, with nothing of Prefect's in them."""
