"""A PostgreSQL of the tests' own, in a folder of its own, reached by a socket within it and by
loopback."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

USER = "lasttouch"
PASSWORD = "a secret of the server's"
_DURABLE = ("shared_buffers=256MB", "log_min_duration_statement=5s", "log_lock_waits=on")
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60", "shared_buffers=64MB")


def postgres_folder() -> Path | None:
    """Where its programs are; None where none is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: int(one.parts[4]))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


class PostgresServer:
    """It trusts whoever comes by its socket, and asks for the password by loopback."""

    def __init__(self, base: Path, durable: bool = False) -> None:
        self.base = base
        self._options = " ".join(f"-c {one}" for one in (_DURABLE if durable else _QUICK))
        self.port = _free_port()
        self._numbers = 0
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:  # it never runs as root
            other = pwd.getpwnam("postgres" if _is_user("postgres") else "nobody")
            self._as = {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []}
            os.chown(base, other.pw_uid, other.pw_gid)
        base.chmod(0o755)

    def __enter__(self) -> PostgresServer:
        secret = self.base / "secret"
        secret.write_text(PASSWORD)
        if self._as:
            os.chown(secret, self._as["user"], self._as["group"])
        self._run(
            "initdb", "--pgdata", str(self.data), "--username", USER, "--pwfile", str(secret), "--no-locale",
            "--encoding", "UTF8", "--no-sync", "--auth-local", "trust", "--auth-host", "scram-sha-256",
        )  # fmt: skip
        self.start()
        return self

    @property
    def data(self) -> Path:
        return self.base / "data"

    def start(self) -> None:
        options = f"-k {self.base} -p {self.port} -c listen_addresses=127.0.0.1 {self._options}"
        self._run("pg_ctl", "--pgdata", str(self.data), "--log", str(self.base / "log"), "-o", options, "-w", "start")

    def stop(self, how: str = "fast") -> None:
        """ "immediate" is as if it was killed."""
        self._run("pg_ctl", "--pgdata", str(self.data), "--mode", how, "-w", "stop")

    def url(self, schema: str | None = None, database: str = "postgres") -> str:
        """A log of its own, where none is named; by the socket."""
        at = f"postgresql://{USER}@/{database}?host={self.base}&port={self.port}"
        return f"{at}&schema={schema or self.new_schema()}"

    def loopback_url(self, schema: str) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/postgres?schema={schema}"

    def new_schema(self) -> str:
        self._numbers += 1
        return f"log_{os.getpid()}_{self._numbers}"

    def said(self) -> str:
        """All that it wrote into its own journal."""
        return (self.base / "log").read_text(encoding="utf-8", errors="replace")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop("immediate")

    def _run(self, program: str, *arguments: str) -> None:
        folder = postgres_folder()
        assert folder is not None
        done = subprocess.run(
            [str(folder / program), *arguments], cwd=self.base, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=90, check=False, **self._as,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


def _is_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
