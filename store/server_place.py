"""Where a log on a server is: who logs in there, and where on this machine the files beside it lie."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

SCHEMES = ("postgresql", "postgres")
DEFAULT_SCHEMA = "lasttouch"
_HERE = ("localhost", "127.0.0.1", "[::1]", "::1", "")
Password = Callable[[], str | None]


class Server:
    """A schema of a PostgreSQL database. `url` is libpq's, without the schema; no password is in it."""

    __slots__ = ("password", "schema", "url")

    def __init__(self, database: str, password: Password | None) -> None:
        parts = urlsplit(database)
        options = dict(parse_qsl(parts.query))
        self.schema = options.pop("schema", DEFAULT_SCHEMA)
        self.url = f"{parts.scheme}://{parts.netloc}{parts.path}" + (f"?{urlencode(options)}" if options else "")
        self.password = password

    @property
    def is_to_be_verified(self) -> bool:
        """Is it reached over a network, and does nobody say how that is encrypted?"""
        parts = urlsplit(self.url)
        return not stays_here(parts) and "sslmode" not in dict(parse_qsl(parts.query))

    def __str__(self) -> str:
        """As it is told of: without who logs in, and without options."""
        parts = urlsplit(self.url)
        return f"postgresql://{hosts_of(parts)}{parts.path}?schema={self.schema}"


class ServerPlace(type(Path())):  # type: ignore[misc]
    """The path by whose name the files beside the log are called, where the log itself is on a server.

    So the lock of this machine, the list of who was erased and whatever else stands beside a log stand beside this, and
    nothing but what opens a log has to know where it is. There is no file of this very path.
    """

    server: Server | None = None

    def __format__(self, how: str) -> str:
        return format(str(self), how) if self.server is None else format(str(self.server), how)


def is_server(database: str) -> bool:
    return database.partition("://")[0] in SCHEMES and "://" in database


def place_on_server(database: str, folder: Path, password: Password | None) -> Path:
    """`folder` is where files beside the log are kept."""
    server = Server(database, password)
    parts = urlsplit(server.url)
    named = f"{hosts_of(parts)}{parts.path}-{server.schema}"
    place = ServerPlace(folder / f"{''.join(one if one.isalnum() or one in '.-' else '_' for one in named)}.postgresql")
    place.server = server
    return place


def server_of(path: Path) -> Server | None:
    """None where the log is a file."""
    return path.server if isinstance(path, ServerPlace) else None


def hosts_of(parts: SplitResult) -> str:
    """The hosts with their ports, as they are written; for libpq the option goes before what stands in front."""
    return dict(parse_qsl(parts.query)).get("host") or parts.netloc.rpartition("@")[2] or "localhost"


def stays_here(parts: SplitResult) -> bool:
    """Is every host a socket's folder, or this very machine?"""
    hosts = hosts_of(parts).split(",")
    return all(one.startswith("/") or one in _HERE or one.rsplit(":", 1)[0] in _HERE for one in hosts)
