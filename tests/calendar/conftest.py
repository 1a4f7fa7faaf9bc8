from __future__ import annotations

from collections.abc import Iterator

import pytest

from radicale_server import RadicaleServer


@pytest.fixture(scope="module")
def _started() -> Iterator[RadicaleServer]:
    with RadicaleServer({"ana": "se:cret", "bob": "bobs"}) as server:
        yield server


@pytest.fixture
def radicale(_started: RadicaleServer) -> Iterator[RadicaleServer]:
    """With nothing in it."""
    yield _started
    _started.forget_everything()
