"""Is there anything to be learned of who answers what, or to be judged by it?

Asked at the end of every pass.
"""

from __future__ import annotations

from datetime import datetime

from store import letters
from store.log import Log
from store.rows import timestamp

LISTED = 90 * 86_400
"""What has waited for longer, in seconds, is nobody's any more; it is told of with --all."""
LESSON = 3
"""Counted on where the same letters teach something else than they did."""
_FEW_NEW, _SHARE_NEW = 25, 0.02


def is_lesson_due(log: Log) -> bool:
    """Has enough come to learn anew, or was what is known learned otherwise, by an earlier version?"""
    known = letters.learned(log)
    if known and known.get("lesson") != LESSON:
        return True
    new = letters.count_after(log, known.get("through", 0))
    return new >= max(_FEW_NEW, _SHARE_NEW * known.get("letters", 0)) or bool(not known and new)


def is_anything_unjudged(log: Log, now: datetime) -> bool:
    """Does anything wait whose chance of an answer is not known?"""
    return letters.is_any_unjudged(log, timestamp(now) - LISTED)
