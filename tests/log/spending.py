"""What work on a log costs on whatever machine, so that many can be compared with few."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from engine_switch import ON_POSTGRESQL


@dataclass
class Spent:
    steps: int = 0
    statements: int = 0


@contextmanager
def spending(connection: sqlite3.Connection, instructions: int) -> Iterator[Spent]:
    """What is done within; a step is so many instructions of SQLite's virtual machine."""
    if ON_POSTGRESQL:
        pytest.skip("a step is one of SQLite's: SQLite's tests count them")
    spent = Spent()

    def step() -> int:
        spent.steps += 1
        return 0

    def ask(_: str) -> None:
        spent.statements += 1

    connection.set_progress_handler(step, instructions)
    connection.set_trace_callback(ask)
    try:
        yield spent
    finally:
        connection.set_progress_handler(None, 0)
        connection.set_trace_callback(None)
