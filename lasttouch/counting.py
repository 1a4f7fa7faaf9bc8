"""Counts in words."""

from __future__ import annotations


def counted(number: int, one: str, more: str = "") -> str:
    """ "1 item", "12,000 items", "2 activities"; `more` where the plural is not `one` with an s."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def holdings(activity: int, contact: int, touch: int) -> str:
    """ "4,899 activities, 148 contacts, 4,069 touches": what a log holds."""
    return f"{activities(activity)}, {counted(contact, 'contact')}, {touches(touch)}"


def activities(number: int) -> str:
    return counted(number, "activity", "activities")


def touches(number: int) -> str:
    return counted(number, "touch", "touches")
