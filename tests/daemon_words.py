"""What tests of the daemon say of a household."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from household import Household, ago, mail
from running_daemon import RunningDaemon, until


def from_bob(to: str, message_id: str, days: float = 2) -> bytes:
    return mail("bob@globex.example", f"{to}@acme.example", ago(days=days), message_id)


def an_account(household: Household, name: str, user: str, poll_every: str = "1h", port: int | None = None) -> None:
    household.add_account(name, user, port=port, more=f'poll_every = "{poll_every}"\n')


@contextlib.contextmanager
def watched(household: Household, user: str, poll_every: str = "1h") -> Iterator[RunningDaemon]:
    """Ana's account, and a daemon that watches it."""
    an_account(household, "ana", user, poll_every)
    with RunningDaemon(household.folder) as daemon:
        daemon.has_said("is watched")
        yield daemon


def state(household: Household, account: str) -> dict[str, object]:
    """What `status` says of an account, empty before it says anything."""
    outcome = household.run("status", "--json")
    known = outcome.json["accounts"] if outcome.code == 0 else []
    return next((one for one in known if one["account"] == account), {})


def is_read(household: Household, account: str) -> None:
    until(lambda: state(household, account).get("last_success"))


def is_in_the_log(household: Household, message_id: str) -> None:
    until(lambda: household.run("why", f"<{message_id}>").code == 0)
