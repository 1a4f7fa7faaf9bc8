"""The configuration and the database as files."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from activity.address import domain_of
from activity.errors import LasttouchError
from lasttouch.configuration.config import LoadedConfig
from lasttouch.counting import activities, counted
from lasttouch.daemon.watch_policy import few_connections
from lasttouch.doctor.finding import Finding
from lasttouch.moments import ago
from lasttouch.service.systemd import is_service_group
from matchers.domains import is_free_mail
from store.blindness import FRESH
from store.database import database_errors, is_begun, open_for_reading
from store.health import SourceHealth, counts, sources
from store.inspection import Inspection, bytes_used, inspect
from store.server_place import server_of

MEGABYTE = 1 << 20
LITTLE_SPACE = 200 * MEGABYTE
NO_SPACE = 20 * MEGABYTE


def configuration(loaded: LoadedConfig) -> Iterator[Finding]:
    accounts = loaded.config.accounts
    names = ", ".join(f"{one.name} ({', '.join(one.kinds)})" for one in accounts)
    yield Finding("configuration", "ok", f"{loaded.path} is valid: {names}")
    yield _private("configuration-private", loaded.path)
    yield from _changed_by_others("configuration-writable", loaded.path, "commands in it run as you")
    yield from _password_files(loaded)
    metrics = loaded.config.metrics
    if loaded.config.users and metrics.listen is not None and metrics.token(loaded.folder) is None:
        yield Finding(
            "metrics-token",
            "warning",
            f"metrics are told to nobody at {metrics.listen}: whoever uses this machine could ask there",
            "name a token under [metrics], such as token_file, and give it to Prometheus (authorization)",
        )
    for account in accounts:
        ours = loaded.config.internal_domains
        domains = {domain_of(email) for email in account.addresses}
        alone = sorted(one for one in domains if not is_free_mail(one) and not _below(one, ours))
        if alone:
            yield Finding(
                "internal-domains",
                "ok",
                f"{', '.join(alone)} is not among internal_domains",
                "add it if everybody there is one of you: until then colleagues are people like any other",
                account.name,
            )


def _password_files(loaded: LoadedConfig) -> Iterator[Finding]:
    """One a file, though several sources may share it; one that is missing is found where it is
    needed."""
    for account in loaded.config.accounts:
        logins = (account.imap, account.caldav, account.carddav)
        named = {one.password_file for one in logins if one is not None and one.password_file is not None}
        for path in sorted(loaded.folder / Path(name).expanduser() for name in named):
            if os.path.isfile(path):  # unlike Path.is_file, also where its folder may not be entered
                yield _private("password-private", path, account.name)


def _below(domain: str, ours: list[str]) -> bool:
    return any(domain == one or domain.endswith(f".{one}") for one in ours)


def _private(check: str, path: Path, account: str | None = None) -> Finding:
    """FAULTS: others on this machine have no business in it.

    The system service may read what it is given.
    """
    about = path.stat()
    mode = stat.S_IMODE(about.st_mode)
    given = stat.S_IRGRP if about.st_uid == 0 and is_service_group(about.st_gid) else 0
    if mode & 0o077 & ~given:
        return Finding(
            check, "warning", f"{path} can be read by others (mode {mode:04o})", f"chmod 600 {path}", account
        )
    return Finding(check, "ok", f"{path} is private", "", account)


def _changed_by_others(check: str, path: Path, why: str) -> Iterator[Finding]:
    """A file, or its folder, that others may write to; in a sticky folder they can replace nobody's
    file."""
    for one in (path, path.absolute().parent):
        about = one.stat()
        mode = about.st_mode
        sticky = stat.S_ISDIR(mode) and mode & stat.S_ISVTX
        theirs = stat.S_IWOTH if about.st_gid == _own_group(about.st_uid) else stat.S_IWGRP | stat.S_IWOTH
        if mode & theirs and not sticky:
            said = f"others can write to {one} (mode {stat.S_IMODE(mode):04o}), and {why}"
            yield Finding(check, "warning", said, f"chmod go-w {one}")


def _own_group(user: int) -> int | None:
    """The group that many systems give a user alone."""
    try:
        return pwd.getpwuid(user).pw_gid
    except KeyError:
        return None


def disk(loaded: LoadedConfig) -> Finding:
    """Room for the database to grow."""
    folder = loaded.database.parent
    while not os.path.exists(folder):
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    status = "failure" if free < NO_SPACE else "warning" if free < LITTLE_SPACE else "ok"
    hint = "" if status == "ok" else "free some space: a sync stops, unharmed, where there is none left"
    return Finding("disk-space", status, f"{free // MEGABYTE:,} MB free in {folder}", hint)  # type: ignore[arg-type]


def database(loaded: LoadedConfig, now: datetime) -> Iterator[Finding]:
    """Whether it opens, is sound, private and of this version, and how far its sources were read."""
    path = loaded.database
    try:
        if not is_begun(path):
            yield Finding("database", "warning", f"there is no log at {path} yet", "run: lasttouch sync")
            return
    except LasttouchError as error:  # of a server that cannot be reached
        yield Finding("database", "failure", error.message, error.hint)
        return
    is_file = server_of(path) is None
    if is_file:
        yield _private("database-private", path)
        yield from _changed_by_others("database-writable", path, "what is in it is what you are told")
    try:
        with contextlib.closing(open_for_reading(path)) as log, database_errors(path):
            found = inspect(log)
            readable = found.integrity == "ok" and not found.pending
            totals = counts(log) if readable else None
            health = sources(log) if readable else []
            size = bytes_used(log, path) / MEGABYTE
    except LasttouchError as error:
        yield Finding("database", "failure", error.message, error.hint)
        return
    holds = f"{activities(totals[0])}, {counted(totals[1], 'contact')}, " if totals else ""
    yield Finding("database", "ok", f"{path}: {holds}{size:,.1f} MB")
    yield from _soundness(found)
    yield from (_last_pass(one, now) for one in health)
    yield from (_connections(one, one.watches_allowed) for one in health if one.watches_allowed is not None)


def _soundness(found: Inspection) -> Iterator[Finding]:
    if found.integrity == "ok":
        yield Finding("integrity", "ok", "the database is sound")
    else:
        hint = "restore a backup; then `lasttouch sync` reads what came after it"
        yield Finding("integrity", "failure", f"the database says: {found.integrity}", hint)
    if found.journal_mode != "wal":
        message = f"the journal mode is {found.journal_mode}, not wal"
        yield Finding("journal-mode", "warning", message, "run: lasttouch check")
    if found.pending:
        yield Finding("schema", "warning", "the database is of an older version", "run: lasttouch check")
    else:
        yield Finding("schema", "ok", "the database is of this version")


def _connections(one: SourceHealth, watches: int) -> Finding:
    hint = "nothing to do; if other programs hold connections, whoever runs the server can allow more for each user"
    return Finding("mail-connections", "ok", few_connections(watches), hint, one.account)


def _last_pass(one: SourceHealth, now: datetime) -> Finding:
    if one.error is not None:
        since = f" (since {ago(one.failing_since, now)})" if one.failing_since else ""
        message = f"the last pass over {one.source} failed{since}: {one.error}"
        return Finding("sync", "warning", message, one.hint or "", one.account)
    if one.last_success is None:
        return Finding("sync", "warning", f"{one.source} was never read", "run: lasttouch sync", one.account)
    if now - one.last_success > FRESH:
        message = f"{one.source} was last read {ago(one.last_success, now)}"
        return Finding("sync", "warning", message, "run: lasttouch sync", one.account)
    return Finding("sync", "ok", f"{one.source} was read {ago(one.last_success, now)}", "", one.account)


def paths(loaded: LoadedConfig) -> Iterator[Finding]:
    """Files and folders that are sources."""
    for account in loaded.config.accounts:
        for files in account.files:
            path = loaded.folder / Path(files.path).expanduser()
            if os.path.exists(path):
                yield Finding("files", "ok", f"{path} is there", "", account.name)
            else:
                yield Finding(
                    "files", "failure", f"there is no {path}", "check `path` in [[accounts.files]]", account.name
                )
