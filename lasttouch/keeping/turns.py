"""Whose turn it is at a source or a target: by this machine's lock file, or by leases where several share a log."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from activity.errors import LasttouchError
from lasttouch.keeping.lock_file import LockFile
from store import leases
from store.leases import Lease, Of
from store.transactions import another_connection, end_idle_transactions_after, is_shared

TARGETS = 1_000_000
"""The slots of targets begin here, far behind those of sources, which are their ids."""
LEASE_SECONDS = 20
BEAT_SECONDS = 5.0
IDLE_SECONDS = 10
"""How long the server waits for whoever is stopped amid a transaction, before it is undone and others go on."""
_RETRY_SECONDS = 0.5
RUN = os.urandom(16).hex()
"""Tells this process from any other: containers of one image may share a host's name and their pids."""


class Turns(Protocol):
    """Slots are ids of sources, or TARGETS and the id of a target."""

    def alone(self, slot: int, patience_seconds: float) -> AbstractContextManager[bool]:
        """Hold a slot meanwhile; False where somebody else keeps it."""

    def insist(self, slot: int) -> None:
        """At the start of a transaction that stores what was read in this turn. Raises LeaseLost."""


def turns_of(connection: sqlite3.Connection, lock: threading.RLock, lock_file: LockFile) -> Turns:
    return Leases(connection, lock) if is_shared(connection) else lock_file


def holder() -> str:
    """What this process is called among all hosts, and no other at any time."""
    return leases.holder_of(os.uname().nodename, os.getpid(), RUN)


class Leases:
    """Turns at a log that several hosts share, each renewed for as long as this process lives and is not stopped.

    `lock` is for who uses the `connection`; what renews has one of its own, so that no long transaction loses a turn.
    In one process nobody takes a slot before its last turn there is over, even if that was lost.
    """

    def __init__(self, connection: sqlite3.Connection, lock: threading.RLock) -> None:
        self._connection = connection
        self._lock = lock
        self._held: dict[int, Lease] = {}
        self._guard = threading.Lock()
        self._beating = False

    @contextlib.contextmanager
    def alone(self, slot: int, patience_seconds: float) -> Iterator[bool]:
        """Who is patient outlasts the lease of a process that was killed."""
        patience = patience_seconds and max(patience_seconds, LEASE_SECONDS + 2.0)
        lease = self._taken(slot, time.monotonic() + patience)
        if lease is None:
            yield False
            return
        with self._guard:
            self._held[slot] = lease
            if not self._beating:
                self._beating = True
                threading.Thread(target=self._beat, name="leases", daemon=True).start()
        try:
            yield True
        finally:
            with self._guard:
                self._held.pop(slot, None)
            with contextlib.suppress(sqlite3.Error, LasttouchError), self._lock:  # it ends by itself
                leases.give_back(self._connection, [lease])

    def insist(self, slot: int) -> None:
        leases.insist(self._connection, self._held[slot], LEASE_SECONDS)

    def leave(self) -> None:
        """Let others have all of it at once; whoever has the lock, for good. Raises sqlite3.Error."""
        with self._guard:
            leases.give_back(self._connection, list(self._held.values()))

    def _taken(self, slot: int, deadline: float) -> Lease | None:
        of: Of
        of, row_id = ("target", slot - TARGETS) if slot > TARGETS else ("source", slot)
        while True:
            with self._lock:
                end_idle_transactions_after(self._connection, IDLE_SECONDS)
                lease = (
                    None if slot in self._held else leases.take(self._connection, of, row_id, holder(), LEASE_SECONDS)
                )
            if lease is not None or time.monotonic() >= deadline:
                return lease
            time.sleep(_RETRY_SECONDS)

    def _beat(self) -> None:
        """Renew what is held, until nothing is. Where the server cannot be asked, others may have it soon."""
        with contextlib.ExitStack() as opened:
            connection = None
            while True:
                time.sleep(BEAT_SECONDS)
                with self._guard:
                    held = list(self._held.values())
                    if not held:
                        self._beating = False
                        return
                with contextlib.suppress(sqlite3.Error, LasttouchError):
                    if connection is None:
                        connection = opened.enter_context(another_connection(self._connection))
                    for lease in held:  # one by one: a batch may be storing what one of them reads
                        leases.renew(connection, lease, LEASE_SECONDS)
