"""What readers get: hub summary, evidence pack, quality page and exports."""
