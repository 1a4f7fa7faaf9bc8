"""Fault 6: a calendar server that hangs or drips is given up, and no account waits for others that
are dead."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from functools import partial

import pytest

from capture.dav import connection as dav
from capture.dav import source, transport
from capture.dav.transport import Transport
from capture.mail import connection, server
from daemon_words import an_account, from_bob, is_in_the_log
from fault_proxy import Fault, FaultProxy
from household import Household, event
from household import ago as before
from running_daemon import RunningDaemon, until

GIVE_UP = 60.0
SHORT = 0.5


def test_the_bounds_that_are_shortened_here_are_within_a_minute() -> None:
    assert dav.CONNECT_SECONDS < dav.STALL_SECONDS < transport.REQUEST_SECONDS <= GIVE_UP
    assert connection.CONNECT_SECONDS < server.STALL_SECONDS < GIVE_UP


@pytest.mark.parametrize("kind", ["hang", "drip", "reset"])
def test_a_calendar_server_is_given_up_wherever_it_stops_answering(
    household: Household, user: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    household.add_account("ana", user, imap=False, caldav=True)
    for number in range(8):
        household.radicale.put(user, "work", f"m{number}", event(f"m{number}", before(days=number + 1), "b@x.example"))
    monkeypatch.setattr(dav, "CONNECT_SECONDS", SHORT)
    monkeypatch.setattr(dav, "STALL_SECONDS", SHORT)
    monkeypatch.setattr(source, "Transport", partial(Transport, seconds=2 * SHORT))
    household.import_contacts("Bob,b@x.example,X")
    with FaultProxy(household.radicale.port) as proxy:
        household.accounts["ana"] = household.accounts["ana"].replace(f":{household.radicale.port}/", f":{proxy.port}/")
        household.write_config()
        household.ok("sync")
        whole = household.contents()
        for after in (0, 90, 200, 400, 700):  # bytes of each connection
            for path in household.folder.glob("lasttouch.db*"):
                path.unlink()
            household.import_contacts("Bob,b@x.example,X")
            proxy.fault = Fault(kind, after, interval=SHORT / 8)  # type: ignore[arg-type]
            began = time.monotonic()
            failed = household.run("sync", "--json")
            assert time.monotonic() - began < 20 * SHORT, after
            assert failed.json["accounts"][0]["error_code"] == "unreachable", after
            proxy.fault = None
            proxy.cut()
            household.ok("sync")
            assert household.contents() == whole, after


@pytest.mark.usefixtures("bob")
def test_more_dead_accounts_than_workers_delay_no_other(household: Household, new_user: Callable[[], str]) -> None:
    alive = new_user()
    household.add_account("ana", alive, more='poll_every = "1s"\n')
    household.ok("sync")  # so that the daemon knows it to be well
    with contextlib.ExitStack() as stack:
        proxies = [stack.enter_context(FaultProxy(household.dovecot.port, Fault("hang", 0))) for _ in range(8)]
        for number, proxy in enumerate(proxies):
            an_account(household, f"dead{number}", f"{alive}x{number}", "1s", port=proxy.port)
        with RunningDaemon(household.folder) as daemon:
            until(lambda: sum(proxy.connections for proxy in proxies) >= 4)
            household.dovecot.append(alive, "INBOX", [from_bob("ana", "q")])
            is_in_the_log(household, "q")
            read = daemon.log.count("ana imap:")
            daemon.has_said("ana imap:", read + 2)  # and it goes on being polled
            assert " dead" not in daemon.log  # they all hang still
            assert daemon.stopped() == 0
