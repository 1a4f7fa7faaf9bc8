"""What the occurrences of a series have in common."""

from __future__ import annotations

import re

_RECURRENCE = re.compile(r"\d{8}(T\d{6}Z)?")


def series_identity(identity: str) -> str:
    """An occurrence's identity without its RECURRENCE-ID; that of a single meeting as it is."""
    head, slash, recurrence = identity.rpartition("/")
    return head if slash and _RECURRENCE.fullmatch(recurrence) else identity
