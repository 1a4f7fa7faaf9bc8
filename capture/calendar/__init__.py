"""Calendars: reading them over CalDAV, reducing their objects, expanding their meetings."""
