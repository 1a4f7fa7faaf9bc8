"""Real servers on loopback, shared by a session; every test has users of its own."""

from __future__ import annotations

import itertools
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING

import pytest
from cyrus_server import CyrusServer, cyrus_folder
from hypothesis import settings
from made_once import make
from sabredav_server import SabredavServer, sabredav_is_installed
from statements import recorded, refused

from capture.dav.transport import Answer, Transport
from dovecot_server import DovecotServer, dovecot_binary
from engine_switch import ON_POSTGRESQL, Logs, is_of_sqlite
from household import Household
from loopback_process import MEMORY, memory_is_plenty, server_folder
from postgres_server import PostgresServer, postgres_folder
from radicale_server import RadicaleServer
from scripted_dav import Reply, ScriptedDav, Seen
from web_browser import CHROMIUM, arguments, chromium_is_installed

if TYPE_CHECKING:
    from playwright.sync_api import Browser

settings.register_profile("untimed", deadline=None)  # how long an example takes tells of the machine
settings.load_profile("untimed")

_numbers = itertools.count(1)
# What listens on a port, or starts what does: it takes its time, and so does whoever uses it.
LISTENERS = frozenset(
    (
        "dovecot_server", "cyrus_server", "radicale_server", "sabredav_server", "xandikos_server", "loopback_process",
        "scripted_imap", "scripted_dav", "scripted_collections", "fault_proxy", "tls_listener", "running_daemon",
        "household", "newcomer", "demo_runs", "mail_hosts", "subprocess", "threading",
    )
)  # fmt: skip
FIXTURES = frozenset(
    (
        "postgres",
        "logs_on_postgres",
        "browser",
        "dovecot",
        "plain_dovecot",
        "cyrus",
        "radicale",
        "sabredav",
        "scripted",
        "calendars",
        "kept",
    )
)

ORDERS = frozenset(("in_every_order", "permutations"))
MAKE = frozenset(
    ("test_new_log", "test_upgrades", "test_older_logs", "test_disk")
)  # what they test is how a log is made


@pytest.fixture(autouse=True, scope="module")
def _logs_are_made_once(request: pytest.FixtureRequest) -> Iterator[None]:
    """But where that is what a module tests."""
    with pytest.MonkeyPatch.context() as patch:
        if request.path.stem not in MAKE:
            patch.setattr("store.new_log.make", make)
        yield


def pytest_configure(config: pytest.Config) -> None:
    """Temporary folders are where those of servers are: to flush the logs that tests open and close to a disk takes as
    long as all that they do with them. What they start as processes of their own is compiled once."""
    if memory_is_plenty() and "TMPDIR" not in os.environ:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


@pytest.fixture(autouse=True, scope="module")
def _statements_are_postgresqls_too(request: pytest.FixtureRequest) -> Iterator[None]:
    """Of all that the tests of the log ask of a file; with LASTTOUCH_STATEMENTS=1 of what any test asks."""
    asks = request.path.parent.name == "log" or os.environ.get("LASTTOUCH_STATEMENTS") == "1"
    if not asks or ON_POSTGRESQL or postgres_folder() is None or request.path.stem in MAKE:
        yield
        return
    server = request.getfixturevalue("postgres")
    with recorded() as asked:
        yield
    assert refused(asked, server) == {}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What `make quick` does without is marked by what it uses, and where it stands; never by
    hand."""
    for item in items:
        if not isinstance(item, pytest.Function):
            continue
        if ON_POSTGRESQL and is_of_sqlite(item):
            item.add_marker(pytest.mark.skip("it is about files or SQLite's own hooks, or starts the program anew"))
        if FIXTURES.intersection(item.fixturenames) or _listens(item.module):
            item.add_marker("servers")
        if item.path.parent.name == "model" or getattr(item.obj, "is_hypothesis_test", False) or _orders(item.obj):
            item.add_marker("thorough")


def _orders(test: FunctionType) -> bool:
    """Does this test fill a log for each order of what it is given?"""
    return not ORDERS.isdisjoint(test.__code__.co_names)


def _listens(module: ModuleType) -> bool:
    """Does this module of tests import anything of LISTENERS?"""
    known = [value for name, value in vars(module).items() if not name.startswith("__")]
    origins = {getattr(value, "__module__", None) for value in known} | {
        value.__name__ for value in known if isinstance(value, ModuleType)
    }
    return not LISTENERS.isdisjoint(origins)


def _server_missing(name: str, hint: str) -> None:
    """A test without its real server is skipped on a laptop and fails where servers are
    required."""
    message = f"{name} is not installed; {hint}"
    if os.environ.get("LASTTOUCH_REQUIRE_SERVERS") == "1":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[DovecotServer]:
    """A Dovecot that every user name may log in to with its `password`."""
    if dovecot_binary() is None:
        _server_missing("Dovecot", "on Debian: apt-get install dovecot-imapd")
    base = server_folder("ltdc")
    server = DovecotServer(base)
    try:
        yield server.start()
    finally:
        server.stop()
        shutil.rmtree(base, ignore_errors=True)


@pytest.fixture(scope="session")
def cyrus() -> Iterator[CyrusServer]:
    """A Cyrus whose mailboxes look like Dovecot's: beside INBOX, and separated by "/"."""
    if cyrus_folder() is None:
        _server_missing("Cyrus", "on Debian: .ci/cyrus")
    server = CyrusServer()
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL; every log is a schema of it."""
    if postgres_folder() is None:
        _server_missing("PostgreSQL", "on Debian: apt-get install postgresql")
    base = server_folder("ltpg")
    try:
        with PostgresServer(base) as server:
            yield server
    finally:
        shutil.rmtree(base, ignore_errors=True)


@pytest.fixture(scope="session")
def logs_on_postgres(postgres: PostgresServer) -> Logs:
    return Logs(postgres)


@pytest.fixture(autouse=ON_POSTGRESQL)
def on_postgresql(logs_on_postgres: Logs, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Logs are schemas of a PostgreSQL meanwhile, whatever file they are called by."""
    with logs_on_postgres.of_files(monkeypatch):
        yield


@pytest.fixture
def user() -> str:
    """A user name no other test has."""
    return f"user{next(_numbers)}"


@pytest.fixture(scope="session")
def radicale() -> Iterator[RadicaleServer]:
    """A Radicale with the users of `user`, all with the password "secret"."""
    names = [f"user{number}{letter}" for number in range(1, 2000) for letter in ("", "b", "c")]
    with RadicaleServer(dict.fromkeys(names, "secret")) as server:
        yield server


@pytest.fixture(scope="session")
def sabredav() -> Iterator[SabredavServer]:
    """A sabre/dav without anybody."""
    if not sabredav_is_installed():
        _server_missing("sabre/dav", "on Debian: apt-get install php-sabre-dav php-cli php-sqlite3")
    with SabredavServer() as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window; playwright's event loop runs as long, and no other
    beside it."""
    if not chromium_is_installed():
        _server_missing("Chromium", "on Debian: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=arguments())
        try:
            yield started
        finally:
            started.close()


@pytest.fixture
def scripted() -> Iterator[Callable[[Callable[[Seen], Reply]], ScriptedDav]]:
    """Starts servers that answer as a script says."""
    servers: list[ScriptedDav] = []

    def start(script: Callable[[Seen], Reply]) -> ScriptedDav:
        servers.append(ScriptedDav(script))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Those that were sent to calendar and address book servers, as "METHOD URL"."""
    sent: list[str] = []
    real = Transport._send

    def counted(self: Transport, method: str, url: str, *rest: object) -> Answer:
        sent.append(f"{method} {url}")
        return real(self, method, url, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Transport, "_send", counted)
    return sent


@pytest.fixture
def household(
    tmp_path: Path, dovecot: DovecotServer, radicale: RadicaleServer, monkeypatch: pytest.MonkeyPatch
) -> Household:
    return Household(tmp_path, dovecot, radicale, monkeypatch)


@pytest.fixture
def new_user(user: str) -> Callable[[], str]:
    """Up to three user names no other test has; the first is `user`."""
    names = iter([user, f"{user}b", f"{user}c"])
    return lambda: next(names)


@pytest.fixture
def bob(household: Household) -> None:
    """Bob is a contact, of an account that is gone."""
    household.add_account("nobody", "nobody")
    household.import_contacts("Bob,bob@globex.example,Globex")
    household.accounts.clear()
