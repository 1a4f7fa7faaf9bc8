"""An office, and a Tryton for a whole session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from office import Office

from tryton_server import TrytonServer


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.fixture(scope="session")
def tryton() -> Iterator[TrytonServer]:
    with TrytonServer() as server:
        yield server
