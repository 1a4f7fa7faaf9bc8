"""Fault 2: kill -9 of the daemon, at moments spread over its first pass and over what follows."""

from __future__ import annotations

import random

import pytest
from generated import examples
from written_rows import written_rows

from fault_proxy import FaultProxy
from household import Household, ago, mail
from running_daemon import RunningDaemon, until


@pytest.fixture
def contacts_only(ana: Household) -> bytes:
    """The database before anything was read."""
    return ana.database.read_bytes()


def test_a_daemon_killed_at_any_moment_leaves_what_the_next_run_makes_whole(
    ana: Household, user: str, contacts_only: bytes
) -> None:
    ana.ok("sync")
    whole = ana.contents()
    with FaultProxy(ana.dovecot.port) as proxy:
        ana.accounts["ana"] = ana.accounts["ana"].replace(f"port = {ana.dovecot.port}", f"port = {proxy.port}")
        ana.write_config()
        moments = random.Random(2).sample(range(25_000), examples(12))
        for moment in (0, 400, 2_000, *sorted(moments)):
            for path in ana.folder.glob("lasttouch.db*"):
                path.unlink()
            ana.database.write_bytes(contacts_only)
            proxy.received.clear()
            with RunningDaemon(ana.folder) as daemon:
                until(lambda limit=moment: proxy.connections and len(proxy.received) >= limit)
                daemon.process.kill()
                daemon.process.wait()
            ana.ok("sync")
            assert ana.contents() == whole, f"killed when {moment} bytes had come"
            with written_rows(ana.database) as written:
                third = ana.ok("sync")["accounts"]
            assert [(one["read"], one["new"]) for one in third] == [(0, 0), (0, 0)]
            assert not written, f"killed when {moment} bytes had come"
            assert ana.contents() == whole


def test_killed_while_mail_keeps_coming_nothing_is_lost_or_twice(ana: Household, user: str) -> None:
    chance = random.Random(3)
    number = 0
    for _ in range(5):
        with RunningDaemon(ana.folder) as daemon:
            daemon.has_said("started", daemon.log.count("started: ") + 1)
            for _ in range(chance.randint(1, 12)):
                number += 1
                letter = mail("bob@globex.example", "ana@acme.example", ago(days=1, minutes=number), f"n{number}")
                ana.dovecot.append(user, "INBOX", [letter])
            daemon.process.kill()
            daemon.process.wait()
    ana.ok("sync")
    assert ana.ok("check")["integrity"] == "ok"
    identities = [row[0] for row in ana.contents()["activities"]]
    assert len(identities) == len(set(identities)) == 121 + 4 + number
    assert ana.last("bob")["touches"] == 121 + 2 + number
