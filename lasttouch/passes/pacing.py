"""When a source is read next: pure decisions, with the clock and the chance passed in."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from activity.errors import AuthenticationFailed, SourceError, Throttled, Unreachable
from store.places import Standing

REFUSALS_AN_HOUR = 3
HOUR = timedelta(hours=1)
SOON = timedelta(minutes=1)
LONGEST_OFFLINE = timedelta(minutes=15)
JITTER = 0.1


def after_success(now: datetime, poll_every: timedelta, chance: random.Random) -> datetime:
    """One interval on, give or take a little, so that fifty accounts do not all knock at once."""
    return now + poll_every * chance.uniform(1 - JITTER / 2, 1 + JITTER / 2)


def after_failure(
    now: datetime,
    error: SourceError,
    failing_since: datetime | None,
    refusals: Sequence[datetime],
    poll_every: timedelta,
    chance: random.Random,
) -> datetime:
    """As long again as it has been failing, so that the pause doubles, between bounds that go by
    the error.

    Without a network it is tried again within a minute, later every quarter of an hour: it comes
    back by itself. A server that asks for time gets it, up to an hour. Credentials are refused at
    most REFUSALS_AN_HOUR times an hour; `refusals` are the instants when they were, this time's
    among them.
    """
    if isinstance(error, AuthenticationFailed) and (free := free_again(refusals, now)) is not None:
        return free
    shortest, longest = _bounds(error, poll_every)
    failing = max(timedelta(0), now - failing_since) if failing_since else timedelta(0)
    pause = min(max(shortest, failing), longest)
    return now + min(pause * chance.uniform(1, 1 + JITTER), max(longest, pause))


def free_again(refusals: Sequence[datetime], now: datetime) -> datetime | None:
    """When the server may be tried again; None if it has not refused us too often within the hour.

    Refusals that lie ahead are of a clock that was set back since, and count for nothing.
    """
    recent = sorted(at for at in refusals if now - HOUR < at <= now)
    return None if len(recent) < REFUSALS_AN_HOUR else recent[-REFUSALS_AN_HOUR] + HOUR


def at_start(now: datetime, last: Standing) -> datetime:
    """When a daemon that starts reads a source first: at once, but a server that asked for time
    still gets it."""
    if last.error_code == Throttled.code and last.next_attempt is not None:
        return min(max(now, last.next_attempt), now + HOUR)
    return now


def _bounds(error: SourceError, poll_every: timedelta) -> tuple[timedelta, timedelta]:
    longest = max(HOUR, poll_every)
    if isinstance(error, Unreachable):
        return min(SOON, poll_every), max(LONGEST_OFFLINE, poll_every)
    if isinstance(error, Throttled):
        asked = timedelta(seconds=min(max(error.retry_after or 0, 0), HOUR.total_seconds()))
        return max(poll_every, asked), longest
    return poll_every, longest
