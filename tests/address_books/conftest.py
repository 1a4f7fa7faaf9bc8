from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "calendar"))  # for its scripted server

from scripted_dav import Reply, ScriptedDav, Seen


@pytest.fixture
def scripted() -> Iterator[Callable[[Callable[[Seen], Reply]], ScriptedDav]]:
    servers: list[ScriptedDav] = []

    def start(script: Callable[[Seen], Reply]) -> ScriptedDav:
        servers.append(ScriptedDav(script))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
