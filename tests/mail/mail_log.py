"""A small log that takes batches with their cursors as the pipeline does, and messages to fill
mailboxes with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from activity.address import normalise_domain
from activity.batch import Batch, Skip
from activity.envelope import Envelope
from activity.errors import SourceError
from capture.mail.server import MailServer
from capture.mail.source import MailSource
from dovecot_server import DovecotServer
from scripted_imap import Box, ScriptedIMAP, header

SINCE = date(2020, 1, 1)


class Log:
    """What was read, by mailbox; a batch and its cursor are stored together."""

    def __init__(
        self, server: MailServer, exclude: tuple[str, ...] = (), since: date = SINCE, shared: tuple[str, ...] = ()
    ) -> None:
        self.server = server
        self.exclude = exclude
        self.shared = shared
        self.since = since
        self.cursors: dict[str, str] = {}
        self.seen: dict[str, list[Envelope]] = {}
        self.skipped: list[Skip] = []

    def sync(self) -> list[Batch]:
        """One pass to its end; raises what the source raises, with everything before it stored."""
        batches = []
        for batch in MailSource(self.server, self.since, self.exclude, self.shared).batches(dict(self.cursors)):
            batches.append(batch)
            self.seen.setdefault(batch.place, []).extend(replace(i) for i in batch.items if isinstance(i, Envelope))
            self.skipped += batch.skipped
            if batch.cursor is not None:
                self.cursors[batch.place] = batch.cursor
        return batches

    def try_sync(self) -> SourceError | None:
        """One pass; the error that ended it or, failing that, the first of a mailbox."""
        try:
            errors = [batch.error for batch in self.sync() if batch.error is not None]
        except SourceError as error:
            return error
        return errors[0] if errors else None

    def subjects(self, place: str = "INBOX") -> list[str]:
        return [envelope.subject for envelope in self.seen.get(place, [])]

    def ids(self) -> set[tuple[str, str]]:
        return {(place, envelope.message_id) for place, envelopes in self.seen.items() for envelope in envelopes}

    def count(self) -> int:
        return sum(map(len, self.seen.values()))


def server_of(
    dovecot: DovecotServer,
    user: str,
    security: str = "none",
    port: int = 0,
    password: Callable[[], str] | None = None,
    stall_seconds: float = 20.0,
    ca_file: str | None = None,
) -> MailServer:
    """How to reach a Dovecot as `user`, through a proxy at `port` if given."""
    default = dovecot.tls_port if security == "tls" else dovecot.port
    return MailServer(
        "127.0.0.1",
        port or default,
        security,
        user,
        password or (lambda: dovecot.password),
        ca_file or str(dovecot.ca_file),
        stall_seconds,
    )


def is_normalised(email: str) -> bool:
    """Is this what normalising gives? Quotes around a local part are gone, so it need not parse
    again."""
    local, _, domain = email.rpartition("@")
    return bool(local.strip() and domain) and email == email.casefold() and domain == normalise_domain(domain)


def three() -> dict[str, Box]:
    """Three messages in INBOX and two in Work, for a scripted server."""
    return {
        "INBOX": Box({uid: header(uid) for uid in (1, 2, 3)}),
        "Work": Box({uid: header(uid) for uid in (7, 8)}),
    }


def log_of(scripted: ScriptedIMAP, stall_seconds: float = 5.0) -> Log:
    """A log read from a scripted server."""
    return Log(MailServer("127.0.0.1", scripted.port, "none", "ana", lambda: "pw", None, stall_seconds))


def message(number: int | str, body: str = "Hello.\r\n", **fields: str) -> bytes:
    """A message as it would be delivered; a field name's underscores are hyphens."""
    given = {
        "From": f"Sender {number} <sender{number}@client.example>",
        "To": "Ana Kim <ana@acme.example>",
        "Date": "Sun, 22 Nov 2026 10:00:00 +0000",
        "Message-ID": f"<{number}@client.example>",
        "Subject": f"Number {number}",
    } | {name.replace("_", "-"): value for name, value in fields.items()}
    return ("".join(f"{name}: {value}\r\n" for name, value in given.items()) + "\r\n" + body).encode()
