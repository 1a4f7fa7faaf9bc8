"""The way out: what moved is collected for each target, planned, and told."""
