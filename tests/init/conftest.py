"""A newcomer's machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from newcomer import Setup

from dovecot_server import DovecotServer
from household import Household
from radicale_server import RadicaleServer


@pytest.fixture(scope="module")
def calendars(dovecot: DovecotServer) -> Iterator[RadicaleServer]:
    """A Radicale with TLS of the same authority as Dovecot's."""
    names = [f"user{number}" for number in range(1, 2000)]
    with RadicaleServer(dict.fromkeys(names, dovecot.password), dovecot.ca) as server:
        yield server


@pytest.fixture
def new(household: Household, user: str, calendars: RadicaleServer, monkeypatch: pytest.MonkeyPatch) -> Setup:
    monkeypatch.delenv("LASTTOUCH_CONFIG")
    monkeypatch.setenv("XDG_DATA_HOME", str(household.folder / "data"))
    monkeypatch.setenv("HOME", str(household.folder / "home"))
    return Setup(household, user, calendars)
