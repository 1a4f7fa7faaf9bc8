"""A log of Ana, Ben and Cleo, fed without any server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from colleagues import Colleagues
from team_log import Fed, users

from config_lines import account, files, head
from fed_log import Log
from lasttouch.configuration.config import load_config
from lasttouch.keeping.opening import opened

USERS = ("ana", "ben", "cleo")


@pytest.fixture
def fed(tmp_path: Path) -> Fed:
    """Opens the log of accounts "ana", "ben", "info", with further lines of the configuration."""
    config = tmp_path / "config.toml"

    @contextmanager
    def open_log(who: str, top: str = "", **more: str) -> Iterator[Log]:
        accounts = [account(name, more.get(name, ""), files("x")) for name in ("ana", "ben", "info")]
        config.write_text(head("log.db") + top + "".join(accounts) + who)
        now = Log.start + timedelta(days=100)
        with opened(load_config(config), lambda: now) as agent:
            yield Log(agent)

    return open_log


@pytest.fixture
def team(fed: Fed) -> Iterator[Log]:
    with fed(users(*USERS, cleo="steward"), ana='user = "ana"\n', ben='user = "ben"\n') as log:
        yield log


@pytest.fixture
def colleagues(tmp_path: Path) -> Colleagues:
    return Colleagues(tmp_path)
