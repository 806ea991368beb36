"""What differs between machines: settings, storage and keys."""
