"""The queue of a log in PostgreSQL: pgqueuer, whose tables stand in the log's own schema."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import psycopg
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.types import QueueManagerId
from pgqueuer.ports.repository import EntrypointExecutionParameter

from activity.errors import DatabaseError
from store.postgres_log import IDLE_SECONDS, connecting, in_sqlites_words, unreachable
from store.queued import Job, Taken
from store.server_place import Server

Answer = TypeVar("Answer")

SILENT = timedelta(seconds=20)
"""A worker that says for so long of no job that it is still at it, is taken for dead."""
_ANSWER_SECONDS = 30.0
_KEPT = 10_000
"""So many finished jobs after each other are forgotten by the queue at once; it would keep them for ever."""
_SILENCED = "UPDATE pgqueuer SET heartbeat = 'epoch' WHERE status = 'picked' AND queue_manager_id = ANY (%s)"


class PostgresQueue:
    """See lasttouch/work/port.py. Used by one thread or many; each call is one round trip, or two."""

    def __init__(self, server: Server, name: str) -> None:
        """`name` is that of a UUID."""
        self._server = server
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._queries: Queries | None = None
        self._as = QueueManagerId(uuid.UUID(name))
        self._finished = 0

    @property
    def name(self) -> str:
        return self._as.hex

    def offer(self, jobs: Sequence[Job]) -> int:
        if not jobs:
            return 0
        ids = self._asked(
            lambda queries: queries.enqueue(
                [one.server for one in jobs],
                [str(one.source_id).encode() for one in jobs],
                [0 for _ in jobs],
                dedupe_key=[f"source {one.source_id}" for one in jobs],
                on_conflict="skip",
            )
        )
        return sum(one is not None for one in ids)

    def take(self, most: int, limits: Mapping[str, int]) -> list[Taken]:
        entrypoints: Any = {server: EntrypointExecutionParameter(limit) for server, limit in limits.items()}
        found = self._asked(lambda queries: queries.dequeue(most, entrypoints, self._as, None, SILENT))
        return [Taken(Job(int(one.payload or b"0"), one.entrypoint), one) for one in found]

    def keep(self, taken: Sequence[Taken]) -> None:
        if taken:
            self._asked(lambda queries: queries.update_heartbeat([one.known.id for one in taken]))

    def done(self, taken: Sequence[Taken]) -> None:
        if not taken:
            return
        self._asked(lambda queries: queries.log_jobs([(one.known, "successful", None) for one in taken]))
        self._finished += len(taken)
        if self._finished >= _KEPT:
            self._finished = 0
            self._asked(lambda queries: queries.clear_queue_log())

    def give_back(self, names: Sequence[str]) -> None:
        async def silence(queries: Queries) -> None:
            assert self._connection is not None
            await self._connection.execute(_SILENCED, [[uuid.UUID(name) for name in names]])

        if names:
            self._asked(silence)

    def close(self) -> None:
        with self._lock, contextlib.suppress(psycopg.Error):
            self._leave()

    def _asked(self, ask: Callable[[Queries], Awaitable[Answer]]) -> Answer:
        """Raises sqlite3.Error, DatabaseError; the connection is made anew by the next call then."""

        async def within_time() -> Answer:
            return await asyncio.wait_for(self._answer(ask), _ANSWER_SECONDS)

        with self._lock, self._refused():
            return self._loop.run_until_complete(within_time())

    async def _answer(self, ask: Callable[[Queries], Awaitable[Answer]]) -> Answer:
        if self._queries is None:
            url, options = connecting(self._server, self._server.schema, False, IDLE_SECONDS)
            try:
                self._connection = await psycopg.AsyncConnection.connect(url, autocommit=True, **options)
            except psycopg.OperationalError as error:
                raise unreachable(self._server, error) from None
            queries = Queries.from_psycopg_connection(self._connection)
            async with queries.schema_lock():
                if not await queries.schema_is_installed():
                    await queries.install(create_schema=False)
            await queries.apply_upgrade()
            self._queries = queries
        return await ask(self._queries)

    @contextlib.contextmanager
    def _refused(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            self._leave()
            raise in_sqlites_words(error) from None
        except (TimeoutError, OSError):
            self._leave()
            raise DatabaseError(f"{self._server} does not answer", "check the server, and the way there") from None

    def _leave(self) -> None:
        connection, self._connection, self._queries = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(psycopg.Error, OSError):
                self._loop.run_until_complete(connection.close())
