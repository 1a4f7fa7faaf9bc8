"""What cannot be answered: which sources were not read up to now."""

from __future__ import annotations

from datetime import datetime

from lasttouch.answers.question import Log
from store.blindness import Blind, blind_sources


def blind(log: Log, now: datetime) -> list[Blind]:
    """The active sources of mail and meetings that are not up to date."""
    return blind_sources(log, now)
