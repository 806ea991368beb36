"""What headings and words mean: maps, what people confirmed, and places as destinations."""
