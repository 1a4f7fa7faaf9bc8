"""Service files: shown before they are written, valid for systemd, and gone without a trace."""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
from pathlib import Path

import pytest

from household import Household
from lasttouch.service import systemd
from lasttouch.service.plan import Command, Write

CONFIG = """
database = "{database}"
[[accounts]]
name = "ana"
addresses = ["ana@acme.example"]
[accounts.imap]
host = "imap.acme.example"
username = "ana"
password_file = "{password_file}"
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration in a folder whose name has all that needs quoting; the system's commands only note themselves."""
    folder = tmp_path / 'a "b" 50%n $HOME'
    folder.mkdir()
    path = folder / "config.toml"
    path.write_text(CONFIG.format(database="lasttouch.db", password_file="ana.password"))
    path.chmod(0o600)
    fakes = tmp_path / "bin"
    fakes.mkdir()
    for name in ("systemctl", "launchctl"):
        fake = fakes / name
        note = f'echo {name} "$@" >> {tmp_path}/commands'
        fake.write_text(f'#!/bin/sh\n{note}\n[ ! -e {tmp_path}/no-bus ] || {{ echo "no bus" >&2; exit 1; }}\n')
        fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fakes}:{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LASTTOUCH_CONFIG", str(path))
    return path


@pytest.fixture
def user(household: Household, config: Path, monkeypatch: pytest.MonkeyPatch) -> Household:
    monkeypatch.setenv("LASTTOUCH_CONFIG", str(config))
    return household


def commands(tmp_path: Path) -> list[str]:
    noted = tmp_path / "commands"
    return noted.read_text().splitlines() if noted.exists() else []


def test_a_user_unit_is_shown_written_started_and_removed(user: Household, tmp_path: Path) -> None:
    unit = tmp_path / "xdg" / "systemd" / "user" / "lasttouch.service"
    printed = user.run("service", "install", "--print")
    assert printed.code == 0
    assert not unit.exists()
    assert commands(tmp_path) == []
    refused = user.run("service", "install")
    assert refused.code == 2  # nobody to ask
    assert not unit.exists()
    shown = user.run("service", "install", "--yes")
    assert shown.code == 0, shown.err
    assert unit.read_text() == printed.out
    assert f"write {unit}" in shown.out
    assert "loginctl enable-linger" in shown.out
    assert [line.split()[2] for line in commands(tmp_path)] == ["daemon-reload", "enable", "restart"]
    status = user.ok("service", "status")
    assert status == {"path": str(unit), "installed": True, "running": False, "pid": None}
    assert user.run("service", "uninstall", "--yes").code == 0
    assert not unit.exists()
    assert user.run("service", "uninstall", "--yes").code == 6
    assert "Not installed" in user.run("service", "status").out


def test_a_manager_that_refuses_is_told_of(user: Household, tmp_path: Path) -> None:
    (tmp_path / "no-bus").touch()
    outcome = user.run("service", "install", "--yes")
    assert outcome.code == 1
    assert "could not run systemctl --user daemon-reload: no bus" in outcome.err


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
@pytest.mark.parametrize("kind", ["user", "system"])
def test_systemd_finds_nothing_wrong(user: Household, config: Path, tmp_path: Path, kind: str) -> None:
    options = ["--system", "--config", str(config)] if kind == "system" else []
    unit = tmp_path / "lasttouch.service"
    unit.write_text(user.run("service", "install", "--print", *options).out)
    done = subprocess.run(
        ["systemd-analyze", f"--{kind}", "verify", str(unit)],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_a_path_reaches_the_daemon_as_it_is(user: Household, config: Path) -> None:
    text = user.run("service", "install", "--print").out
    (line,) = [line for line in text.splitlines() if line.startswith("ExecStart=")]
    start, given, path, run = line.removeprefix("ExecStart=")[1:-1].split('" "')
    assert Path(start).is_absolute()
    assert (given, run) == ("--config", "run")
    read = path.replace("%%", "%").replace("$$", "$").replace('\\"', '"').replace("\\\\", "\\")
    assert read == str(config)


def test_the_system_unit_is_sandboxed_and_gets_what_the_configuration_needs(user: Household, tmp_path: Path) -> None:
    server = tmp_path / "etc" / "config.toml"
    server.parent.mkdir()
    credential = systemd.CREDENTIALS / "ana"
    server.write_text(CONFIG.format(database="/var/lib/lasttouch/lasttouch.db", password_file=credential))
    text = user.run("service", "install", "--system", "--print", "--config", str(server)).out
    assert f"LoadCredential=ana:{server.parent}/credentials/ana\n" in text
    for setting in (
        "User=lasttouch", "ProtectSystem=strict", "NoNewPrivileges=yes", "PrivateTmp=yes", "UMask=0077",
        "StateDirectory=lasttouch", "RestrictAddressFamilies=", "SystemCallFilter=@system-service",
    ):  # fmt: skip
        assert setting in text
    assert "ReadWritePaths" not in text
    server.write_text(CONFIG.format(database="/srv/log/lasttouch.db", password_file=credential))
    assert (
        'ReadWritePaths="/srv/log"'
        in user.run("service", "install", "--system", "--print", "--config", str(server)).out
    )


def test_without_a_configuration_the_system_unit_can_be_looked_at_but_not_installed(
    user: Household, tmp_path: Path
) -> None:
    missing = str(tmp_path / "none.toml")
    assert "User=lasttouch" in user.run("service", "install", "--system", "--print", "--config", missing).out
    assert user.run("service", "install", "--system", "--yes", "--config", missing).code == 3


def test_installing_for_a_server_makes_its_user_and_lets_it_read_the_configuration() -> None:
    steps = systemd.install(Path("/x"), "text", system=True, config=Path("/etc/lasttouch/config.toml"), make_user=True)
    assert [step.words[0] for step in steps if isinstance(step, Command)] == [
        "useradd", "chgrp", "chmod", "systemctl", "systemctl", "systemctl",
    ]  # fmt: skip
    assert steps[3] == Write(Path("/x"), "text")


def test_a_launch_agent_is_a_valid_list_of_properties(user: Household, config: Path) -> None:
    text = user.run("service", "install", "--launchd", "--print").out
    agent = plistlib.loads(text.encode())
    assert agent["ProgramArguments"][-3:] == ["--config", str(config), "run"]
    assert Path(agent["ProgramArguments"][0]).is_absolute()
    assert agent["Umask"] == 0o077
    assert user.run("service", "install", "--launchd", "--system", "--print").code == 2
