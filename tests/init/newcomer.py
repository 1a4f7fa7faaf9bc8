"""A newcomer, and servers with an authority of their own."""

from __future__ import annotations

from typing import Any

from click.testing import CliRunner

from household import Household, Outcome, ago, event, mail
from lasttouch.terminal.command_line import lasttouch
from radicale_server import RadicaleServer


class Setup:
    """A newcomer's machine: no configuration yet, an address, servers with an authority of their
    own."""

    def __init__(self, household: Household, user: str, calendars: RadicaleServer) -> None:
        self.household = household
        self.user = user
        self.calendars = calendars
        self.config = household.folder / "new" / "config.toml"
        box = household.dovecot
        box.append(
            user, "INBOX", [mail("Bob <bob@globex.example>", "ana@acme.example", ago(days=2), "in")], ago(days=2)
        )
        box.append(user, "INBOX", [mail("Old <old@far.example>", "ana@acme.example", ago(days=90), "o")], ago(days=90))
        sent = [
            mail("ana@acme.example", "bob@globex.example", ago(days=3), "out"),
            mail("ana@home.example", "old@far.example", ago(days=2), "out2"),
        ]
        box.append(user, "Sent", sent, ago(days=2))
        calendars.create_calendar(user, "work", "Work")
        calendars.put(
            user, "work", "old", event("old", ago(days=300), "carla@globex.example", organizer="ana@acme.example")
        )

    def flags(self, *more: str, **changed: str) -> list[str]:
        given = {
            "address": "ana@acme.example", "imap-host": "127.0.0.1", "imap-port": str(self.household.dovecot.tls_port),
            "username": self.user, "password-env": "MAIL_PASSWORD", "ca-file": str(self.household.dovecot.ca_file),
            "caldav-url": self.calendars.url, "config": str(self.config),
        } | {name.replace("_", "-"): value for name, value in changed.items()}  # fmt: skip
        return ["init", *(part for name, value in given.items() if value for part in (f"--{name}", value)), *more]

    def run(self, *more: str, **changed: str) -> Outcome:
        return self.household.run(*self.flags(*more, **changed))

    def answered(self, *lines: str) -> Any:
        return CliRunner().invoke(lasttouch, ["init", "--config", str(self.config)], "\n".join([*lines, ""]))
