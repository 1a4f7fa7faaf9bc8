"""What the database says after a pass that failed, wholly or in part, and when the next one is."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from activity.errors import AuthenticationFailed, ServerFault, SourceError, Throttled, Unreachable
from household import NOW, Household
from lasttouch.configuration.config import load_config
from lasttouch.keeping.opening import opened
from lasttouch.passes.pipeline import registered
from lasttouch.passes.source_pass import Manner, SourcePass

DAEMON = Manner(repeats=True)


class Failing(SourcePass):
    """Fails as it is told; in part only, if `partly`."""

    error: BaseException
    partly = False
    mailbox = ""
    reads = 0

    def read(self) -> None:
        Failing.reads += 1
        if self.mailbox:
            self.visited(self.mailbox, None)
        if not self.partly:
            raise self.error
        assert isinstance(self.error, SourceError)
        self.report.error = self.error


class Killed(BaseException):
    """As kill -9 in the midst of a pass."""


@pytest.fixture
def household_of_ana(household: Household, user: str) -> Household:
    household.add_account("ana", user)
    Failing.reads = 0
    Failing.partly, Failing.mailbox = False, ""
    return household


def passes(household: Household, *times: datetime, manner: Manner = DAEMON) -> SourcePass:
    """A pass at each of these times; the last one."""
    loaded = load_config(household.folder / "config.toml")
    for at in times:
        with opened(loaded, lambda at=at: at) as agent:  # type: ignore[misc]
            (row,) = registered(agent)
            one = Failing(agent, agent.config.accounts[0], row, manner)
            one.run()
    return one


def test_a_failing_source_is_left_alone_for_longer_and_longer(household_of_ana: Household) -> None:
    Failing.error = ServerFault("the server is ill", "look at it")
    one = passes(household_of_ana, NOW - timedelta(days=1), NOW)
    assert one.next_attempt is not None
    assert one.next_attempt - NOW >= timedelta(hours=1)
    (shown,) = household_of_ana.ok("status")["accounts"]
    assert shown["next_attempt"] == f"{one.next_attempt:%Y-%m-%dT%H:%M:%SZ}"
    assert (shown["error"], shown["hint"], shown["error_code"]) == ("the server is ill", "look at it", "server-fault")
    assert shown["failing_since"] == f"{NOW - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"


def test_one_mailbox_that_fails_does_not_hold_up_the_others(household_of_ana: Household) -> None:
    Failing.error, Failing.partly = ServerFault("one mailbox is ill"), True
    one = passes(household_of_ana, NOW - timedelta(days=1), NOW)
    assert one.next_attempt is not None
    assert one.next_attempt - NOW <= timedelta(minutes=6)
    assert household_of_ana.ok("status")["accounts"][0]["last_success"] is None


def test_a_server_that_asks_for_a_day_is_asked_again_in_an_hour(household_of_ana: Household) -> None:
    Failing.error, Failing.partly = Throttled("come back tomorrow", retry_after=86400), True
    assert passes(household_of_ana, NOW).next_attempt == NOW + timedelta(hours=1)


def test_the_fourth_attempt_with_a_wrong_password_waits_for_its_hour(household_of_ana: Household) -> None:
    Failing.error = AuthenticationFailed("wrong password", "correct it")
    minutes = [NOW + timedelta(minutes=m) for m in (0, 5, 10, 15, 59)]
    one = passes(household_of_ana, *minutes)
    assert Failing.reads == 3
    assert one.next_attempt == NOW + timedelta(hours=1)
    assert "not tried again before" in str(one.report.error)
    passes(household_of_ana, NOW + timedelta(hours=1))
    assert Failing.reads == 4


def test_after_a_refusal_attempts_whose_answer_is_lost_count_too(household_of_ana: Household) -> None:
    Failing.error = AuthenticationFailed("wrong password")
    passes(household_of_ana, NOW)
    Failing.error = Killed()
    with pytest.raises(Killed):
        passes(household_of_ana, NOW + timedelta(minutes=1))
    Failing.error = Unreachable("the connection ended")  # when the password had been sent, perhaps
    passes(household_of_ana, NOW + timedelta(minutes=2))
    assert household_of_ana.ok("status")["accounts"][0]["error_code"] == "authentication"
    one = passes(household_of_ana, NOW + timedelta(minutes=3))
    assert Failing.reads == 3
    assert one.next_attempt == NOW + timedelta(hours=1)


def test_a_password_that_was_taken_counts_no_more(household_of_ana: Household) -> None:
    Failing.error = AuthenticationFailed("wrong password")
    passes(household_of_ana, NOW)
    Failing.error, Failing.mailbox = Killed(), "INBOX"
    for minute in range(1, 5):
        with pytest.raises(Killed):
            passes(household_of_ana, NOW + timedelta(minutes=minute))
    assert Failing.reads == 5


def test_refusals_of_a_clock_that_was_ahead_bind_nobody(household_of_ana: Household) -> None:
    Failing.error = AuthenticationFailed("wrong password")
    ahead = NOW + timedelta(days=300)
    passes(household_of_ana, ahead, ahead + timedelta(minutes=1), ahead + timedelta(minutes=2), NOW)
    assert Failing.reads == 4
