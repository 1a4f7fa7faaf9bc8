"""What is handed out among workers."""

from __future__ import annotations

from typing import Any, NamedTuple


class Job(NamedTuple):
    """One pass over a source, which asks this server."""

    source_id: int
    server: str


class Taken(NamedTuple):
    """A job in this worker's hands; `known` is what the queue itself calls it."""

    job: Job
    known: Any
