"""`contacts forget`: gone for good, and kept out for good.

The hashes of who was erased stand in the database and in a small file beside it, so that neither a later
sync nor a restored backup brings anybody back.
"""

from __future__ import annotations

import hmac
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from activity.errors import DatabaseError
from lasttouch import expectations
from lasttouch.private_files import write_private
from matchers.canonical import canonical
from store import forgetting, ingest, mailings, settings, touches
from store.database import writing
from store.forgetting import Erased

if TYPE_CHECKING:
    from lasttouch.agent import Agent

KEY = "forgetting-key"


class Forgotten:
    """Who was erased, as hashes of canonical addresses keyed with this log's own key."""

    def __init__(self, key: bytes, hashes: frozenset[bytes]) -> None:
        self.key = key
        self.hashes = hashes

    def __call__(self, email: str) -> bool:
        return self.hash(canonical(email)) in self.hashes

    def hash(self, text: str) -> bytes:
        return hmac.digest(self.key, text.encode("utf-8", "replace"), "sha256")


def ensure_key(connection: sqlite3.Connection) -> None:
    """Every log has a key of its own from the start."""
    if settings.read(connection, KEY) is None:
        with writing(connection):
            settings.write(connection, KEY, secrets.token_hex(32))


def recall(connection: sqlite3.Connection, database: Path) -> Forgotten:
    """Everybody who was ever erased from this log, by its own word and by that of the file beside it."""
    beside = _read(file_beside(database))
    key = beside[0] if beside else bytes.fromhex(settings.read(connection, KEY) or "")
    return Forgotten(key, forgetting.hashes(connection) | frozenset(beside[1:]))


def forget(agent: Agent, contact_ids: Sequence[int], emails: Sequence[str]) -> Erased:
    """Erase contacts and addresses, in every spelling that reaches the same mailbox, with every trace of them."""
    named = {*emails, *(forgetting.emails_of(agent.connection, contact_ids) if contact_ids else ())}
    known = agent.forgotten
    forgotten = Forgotten(known.key, known.hashes | {known.hash(canonical(email)) for email in named})
    _write(file_beside(agent.loaded.database), [forgotten.key, *sorted(forgotten.hashes)])
    return _erase(agent, forgotten, named, contact_ids)


def erase_again(agent: Agent) -> None:
    """After a backup was restored: whoever was erased since it was made is erased from it too."""
    if agent.forgotten.hashes == forgetting.hashes(agent.connection):
        return
    _erase(agent, agent.forgotten)


def obey_rules(agent: Agent) -> Erased:
    """Erase from the log what the never_log rules forbid now and did not before; within the caller's transaction.

    Contacts without any other address go as well; whoever has one loses those that are forbidden.
    """
    forbidden = [email for email in forgetting.known_emails(agent.connection) if agent.never_log(email)]
    contact_ids = forgetting.contacts_within(agent.connection, forbidden)
    erased = forgetting.erase_activities(agent.connection, forbidden)
    forgetting.strike_from_contacts(agent.connection, forbidden, contact_ids)
    if forbidden:
        forgetting.rewrite_objects(agent.connection, forbidden, _redaction(agent, []))
    ingest.rejudge(agent.connection, erased.struck, agent.judge)
    return erased


def _erase(agent: Agent, forgotten: Forgotten, named: Iterable[str] = (), contact_ids: Sequence[int] = ()) -> Erased:
    """Whoever is forgotten, and these contacts, with those that have no other address than a forgotten one."""
    agent.forgotten = forgotten
    emails = sorted({*named, *filter(forgotten, forgetting.known_emails(agent.connection))})
    contact_ids = sorted({*contact_ids, *forgetting.contacts_within(agent.connection, emails)})
    from lasttouch.meetings import correct_titles  # noqa: PLC0415 - it works with an Agent

    with writing(agent.connection):
        settings.write(agent.connection, KEY, forgotten.key.hex())
        forgetting.remember(agent.connection, forgotten.hashes)
        names = forgetting.names_of(agent.connection, contact_ids)
        erased = forgetting.erase(agent.connection, emails, contact_ids)
        forgetting.rewrite_objects(agent.connection, [*emails, *names], _redaction(agent, names))
        mailings.correct(agent.connection)  # who was erased is none of those a mailing went to
        ingest.rejudge(agent.connection, [*erased.struck, *mailings.members(agent.connection)], agent.judge)
        expectations.relearn(agent.connection, agent.clock())  # nor does what was learned tell of them
        correct_titles(agent)
        touches.refresh(agent.connection, agent.clock())
    forgetting.shred(agent.connection)
    return erased


def _redaction(agent: Agent, names: Sequence[str]) -> Callable[[str], str]:
    from capture.calendar.redaction import redacted  # noqa: PLC0415 - only when somebody is erased

    def rewrite(text: str) -> str:
        named = any(name.casefold() in text.casefold() for name in names)
        return redacted(text, agent.never_log, agent.config.store_subjects and not named)

    return rewrite


def file_beside(database: Path) -> Path:
    """Where those who were erased from a database are remembered outside it."""
    return database.with_name(database.name + ".forgotten")


def _read(path: Path) -> list[bytes]:
    try:
        return [bytes.fromhex(line) for line in path.read_text(encoding="ascii").split()]
    except FileNotFoundError:
        return []
    except PermissionError:
        raise DatabaseError(
            f"{path} cannot be read: permission denied",
            f"it keeps erased people out of the log; give it to the owner of the log: chown --reference={path.parent}"
            f" {path}",
        ) from None
    except (OSError, ValueError) as error:
        raise DatabaseError(
            f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is damaged'}",
            "it keeps erased people out of the log; restore it from a backup",
        ) from None


def _write(path: Path, values: Sequence[bytes]) -> None:
    """It is on the disk before anything is erased."""
    write_private(path, "".join(f"{value.hex()}\n" for value in values))
