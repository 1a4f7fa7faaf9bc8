"""A log whose people may write anything, asked by an assistant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sdk_client import NOW, Assistant

from config_lines import account, files, head
from fed_log import Log
from lasttouch.configuration.config import load_config
from lasttouch.keeping.opening import opened


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(head("log.db") + account("ana", files("x"), owner="Ana Kim"))
    return path


@pytest.fixture
def log(config: Path) -> Iterator[Log]:
    with opened(load_config(config), lambda: NOW) as agent:
        yield Log(agent)


@pytest.fixture
def assistant(config: Path) -> Assistant:
    return Assistant(config)
