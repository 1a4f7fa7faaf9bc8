"""The log opened for a question, in line with the configuration as it is now."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING

from activity.errors import DatabaseError, ForeignDatabase, LasttouchError
from lasttouch.configuration.config_file import ConfigFile
from lasttouch.keeping import viewing
from lasttouch.keeping.held import Held
from lasttouch.keeping.viewing import insist_on_an_administrator
from store import settings
from store.database import database_errors, insist_on_all_tables, is_begun, read_sparingly
from store.log import EVERYTHING, Log

if TYPE_CHECKING:
    from lasttouch.configuration.config import LoadedConfig

Notify = Callable[[str], None]

HELD = Held()
"""What this process holds open; nothing, unless it answers one user alone."""
_held: ContextVar[Held] = ContextVar("held", default=HELD)


@contextlib.contextmanager
def by(held: Held) -> Iterator[None]:
    """What is opened within is opened by this: a process that answers several users holds something of each apart."""
    before = _held.set(held)
    try:
        yield
    finally:
        _held.reset(before)


@contextlib.contextmanager
def reading(config: Path, warn: Notify, notify: Notify, whole: bool = False) -> Iterator[Log]:
    """The log of this configuration, read-only, as whoever asks may see it; an empty one before the first sync.

    A configuration that the log has followed already is neither checked nor followed again. `warn`
    is given what keeps the log from following it, `notify` that there is no log yet. The `whole` log is for
    what keeps the service. Raises NotPermitted.
    """
    path, log = _in_line(config, warn, notify)
    try:
        with database_errors(path):
            if whole:
                insist_on_an_administrator(log)
                yield log
            else:
                with _as_seen(log, path) as seen:
                    yield seen
    finally:
        _held.get().done(log)


@contextlib.contextmanager
def _as_seen(log: Log, path: Path) -> Iterator[Log]:
    """What whoever asks may see of a log; the log itself where one keeper sees everything, and where there is nothing.

    Raises NotPermitted.
    """
    scope = _held.get().scope(log)
    if scope is EVERYTHING or not is_begun(path):
        yield log
        return
    seen = _held.get().seen(log, path, scope)
    try:
        yield seen
    finally:
        _held.get().done(seen)


@contextlib.contextmanager
def as_it_is(database: Path | None) -> Iterator[Log | None]:
    """The log whatever configuration it follows; None where it cannot be opened, or not by whoever asks."""
    with contextlib.ExitStack() as opened:
        seen = None
        with contextlib.suppress(LasttouchError, sqlite3.Error):
            if database is not None:
                log = _held.get().log(database)
                opened.callback(_held.get().done, log)
                seen = opened.enter_context(_as_seen(log, database))
        yield seen


def writer(database: Path) -> contextlib.AbstractContextManager[sqlite3.Connection]:
    """A connection for what is noted of an answer, where the log is not otherwise written to. Raises DatabaseError."""
    return _held.get().writer(database)


def spare_memory() -> None:
    """From now on what is read keeps little of the log in memory: a page is there for days, and asks many beside each
    other."""
    read_sparingly()


def follow(config: Path) -> None:
    """Bring the log in line with its configuration, where it was not."""
    with _opened(config):
        pass


def role_of_asker(config: Path) -> str:
    """What whoever asks is to the team. Raises NotPermitted for whoever is no user."""
    with _opened(config) as log:
        return viewing.role_of_asker(log)


def name_of_asker(config: Path) -> str | None:
    """What the configuration calls who asks; None for one keeper. Raises NotPermitted for whoever is no user."""
    with _opened(config) as log:
        return viewing.name_of_asker(log)


def name_of_user(config: Path, known_as: str) -> str:
    """What the configuration calls the user of this name, address or name in the system. Raises NotPermitted."""
    with _opened(config) as log:
        return viewing.name_of_user(log, known_as)


def name_of_user_at(config: Path, email: str) -> str:
    """What the configuration calls the user of this address. Raises NotPermitted."""
    with _opened(config) as log:
        return viewing.name_of_user_at(log, email)


@contextlib.contextmanager
def _opened(config: Path) -> Iterator[Log]:
    """The log in line with the configuration, of which nothing but its users is asked."""
    _, log = _in_line(config, _keep_silent, _keep_silent)
    try:
        yield log
    finally:
        _held.get().done(log)


def _in_line(config: Path, warn: Notify, notify: Notify) -> tuple[Path, Log]:
    """Where the log of this configuration is, and the whole of it once it has followed it; see `reading`."""
    file = _held.get().config(config)
    if (found := _log_that_followed(file)) is not None:
        return found
    loaded = _follow(file, warn)
    path = loaded.database
    return path, _whole_log(path) if is_begun(path) else _log_before_the_first_sync(loaded, notify)


def loaded(path: Path) -> LoadedConfig:
    """The configuration, checked unless the log has followed it already."""
    from lasttouch.configuration import config  # noqa: PLC0415 - a query does without

    file = _held.get().config(path)
    with contextlib.suppress(DatabaseError):  # told once it is to be written; what is wrong in the file goes before
        if (found := _log_that_followed(file)) is not None:
            _held.get().done(found[1])
            return config.checked_before(file)
    return config.load_config(file.path)


def database_of(path: Path) -> Path:
    """Where the log of the configuration at `path` is; what else stands there is looked at only where it must be."""
    with contextlib.suppress(DatabaseError):  # as `loaded` says
        if (found := _log_that_followed(_held.get().config(path))) is not None:
            _held.get().done(found[1])
            return found[0]
    return loaded(path).database


def lacks_strangers(log: Log) -> bool:
    """Are there meetings among strangers that were not worked out yet?"""
    from store.deferred import any_with_strangers  # noqa: PLC0415 - answers about contacts do without

    return any_with_strangers(log)


def _log_that_followed(file: ConfigFile) -> tuple[Path, Log] | None:
    """The log and where it is, if there is one that has followed this very configuration."""
    path = file.apparent_database
    if path is None or not is_begun(path):
        return None
    log = _held.get().log(path)
    with contextlib.suppress(sqlite3.DatabaseError):  # not made yet, or by another version
        if settings.read(log, settings.CONFIGURATION) == file.digest:
            return path, log
    _held.get().done(log)
    return None


def _whole_log(path: Path) -> Log:
    """The log with all its tables. Raises DatabaseError, too, where the disk was full before they were made."""
    log = _held.get().log(path)
    try:
        insist_on_all_tables(log, path)
    except BaseException:
        _held.get().done(log)
        raise
    return log


def _log_before_the_first_sync(loaded: LoadedConfig, notify: Notify) -> Log:
    """Nothing is made on the disk by a question."""
    from lasttouch.keeping.agent import register_sources  # noqa: PLC0415 - queries do without
    from store.database import empty_log  # noqa: PLC0415

    notify(f"There is no log at {loaded.database} yet; run: lasttouch sync")
    log = empty_log()
    register_sources(log.connection, loaded.config)
    return log


def _follow(file: ConfigFile, warn: Notify) -> LoadedConfig:
    """Check a configuration and derive anew what depends on it, so that no answer is of an earlier one."""
    from lasttouch.configuration.config import load_config  # noqa: PLC0415 - checking costs more than a query
    from lasttouch.keeping.opening import opened  # noqa: PLC0415

    _held.get().let_go()
    loaded = load_config(file.path)
    if is_begun(loaded.database):
        try:
            with opened(loaded):
                pass
        except ForeignDatabase:
            raise
        except DatabaseError as error:
            warn(f"the log cannot follow the configuration as it is now: {error.message}")
    return loaded


def _keep_silent(_: str) -> None:
    pass
