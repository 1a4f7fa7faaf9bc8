"""Recurrence rules (RFC 5545 §3.3.10): which are refused, and which are known to expand quickly."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, tzinfo

Moment = date | datetime

EARLIEST_YEAR, LATEST_YEAR = 1600, 2500
_ORDINARY_TEXT = 64 * 1024
_ORDINARY_SINCE = 1900
_LONGEST_INTERVAL = 500
_LAST_SECOND = time(23, 59, 59)
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_OTHER_SETS = ("BYMONTH", "BYHOUR", "BYMINUTE", "BYSECOND")
_WEEKDAYS = r"(?:MO|TU|WE|TH|FR|SA|SU)"
_PLAIN_DAYS = re.compile(rf"{_WEEKDAYS}(?:,{_WEEKDAYS})*")
_MONTHLY_DAYS = re.compile(rf"(?:[+-]?[1-4])?{_WEEKDAYS}(?:,(?:[+-]?[1-4])?{_WEEKDAYS})*")
_MONTH_DAYS = re.compile(r"-?(?:[1-9]|1\d|2[0-8])(?:,-?(?:[1-9]|1\d|2[0-8]))*")
_MONTHS = re.compile(r"(?:[1-9]|1[0-2])(?:,(?:[1-9]|1[0-2]))*")
_POSITION = re.compile(r"[+-]?[1-4]")
_YEAR = re.compile(r"DTSTART[^:\r\n]*:[ \t]*(\d{4})", re.IGNORECASE)


class BrokenRule(ValueError):
    """A rule that is not expanded; the message says why in a few words."""


def parts(rule: str) -> dict[str, str]:
    """The parts of a rule by upper-case name, their values without blanks in upper case."""
    pairs = (part.partition("=") for part in re.sub(r"\s", "", rule).upper().split(";") if part)
    return {name: value.rstrip(",") for name, _, value in pairs}


def day_of(moment: datetime, zone: tzinfo) -> date:
    """The day that an instant stands for in an all-day event: its day in `zone`.

    A local midnight is its own day; so is the last second of a day of UTC, as which Google wrote
    UNTIL.
    """
    is_utc = str(moment.tzinfo) == "UTC"
    names_its_day = moment.time() == (_LAST_SECOND if is_utc else time())
    return moment.date() if names_its_day else moment.astimezone(zone).date()


def checked(rule: str, start: Moment, zone: tzinfo) -> str:
    """The rule as it is to be expanded for an event that starts at `start` (a date or an aware
    instant).

    UNTIL is brought to the type of `start`: a date bounds a timed event by the end of that day, a
    local time is in the zone of `start`; an instant bounds an all-day event by its day in `zone`.
    What BYSETPOS picks of a week is named by its days. Raises BrokenRule.
    """
    found = parts(rule)
    if found.get("FREQ") not in ("HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
        raise BrokenRule(f"RRULE with FREQ={found.get('FREQ', '')[:20]}")
    if not _is_positive(found.get("INTERVAL", "1")):
        raise BrokenRule(f"RRULE with INTERVAL={found['INTERVAL'][:20]}")
    if not _is_positive(found.get("COUNT", "1").removeprefix("-")):  # a negative COUNT, of some clients, means none
        raise BrokenRule(f"RRULE with COUNT={found['COUNT'][:20]}")
    if found.pop("RSCALE", "GREGORIAN") != "GREGORIAN" or found.pop("SKIP", "OMIT") != "OMIT":
        raise BrokenRule("RRULE in another calendar scale (RFC 7529)")
    if "UNTIL" in found:
        until = _until(found.pop("UNTIL"), start, zone)
        if until:
            found["UNTIL"] = until
    if found["FREQ"] == "WEEKLY" and "BYSETPOS" in found and found.keys().isdisjoint(_OTHER_SETS):
        found["BYDAY"] = _picked_of_week(found.pop("BYSETPOS"), found, start)
    return ";".join(f"{name}={value}" for name, value in found.items())


def _is_positive(number: str) -> bool:
    return number.isascii() and number.isdigit() and len(number) < 10 and int(number) > 0


def _picked_of_week(positions: str, rule: dict[str, str], start: Moment) -> str:
    """The days that BYSETPOS picks, counted from the week's start (RFC 5545 §3.3.10), also in the
    first, partial week.

    dateutil counts those of the first week from DTSTART.
    """
    first = _DAYS.index(rule["WKST"]) if rule.get("WKST") in _DAYS else 0
    listed = rule.get("BYDAY") or _DAYS[start.weekday()]
    days = [day for day in (*_DAYS[first:], *_DAYS[:first]) if day in listed.split(",")]
    picked = {days[at - 1 if at > 0 else at] for at in _numbers(positions) if 0 < abs(at) <= len(days)}
    if not picked:
        raise BrokenRule("RRULE that never holds")
    return ",".join(day for day in days if day in picked)


def _numbers(listed: str) -> list[int]:
    return [int(one) for one in listed.split(",") if re.fullmatch(r"[+-]?\d{1,3}", one, re.ASCII)]


def _until(value: str, start: Moment, zone: tzinfo) -> str:
    match = re.fullmatch(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", value)
    if match is None:
        raise BrokenRule("RRULE with an unreadable UNTIL")
    if int(match[1]) > LATEST_YEAR:  # how some clients write "for ever"
        return ""
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
        clock = time(int(match[4]), int(match[5]), min(int(match[6]), 59)) if match[4] else time(23, 59, 59)
    except ValueError:
        raise BrokenRule("RRULE with an unreadable UNTIL") from None
    if not isinstance(start, datetime):
        day = day_of(datetime.combine(day, clock, UTC), zone) if match[7] else day
        return day.strftime("%Y%m%d")
    return datetime.combine(day, clock, UTC if match[7] else start.tzinfo).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def is_ordinary(event_lines: Iterable[str], zone_lines: Iterable[str]) -> bool:
    """Can these lines be expanded without a guard?

    True only where every rule is of a shape that surely has occurrences again and again (so that
    looking for the next one ends soon), begins late enough and the whole is small.
    """
    size = 0
    rules = 0
    earliest = _ORDINARY_SINCE
    for line in event_lines:
        size += len(line)
        name = line[:7].upper()
        if name.startswith("RRULE"):
            rules += 1
            if not _is_regular(parts(line.partition(":")[2])):
                return False
        elif name == "DTSTART" and (year := _YEAR.match(line)):
            earliest = min(earliest, int(year[1]))
    for line in zone_lines:
        size += len(line)
        if line[:5].upper() == "RRULE" and not _is_regular(parts(line.partition(":")[2])):
            return False
    return size <= _ORDINARY_TEXT and (not rules or earliest >= _ORDINARY_SINCE)


def _is_regular(rule: dict[str, str]) -> bool:
    kind = rule.get("FREQ")
    interval = rule.get("INTERVAL", "1")
    if not _is_positive(interval) or int(interval) > _LONGEST_INTERVAL:
        return False
    by = {name: value for name, value in rule.items() if name.startswith("BY")}
    if not rule.keys() - by.keys() <= {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}:
        return False
    match kind, sorted(by):
        case _, []:
            return kind in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
        case "DAILY", ["BYDAY"]:
            return bool(_PLAIN_DAYS.fullmatch(by["BYDAY"])) and int(interval) % 7 != 0
        case "WEEKLY", ["BYDAY"]:
            return bool(_PLAIN_DAYS.fullmatch(by["BYDAY"]))
        case "MONTHLY", ["BYDAY"]:
            return bool(_MONTHLY_DAYS.fullmatch(by["BYDAY"]))
        case "MONTHLY", ["BYDAY", "BYSETPOS"]:
            return bool(_PLAIN_DAYS.fullmatch(by["BYDAY"]) and _POSITION.fullmatch(by["BYSETPOS"]))
        case "MONTHLY", ["BYMONTHDAY"]:
            return bool(_MONTH_DAYS.fullmatch(by["BYMONTHDAY"]))
        case "YEARLY", ["BYDAY", "BYMONTH"]:
            return bool(_MONTHLY_DAYS.fullmatch(by["BYDAY"]) and _MONTHS.fullmatch(by["BYMONTH"]))
        case "YEARLY", ["BYMONTH", "BYMONTHDAY"]:
            return bool(_MONTH_DAYS.fullmatch(by["BYMONTHDAY"]) and _MONTHS.fullmatch(by["BYMONTH"]))
    return False
