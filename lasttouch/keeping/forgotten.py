"""Who was erased from the log for good, kept as hashes in the log and in a small file beside it."""

from __future__ import annotations

import hmac
import sqlite3
from pathlib import Path

from activity.errors import DatabaseError
from lasttouch.private_files import write_private
from matchers.canonical import canonical
from store import erased, settings
from store.database import writing
from store.log import Log

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
    if settings.read(Log(connection), KEY) is None:
        import secrets  # noqa: PLC0415 - once in the life of a log

        with writing(connection):
            settings.write(connection, KEY, secrets.token_hex(32))


def recall(log: Log, database: Path) -> Forgotten:
    """Everybody who was ever erased from this log, by its own word and by that of the file beside
    it."""
    beside = _read(file_beside(database))
    key = beside[0] if beside else bytes.fromhex(settings.read(log, KEY) or "")
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
    write_private(file_beside(database), "".join(f"{value.hex()}\n" for value in values))
