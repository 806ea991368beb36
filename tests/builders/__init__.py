"""What tests are made of: sheets, rows, a hub, a record, summaries; each made in one place."""
