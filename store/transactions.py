"""Transactions: one that writes, a part of it, one that is only tried; and connections that several hosts have."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from typing import Any, cast


@contextlib.contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction that holds the write lock from its start; rolled back as a whole on any error."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite itself has rolled back when the disk is full
            connection.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def undone_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    """A part of a transaction: where it raises, what it has written is undone, and nothing else."""
    connection.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK TO part")
            connection.execute("RELEASE part")
        raise
    connection.execute("RELEASE part")


@contextlib.contextmanager
def rehearsing(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction that is always rolled back."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def is_shared(connection: sqlite3.Connection) -> bool:
    """May several hosts work with this log?"""
    return not isinstance(connection, sqlite3.Connection)


@contextlib.contextmanager
def another_connection(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """A second one to the same server. Raises DatabaseError."""
    with contextlib.closing(cast("Any", connection).another()) as opened:
        yield opened


def be_known_as(connection: sqlite3.Connection, name: str) -> None:
    """Let others of this server see for how long this connection, or one after it, lives."""
    cast("Any", connection).be_known_as(name)


def is_gone(connection: sqlite3.Connection, name: str) -> bool:
    """Is no connection to this server known by this name?"""
    gone: bool = cast("Any", connection).is_gone(name)
    return gone


def end_idle_transactions_after(connection: sqlite3.Connection, seconds: int) -> None:
    """Let the server undo a transaction in which we do nothing for so long, being stopped: others wait for its end."""
    cast("Any", connection).end_idle_transactions_after(seconds)
