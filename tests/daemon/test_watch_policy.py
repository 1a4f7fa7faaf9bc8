"""How often and how much a mail source is watched."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lasttouch.daemon.watch_policy import LONGEST_GAP_SECONDS, RELEARN_SECONDS, WatchPolicy


def test_after_a_loss_the_server_gets_a_moment_and_who_drops_us_at_once_longer_ones() -> None:
    policy = WatchPolicy()
    assert 2 <= (policy.after_loss(3600) or 0) <= 3
    assert [policy.after_loss(5) for _ in range(5)] == [10, 30, 60, None, None]
    assert [policy.after_loss(40) for _ in range(3)] == [60, 60, 60]  # its watches die, but it takes them
    assert 2 <= (policy.after_loss(61) or 0) <= 3
    assert policy.after_loss(0) == 10


def test_a_server_that_wants_no_watch_is_asked_once_a_poll_and_forgiven_once_it_bears_one() -> None:
    policy = WatchPolicy()
    assert [policy.after_loss(2) for _ in range(3)] == [10, 30, 60]
    for _ in range(20):  # polls
        assert policy.after_loss(9.9) is None
    assert policy.after_loss(10) == 60
    assert 2 <= (policy.after_loss(60.1) or 0) <= 3
    assert [policy.after_loss(2) for _ in range(4)] == [10, 30, 60, None]


def test_what_a_server_bears_is_learnt_and_after_hours_tried_again() -> None:
    policy = WatchPolicy()
    assert policy.most(0) is None
    policy.keep_at_most(1, 100)
    policy.keep_at_most(2, 200)
    assert policy.most(200) == 1
    policy.keep_at_most(-1, 300)
    assert policy.most(300 + RELEARN_SECONDS) == 0
    assert policy.most(301 + RELEARN_SECONDS) is None


def test_news_are_followed_at_once_and_news_of_nothing_less_and_less_often() -> None:
    policy = WatchPolicy()
    assert policy.before_news(0) == 0
    now, gaps = 0.0, []
    for _ in range(8):
        policy.was_read(now, brought=False)
        gaps.append(policy.before_news(now))
        now += gaps[-1]
    assert gaps == [2, 4, 8, 16, 32, 60, 60, 60]
    policy.was_read(now, brought=True)
    assert policy.before_news(now) == 2
    policy.was_read(now, brought=False)
    assert policy.before_news(now + 300) == 0
    policy.was_read(now + 300, brought=False)  # a poll, long after
    assert policy.before_news(now + 300) == 2


@given(st.lists(st.tuples(st.floats(0, 1000), st.booleans()), max_size=50))
def test_nobody_waits_longer_than_a_minute_for_news(passes: list[tuple[float, bool]]) -> None:
    policy, now = WatchPolicy(), 0.0
    for seconds, brought in passes:
        now += seconds
        policy.was_read(now, brought)
        assert 0 <= policy.before_news(now) <= LONGEST_GAP_SECONDS
