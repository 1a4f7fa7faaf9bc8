from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from radicale_server import RadicaleServer
from scripted_dav import Reply, ScriptedDav, Seen


@pytest.fixture
def radicale() -> Iterator[RadicaleServer]:
    with RadicaleServer({"ana": "se:cret", "bob": "bobs"}) as server:
        yield server


@pytest.fixture
def scripted() -> Iterator[Callable[[Callable[[Seen], Reply]], ScriptedDav]]:
    servers: list[ScriptedDav] = []

    def start(script: Callable[[Seen], Reply]) -> ScriptedDav:
        servers.append(ScriptedDav(script))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
