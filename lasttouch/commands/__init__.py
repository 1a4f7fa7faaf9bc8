"""One module a command: its options, the call behind it, and what it prints."""
