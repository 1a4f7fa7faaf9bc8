"""A log in a folder, fed without any server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from copies import EVE, KIM, TOM

from config_lines import account, files
from fed_log import Log
from lasttouch.configuration.config import load_config
from lasttouch.keeping.opening import opened


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    config = tmp_path / "config.toml"
    config.write_text('database = "log.db"\n' + account("ana", files("x")))
    now = Log.start + timedelta(days=100)
    with opened(load_config(config), lambda: now) as agent:
        yield Log(agent)


@pytest.fixture
def logs(tmp_path: Path) -> Callable[[], Any]:
    """Opens a new log at every call; use as a context."""
    made: list[int] = []

    def new() -> Any:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(1)
        (folder / "config.toml").write_text('database = "log.db"\n' + account("ana", files("x")))
        return opened(load_config(folder / "config.toml"), lambda: Log.start.replace(month=12))

    return new


@pytest.fixture
def log_of_three(log: Log) -> Log:
    log.agent.policy = replace(log.agent.policy, internal_domains=frozenset(("acme.example",)))
    for email in (TOM, KIM, EVE):
        log.contact(email.partition("@")[0].title(), email)
    return log
