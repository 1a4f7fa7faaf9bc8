"""What a configuration may say: the file found, parsed, and checked, with all its problems told at
once."""
