"""A silence in words."""

from __future__ import annotations

from datetime import timedelta

from lasttouch.answers.silence import Silence

MANY = 10
CADENCE_OF = {"contact": "", "company": " for the company", "default": " for everybody"}
"""For whom a cadence was set, behind its days."""


def because(one: Silence) -> str:
    """Why the contact is listed: the cadence that was set, or the rhythm there was."""
    if one.cadence is None:
        return arithmetic(one)
    return f"silent {silent(one)}, past the {one.cadence.days} days set{CADENCE_OF[one.cadence.of]}"


def arithmetic(one: Silence) -> str:
    """ "silent 38 days, usually every 12 days: 3.2x"."""
    if one.silent is None:
        return "never touched"
    rhythm = f", usually {usually(one)}: {ratio(one)}" if one.usual else ""
    return f"silent {silent(one)}{rhythm}"


def silent(one: Silence) -> str:
    return _length(days(one.silent) or 0)


def usually(one: Silence) -> str:
    """ "every day", "every 12 days", "" where there is no rhythm."""
    if one.usual is None:
        return ""
    return "every day" if one.usual == timedelta(days=1) else f"every {_length(one.usual / timedelta(days=1))}"


def ratio(one: Silence) -> str:
    """How many usual gaps; beyond MANY the number says no more than that it is over."""
    if one.ratio is None:
        return ""
    return f"{one.ratio:.1f}x" if one.ratio < MANY else f"over {MANY}x"


def days(length: timedelta | None) -> int | float | None:
    """Whole days; a usual gap may be half a day more."""
    if length is None:
        return None
    found = length / timedelta(days=1)
    return int(found) if found >= 1 or found == int(found) else round(found, 1)


def _length(number_of_days: float) -> str:
    """ "38 days", "2.6 years": so exact that the ratio can be checked."""
    years = round(number_of_days / 365.25, 1)
    number, unit = (years, "year") if years >= 1 else (number_of_days, "day")
    return f"{number:g} {unit}{'' if number == 1 else 's'}"
