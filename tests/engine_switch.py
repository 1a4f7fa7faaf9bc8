"""LASTTOUCH_ENGINE=postgresql: every log that a test opens in its own process is a schema of a
PostgreSQL, not a file.

What asks for the file itself, counts by SQLite's own hooks or by what one process spends, or starts the program anew,
is of SQLite and runs there alone.
"""

from __future__ import annotations

import ast
import inspect
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from postgres_server import PostgresServer

ON_POSTGRESQL = os.environ.get("LASTTOUCH_ENGINE") == "postgresql"

_OF_SQLITE = re.compile(
    r"sqlite3\.connect|PRAGMA|folder_of|RunningDaemon|subprocess|older_log|migrations|os\.fork"
    r"|set_progress_handler|set_authorizer|_nanoseconds"
    r"|glob\('lasttouch\.db|database\.(read|write|exists|unlink)|\.db'\)\.read_bytes|\.db-wal"
)
_WHO_ASK_WHERE_IT_IS = (
    "store.audiences", "store.database", "store.inspection", "store.scoped", "lasttouch.doctor.files",
)  # fmt: skip
_IS_A_COPY = re.compile(r"\.moving-|^moved\.")
"""What is begun as a file, and what it becomes."""
_DEFINITIONS = (ast.FunctionDef, ast.ClassDef, ast.Assign)


def is_of_sqlite(test: pytest.Function) -> bool:
    """Does a test, or what it uses of its module, hold of SQLite alone?"""
    parts = _parts(test.module)
    wanted, seen = {test.originalname, *test.fixturenames, *([test.cls.__name__] if test.cls else [])}, set[str]()
    while new := {name for name in wanted - seen if name in parts}:
        seen |= new
        wanted = {word for name in new for word in re.findall(r"\w+", parts[name])}
    return any(_OF_SQLITE.search(parts[name]) for name in seen)


@cache
def _parts(module: ModuleType) -> dict[str, str]:
    """Whatever a module defines, as it is written."""
    found: dict[str, str] = {}
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, _DEFINITIONS):
            names = [node.name] if not isinstance(node, ast.Assign) else [ast.unparse(one) for one in node.targets]
            found |= dict.fromkeys(names, ast.unparse(node))
    return found


class Logs:
    """Databases that stand for files, each emptied before it stands for another. All are copies of one whose tables
    were made: that takes a twentieth of the time."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._copies = 0
        self._free: list[str] = []
        self._taken: dict[Path, str] = {}

    @contextmanager
    def of_files(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """Meanwhile, whatever file is opened as a log."""
        from store.server_place import Server, server_of

        def server_for(path: Path) -> Server | None:
            if (path.is_file() and path.stat().st_size) or _IS_A_COPY.search(path.name):
                return server_of(path)
            return server_of(path) or Server(self._address(path.absolute()), None)

        for module in _WHO_ASK_WHERE_IT_IS:
            monkeypatch.setattr(f"{module}.server_of", server_for)
        try:
            yield
        finally:
            for address in self._taken.values():
                _empty(address)
            self._free += self._taken.values()
            self._taken.clear()

    @contextmanager
    def of_its_own(self) -> Iterator[str]:
        """The address of an empty log."""
        address = self._free.pop() if self._free else self._made()
        try:
            yield address
        finally:
            _empty(address)
            self._free.append(address)

    def _address(self, path: Path) -> str:
        if path not in self._taken:
            self._taken[path] = self._free.pop() if self._free else self._made()
        return self._taken[path]

    def _made(self) -> str:
        import psycopg

        from store.database import open_for_writing
        from store.server_place import place_on_server

        with psycopg.connect(self._server.url().partition("&schema=")[0], autocommit=True) as server:
            if not self._copies:
                server.execute("CREATE DATABASE made")
                made = self._server.url("log", "made")
                open_for_writing(place_on_server(made, self._server.base, None)).close()
            self._copies += 1
            server.execute(f"CREATE DATABASE copy_{self._copies} TEMPLATE made".encode())
        return self._server.url("log", f"copy_{self._copies}")


def _empty(address: str) -> None:
    from store.postgres_log import ServerConnection
    from store.postgres_scoped import drop_audiences
    from store.server_place import Server

    connection = ServerConnection(Server(address, None), read_only=False)
    drop_audiences(connection)
    connection.run(_EMPTIED)
    connection.close()


_EMPTIED = """DO $$ DECLARE one record; is_there boolean; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR one IN SELECT tgname, tgrelid::regclass AS at FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = current_schema()::regnamespace AND tgname LIKE 'note_%' LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', one.tgname, one.at);
    END LOOP;
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema()
        AND tablename NOT IN ('_sqlite_migrations', 'log_revision') LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', one.tablename) INTO is_there;
        IF is_there THEN EXECUTE format('DELETE FROM %I', one.tablename); END IF;
    END LOOP;
    FOR one IN SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema() AND last_value IS NOT NULL LOOP
        EXECUTE format('ALTER SEQUENCE %I RESTART', one.sequencename);
    END LOOP;
END $$"""
"""To truncate seventy tables takes longer than most tests."""
