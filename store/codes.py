"""Words of the log as small numbers, which is how a million rows hold them.

The position of a word is its number for good: add behind, never reorder. Each table gives the words
back in a generated column (`verdict` beside `verdict_code`), so that only what writes, or what has
to meet an index, knows the numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from activity.participant import ROLES
from activity.verdict import MORE_PERSONAL_FIRST

_MEETING_VERDICTS = ("held", "upcoming", "declined", "cancelled", "too-large", "all-day", "deleted")
_VERDICTS = (*MORE_PERSONAL_FIRST, *_MEETING_VERDICTS)
_DIRECTIONS = ("inbound", "outbound", "internal")
_TOUCHES = ("inbound", "outbound", "meeting", "copied")

INBOUND, OUTBOUND, MEETING, COPIED = range(4)
"""The numbers of touches. Those up to MEETING count as touches; being copied does not."""

NOTES = "notes"
"""The kind of source that what was noted by hand is seen in; it is never read."""


def _numbers(words: Sequence[str]) -> dict[str, int]:
    return {word: number for number, word in enumerate(words)}


def _numbers_or_none(words: Sequence[str]) -> dict[str | None, int | None]:
    numbers: dict[str | None, int | None] = {word: number for number, word in enumerate(words)}
    return {**numbers, None: None}


VERDICT: Mapping[str, int] = _numbers(_VERDICTS)
ROLE: Mapping[str, int] = _numbers(ROLES)
DIRECTION: Mapping[str | None, int | None] = _numbers_or_none(_DIRECTIONS)
TOUCH: Mapping[str | None, int | None] = _numbers_or_none(_TOUCHES)
TOUCH_WORD: Mapping[int | None, str | None] = {number: word for word, number in TOUCH.items()}


def _word(column: str, words: Sequence[str]) -> str:
    cases = " ".join(f"WHEN {number} THEN '{word}'" for number, word in enumerate(words))
    return f"TEXT AS (CASE {column}_code {cases} END) VIRTUAL"


VERDICT_COLUMN = _word("verdict", _VERDICTS)
DIRECTION_COLUMN = _word("direction", _DIRECTIONS)
ROLE_COLUMN = _word("role", ROLES)
TOUCH_COLUMN = _word("touch", _TOUCHES)
