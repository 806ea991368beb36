"""WHEN.  Prefect, and nothing but Prefect: each flow is a list of stage names."""
