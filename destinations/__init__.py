"""What we know about destinations: stages five to eight, storage, settings, the command line."""
