"""What PostgreSQL plans by, of a log that grows fast.

It looks at its tables once a minute at best. Until then it takes a table that it has not looked at, or that is many
times as large by now, for another than it is, and reads all of it where an index would do: as long as the first pass
of a mailbox takes.
"""

from __future__ import annotations

import contextlib
from typing import Any

import psycopg

_LOOK_EVERY = 1_000  # rows
_GROWN = """SELECT string_agg(quote_ident(relname), ', ') FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
    AND pg_relation_size(oid) > 4 * current_setting('block_size')::bigint * greatest(relpages, 1)"""


class Statistics:
    """Of one connection; `added` are the rows that it has inserted since it looked last."""

    def __init__(self) -> None:
        self.added = 0

    def keep_up(self, connection: psycopg.Connection[Any]) -> None:
        """Have the server look at each table most of which is new to it; outside of transactions.

        What was stored stays stored, whatever becomes of this.
        """
        if self.added < _LOOK_EVERY:
            return
        self.added = 0
        with contextlib.suppress(psycopg.Error):
            (tables,) = connection.execute(_GROWN).fetchone() or (None,)
            if tables is not None:
                connection.execute(f"ANALYZE {tables}".encode())
