"""A household of accounts on real servers, and the command line run against it as a user would."""

from __future__ import annotations

import contextlib
import io
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

import cli
import config_lines
from dovecot_server import DovecotServer
from radicale_server import RadicaleServer
from store.database import open_for_reading, open_for_writing
from store.inspection import integrity
from store.log import Queryable
from store.transactions import writing

NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass
class Outcome:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def ago(**lengths: float) -> datetime:
    return NOW - timedelta(**lengths)


def utc(moment: datetime) -> str:
    """An instant as JSON has it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def utc_ago(**lengths: float) -> str:
    return utc(ago(**lengths))


def mail(sender: str, to: str, at: datetime, message_id: str = "", subject: str = "hello", **headers: str) -> bytes:
    """A message; header names are given with _ for -."""
    lines = [f"From: {sender}", f"To: {to}", f"Subject: {subject}", f"Date: {format_datetime(at)}"]
    if message_id:
        lines.append(f"Message-ID: <{message_id}>")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", "the body is nobody's business"]).encode()


def event(uid: str, start: datetime, *people: str, hours: float = 1, organizer: str = "", **lines: str) -> str:
    """An iCalendar event; `people` are "address;PARTSTAT=…" or just addresses."""
    end = start + timedelta(hours=hours)
    rows = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//", "BEGIN:VEVENT", f"UID:{uid}",
        f"DTSTAMP:{NOW:%Y%m%dT%H%M%SZ}", f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{end:%Y%m%dT%H%M%SZ}",
    ]  # fmt: skip
    if organizer:
        rows.append(f"ORGANIZER:mailto:{organizer}")
    for person in people:
        address, _, parameters = person.partition(";")
        rows.append(f"ATTENDEE{';' + parameters if parameters else ''}:mailto:{address}")
    rows += [f"{name.replace('_', '-')}:{value}" for name, value in lines.items()]
    return "\r\n".join([*rows, "END:VEVENT", "END:VCALENDAR", ""])


class Household:
    """Accounts of acme.example with a mailbox and a calendar each, and their configuration."""

    def __init__(
        self, folder: Path, dovecot: DovecotServer, radicale: RadicaleServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.folder = folder
        self.dovecot = dovecot
        self.radicale = radicale
        self.accounts: dict[str, str] = {}
        self.head = config_lines.head()
        self.database = folder / "lasttouch.db"
        monkeypatch.setenv("LASTTOUCH_CONFIG", str(folder / "config.toml"))
        monkeypatch.setenv("MAIL_PASSWORD", dovecot.password)
        monkeypatch.setenv("CALENDAR_PASSWORD", "secret")

    def add_account(
        self, name: str, user: str, *, imap: bool = True, caldav: bool = False, port: int | None = None, more: str = ""
    ) -> None:
        """`more` are further options of the account, as lines of the configuration."""
        sections = [more]
        if imap:
            sections.append(config_lines.imap(port or self.dovecot.port, user))
        if caldav:
            self.radicale.create_calendar(user, "work", "Work")
            sections.append(config_lines.caldav(self.radicale.url, user))
        self.set_account(name, *sections, owner=name.title(), timezone="Europe/Berlin")

    def set_account(self, name: str, *sections: str, **options: object) -> None:
        """An account of these sections (see config_lines.py) and no others."""
        self.accounts[name] = config_lines.account(name, *sections, **options)
        self.write_config()

    def add_carddav(self, name: str, user: str) -> None:
        """Give an account an address book that holds nothing yet."""
        self.radicale.create_address_book(user, "people", "People")
        self.accounts[name] += config_lines.carddav(self.radicale.url, user)
        self.write_config()

    def configure(self, line: str) -> None:
        """Add a line before the accounts."""
        self.head += line + "\n"
        self.write_config()

    def write_config(self) -> None:
        path = self.folder / "config.toml"
        path.write_text(self.head + "".join(self.accounts.values()), encoding="utf-8")
        path.chmod(0o600)

    def receive(self, user: str, *messages: bytes) -> None:
        self.dovecot.append(user, "INBOX", messages)

    def run(self, *arguments: str) -> Outcome:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.run(list(arguments))
        return Outcome(code, out.getvalue(), err.getvalue())

    def ok(self, *arguments: str) -> Any:
        """The JSON of a command that must succeed."""
        outcome = self.run(*arguments, "--json")
        assert outcome.code == 0, outcome.err
        return outcome.json

    def import_contacts(self, *rows: str) -> Any:
        path = self.folder / "contacts.csv"
        path.write_text("\n".join(["name,email,company", *rows, ""]), encoding="utf-8")
        return self.ok("contacts", "import", str(path))

    def last(self, who: str) -> dict[str, Any]:
        (one,) = self.ok("last", who)
        return one

    @contextlib.contextmanager
    def written(self) -> Iterator[sqlite3.Connection]:
        """The log, to be changed behind the program's back."""
        with contextlib.closing(open_for_writing(self.database)) as log, writing(log):
            yield log

    def contents(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything the log says, without row numbers."""
        with contextlib.closing(open_for_reading(self.database)) as log:
            assert integrity(log) == "ok"
            return contents_of(log)


def contents_of(log: Queryable) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that a log says, without row numbers."""
    return {name: sorted(log.execute(query).fetchall(), key=repr) for name, query in _CONTENTS.items()}


_CONTENTS = {
    "activities": "SELECT a.identity, a.kind, a.at, a.ends, a.verdict, a.reason, a.direction, a.thread, a.replies_to,"
    " a.subject, a.evidence, a.revision, a.deleted_at FROM activity a",
    "participations": "SELECT a.identity, r.email, p.at, p.role, p.answer, p.touch FROM participation p"
    " JOIN activity a ON a.id = p.activity_id JOIN address r ON r.id = p.address_id",
    "sightings": "SELECT a.identity, c.name, p.name, s.answer FROM sighting s JOIN activity a ON a.id = s.activity_id"
    " JOIN place p ON p.id = s.place_id JOIN source o ON o.id = p.source_id JOIN account c ON c.id = o.account_id",
    "cursors": "SELECT c.name, o.kind, p.name, p.cursor FROM place p JOIN source o ON o.id = p.source_id"
    " JOIN account c ON c.id = o.account_id WHERE p.name <> ''",
    "strangers": "SELECT r.email, s.inbound, s.outbound, s.meetings, s.first_touch, s.last_touch FROM stranger s"
    " JOIN address r ON r.id = s.address_id",
    "threads": "SELECT t.conversation, a.identity, t.at, t.waits_for FROM thread t"
    " JOIN activity a ON a.id = t.activity_id",
    "touches": "SELECT c.name, t.last_touch, t.last_touch_kind, t.last_inbound, t.last_outbound, t.last_meeting,"
    " t.next_meeting, t.last_copied, t.last_two_way, t.touches FROM contact_touch t JOIN contact c"
    " ON c.id = t.contact_id",
}
