from __future__ import annotations

from collections.abc import Iterator

import pytest

from radicale_server import RadicaleServer


@pytest.fixture
def radicale() -> Iterator[RadicaleServer]:
    with RadicaleServer({"ana": "se:cret", "bob": "bobs"}) as server:
        yield server
