"""Units for systemd: for one user, and a hardened one for a server (systemd.service(5), systemd.exec(5))."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from lasttouch.config import Loaded
from lasttouch.service.plan import Command, Delete, Step, Write

NAME = "lasttouch.service"
USER = "lasttouch"
SYSTEM_CONFIG = Path("/etc/lasttouch/config.toml")
STATE = Path("/var/lib/lasttouch")
CREDENTIALS = Path("/run/credentials") / NAME
_HOMES = (Path("/home"), Path("/root"))
_UNSAFE = re.compile(r"[\x00-\x1f\x7f]")

_UNIT = """\
[Unit]
Description=lasttouch: when did we last talk to them
{network}StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart={command}
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
RestartSec=30
# 3: the configuration is wrong, 5: another daemon is at work on the database
RestartPreventExitStatus=2 3 5
TimeoutStopSec=20
WatchdogSec=5min
UMask=0077
{more}
[Install]
WantedBy={target}
"""

_NETWORK = "Wants=network-online.target\nAfter=network-online.target\n"

_HARDENED = """\
User={user}
Group={user}
StateDirectory={state}
StateDirectoryMode=0700
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome={home}
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
LockPersonality=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
"""


def user_unit_path() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(base).expanduser().absolute() / "systemd" / "user" / NAME


def system_unit_path() -> Path:
    return Path("/etc/systemd/system") / NAME


def user_unit(start: Sequence[str], loaded: Loaded) -> str:
    """The unit of one user: it runs while the user is logged in, or always with lingering."""
    more = _setting("Environment", f"PATH={os.environ.get('PATH', os.defpath)}")
    more += _setting("EnvironmentFile", f"-{loaded.folder / 'environment'}", quote=False)
    return _unit(start, loaded.path, more, "default.target", "")


def system_unit(start: Sequence[str], config: Path, loaded: Loaded | None) -> str:
    """The unit of a server: a user of its own who can write the log and nothing else.

    Each password_file in CREDENTIALS is a credential that systemd hands over from beside the configuration.
    """
    read = [Path(start[0]), *(_read_paths(loaded) if loaded else ())]
    in_homes = any(path.is_relative_to(home) for path in read for home in _HOMES)
    more = _HARDENED.format(user=USER, state=STATE.name, home="read-only" if in_homes else "yes")
    if loaded is not None and not loaded.database.is_relative_to(STATE):
        more += _setting("ReadWritePaths", str(loaded.database.parent))
    more += _setting("EnvironmentFile", f"-{config.parent / 'environment'}", quote=False)
    for name in _credentials(loaded) if loaded else ():
        more += _setting("LoadCredential", f"{name}:{config.parent / 'credentials' / name}", quote=False)
    return _unit(start, config, more, "multi-user.target", _NETWORK)


def install(path: Path, text: str, *, system: bool, config: Path, make_user: bool) -> list[Step]:
    manager = _manager(system)
    steps: list[Step] = []
    if make_user:
        nologin = "/usr/sbin/nologin"
        steps.append(
            Command(("useradd", "--system", "--user-group", "--home-dir", str(STATE), "--shell", nologin, USER))
        )
    if system:
        steps += [Command(("chgrp", USER, str(config))), Command(("chmod", "0640", str(config)))]
    return [
        *steps,
        Write(path, text),
        Command((*manager, "daemon-reload")),
        Command((*manager, "enable", NAME)),
        Command((*manager, "restart", NAME)),
    ]


def uninstall(path: Path, *, system: bool) -> list[Step]:
    manager = _manager(system)
    return [
        Command((*manager, "disable", "--now", NAME), essential=False),
        Delete(path),
        Command((*manager, "daemon-reload"), essential=False),
    ]


def _manager(system: bool) -> tuple[str, ...]:
    return ("systemctl",) if system else ("systemctl", "--user")


def _unit(start: Sequence[str], config: Path, more: str, target: str, network: str) -> str:
    words = [*start, "--config", str(config.absolute()), "run"]
    return _UNIT.format(command=" ".join(map(_quoted, words)), more=more, target=target, network=network)


def _quoted(word: str) -> str:
    """A word of a command line as systemd reads it: in quotes, with nothing expanded."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{_plain(escaped)}"'


def _setting(name: str, value: str, quote: bool = True) -> str:
    value = _plain(value.replace("%", "%%"))
    if quote:
        value = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{name}={value}\n"


def _plain(text: str) -> str:
    """A line break in a path could smuggle in a setting."""
    return _UNSAFE.sub("", text)


def _read_paths(loaded: Loaded) -> Iterable[Path]:
    yield loaded.database
    for account in loaded.config.accounts:
        for files in account.files:
            yield loaded.folder / Path(files.path).expanduser()


def _credentials(loaded: Loaded) -> list[str]:
    logins = [login for a in loaded.config.accounts for login in (a.imap, a.caldav, a.carddav) if login is not None]
    paths = [Path(login.password_file) for login in logins if login.password_file]
    return sorted({path.name for path in paths if path.parent == CREDENTIALS})
