"""vdirsyncer and khal, set up to keep and show the same calendar."""

from __future__ import annotations

import os
import subprocess
import venv
from pathlib import Path

from radicale_server import RadicaleServer


def installed(base: Path) -> Path | None:
    """Where their commands are; None if they cannot be installed."""
    folder = base / "others"
    venv.create(folder, with_pip=True)
    command = [str(folder / "bin" / "pip"), "install", "--quiet", "vdirsyncer", "khal"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=600)
    return folder / "bin" if done.returncode == 0 else None


def configured(server: RadicaleServer, base: Path) -> dict[str, str]:
    """The environment in which both know the calendar `work` of this server."""
    home = base / "home"
    for name in ("vdirsyncer", "khal"):
        (home / name).mkdir(parents=True)
    (home / "vdirsyncer" / "config").write_text(
        f'[general]\nstatus_path = "{home}/status/"\n[pair calendar]\na = "near"\nb = "far"\ncollections = ["work"]\n'
        f'[storage near]\ntype = "filesystem"\npath = "{home}/calendars/"\nfileext = ".ics"\n'
        f'[storage far]\ntype = "caldav"\nurl = "{server.url}"\nusername = "ana"\npassword = "secret"\n'
    )
    (home / "khal" / "config").write_text(
        f"[calendars]\n[[work]]\npath = {home}/calendars/work\n[locale]\nlocal_timezone = Europe/Berlin\n"
        "default_timezone = Europe/Berlin\ntimeformat = %H:%M\ndateformat = %d.%m.%Y\nlongdateformat = %d.%m.%Y\n"
        "datetimeformat = %d.%m.%Y %H:%M\nlongdatetimeformat = %d.%m.%Y %H:%M\n"
        f"[sqlite]\npath = {home}/khal.db\n"
    )
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPYCACHEPREFIX"}
    return {
        **kept,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "LC_ALL": "C.UTF-8",
    }
