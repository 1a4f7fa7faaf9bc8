"""Calendars published at a URL of their own, as Google, Microsoft 365 and others do."""
