"""The configuration file: found, read, and the little that a query needs of it. Checking it is `checking.py`'s."""

from __future__ import annotations

import os
import tomllib
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
    "lasttouch/configuration/durations.py", "lasttouch/configuration/models.py",
    "lasttouch/configuration/option_types.py",
    "lasttouch/configuration/options.py", "lasttouch/configuration/rights_options.py",
    "lasttouch/configuration/sections.py", "lasttouch/configuration/server_options.py",
    "lasttouch/configuration/target_options.py", "lasttouch/configuration/web_options.py", "matchers/canonical.py",
    "matchers/never_log.py",
)  # fmt: skip
"""The modules that say what may stand in it: `checking.py` with all that it imports (a test holds it to that)."""


class ConfigFile:
    """The text of a configuration and its parsed content, not checked any further."""

    def __init__(self, path: Path, text: str, data: dict[str, Any]) -> None:
        self.path = path
        self.text = text
        self.data = data

    @property
    def folder(self) -> Path:
        """What relative paths in the file count from."""
        return self.path.absolute().parent

    @property
    def database(self) -> Path | None:
        """Where the log is; None if what is written there cannot be a path."""
        named = self.data.get("database", DEFAULT_DATABASE)
        if not isinstance(named, str) or "\0" in named:
            return None
        expanded = os.path.expanduser(named)
        return None if expanded.startswith("~") else self.folder / expanded

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
        rules = [Path(__file__).parents[2].joinpath(name).stat() for name in CHECKED_BY]
        stamp = " ".join([*(f"{one.st_mtime_ns} {one.st_size}" for one in rules), *sorted(MIGRATIONS)])
        whole = f"{stamp}\n{self.text}".encode()
        return f"{int.from_bytes(whole, 'big') % _PRIME:x}"


def config_path(given: str | None) -> Path:
    """The file to read: `given`, else $LASTTOUCH_CONFIG, else the one in $XDG_CONFIG_HOME."""
    if named := given or os.environ.get("LASTTOUCH_CONFIG"):
        return Path(os.path.expanduser(named))
    return Path(os.path.expanduser(os.environ.get("XDG_CONFIG_HOME") or "~/.config")) / "lasttouch" / "config.toml"


def read_config(path: Path) -> ConfigFile:
    """Raises ConfigError where there is no file, or none that can be read as TOML."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return ConfigFile(path, text, tomllib.loads(text))
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
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}", "strings need quotes, tables need [brackets]") from None
