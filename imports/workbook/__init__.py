"""Open bytes safely: what a file is, the guarded child that reads it, its cells as displayed."""
