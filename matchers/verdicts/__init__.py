"""What a message is, and the evidence that says so: pure decisions, one module a duty."""
