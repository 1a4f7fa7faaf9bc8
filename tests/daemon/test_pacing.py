"""When a source is read next, and what the clocks tell: decisions without a clock of their own."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from activity.errors import AuthenticationFailed, ServerFault, SourceError, Throttled, Unreachable, UntrustedServer
from lasttouch.daemon.clock import Look, jump
from lasttouch.passes.pacing import after_failure, after_success, at_start, free_again
from store.places import Standing

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
POLL = timedelta(minutes=5)


def pause(error: SourceError, failing: timedelta = timedelta(0), poll_every: timedelta = POLL) -> timedelta:
    chance = random.Random(1)
    return after_failure(NOW, error, NOW - failing, [], poll_every, chance) - NOW


def about(minutes: float) -> tuple[timedelta, timedelta]:
    return timedelta(minutes=minutes), timedelta(minutes=minutes * 1.1)


@pytest.mark.parametrize(
    ("error", "first", "after_half_an_hour", "after_a_week"),
    [
        (Unreachable("x"), 1, 15, 15),
        (ServerFault("x"), 5, 30, 60),
        (UntrustedServer("x"), 5, 30, 60),
        (AuthenticationFailed("x"), 5, 30, 60),
        (Throttled("x"), 5, 30, 60),
        (Throttled("x", retry_after=1200), 20, 30, 60),
        (Throttled("x", retry_after=86400), 60, 60, 60),
        (Throttled("x", retry_after=-5), 5, 30, 60),
    ],
)
def test_the_pause_grows_as_long_as_it_fails(
    error: SourceError, first: float, after_half_an_hour: float, after_a_week: float
) -> None:
    for failing, expected in (
        (timedelta(0), first),
        (timedelta(minutes=30), after_half_an_hour),
        (timedelta(weeks=1), after_a_week),
    ):
        low, high = about(expected)
        assert low <= pause(error, failing) <= high


def test_a_server_that_asks_for_a_day_gets_an_hour_and_no_more() -> None:
    assert pause(Throttled("x", retry_after=86400)) == timedelta(hours=1)


def test_an_account_that_is_read_once_a_day_is_not_read_more_often_because_it_fails() -> None:
    assert pause(ServerFault("x"), poll_every=timedelta(days=1)) >= timedelta(days=1)


def test_a_clock_that_went_back_makes_no_pause_longer() -> None:
    low, high = about(5)
    assert low <= pause(ServerFault("x"), failing=-timedelta(days=400)) <= high


def test_credentials_are_refused_three_times_an_hour() -> None:
    refusals = [NOW - timedelta(minutes=m) for m in (50, 20, 0)]
    error = AuthenticationFailed("x")
    assert after_failure(NOW, error, NOW, refusals, timedelta(seconds=1), random.Random(1)) == NOW + timedelta(
        minutes=10
    )
    assert free_again(refusals, NOW) == NOW + timedelta(minutes=10)
    assert free_again(refusals, NOW + timedelta(minutes=10)) is None
    assert free_again(refusals[:2], NOW) is None
    assert free_again(refusals, NOW - timedelta(days=365)) is None  # the clock was wrong then


def test_polls_of_many_accounts_spread() -> None:
    chance = random.Random(1)
    times = {after_success(NOW, POLL, chance) for _ in range(50)}
    assert len(times) == 50
    assert all(abs(at - NOW - POLL) <= POLL / 10 for at in times)


def test_a_daemon_that_starts_reads_at_once_but_lets_a_throttling_server_be() -> None:
    later, far = NOW + timedelta(minutes=20), NOW + timedelta(days=300)
    assert at_start(NOW, Standing(None, None, None, None)) == NOW
    assert at_start(NOW, Standing(None, later, NOW, "unreachable")) == NOW
    assert at_start(NOW, Standing(None, later, NOW, "throttled")) == later
    assert at_start(NOW, Standing(None, far, NOW, "throttled")) == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("wall", "monotonic", "expected"),
    [
        (5, 5, None),
        (0.01, 0.01, None),
        (7, 5, None),  # put right by a time server
        (4, 5, None),
        (7 * 86400, 5, "ahead"),  # slept for a week: the monotonic clock may have slept too
        (86400, 86400, "ahead"),  # or not
        (-3600, 5, "back"),
        (3605, 5, "ahead"),
    ],
)
def test_what_the_clocks_tell(wall: float, monotonic: float, expected: str | None) -> None:
    before = Look(NOW, 1000.0)
    after = Look(NOW + timedelta(seconds=wall), 1000.0 + monotonic)
    assert jump(before, after, expected_seconds=5) == expected
