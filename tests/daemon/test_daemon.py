"""The daemon as a process, with real servers: what it reads, and how it is told things."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config_lines import files
from daemon_words import an_account, from_bob, is_in_the_log, is_read, state, watched
from fault_proxy import Fault, FaultProxy
from household import NOW, Household, ago, event, mail
from running_daemon import RunningDaemon, lasttouch, until

AT_ONCE = 30.0  # a generous guard; without being told by the clocks it is a minute, and an hour for the calendar


@pytest.mark.usefixtures("bob")
def test_new_mail_becomes_a_touch_at_once(household: Household, user: str) -> None:
    an_account(household, "ana", user)
    with RunningDaemon(household.folder) as daemon:
        daemon.has_said("is watched in 2 mailboxes")
        household.dovecot.append(user, "INBOX", [from_bob("ana", "q")])
        until(lambda: household.last("bob")["last_inbound"])
        household.dovecot.append(user, "Sent", [mail("ana@acme.example", "bob@globex.example", ago(days=1), "a")])
        until(lambda: household.last("bob")["last_outbound"])
        assert daemon.stopped() == 0
    assert household.ok("check")["differences"] == 0


def test_who_was_exchanged_with_both_ways_is_a_contact_when_the_pass_is_over(household: Household, user: str) -> None:
    household.head += 'contacts_from = "two-way"\n'
    an_account(household, "ana", user)
    household.dovecot.append(user, "INBOX", [from_bob("ana", "q")])
    household.dovecot.append(user, "Sent", [mail("ana@acme.example", "bob@globex.example", ago(days=1), "a")])
    with RunningDaemon(household.folder) as daemon:
        daemon.has_said("is watched in 2 mailboxes")
        assert household.last("bob@globex.example")["touches"] == 2
        assert daemon.stopped() == 0


def test_a_watch_that_is_lost_is_opened_anew(household: Household, user: str) -> None:
    with FaultProxy(household.dovecot.port) as proxy:
        an_account(household, "ana", user, "1s", port=proxy.port)
        with RunningDaemon(household.folder) as daemon:
            daemon.has_said("is watched in 2 mailboxes")
            proxy.cut()
            daemon.has_said("is watched in 2 mailboxes", 2)
            assert daemon.stopped() == 0


def test_it_tells_systemd_that_it_is_ready_and_alive(household: Household, user: str) -> None:
    an_account(household, "ana", user)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"\0{household.folder}")
        manager.settimeout(30)
        with RunningDaemon(household.folder, environment={"NOTIFY_SOCKET": f"@{household.folder}"}) as daemon:
            assert manager.recv(100) == b"READY=1"
            assert manager.recv(100) == b"WATCHDOG=1"
            daemon.told(signal.SIGTERM)
            until(lambda: manager.recv(100) == b"STOPPING=1")


@pytest.mark.usefixtures("bob")
def test_where_no_server_tells_it_polls(household: Household, user: str) -> None:
    household.folder.joinpath("mail").mkdir()
    household.set_account("ana", files("mail"), poll_every="1s")
    with RunningDaemon(household.folder):
        is_read(household, "ana")
        (household.folder / "mail" / "one.eml").write_bytes(from_bob("ana", "q"))
        is_in_the_log(household, "q")


@pytest.mark.usefixtures("bob")
def test_after_a_kill_the_next_one_goes_on(household: Household, user: str) -> None:
    an_account(household, "ana", user)
    household.dovecot.append(user, "INBOX", [from_bob("ana", "one")])
    with RunningDaemon(household.folder) as daemon:
        is_in_the_log(household, "one")
        daemon.process.kill()
        daemon.process.wait()
    assert (household.folder / "lasttouch.db.lock").exists()  # stale, and no hindrance
    household.dovecot.append(user, "INBOX", [from_bob("ana", "two")])
    with RunningDaemon(household.folder) as daemon:
        is_in_the_log(household, "two")
        assert daemon.stopped() == 0
    assert household.last("bob")["touches"] == 2
    assert household.ok("check")["differences"] == 0


@pytest.mark.parametrize("after", [0, 60, 500, 2500])
def test_it_stops_at_any_moment_of_a_hang(household: Household, user: str, after: int) -> None:
    household.dovecot.append(user, "INBOX", [from_bob("ana", f"m{n}") for n in range(20)])
    with FaultProxy(household.dovecot.port, Fault("hang", after)) as proxy:
        an_account(household, "ana", user, port=proxy.port)
        with RunningDaemon(household.folder) as daemon:
            until(lambda: len(proxy.received) >= after and proxy.connections)
            assert daemon.stopped(5.0) == 0
    with contextlib.closing(sqlite3.connect(household.database)) as log:
        assert log.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_it_stops_while_another_process_keeps_the_database(household: Household, user: str) -> None:
    with FaultProxy(household.dovecot.port) as proxy:
        an_account(household, "ana", user, port=proxy.port)
        with RunningDaemon(household.folder) as daemon:
            daemon.has_said("ana imap:", 2)  # with the pass that follows when the watch is open, all is quiet
            with contextlib.closing(sqlite3.connect(household.database, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                household.dovecot.append(user, "INBOX", [from_bob("ana", "q")])
                until(lambda: b"UID FETCH" in proxy.sent)  # what comes of it cannot be stored
                assert daemon.stopped(5.0) == 0


@pytest.mark.usefixtures("bob")
def test_a_dead_account_delays_no_other(household: Household, new_user: Callable[[], str]) -> None:
    dead, alive = new_user(), new_user()
    with FaultProxy(household.dovecot.port, Fault("hang", 0)) as proxy:
        an_account(household, "dead", dead, "1s", port=proxy.port)
        an_account(household, "ana", alive, "1s")
        with RunningDaemon(household.folder) as daemon:
            until(lambda: proxy.connections)
            household.dovecot.append(alive, "INBOX", [from_bob("ana", "q")])
            is_in_the_log(household, "q")
            assert state(household, "dead")["last_attempt"] is None  # it still hangs
            assert daemon.stopped() == 0


def test_a_wrong_password_is_tried_three_times_and_then_waits(
    household: Household, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "canary-not-the-password")
    with FaultProxy(household.dovecot.port) as proxy:
        an_account(household, "ana", user, "1s", port=proxy.port)
        with RunningDaemon(household.folder) as daemon:
            daemon.has_said("refused the user name or password", 3)
            waiting = until(lambda: _waits_long(household))
            assert proxy.connections == 3
            assert "app password" in str(waiting["hint"])
            # by hand it is not tried either
            assert "not tried again before" in household.run("sync").err
            daemon.told(signal.SIGHUP)
            daemon.has_said("reloaded")
            daemon.has_said("not tried again before")
            assert proxy.connections == 3
            assert "canary" not in daemon.log


def _waits_long(household: Household) -> dict[str, object]:
    ana = state(household, "ana")
    times = [str(ana.get(name) or "") for name in ("next_attempt", "last_attempt")]
    return ana if times[0][:13] > times[1][:13] else {}


@pytest.mark.usefixtures("bob")
def test_sighup_takes_up_a_new_configuration(household: Household, new_user: Callable[[], str]) -> None:
    ana, ben = new_user(), new_user()
    an_account(household, "ana", ana)
    household.dovecot.append(ana, "INBOX", [from_bob("ana", "one")])
    household.dovecot.append(ben, "INBOX", [from_bob("ben", "two")])
    with RunningDaemon(household.folder) as daemon:
        is_in_the_log(household, "one")
        an_account(household, "ben", ben)
        daemon.told(signal.SIGHUP)
        is_in_the_log(household, "two")
        del household.accounts["ana"]
        household.write_config()
        daemon.told(signal.SIGHUP)
        until(lambda: [one["account"] for one in household.ok("status")["accounts"]] == ["ben"])
        daemon.has_said("reloaded", 2)
        assert daemon.stopped() == 0


@pytest.mark.usefixtures("bob")
def test_a_broken_new_configuration_leaves_the_old_one_in_force(household: Household, user: str) -> None:
    with watched(household, user) as daemon:
        whole = (household.folder / "config.toml").read_text(encoding="utf-8")
        (household.folder / "config.toml").write_text("nonsense = 1\n", encoding="utf-8")
        daemon.told(signal.SIGHUP)
        daemon.has_said("the old one holds")
        assert "nonsense: no such option" in daemon.log
        (household.folder / "config.toml").write_text(whole, encoding="utf-8")
        household.dovecot.append(user, "INBOX", [from_bob("ana", "q")])
        is_in_the_log(household, "q")


@pytest.mark.usefixtures("bob")
def test_after_a_week_of_sleep_it_reads_at_once(household: Household, user: str) -> None:
    """Stopped, and with a clock that is a week ahead when it goes on; without it all would be read
    within the hour."""
    met, meets = (NOW + timedelta(days=days) for days in (2, 9))
    household.add_account("ana", user, caldav=True, more='poll_every = "1h"\n')
    household.radicale.put(user, "work", "m1", event("m1", met, "bob@globex.example"))
    clock = household.folder / "clock"
    clock.write_text("0")
    with RunningDaemon(household.folder, clock=clock) as daemon:
        daemon.has_said("is watched in 2 mailboxes")
        until(lambda: household.last("bob")["next_meeting"] == _iso(met))
        passes = daemon.log.count("ana imap:")
        daemon.told(signal.SIGSTOP)
        until(lambda: _is_stopped(daemon.process.pid))
        household.radicale.put(user, "work", "m2", event("m2", meets, "bob@globex.example"))
        clock.write_text(str(timedelta(days=7).total_seconds()))
        daemon.told(signal.SIGUSR1)
        daemon.told(signal.SIGCONT)
        daemon.has_said("the machine slept")
        bob = until(lambda: _bob_meets(clock, meets), AT_ONCE)
        assert (bob["last_touch"], bob["last_meeting"], bob["touches"]) == (_iso(met), _iso(met), 1)
        until(lambda: daemon.log.count("ana imap:") > passes, AT_ONCE)
        assert daemon.stopped() == 0


def _bob_meets(clock: Path, meets: datetime) -> dict[str, Any]:
    """What `last` says of Bob by another clock, once he is met next at this time."""
    shown = subprocess.run([*lasttouch(clock), "last", "bob", "--json"], capture_output=True, check=True, timeout=60)
    (bob,) = json.loads(shown.stdout)
    return bob if bob["next_meeting"] == _iso(meets) else {}


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _is_stopped(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("T")


def test_nothing_of_the_password_is_anywhere(household: Household, user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    an_account(household, "ana", user, "1s")
    household.dovecot.append(user, "INBOX", [from_bob("ana", "q")])
    with RunningDaemon(household.folder, "--json") as daemon:
        daemon.has_said("is watched")
        arguments = Path(f"/proc/{daemon.process.pid}/cmdline").read_bytes()
        assert household.dovecot.password.encode() not in arguments
        assert daemon.stopped() == 0
    for path in household.folder.rglob("*"):
        if path.is_file():
            assert household.dovecot.password.encode() not in path.read_bytes(), path


def test_its_files_are_private_whatever_the_umask(household: Household, user: str) -> None:
    household.head = household.head.replace("lasttouch.db", "new/lasttouch.db")
    household.database = household.folder / "new" / "lasttouch.db"
    an_account(household, "ana", user)
    with RunningDaemon(household.folder, umask=0) as daemon:
        is_read(household, "ana")
        files = list(household.database.parent.iterdir())
        assert {path.name for path in files} >= {"lasttouch.db", "lasttouch.db-wal", "lasttouch.db.lock"}
        for path in files:
            assert path.stat().st_mode & 0o777 == 0o600, path
        assert household.database.parent.stat().st_mode & 0o777 == 0o700
        assert daemon.stopped() == 0


def test_without_a_usable_database_it_ends_and_says_why(household: Household, user: str) -> None:
    an_account(household, "ana", user)
    household.database.write_bytes(b"this is no database" * 100)
    with RunningDaemon(household.folder) as daemon:
        assert daemon.process.wait(30) == 1
        assert "is no database of lasttouch" in daemon.log
        assert "Traceback" not in daemon.log
    assert os.path.exists(household.database)
