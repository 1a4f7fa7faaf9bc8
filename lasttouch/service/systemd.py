"""Units for systemd: for one user, and a hardened one for a server (systemd.service(5), systemd.exec(5))."""

from __future__ import annotations

import grp
import os
import pwd
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from lasttouch.configuration.config import LoadedConfig
from lasttouch.service.plan import Command, Delete, Step, Write

NAME = "lasttouch.service"
USER = "lasttouch"
TEAM = "lasttouch-users"
"""The group of those who may ask the service at its socket; each is told apart by what the kernel says of them."""
SYSTEM_CONFIG = Path("/etc/lasttouch/config.toml")
STATE = Path("/var/lib/lasttouch")
CREDENTIALS = Path("/run/credentials") / NAME
_HOMES = (Path("/home"), Path("/root"))
_SECRETS = (
    "password_file", "url_file", "token_file", "secret_file", "old_secret_file", "client_secret_file", "certificate",
    "key",
)  # fmt: skip
"""Options, wherever they stand, that name a file which only the service may read."""
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
{group}StateDirectory={state}
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


_ALONE = f"Group={USER}\n"
# The folder of the socket is the team's. It stays when the service stops, so that whoever asks is told that it does.
_TEAM = f"""\
Group={TEAM}
SupplementaryGroups={USER}
RuntimeDirectory={USER}
RuntimeDirectoryMode=0750
RuntimeDirectoryPreserve=yes
"""


def user_unit_path() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(base).expanduser().absolute() / "systemd" / "user" / NAME


def system_unit_path() -> Path:
    return Path("/etc/systemd/system") / NAME


def is_service_group(number: int) -> bool:
    """Is this the group of the system service? Where it is not installed there is none."""
    try:
        return grp.getgrnam(USER).gr_gid == number
    except KeyError:
        return False


def user_unit(start: Sequence[str], loaded: LoadedConfig) -> str:
    """The unit of one user: it runs while the user is logged in, or always with lingering."""
    more = _setting("Environment", f"PATH={os.environ.get('PATH', os.defpath)}")
    more += _setting("EnvironmentFile", f"-{loaded.folder / 'environment'}", quote=False)
    return _unit(start, loaded.path, more, "default.target", "")


def system_unit(start: Sequence[str], config: Path, loaded: LoadedConfig | None) -> str:
    """The unit of a server: a user of its own who can write the log and nothing else.

    Where the configuration names users, it has the folder of a socket that their group may reach. Each
    file of a secret in CREDENTIALS is a credential that systemd hands over from beside the configuration.
    """
    read = [Path(start[0]), *(_read_paths(loaded) if loaded else ())]
    in_homes = any(path.is_relative_to(home) for path in read for home in _HOMES)
    group = _TEAM if loaded is not None and loaded.config.users else _ALONE
    more = _HARDENED.format(user=USER, group=group, state=STATE.name, home="read-only" if in_homes else "yes")
    if loaded is not None and _is_elsewhere(loaded.database):
        more += _setting("ReadWritePaths", str(loaded.database.parent))
    more += _setting("EnvironmentFile", f"-{config.parent / 'environment'}", quote=False)
    for name in _credentials(loaded) if loaded else ():
        more += _setting("LoadCredential", f"{name}:{config.parent / 'credentials' / name}", quote=False)
    return _unit(start, config, more, "multi-user.target", _NETWORK)


def install(path: Path, text: str) -> list[Step]:
    return [Write(path, text), *_begin(("systemctl", "--user"))]


def install_system(path: Path, text: str, config: Path, loaded: LoadedConfig | None, *, make_user: bool) -> list[Step]:
    """Also what the service needs: its user, who may read the configuration, and a folder for a log kept elsewhere.

    And the group of those who may ask it, with the users that the system knows.
    """
    steps: list[Step] = []
    if make_user:
        nologin = "/usr/sbin/nologin"
        steps.append(
            Command(("useradd", "--system", "--user-group", "--home-dir", str(STATE), "--shell", nologin, USER))
        )
    if loaded is not None and loaded.config.users:
        steps += _team(loaded)
    steps += [Command(("chgrp", USER, str(config))), Command(("chmod", "0640", str(config)))]
    if loaded is not None and _is_elsewhere(loaded.database) and not loaded.database.parent.exists():
        folder = str(loaded.database.parent)
        steps.append(Command(("install", "-d", "-o", USER, "-g", USER, "-m", "0700", folder)))
    return [*steps, Write(path, text), *_begin(("systemctl",))]


def _team(loaded: LoadedConfig) -> Iterable[Step]:
    yield Command(("groupadd", "--system", "--force", TEAM))
    for user in loaded.config.users:
        if user.os_user is not None and _is_known(user.os_user):
            # they may be in it by a directory that this command knows nothing of
            yield Command(("gpasswd", "--add", user.os_user, TEAM), essential=False)


def _is_known(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def uninstall(path: Path, *, system: bool) -> list[Step]:
    manager = ("systemctl",) if system else ("systemctl", "--user")
    return [
        Command((*manager, "disable", "--now", NAME), essential=False),
        Delete(path),
        Command((*manager, "daemon-reload"), essential=False),
    ]


def _begin(manager: tuple[str, ...]) -> list[Step]:
    return [Command((*manager, *words)) for words in (("daemon-reload",), ("enable", NAME), ("restart", NAME))]


def _is_elsewhere(database: Path) -> bool:
    return not database.is_relative_to(STATE)


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


def _read_paths(loaded: LoadedConfig) -> Iterable[Path]:
    yield loaded.database
    for account in loaded.config.accounts:
        servers = [one for one in (account.imap, account.caldav, account.carddav) if one is not None]
        named = [files.path for files in account.files]
        named += [one.ca_file for one in (*servers, *account.calendar_urls) if one.ca_file]
        yield from (loaded.folder / Path(name).expanduser() for name in named)
    yield from _secret_files(loaded)


def _secret_files(loaded: LoadedConfig) -> Iterable[Path]:
    config = loaded.config
    sections: list[object] = [config, config.metrics, config.web, config.web.provider, *config.targets]
    for account in config.accounts:
        sections += [account.imap, account.caldav, account.carddav, account.sign_in, *account.calendar_urls]
    for name in (name for one in sections for option in _SECRETS if (name := getattr(one, option, None))):
        yield loaded.folder / Path(name).expanduser()


def _credentials(loaded: LoadedConfig) -> list[str]:
    return sorted({path.name for path in _secret_files(loaded) if path.parent == CREDENTIALS})
