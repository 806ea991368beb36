"""Suites of rules, run by Great Expectations over one table for many submissions."""
