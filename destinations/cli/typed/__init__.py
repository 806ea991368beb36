"""What a person typed for a command, parsed or refused with a sentence."""
