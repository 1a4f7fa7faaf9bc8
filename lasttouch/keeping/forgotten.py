"""Who was erased from the log for good, kept as hashes in the log and in a small file beside it."""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from activity.errors import DatabaseError
from lasttouch.private_files import write_private
from matchers.canonical import canonical
from store import erased, settings
from store.database import make_private_folder
from store.log import Log
from store.transactions import writing

_HASH_BYTES, _MARK_BYTES = 32, 8


class Forgotten:
    """Who was erased, as hashes of canonical addresses keyed with this log's own key.

    Whom a user erased from their own accounts alone is hashed with the name of each, behind a mark
    by which it is known whether anybody was erased from an account.
    """

    def __init__(self, key: bytes, hashes: frozenset[bytes]) -> None:
        self.key = key
        self.hashes = hashes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Forgotten) and (self.key, self.hashes) == (other.key, other.hashes)

    def __hash__(self) -> int:
        return hash((self.key, self.hashes))

    def __call__(self, email: str) -> bool:
        return self.hash(canonical(email)) in self.hashes

    def within(self, accounts: Collection[str]) -> Callable[[str], bool]:
        """Was somebody erased from all, or from one of these accounts?"""

        concerned = self.erased_from(accounts)

        def is_erased(email: str) -> bool:
            form = canonical(email)
            return any(found in self.hashes for found in (self.hash(form), *self.hashes_of(form, concerned)))

        return is_erased

    def erased_from(self, accounts: Iterable[str]) -> list[str]:
        """Those of these accounts from which somebody was erased who may be in others still."""
        marks = {one[:_MARK_BYTES] for one in self.hashes if len(one) > _HASH_BYTES}
        return [account for account in accounts if self._mark(account) in marks] if marks else []

    def hashes_of(self, canonical: str, accounts: Iterable[str]) -> list[bytes]:
        """Of somebody who is erased from these accounts and from no other."""
        return [self._mark(account) + self.hash(f"{account}\n{canonical}") for account in accounts]

    def _mark(self, account: str) -> bytes:
        return self.hash(account + "\n")[:_MARK_BYTES]

    def hash(self, text: str) -> bytes:
        return hmac.digest(self.key, text.encode("utf-8", "replace"), "sha256")


def ensure_key(connection: sqlite3.Connection) -> None:
    """Every log has a key of its own from the start."""
    if settings.read(Log(connection), settings.KEY) is None:
        import secrets  # noqa: PLC0415 - once in the life of a log

        with writing(connection):
            settings.write(connection, settings.KEY, secrets.token_hex(32))


def recall(log: Log, database: Path) -> Forgotten:
    """Everybody who was ever erased from this log, by its own word and by that of the file beside
    it."""
    beside = _read(file_beside(database))
    key = beside[0] if beside else bytes.fromhex(settings.read(log, settings.KEY) or "")
    return Forgotten(key, erased.hashes(log) | frozenset(beside[1:]))


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


def remember_beside(database: Path, forgotten: Forgotten) -> None:
    """Write down who is forgotten in the file beside the log; on the disk before anything is
    erased."""
    values = [forgotten.key, *sorted(forgotten.hashes)]
    make_private_folder(database.parent)  # that of a log on a server may be missing
    write_private(file_beside(database), "".join(f"{value.hex()}\n" for value in values))


def keep_beside(log: Log, database: Path) -> None:
    """Write down in the file of this machine whom another has erased from the log."""
    known = recall(log, database)
    if not known.hashes <= frozenset(_read(file_beside(database))[1:]):
        remember_beside(database, known)
