"""Logs as earlier versions left them."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlite_utils import Database

from store.migrations import _migrations


@contextlib.contextmanager
def made_before(migration: str, path: Path) -> Iterator[sqlite3.Connection]:
    """The log at `path`, made or brought to where this migration comes next; what is put into it is
    kept."""
    with contextlib.closing(sqlite3.connect(path)) as log:
        _migrations().apply(Database(log), stop_before=migration)
        yield log
        log.commit()
    path.chmod(0o600)
