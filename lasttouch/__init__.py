"""The agent: configuration, passes, what changes the log, answers, and the doors through which they
are asked."""
