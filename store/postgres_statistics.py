"""What PostgreSQL plans by, of a log that grows fast.

It looks at its tables once a minute at best. Until then it takes a table that it has not looked at, or that is many
times as large by now, for another than it is, and reads all of it where an index would do: as long as the first pass
of a mailbox takes.
"""

from __future__ import annotations

import contextlib
from typing import Any

import psycopg

_FIRST = 1_000
_TIMES = 4
_KNOWN = """SELECT sum(greatest(reltuples, 0))::bigint, string_agg(quote_ident(relname), ', ') FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"""


class Statistics:
    """Of one connection; `added` are the rows that it has inserted so far."""

    def __init__(self) -> None:
        self.added = 0
        self._enough = _FIRST

    def keep_up(self, connection: psycopg.Connection[Any]) -> None:
        """Have the server look at all tables where most of what is in them is new to it; outside of transactions.

        What was stored stays stored, whatever becomes of this.
        """
        if self.added < self._enough:
            return
        with contextlib.suppress(psycopg.Error):
            known, tables = connection.execute(_KNOWN).fetchone() or (0, None)
            if self.added > known and tables is not None:
                connection.execute(f"ANALYZE {tables}".encode())
            self._enough = _TIMES * max(self.added, known)
