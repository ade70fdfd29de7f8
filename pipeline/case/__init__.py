"""The case: what is decided so far, in a folder that holds positions, keyed digests and decisions, never a value."""
