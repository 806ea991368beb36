"""What a good table is: rules with their words, suites of expectations, findings."""
