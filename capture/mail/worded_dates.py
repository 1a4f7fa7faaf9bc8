"""Dates that no standard knows: in other languages, in other orders, with halves of the day."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta

from capture.mail.date_words import AFTER_NOON, LONG_ZONES, ZONE_OFFSETS, month_of

_COMMENT = re.compile(r"\([^()]*\)")  # where RFC 5322 §4.3 still allows one, in the middle
_SPACES = re.compile(r"\s+(?=:)|(?<=:)\s+")
_EASTERN_DAY = re.compile(r"(\d{4})\s*[年년]\s*(\d\d?)\s*[月월]\s*(\d\d?)\s*[日일]")
_EASTERN_TIME = re.compile(r"(\d\d?)\s*[時时시]\s*(\d\d?)\s*[分분](?:\s*(\d\d?)\s*[秒초])?")
_TIME = re.compile(r"(?<![\d:])(\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?(?![\d:])")
_DOTTED_TIME = re.compile(r"(?<![\d.])(\d\d?)[.h](\d\d)(?:[.m](\d\d))?(?![\d.])")
_HALF = rf"({'|'.join(map(re.escape, sorted(AFTER_NOON, key=len, reverse=True)))})"
_HALF_BEFORE = re.compile(rf"{_HALF}\.?\s*\Z")
_HALF_BEHIND = re.compile(rf"\s*{_HALF}(?![^\W_])\.?")
_OFFSET = re.compile(r"\s*,?\s*(?:\d{4}\s+)?(?:gmt|utc?)?\s*([+-])(\d\d?)(?::?(\d\d))?(?![\d:/-])")
_NO_OFFSET = re.compile(r"\s*(?:[a-z]|[+-]{2})\d{4}(?!\d)")  # "H0500", "+-0500"
_NAMED_ZONE = re.compile(r"\s*,?\s*(?:\d{4}\s+)?([^\W\d_]{1,5})(?![^\W_])")
_LONG_ZONE = re.compile("|".join(map(re.escape, sorted(LONG_ZONES, key=len, reverse=True))))
_NUMBERED_MONTH = re.compile(r"(?<!\d)(\d\d?)\s+(?:tháng|thg)\s+(\d\d?)\D{1,6}(\d{4})")  # Vietnamese counts them
_NUMBERS = re.compile(r"(?<!\d)(\d{1,4})\s?([-/.])\s?(\d\d?)\s?\2\s?(\d{1,4})(?!\d)")
_WORD = re.compile(r"[^\W\d_]+|\d+")
Day = tuple[int, int, int]


def worded_date(value: str) -> datetime | None:
    """A date as a reader of its language sees it, in aware UTC; None where there is any doubt.

    The month is a word, or the order of the numbers is certain: the year first, dots between them,
    or a number that is no month. "05/06/2026" is one day to some and another to others, so it is
    none. Without a zone, or with one nobody knows, it is UTC. Raises ValueError for what is no day
    or time of day.
    """
    text = unicodedata.normalize("NFKC", value).replace("İ", "i").lower()
    text = _SPACES.sub("", _COMMENT.sub(" ", text))
    text = _LONG_ZONE.sub(lambda long: LONG_ZONES[long[0]], text.replace("’", "'"))
    text = _EASTERN_TIME.sub(r" \1:\2:\3 ", _EASTERN_DAY.sub(r" \1-\2-\3 ", text)).replace(": ", " ")
    time = _TIME.search(text)
    for dotted in _DOTTED_TIME.finditer(text) if time is None else ():
        time = dotted  # the last one: the day may have dots as well
    if time is None:
        return None
    before, behind = text[: time.start()], text[time.end() :]
    half = _HALF_BEHIND.match(behind) or _HALF_BEFORE.search(before)
    if half is not None and half.string is behind:
        behind = behind[half.end() :]
    east, behind = _zone(behind)
    day = _day(f"{before} {behind}")
    if day is None:
        return None
    hour = int(time[1])
    if half is not None and hour <= 12:
        hour = hour % 12 + (12 if AFTER_NOON[half[1]] else 0)
    return datetime(*day, hour, int(time[2]), leapless(int(time[3] or 0)), tzinfo=UTC) - east


def _zone(behind: str) -> tuple[timedelta, str]:
    """The offset that stands behind a time, or behind the year that does, and what is left without
    it."""
    found = _OFFSET.match(behind)
    if found is not None:
        return offset(found[1], found[2], found[3] or "0"), _without(behind, found)
    if unknown := _NO_OFFSET.match(behind):
        return timedelta(), behind[unknown.end() :]
    named = _NAMED_ZONE.match(behind)
    zone = ZONE_OFFSETS.get(named[1]) if named else None
    if named is None or zone is None:
        return timedelta(), behind
    return offset(zone[0], zone[1:3], zone[3:]), _without(behind, named)


def _without(text: str, found: re.Match[str]) -> str:
    year = re.search(r"\d{4}", text[: found.start(1)])
    return f"{year[0] if year else ''} {text[found.end() :]}"


def offset(sign: str, hours: str, minutes: str) -> timedelta:
    """How far east of Greenwich a zone is. Raises ValueError."""
    if int(hours) > 23 or int(minutes) > 59:
        raise ValueError("no zone on earth")
    return timedelta(hours=int(hours), minutes=int(minutes)) * (1 if sign == "+" else -1)


def _day(text: str) -> Day | None:
    """Year, month and day, where nothing but they and words is in the text."""
    if counted := _NUMBERED_MONTH.search(text):
        return int(counted[3]), int(counted[2]), int(counted[1])
    words = _WORD.findall(text)
    numbers = [word for word in words if word.isdecimal()]
    months = [month for word in words if (month := month_of(word))]
    if len(numbers) == 2 and months:  # of two the second: the first is a weekday ("mar. 12 mai")
        return _with_year(numbers, months[-1])
    return _from_numbers(text) if len(numbers) == 3 and not months else None


def _with_year(numbers: list[str], month: int) -> Day | None:
    first, second = numbers
    if len(first) == 4:
        first, second = second, first
    if len(first) > 2 or len(second) == 1 or len(second) > 4:
        return None
    return _full_year(second), month, int(first)


def _full_year(written: str) -> int:
    """RFC 5322 §4.3: of two digits 00-49 are of this century; of three they count from 1900."""
    year = int(written)
    return year + {2: 2000 if year < 50 else 1900, 3: 1900}.get(len(written), 0)


def _from_numbers(text: str) -> Day | None:
    found = _NUMBERS.search(text)
    if found is None:
        return None
    first, mark, second, third = found.groups()
    if len(first) == 4 and len(third) <= 2:
        return int(first), int(second), int(third)
    if len(first) > 2 or len(third) != 4:
        return None
    if mark == "." or int(first) > 12 or first == second:
        return int(third), int(second), int(first)
    return (int(third), int(first), int(second)) if int(second) > 12 else None


def leapless(second: int) -> int:
    """The second before a leap second for it: datetime knows none."""
    return 59 if second == 60 else second
