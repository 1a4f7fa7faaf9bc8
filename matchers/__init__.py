"""Decisions, pure: who we are, what a message or meeting is, whose it is, and what that counts for."""
