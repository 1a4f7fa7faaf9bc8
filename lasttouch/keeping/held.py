"""What a process that answers one user alone holds open from one answer to the next, and what it does not.

Nothing is held of an answer, and nothing is answered by rights that are not those of this moment: the
connections are, and what they were made for is compared with what holds now before each answer. All
that it depends on is the text of the configuration, who asks, and the log.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from activity.errors import ConfigError
from lasttouch.configuration.config_file import ConfigFile, open_config
from lasttouch.keeping.viewing import asker, scope_of_asker
from lasttouch.local_time import utc_now
from store.database import data_version, open_for_reading, open_for_writing
from store.log import Log, Scope
from store.settings import has_users

if TYPE_CHECKING:
    from store.scoped import Part, ScopedLog

FRESH_SECONDS = 2.0

_File = tuple[int, int]
"""What tells a file from another that has come to stand in its place."""
_Stamp = tuple[int, int, int, int, int]
"""What is another where a file was written or replaced."""
_Looked = tuple[str | None, object]
"""Who asked, and all that says what may be read: as long as both are the same, so is that."""


class _Whole(NamedTuple):
    log: Log
    path: Path
    file: _File


class _Seen(NamedTuple):
    log: ScopedLog
    part: Part
    file: _File
    looked: _Looked


class _Writer(NamedTuple):
    connection: sqlite3.Connection
    path: Path
    file: _File


class Held:
    """Where the log is opened for a question. Nothing is held until `hold` is called."""

    def __init__(self) -> None:
        self._holds = False
        self._config: ConfigFile | None = None
        self._config_stamp: _Stamp | None = None
        self._whole: _Whole | None = None
        self._asked: tuple[int, object] | None = None
        self._scope: tuple[_Looked, Scope] | None = None
        self._seen: _Seen | None = None
        self._lent: list[Log] = []
        self._writer: _Writer | None = None

    def hold(self) -> None:
        """From now on connections stay open: this process answers one after the other, and one user alone."""
        self._holds = True

    def config(self, path: Path) -> ConfigFile:
        """The configuration as it stands there now; it is read anew where its text is another. Raises ConfigError."""
        if not self._holds:
            return open_config(path)
        stamp, before = _stamp(path), self._config
        if (
            before is None
            or before.path != path
            or ((stamp is None or stamp != self._config_stamp) and _text(path) != before.text)
        ):
            self._config = None
            self._config = before = open_config(path)
        self._config_stamp = stamp
        return before

    def know(self, path: Path) -> None:
        """Read this configuration for all processes that come of this one; nothing else that is held may be shared."""
        with contextlib.suppress(ConfigError):
            self._config = file = open_config(path)
            _ = file.digest, file.apparent_database  # worked out once, not by each first answer

    def log(self, path: Path) -> Log:
        """The whole log at `path`, to be given back by `done`. Raises as `open_for_reading` does."""
        if not self._holds:
            return open_for_reading(path)
        self._lent.append(log := self._log(path))
        return log

    def _log(self, path: Path) -> Log:
        file = _file(path)
        if self._whole is None or (self._whole.path, self._whole.file) != (path, file):
            self._let_go_of_the_log()
            log = open_for_reading(path)
            if file is None:
                return log
            self._whole = _Whole(log, path, file)
        return self._whole.log

    def scope(self, log: Log) -> Scope:
        """What whoever asks may read of the whole `log`, as things are now. Raises NotPermitted."""
        if not self._is_held(log):
            return scope_of_asker(log)
        looked = self._looked(log)
        if self._scope is None or self._scope[0] != looked:
            self._scope = None
            scope = scope_of_asker(log)
            self._scope = self._unless_changed(log, looked), scope
        return self._scope[1]

    def seen(self, log: Log, path: Path, scope: Scope) -> Log:
        """The log within a scope, as of now, to be given back by `done`. Raises NotFound, DatabaseError."""
        from lasttouch.keeping.seeing import seen_within  # noqa: PLC0415 - one keeper does without

        seen = self._seen_by_what_is_held(log, path, scope) if self._is_held(log) else None
        if seen is None:
            return seen_within(path, scope, utc_now())
        self._lent.append(seen)
        return seen

    def _seen_by_what_is_held(self, log: Log, path: Path, scope: Scope) -> Log | None:
        from lasttouch.keeping import seeing  # noqa: PLC0415 - one keeper does without

        now, looked, held = utc_now(), self._looked(log), self._seen
        if held is not None and self._is_lent(held.log):  # one command opens it twice
            return held.log if held.looked == looked else None
        is_as_it_was = held is not None and (held.looked, held.part.scope) == (looked, scope)
        if held is not None and is_as_it_was:
            part = held.part
        else:
            part = seeing.part_within(log, path, scope)
            looked = self._unless_changed(log, looked)
        if held is not None and held.part == part and held.file == _file(part.audience):
            seeing.follow(held.log, now)
            self._seen = held._replace(looked=looked)
            return held.log
        self._let_go_of_what_is_seen()
        opened = seeing.open_part(path, part, now)
        file = _file(part.audience)
        if file is not None:
            self._seen = _Seen(opened, part, file, looked)
        return opened

    @contextlib.contextmanager
    def writer(self, path: Path) -> Iterator[sqlite3.Connection]:
        """A connection that writes to the log at `path`; after an error none is held. Raises DatabaseError."""
        file, held = _file(path), self._writer
        self._writer = None
        if held is not None and (held.path, held.file) != (path, file):
            held.connection.close()
            held = None
        connection = open_for_writing(path) if held is None else held.connection
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        if self._holds and file is not None:
            self._writer = _Writer(connection, path, file)
        else:
            connection.close()

    def _looked(self, log: Log) -> _Looked:
        """Most that changes in a log, mail that came and who looked at what, changes nothing of what may be read."""
        from store import grants  # noqa: PLC0415 - one keeper does without

        version = data_version(log.connection)
        if self._asked is None or self._asked[0] != version:
            self._asked = version, (grants.all_asked(log) if has_users(log) else None) or version
        return asker(), self._asked[1]

    def _unless_changed(self, log: Log, looked: _Looked) -> _Looked:
        """What was worked out while the log changed need not be by what was looked at: it is worked out anew next."""
        is_as_it_was = self._asked is not None and self._asked[0] == data_version(log.connection)
        return looked if is_as_it_was else (looked[0], object())

    def done(self, log: Log) -> None:
        """Close it, unless it is held."""
        for at, one in enumerate(self._lent):
            if one is log:
                del self._lent[at]
                break
        if not self._is_held(log) and not self._is_lent(log):
            log.close()

    def let_go(self) -> None:
        """Hold nothing of what is held now."""
        self._config = None
        self._let_go_of_the_writer()
        self._let_go_of_the_log()

    def let_go_of_what_is_gone(self) -> None:
        """Where somebody was erased, or another log stands there, what was derived before is not kept open."""
        seen, whole = self._seen, self._whole
        is_gone = seen is not None and seen.file != _file(seen.part.audience)
        if self._writer is not None and self._writer.file != _file(self._writer.path):
            self._let_go_of_the_writer()
        if is_gone or (whole is not None and whole.file != _file(whole.path)):
            self.let_go()

    def _is_held(self, log: Log) -> bool:
        return any(held is not None and held.log is log for held in (self._whole, self._seen))

    def _is_lent(self, log: Log) -> bool:
        return any(one is log for one in self._lent)

    def _let_go_of_the_log(self) -> None:
        self._let_go_of_what_is_seen()
        self._asked = self._scope = None
        whole, self._whole = self._whole, None
        self._close(whole)

    def _let_go_of_the_writer(self) -> None:
        held, self._writer = self._writer, None
        if held is not None:
            with contextlib.suppress(sqlite3.Error):
                held.connection.close()

    def _let_go_of_what_is_seen(self) -> None:
        seen, self._seen = self._seen, None
        self._close(seen)

    def _close(self, held: _Whole | _Seen | None) -> None:
        """What is lent at this moment is closed when it is given back."""
        if held is not None and not self._is_lent(held.log):
            with contextlib.suppress(sqlite3.Error):
                held.log.close()


def _file(path: Path) -> _File | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _stamp(path: Path) -> _Stamp | None:
    """None of what was changed this very moment: a clock that ticks a few hundred times a second may not tell."""
    try:
        found = path.stat()
    except OSError:
        return None
    is_fresh = max(found.st_mtime, found.st_ctime) > time.time() - FRESH_SECONDS
    return None if is_fresh else (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        return None
