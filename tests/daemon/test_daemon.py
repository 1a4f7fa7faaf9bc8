"""The daemon as a process, with real servers: what it reads, and how it is told things."""

from __future__ import annotations

from household import Household, ago, mail
from running_daemon import RunningDaemon, until


def _ana(household: Household, user: str, poll_every: str = "1h") -> None:
    household.add_account("ana", user, more=f'poll_every = "{poll_every}"\n')
    household.import_contacts("Bob,bob@globex.example,Globex")


def test_new_mail_becomes_a_touch_at_once(household: Household, user: str) -> None:
    _ana(household, user)
    with RunningDaemon(household.folder) as daemon:
        until(lambda: household.last("bob")["seen_through"])
        daemon.has_said("is watched")
        household.dovecot.append(user, "INBOX", [mail("bob@globex.example", "ana@acme.example", ago(days=2), "q")])
        until(lambda: household.last("bob")["last_inbound"])
        household.dovecot.append(user, "Sent", [mail("ana@acme.example", "bob@globex.example", ago(days=1), "a")])
        until(lambda: household.last("bob")["last_outbound"])
        assert daemon.stopped() == 0
    assert household.ok("check")["differences"] == 0
