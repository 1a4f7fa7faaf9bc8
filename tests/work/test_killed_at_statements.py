"""A worker that is killed at any statement leaves what another makes whole."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path
from typing import Any

import pytest
from ticking import Contents, Ticking, loaded_config

from engine_switch import Logs
from lasttouch.configuration.config import LoadedConfig
from lasttouch.keeping import turns
from store import postgres_log

POINTS = 20


def _killed_at(loaded: LoadedConfig, statement: int) -> bool:
    """A worker in a child that is killed before its so manieth statement; False if it had read everything before."""
    child = os.fork()
    if child == 0:
        try:
            turns.RUN = os.urandom(16).hex()
            _count(lambda number: os.kill(os.getpid(), signal.SIGKILL) if number == statement else None)
            Ticking(loaded).until_read()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _statements(loaded: LoadedConfig, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many it takes to read everything."""
    numbers = [0]
    with monkeypatch.context() as patch:
        _count(numbers.append, patch)
        one = Ticking(loaded)
        one.until_read()
        one.end()
    return numbers[-1]


def _count(told: Any, patch: pytest.MonkeyPatch | None = None) -> None:
    """Call `told` with the number of each statement, before it is sent."""
    cursor = postgres_log.ServerConnection._cursor
    sent = 0

    def counted(self: Any) -> Any:
        nonlocal sent
        sent += 1
        told(sent)
        return cursor(self)

    (patch or pytest.MonkeyPatch()).setattr(postgres_log.ServerConnection, "_cursor", counted)


def test_a_worker_killed_at_any_statement_leaves_what_another_makes_whole(
    folder: Path,
    uninterrupted: Contents,
    logs_on_postgres: Logs,
    hasty: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("capture.files.pacing.BATCH_MESSAGES", 5)  # a few batches, each with its cursor
    chance = random.Random(18)
    with logs_on_postgres.of_its_own() as address:
        most = _statements(loaded_config(folder, address), monkeypatch)
    killed = 0
    for point in sorted(chance.sample(range(1, most), POINTS)):
        with logs_on_postgres.of_its_own() as address:
            loaded = loaded_config(folder, address)
            killed += _killed_at(loaded, point)
            other = Ticking(loaded)
            other.until_read()
            assert other.contents() == uninterrupted, f"killed at statement {point} of {most}"
            other.end()
    assert killed >= POINTS - 5
