"""What is handed out among workers, by the queue of a real PostgreSQL."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from activity.errors import DatabaseError, UsageError
from lasttouch.work.opening import queue_of
from postgres_server import PostgresServer
from running_daemon import until
from store import postgres_queue
from store.database import open_for_writing
from store.queued import Job
from store.server_place import place_on_server

SERVER = "imap.acme.example"


def test_what_waits_or_is_being_done_is_not_offered_twice_and_what_a_dead_worker_had_goes_to_another(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_queue, "SILENT", timedelta(seconds=1))
    place = place_on_server(postgres.url(), tmp_path, None)
    open_for_writing(place).close()
    one: Any = queue_of(place, "1" * 32)
    other: Any = queue_of(place, "2" * 32)
    with closing(one) as first, closing(other) as second:
        jobs = [Job(number, SERVER) for number in (1, 2, 3)] + [Job(4, "files")]
        assert (first.offer(jobs), second.offer(jobs)) == (4, 0)
        mine = first.take(9, {SERVER: 2})
        assert sorted(one.job.source_id for one in mine) == [1, 2], "no more at once of one server"
        assert second.take(9, {SERVER: 2}) == [], "nor over all workers"
        (files,) = second.take(9, {"files": 2})
        assert files.job == Job(4, "files")
        assert second.offer(jobs) == 0, "what is being done is not offered anew"
        first.done(mine[:1])
        assert second.offer(jobs) == 1, "what is over may be offered again"
        left = mine[1].job
        until(lambda: left in [one.job for one in second.take(9, {SERVER: 9})], 30)
        second.done([files])


def test_why_no_connection_can_be_made_is_said(tmp_path: Path) -> None:
    place = place_on_server("postgresql://lasttouch@127.0.0.1:1/postgres?schema=x", tmp_path, None)
    with closing(queue_of(place)) as queue, pytest.raises(DatabaseError, match="be reached: Is the server running"):
        queue.offer([Job(1, SERVER)])


def test_a_log_in_a_file_has_no_workers(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="one machine"):
        queue_of(tmp_path / "log.db")
