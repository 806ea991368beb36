"""What a table and a row are about: kind, cohort, stage and wave; then rows in our words."""
