from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator

import pytest
from mail_log import Log, server_of

from dovecot_server import DovecotServer
from fault_proxy import FaultProxy
from loopback_process import server_folder

# Wrong passwords make Dovecot slow for everybody at the same address.
_QUICK = """
auth_failure_delay = 0
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
"""
_HIDDEN = "protocol imap {\n  imap_capability = IMAP4rev1 LITERAL+ ID\n}\n"


@pytest.fixture(scope="session")
def dovecot(dovecot: DovecotServer) -> Iterator[DovecotServer]:
    """A Dovecot with all its extensions (the one all tests share says what to do where there is
    none)."""
    with _running(_QUICK) as server:
        yield server


@pytest.fixture(scope="session")
def plain_dovecot(dovecot: DovecotServer) -> Iterator[DovecotServer]:
    """A Dovecot that says it has neither LIST-STATUS nor SPECIAL-USE nor CONDSTORE."""
    with _running(_QUICK + _HIDDEN) as server:
        yield server


@contextlib.contextmanager
def _running(extra: str) -> Iterator[DovecotServer]:
    base = server_folder("ltml")
    server = DovecotServer(base, extra=extra)
    try:
        yield server.start()
    finally:
        server.stop()
        shutil.rmtree(base, ignore_errors=True)


@pytest.fixture(params=["full", "plain"])
def imap(request: pytest.FixtureRequest) -> DovecotServer:
    """Each of the servers that the contract is for."""
    return request.getfixturevalue("dovecot" if request.param == "full" else "plain_dovecot")  # type: ignore[no-any-return]


@pytest.fixture
def proxy(imap: DovecotServer) -> Iterator[FaultProxy]:
    with FaultProxy(imap.port) as between:
        yield between


@pytest.fixture
def log(imap: DovecotServer, proxy: FaultProxy, user: str) -> Log:
    """A log of this test's own user, read through the proxy."""
    return Log(server_of(imap, user, port=proxy.port))
