"""The demo's mail server (pymap) and calendar server (Radicale), each a process on a loopback port
of its own."""

from __future__ import annotations

import base64
import http.client
import importlib.util
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from activity.errors import LasttouchError, in_words
from lasttouch.demo import bound_server
from lasttouch.private_files import write_private

HOST = "127.0.0.1"
START_SECONDS = 30.0
ATTEMPTS = 3  # another program may take a free port before the server does
_EXTRAS = ("pymap", "radicale")


def check_installed() -> None:
    """Raises LasttouchError where a server is not installed."""
    missing = [name for name in _EXTRAS if importlib.util.find_spec(name) is None]
    if missing:
        raise LasttouchError(
            f"the demo needs {' and '.join(missing)}", "pipx install '.[demo]' in the folder of the project"
        )


class Server:
    """A server program that ends when this process does, however that ends; use as a context
    manager.

    `arguments` gives the command line for a port; what the server says goes to the file `log`.
    """

    def __init__(self, entry_point: str, arguments: Callable[[int], list[str]], log: Path) -> None:
        self._command = [sys.executable, "-P", str(bound_server.__file__), entry_point]
        self._arguments = arguments
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def __enter__(self) -> Server:
        """Starts the program; `wait` before it is used."""
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def wait(self) -> None:
        """Until it takes connections. Raises LasttouchError if it never does."""
        for attempt in range(1, ATTEMPTS + 1):
            if self._is_up():
                return
            self._stop()
            if attempt < ATTEMPTS:
                self._start()
        raise LasttouchError(f"a server of the demo does not start: {self._last_words()}")

    def _start(self) -> None:
        self.port = free_port()
        write_private(self._log, "")
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
                [*self._command, *self._arguments(self.port)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=_environment(),
                start_new_session=True,  # Ctrl-C is for us; we stop the servers
            )

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _is_up(self) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while self._process is not None and self._process.poll() is None and time.monotonic() < deadline:
            try:
                socket.create_connection((HOST, self.port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return self._process.poll() is None
        return False

    def _last_words(self) -> str:
        said = self._log.read_text(encoding="utf-8", errors="replace").split("\n")
        return next((line.strip() for line in reversed(said) if line.strip()), "it said nothing")


def mail_server(folder: Path, passwords: Mapping[str, str], log: Path) -> Server:
    """Serves the Maildirs in `folder`, each to the user of its name."""
    from pysasl.hashing import BuiltinHash  # noqa: PLC0415 - comes with pymap, an extra

    # many rounds protect a password that somebody chose; these are random and gone in a moment
    hashed = {user: BuiltinHash(rounds=1000).hash(password) for user, password in passwords.items()}
    write_private(folder / "pymap-etc-passwd", "".join(f"{user}:x::::{user}:\n" for user in hashed))
    write_private(folder / "pymap-etc-shadow", "".join(f"{user}:{digest}\n" for user, digest in hashed.items()))
    others = [part for name in ("admin", "managesieve", "swim") for part in ("--no-service", name)]
    return Server(
        "pymap.main:main",
        lambda port: [*others, "--host", HOST, "--port", str(port), "--no-tls", "maildir", str(folder)],
        log,
    )


def calendar_server(folder: Path, passwords: Mapping[str, str], log: Path) -> Server:
    """Keeps calendars in `folder`, everybody's their own."""
    users = folder / "users"
    write_private(users, "".join(f"{user}:{password}\n" for user, password in passwords.items()))
    options = {
        "config": "", "auth-type": "htpasswd", "auth-htpasswd-filename": str(users),
        "auth-htpasswd-encryption": "plain", "auth-delay": "0", "storage-filesystem-folder": str(folder / "storage"),
        "logging-level": "warning",
    }  # fmt: skip
    arguments = [f"--{name}={value}" for name, value in options.items()]
    return Server("radicale.__main__:run", lambda port: [*arguments, f"--server-hosts={HOST}:{port}"], log)


def store_calendar(server: Server, user: str, password: str, text: str) -> None:
    """Put a whole calendar into Radicale; its X-WR-CALNAME becomes its name."""
    login = base64.b64encode(f"{user}:{password}".encode()).decode()
    connection = http.client.HTTPConnection(HOST, server.port, timeout=20)
    try:
        headers = {"Authorization": f"Basic {login}", "Content-Type": "text/calendar; charset=utf-8"}
        connection.request("PUT", f"/{user}/calendar/", text.encode(), headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise LasttouchError(f"the demo's calendar server broke off: {in_words(error)}") from None
    finally:
        connection.close()
    if status >= 400:
        raise LasttouchError(f"the demo's calendar server refused its calendar ({status})")


def _environment() -> dict[str, str]:
    """Ours, without what would change the servers' ways, and with a host name nobody has to look
    up."""
    ours = {name: value for name, value in os.environ.items() if name not in ("CERT_FILE", "KEY_FILE")}
    return {**ours, "FQDN": "localhost"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
