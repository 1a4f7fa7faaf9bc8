"""What was erased, merged or retired: who did it, when, and how much it was; never whom it concerned by name."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from typing import Any, NamedTuple

from store.log import Log
from store.rows import instant, timestamp


class Deed(NamedTuple):
    """`kind` is "forget", "merge", "retire" or "keep"; `by` is a user, None for whoever keeps the service."""

    at: datetime
    by: str | None
    kind: str
    detail: dict[str, Any]


def record(connection: sqlite3.Connection, at: datetime, user_id: int, kind: str, detail: dict[str, Any]) -> None:
    connection.execute(
        "INSERT INTO deed (at, user_id, kind, detail) VALUES (?, ?, ?, ?)",
        (timestamp(at), user_id, kind, json.dumps(detail, ensure_ascii=False, sort_keys=True)),
    )


def deeds(log: Log) -> list[Deed]:
    """The latest first."""
    query = (
        "SELECT d.at, u.name, d.kind, d.detail FROM deed d LEFT JOIN user u ON u.id = d.user_id"
        " ORDER BY d.at DESC, d.id DESC"
    )
    return [Deed(instant(at), by, kind, json.loads(detail)) for at, by, kind, detail in log.execute(query)]
