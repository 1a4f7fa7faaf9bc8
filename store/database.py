"""Opening the database: private files, one writer at a time, readers that never block."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from stat import S_ISREG
from types import ModuleType

from activity.errors import DatabaseError, ForeignDatabase, NotFound
from store.file_owner import as_owner_of, is_regular_or_missing
from store.log import Log
from store.server_place import server_of

BUSY_MILLISECONDS = 45_000
WRITER_CACHE_KIB = 24_576  # with 65,536 writing is not measurably faster, and a first pass holds 40 MB more
READER_CACHE_KIB = 65_536
SPARING_CACHE_KIB = 8_192  # a page holds 13 MB less than with 65,536, and takes as long
CHECKPOINT_PAGES = 16_000
MIGRATIONS = frozenset(
    (  # the names of all in store.migrations
        "first_light",
        "own_words",
        "account_addresses",
        "few_connections",
        "conversations",
        "shown_by_cards",
        "companies_by_itself",
        "tags",
        "read_back",
        "who_exchanges",
        "other_ids",
        "views_with_accounts",
        "believable_bounces",
        "expanded_from",
        "record_keys",
        "expectation",
        "titles",
        "thread_index",
        "team",
        "changes",
        "retired",
        "outward",
        "holders_words",
        "tokens",
        "attachments",
        "inherited_rights",
        "strangers_set_wise",
        "leases",
        "watch_shards",
        "signed_names",
        "titles_of_a_team",
    )
)


def open_for_writing(path: Path) -> sqlite3.Connection:
    """The database at `path`, made with mode 0600 in a folder of mode 0700 where it is missing, at this version.

    Raises DatabaseError where it cannot be opened or is no database of ours.
    """
    if (server := server_of(path)) is not None:
        with database_errors(path):
            opened: sqlite3.Connection = engine_of_servers().open_for_writing(
                server, MIGRATIONS, lambda connection: refuse_foreign(connection, path)
            )
            return opened
    with database_errors(path), as_owner_of(path):
        make_private_folder(path.parent)
        _refuse_what_is_no_file(path)
        if not path.exists():
            with contextlib.suppress(FileExistsError):
                os.close(create_private(path.resolve()))  # SQLite makes what a link names for others to read
        connection = sqlite3.connect(
            path,
            isolation_level=None,
            timeout=BUSY_MILLISECONDS / 1000,
            check_same_thread=False,  # the daemon's threads take turns
        )
        seen = refuse_foreign(connection, path)
        for pragma in (
            f"busy_timeout = {BUSY_MILLISECONDS}",
            "journal_mode = WAL",
            "synchronous = NORMAL",
            f"cache_size = -{WRITER_CACHE_KIB}",
            f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
            "secure_delete = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")
        if not seen:
            from store.new_log import make  # noqa: PLC0415 - once in the life of a log

            make(connection)
            seen = refuse_foreign(connection, path)
        if seen != MIGRATIONS:
            from store.migrations import migrate  # noqa: PLC0415 - sqlite-utils takes its time to import

            migrate(connection)
        return connection


def engine_of_servers() -> ModuleType:
    """What opens a log on a server. Raises DatabaseError where it is not installed."""
    try:
        from store import postgres_opening  # noqa: PLC0415 - a log in a file needs no driver
    except ImportError as error:
        if error.name not in ("psycopg", None):
            raise
        raise DatabaseError(
            "a log in PostgreSQL needs psycopg, which is not installed",
            "install it beside lasttouch: pipx install '.[postgres]'",
        ) from None
    return postgres_opening


def create_private(path: Path) -> int:
    """Make a file of mode 0600, whatever the umask, and open it. Raises FileExistsError.

    What root makes is for whoever the folder belongs to: the service reads on after root has run a command.
    """
    with as_owner_of(path):
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_RDWR | os.O_CLOEXEC, 0o600)
        os.fchmod(descriptor, 0o600)
        if os.geteuid() == 0:
            folder = path.parent.stat()
            os.fchown(descriptor, folder.st_uid, folder.st_gid)
    return descriptor


def make_private_folder(folder: Path) -> None:
    """Make a folder, and those it lies in, where they are missing: each with mode 0700, whatever the umask."""
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        with as_owner_of(missing):
            missing.mkdir(mode=0o700, exist_ok=True)
            missing.chmod(0o700)


class _Readers:
    """How much of the file each of this process keeps in memory."""

    cache_kib = READER_CACHE_KIB


def read_sparingly() -> None:
    """From now on readers of this process keep little: it lives long, and has many of them beside each other."""
    _Readers.cache_kib = SPARING_CACHE_KIB


def reader_cache_kib() -> int:
    return _Readers.cache_kib


def open_for_reading(path: Path) -> Log:
    """The database at `path`, read-only.

    Raises NotFound where nothing was synced yet, DatabaseError as `open_for_writing` does.
    """
    if (server := server_of(path)) is not None:
        with database_errors(path):
            return Log(engine_of_servers().open_for_reading(server))
    if not is_begun(path):
        raise NotFound(f"there is no log at {path} yet", "run: lasttouch sync")
    with database_errors(path), as_owner_of(path):
        _refuse_what_is_no_file(path)
        try:
            connection = _reader(path, "mode=ro")
        except sqlite3.OperationalError:
            if os.access(path.parent, os.W_OK) or path.with_name(f"{path.name}-wal").exists():
                raise
            # readers of a WAL database make a file beside it; where they may not, nobody writes to it either
            connection = _reader(path, "mode=ro&immutable=1")
        refuse_foreign(connection, path)
        return Log(connection)


def insist_on_all_tables(log: Log, path: Path) -> None:
    """Raises DatabaseError where the log was not wholly made, or is of an older version and could not be changed."""
    if refuse_foreign(log.connection, path) != MIGRATIONS:
        raise DatabaseError(
            f"the log at {path} is not wholly made, or is still an older version's", "run: lasttouch sync"
        )


def _refuse_what_is_no_file(path: Path) -> None:
    """Raises DatabaseError for what SQLite would wait for, or take for a new database although it was one."""
    if not is_regular_or_missing(path):
        raise DatabaseError(f"{path} is no regular file", "name a file as `database`")
    if path.exists() and path.stat().st_size == 0 and _was_in_use(path):
        raise DatabaseError(
            f"the database {path} is empty, and it was in use before",
            "restore a backup; to begin anew, delete it with the files beside it that bear its name",
        )


def is_begun(path: Path) -> bool:
    """Is there a log at `path`? A file that was never filled, where the disk was full, is none."""
    if (server := server_of(path)) is not None:
        with database_errors(path):
            return bool(engine_of_servers().is_begun(server))
    try:
        found = path.stat()  # asked before each answer: once is enough
    except OSError:
        return path.exists()
    return not S_ISREG(found.st_mode) or found.st_size > 0 or _was_in_use(path)


def _was_in_use(path: Path) -> bool:
    """Is there what stands beside a database only once a command has worked with it?"""
    real = path.resolve()
    return real.with_name(f"{real.name}.lock").exists() and not real.with_name(f"{real.name}-wal").exists()


def _reader(path: Path, how: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{how}",
        uri=True,
        isolation_level=None,
        timeout=10,
        check_same_thread=False,  # the page's threads take turns
    )
    try:
        connection.execute(f"PRAGMA cache_size = -{reader_cache_kib()}")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def empty_log() -> Log:
    """A log in memory that nothing was ever read into."""
    from store.new_log import make  # noqa: PLC0415 - once, before the first sync

    connection = sqlite3.connect(":memory:", isolation_level=None)
    make(connection)
    return Log(connection)


def data_version(connection: sqlite3.Connection) -> int:
    """Another number whenever another connection has changed the database."""
    (version,) = connection.execute("PRAGMA data_version").fetchone()
    return int(version)


def refuse_foreign(connection: sqlite3.Connection, path: Path) -> set[str]:
    """The names of the migrations it has seen; nothing is written.

    Raises ForeignDatabase where the database is another program's or a newer version's.
    """
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE type = 'table' LIMIT 1").fetchone() is None:
        return set()  # not filled yet
    seen = migrations_seen(connection)
    if not seen:
        raise ForeignDatabase(f"{path} is the database of another program", "name another file as `database`")
    if seen - MIGRATIONS:
        raise ForeignDatabase(f"{path} was written by a newer lasttouch", "update lasttouch on this machine")
    return seen


def migrations_seen(connection: sqlite3.Connection) -> set[str]:
    """The names of those that this database has had; none where it is no log of ours."""
    ledger = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '_sqlite_migrations'"
    if connection.execute(ledger).fetchone() is None:
        return set()
    rows = connection.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = 'lasttouch'")
    return {name for (name,) in rows}


@contextlib.contextmanager
def database_errors(path: Path) -> Iterator[None]:
    """Say what SQLite and the file system refuse in plain words."""
    try:
        yield
    except sqlite3.OperationalError as error:
        text = str(error)
        if "locked" in text or "busy" in text:
            hint = "another process is writing to it; try again in a minute"
        elif "full" in text:
            hint = "free some space and run the command again; nothing is lost"
        elif "read-only" in text:
            hint = "a server that takes no writes is a standby, or is being repaired; nothing is lost meanwhile"
        elif server_of(path) is not None:
            hint = "check the server, the way there, and the permissions of its user; nothing is lost meanwhile"
        else:
            hint = "check the path, its permissions and the disk"
        raise DatabaseError(f"the database {path} cannot be used: {text}", hint) from None
    except sqlite3.DatabaseError as error:
        raise DatabaseError(f"{path} is no database of lasttouch, or is damaged: {error}", "restore a backup") from None
    except OSError as error:
        if error.filename is None:
            raise  # our answer could not be written; that is no fault of the database
        raise DatabaseError(f"the database {path} cannot be opened: {error.strerror}", "check `database`") from None
