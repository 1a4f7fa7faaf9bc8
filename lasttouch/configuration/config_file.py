"""The configuration file: found, read, and the little that a query needs of it. Checking it is `checking.py`'s."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Any

from activity.errors import ConfigError
from store.database import MIGRATIONS

DEFAULT_DATABASE = "~/.local/share/lasttouch/lasttouch.db"
_PRIME = 2**128 - 159
CHECKED_BY = (
    "activity/address.py", "activity/errors.py", "activity/sharing.py", "activity/source_kind.py",
    "capture/credentials.py", "capture/dav/origins.py", "lasttouch/configuration/checking.py",
    "lasttouch/configuration/cloud_options.py",
    "lasttouch/configuration/database_options.py",
    "lasttouch/configuration/durations.py", "lasttouch/configuration/models.py",
    "lasttouch/configuration/option_types.py",
    "lasttouch/configuration/options.py", "lasttouch/configuration/rights_options.py",
    "lasttouch/configuration/sections.py", "lasttouch/configuration/server_options.py",
    "lasttouch/configuration/target_options.py", "lasttouch/configuration/web_options.py", "lasttouch/late_imports.py",
    "matchers/canonical.py",
    "matchers/never_log.py", "store/server_place.py",
)  # fmt: skip
"""The modules that say what may stand in it: `checking.py` with all that it imports (a test holds it to that)."""


class ConfigFile:
    """The text of a configuration and its content, which is not checked any further."""

    def __init__(self, path: Path, text: str, data: dict[str, Any] | None = None) -> None:
        self.path = path
        self.text = text
        if data is not None:
            self.data = data

    @cached_property
    def data(self) -> dict[str, Any]:
        """Parsed when it is asked for. Raises ConfigError where the text is no TOML."""
        import tomllib  # noqa: PLC0415 - a query does without

        try:
            return tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            hint = "strings need quotes, tables need [brackets]"
            raise ConfigError(f"{self.path} is not valid TOML: {error}", hint) from None

    @cached_property
    def folder(self) -> Path:
        """What relative paths in the file count from."""
        return self.path.absolute().parent

    @cached_property
    def database(self) -> Path | None:
        """Where the log is; None if what is written there cannot be a path."""
        return self._path_of(self.data.get("database", DEFAULT_DATABASE))

    @cached_property
    def apparent_database(self) -> Path | None:
        """Where the log is by the look of the text, which takes a tenth of parsing it; else as `database` says.

        For a log that is then asked whether it has followed this very text.
        """
        named = _apparent_database(self.text)
        return self.database if named is None else self._path_of(named)

    @property
    def is_plainly_in_a_file(self) -> bool:
        """Is the log in one, by the same look?"""
        named = _apparent_database(self.text)
        return named is not None and "://" not in named

    def _path_of(self, named: object) -> Path | None:
        if not isinstance(named, str) or "\0" in named:
            return None
        if "://" in named:
            return self._on_server(named)
        expanded = os.path.expanduser(named)
        return None if expanded.startswith("~") else self.folder / expanded

    def _on_server(self, named: str) -> Path | None:
        from lasttouch.configuration.database_options import (  # noqa: PLC0415 - of few
            a_place,
            database_place,
            problems_of_database,
        )

        if problems_of_database(self.data):
            return None
        try:
            return database_place(a_place(named, {}), self.data, self.folder)
        except ValueError:
            return None

    @property
    def accounts(self) -> list[tuple[str, str]]:
        """(name, owner) of each account, as far as they are written as they should be."""
        listed = self.data.get("accounts")
        tables = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        named = [(one.get("name"), one.get("owner", "")) for one in tables]
        return [(name, owner) for name, owner in named if isinstance(name, str) and isinstance(owner, str)]

    @cached_property
    def digest(self) -> str:
        """Changes with the text, and with the program that checks it: the same digest need not be checked again.

        The remainder by a prime: nobody wants two texts to share one, and a query needs no OpenSSL for it.
        """
        root = Path(__file__).parents[2]
        rules = [os.stat(f"{root}/{name}") for name in CHECKED_BY]
        stamp = " ".join([*(f"{one.st_mtime_ns} {one.st_size}" for one in rules), *sorted(MIGRATIONS)])
        whole = f"{stamp}\n{self.text}".encode()
        return f"{int.from_bytes(whole, 'big') % _PRIME:x}"


def _apparent_database(text: str) -> str | None:
    """What the one line with that word says, above all tables and in the plainest form; None for anything else."""
    if '"""' in text or "'''" in text:
        return None
    named, is_above_tables = None, True
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            is_above_tables = False
        if "database" not in line or line.startswith("#"):
            continue
        key, _, value = line.partition("=")
        quote, written = value.lstrip()[:1], value.lstrip()[1:]
        if named is not None or not is_above_tables or key.rstrip() != "database" or quote not in ("'", '"'):
            return None
        named, _, rest = written.partition(quote)
        if "\\" in named or rest.lstrip()[:1] not in ("", "#"):
            return None
    return DEFAULT_DATABASE if named is None else named


def config_path(given: str | None) -> Path:
    """The file to read: `given`, else $LASTTOUCH_CONFIG, else the one in $XDG_CONFIG_HOME."""
    if named := given or os.environ.get("LASTTOUCH_CONFIG"):
        return Path(os.path.expanduser(named))
    return Path(os.path.expanduser(os.environ.get("XDG_CONFIG_HOME") or "~/.config")) / "lasttouch" / "config.toml"


def read_config(path: Path) -> ConfigFile:
    """The file, parsed. Raises ConfigError where there is none, or none that can be read as TOML."""
    file = open_config(path)
    _ = file.data
    return file


def open_config(path: Path) -> ConfigFile:
    """The file, whose text is not parsed yet. Raises ConfigError where there is none, or no text."""
    try:
        return ConfigFile(path, path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(
            f"there is no configuration at {path}",
            "lasttouch init makes one; or copy config.example.toml there and fill it in, or name another with --config;"
            " to look around first: lasttouch demo",
        ) from None
    except PermissionError:
        raise ConfigError(
            f"{path} cannot be read: permission denied",
            f"see who may: ls -l {path} (system service: chgrp lasttouch, chmod 640); or name another with --config",
        ) from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", "name another with --config") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is no text in UTF-8", "save it as UTF-8, or name another with --config") from None
