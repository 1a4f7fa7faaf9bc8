"""Whether the service's own user gets to what it needs, asked before anything is installed."""

from __future__ import annotations

import os
import pwd
import stat
import sys
from pathlib import Path

from activity.errors import ConfigError
from lasttouch.configuration.config import LoadedConfig
from lasttouch.service.systemd import STATE, USER


def check_reach(program: Path, loaded: LoadedConfig) -> None:
    """Raises ConfigError where the program, its Python, the configuration or the log is where it
    cannot go."""
    set_here = f'set database = "{STATE}/lasttouch.db" in {loaded.path}'
    if loaded.config.database.startswith("~"):
        raise ConfigError("`database` is in a home, and the service has none", set_here)
    needed = {
        loaded.database.parent: set_here,
        program: "install lasttouch outside of homes, in /opt/lasttouch say",
        Path(sys.executable).resolve(): "make the environment anew with the system's Python: /usr/bin/python3 -m venv",
        loaded.path.absolute(): "keep the configuration in /etc/lasttouch",
    }
    for path, advice in needed.items():
        for folder in reversed(path.parents):
            if folder.exists() and not may_enter(folder):
                raise ConfigError(f"the service's user cannot get to {path}: {folder} is closed to it", advice)


def may_enter(folder: Path) -> bool:
    """By owner, group and mode; before it is made the user is one of the others everywhere."""
    about = folder.stat()
    try:
        user = pwd.getpwnam(USER)
    except KeyError:
        return bool(about.st_mode & stat.S_IXOTH)
    if about.st_uid == user.pw_uid:
        return bool(about.st_mode & stat.S_IXUSR)
    ours = about.st_gid in os.getgrouplist(USER, user.pw_gid)
    return bool(about.st_mode & (stat.S_IXGRP if ours else stat.S_IXOTH))
