"""A recorded sheet against the record: cohort size, year on year, identifier conflicts."""
