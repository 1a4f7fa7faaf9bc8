"""Service files: shown before they are written, valid for systemd, and gone without a trace."""

from __future__ import annotations

import os
import plistlib
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from household import Household
from lasttouch.configuration.config import load_config
from lasttouch.service import reach, systemd
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
    """A configuration in a folder whose name has all that needs quoting; the system's commands only
    note themselves."""
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


@pytest.mark.parametrize("kind", ["--launchd", ""])
def test_nobody_else_can_write_a_service_file_whatever_the_umask(user: Household, tmp_path: Path, kind: str) -> None:
    before = os.umask(0)
    try:
        done = user.run("service", "install", "--yes", "--json", *([kind] if kind else []))
    finally:
        os.umask(before)
    assert done.code == 0, done.err
    unit = Path(done.json["path"])
    assert unit.is_relative_to(tmp_path)
    assert stat.S_IMODE(unit.stat().st_mode) == 0o644
    assert list(unit.parent.iterdir()) == [unit]
    made = [folder for folder in unit.parents if folder.is_relative_to(tmp_path) and folder != tmp_path]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in made} == {0o700}


def test_a_manager_that_refuses_is_told_of(user: Household, tmp_path: Path) -> None:
    (tmp_path / "no-bus").touch()
    outcome = user.run("service", "install", "--yes")
    assert outcome.code == 1
    assert "could not run systemctl --user daemon-reload: no bus" in outcome.err


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
@pytest.mark.parametrize("kind", ["user", "system", "team"])
def test_systemd_finds_nothing_wrong(user: Household, config: Path, tmp_path: Path, kind: str) -> None:
    options = [] if kind == "user" else ["--system", "--config", str(config)]
    if kind == "team":
        config.write_text(config.read_text() + '[[users]]\nname = "Ana"\n')
        kind = "system"
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


def test_every_secret_that_is_named_as_a_credential_is_handed_over(tmp_path: Path) -> None:
    """Wherever the configuration has an option for the file of one."""
    config, named = tmp_path / "config.toml", systemd.CREDENTIALS
    config.write_text(
        f'database = "postgresql://lasttouch@localhost/x"\npassword_file = "{named}/database"\n'
        + CONFIG.format(database="", password_file=f"{named}/ana").replace('database = ""\n', "")
        + '[[accounts]]\nname = "ben"\naddresses = ["ben@acme.example"]\n'
        + '[accounts.imap]\nhost = "imap.acme.example"\nusername = "ben"\n'
        + f'[accounts.sign_in]\nprovider = "google"\nclient_id = "x"\nclient_secret_file = "{named}/google"\n'
        + f'[metrics]\nlisten = "127.0.0.1:9464"\ntoken_file = "{named}/metrics"\n'
        + f'[web]\nlisten = "127.0.0.1:8470"\ncertificate = "{named}/page"\nkey = "{named}/page-key"\n'
        + f'[[targets]]\nname = "w"\nkind = "webhook"\nurl = "https://x.example/h"\nsecret_file = "{named}/hook"\n'
        + f'old_secret_file = "{named}/old-hook"\n'
        + f'[[targets]]\nname = "h"\nkind = "hubspot"\ntoken_file = "{named}/hubspot"\n'
    )
    unit = systemd.system_unit(["/opt/lasttouch"], config, load_config(config))
    handed = [line.partition("=")[2] for line in unit.splitlines() if line.startswith("LoadCredential=")]
    names = ["ana", "database", "google", "hook", "hubspot", "metrics", "old-hook", "page", "page-key"]
    assert handed == [f"{name}:{tmp_path}/credentials/{name}" for name in names]


def test_a_team_has_a_group_and_the_folder_of_a_socket_and_one_keeper_has_neither(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    alone = CONFIG.format(database=f"{systemd.STATE}/lasttouch.db", password_file="ana.password")
    config.write_text(alone)
    unit = systemd.system_unit(["/opt/lasttouch"], config, load_config(config))
    assert "Group=lasttouch\n" in unit
    assert "Runtime" not in unit
    me = pwd.getpwuid(os.getuid()).pw_name
    users = f'[[users]]\nname = "Ana"\nos_user = "{me}"\n[[users]]\nname = "Ben"\nos_user = "nobody-of-that-name"\n'
    config.write_text(alone + users + '[[users]]\nname = "Cleo"\n')
    loaded = load_config(config)
    unit = systemd.system_unit(["/opt/lasttouch"], config, loaded)
    for setting in (
        "Group=lasttouch-users", "SupplementaryGroups=lasttouch", "RuntimeDirectory=lasttouch",
        "RuntimeDirectoryMode=0750", "RuntimeDirectoryPreserve=yes",
    ):  # fmt: skip
        assert f"\n{setting}\n" in unit
    steps = systemd.install_system(Path("/x"), unit, config, loaded, make_user=False)
    assert [step.words for step in steps if isinstance(step, Command) and "lasttouch-users" in step.words] == [
        ("groupadd", "--system", "--force", "lasttouch-users"),
        ("gpasswd", "--add", me, "lasttouch-users"),
    ]


def test_without_a_configuration_the_system_unit_can_be_looked_at_but_not_installed(
    user: Household, tmp_path: Path
) -> None:
    missing = str(tmp_path / "none.toml")
    assert "User=lasttouch" in user.run("service", "install", "--system", "--print", "--config", missing).out
    assert user.run("service", "install", "--system", "--yes", "--config", missing).code == 3


def test_what_lies_in_homes_can_be_read_there_and_nothing_else(user: Household, tmp_path: Path) -> None:
    server = tmp_path / "config.toml"
    text = CONFIG.format(database="/var/lib/lasttouch/lasttouch.db", password_file="ana.password")
    command = ("service", "install", "--system", "--print", "--config", str(server))
    server.write_text(text)
    assert "ProtectHome=yes\n" in user.run(*command).out
    calendar = '[[accounts.calendar_urls]]\nname = "Team"\nurl_file = "{}"\n'
    for more in ('ca_file = "/home/ana/ca.pem"\n', calendar.format("/root/team.url")):
        server.write_text(text + more)
        assert "ProtectHome=read-only\n" in user.run(*command).out
    server.write_text(text + calendar.format(systemd.CREDENTIALS / "team"))
    assert f"LoadCredential=team:{tmp_path}/credentials/team\n" in user.run(*command).out


def test_installing_for_a_server_makes_its_user_and_lets_it_read_the_configuration(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(CONFIG.format(database="/nowhere/log/lasttouch.db", password_file="ana.password"))
    steps = systemd.install_system(Path("/x"), "text", config, load_config(config), make_user=True)
    assert [step.words[0] for step in steps if isinstance(step, Command)] == [
        "useradd", "chgrp", "chmod", "install", "systemctl", "systemctl", "systemctl",
    ]  # fmt: skip
    assert Write(Path("/x"), "text") in steps
    assert Command(("install", "-d", "-o", "lasttouch", "-g", "lasttouch", "-m", "0700", "/nowhere/log")) in steps
    config.write_text(CONFIG.format(database=f"{systemd.STATE}/lasttouch.db", password_file="ana.password"))
    steps = systemd.install_system(Path("/x"), "text", config, load_config(config), make_user=False)
    assert [step.words[0] for step in steps if isinstance(step, Command)] == [
        "chgrp", "chmod", "systemctl", "systemctl", "systemctl",
    ]  # fmt: skip


def test_what_the_service_could_not_reach_is_told_before_anything_is_done(user: Household, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = tmp_path / "config.toml"
    for database, why in (("~/log.db", "in a home"), (str(closed / "log" / "lasttouch.db"), "cannot get to")):
        server.write_text(CONFIG.format(database=database, password_file="ana.password"))
        outcome = user.run("service", "install", "--system", "--yes", "--config", str(server))
        assert outcome.code == 3
        assert why in outcome.err
        assert f'set database = "{systemd.STATE}/lasttouch.db"' in outcome.err
    assert commands(tmp_path) == []


@pytest.mark.parametrize("mode", ["700", "750", "701"])
def test_who_may_enter_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    """By owner, group and mode, for the service's user as one of nobody's, and before there is
    one."""
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(int(mode, 8))
    assert reach.may_enter(folder) == (mode == "701")  # no such user here
    me = pwd.getpwuid(os.getuid())
    monkeypatch.setattr(reach, "USER", me.pw_name)
    assert reach.may_enter(folder)


def test_a_launch_agent_is_a_valid_list_of_properties(user: Household, config: Path) -> None:
    text = user.run("service", "install", "--launchd", "--print").out
    agent = plistlib.loads(text.encode())
    assert agent["ProgramArguments"][-3:] == ["--config", str(config), "run"]
    assert Path(agent["ProgramArguments"][0]).is_absolute()
    assert agent["Umask"] == 0o077
    assert {name: type(value) for name, value in agent.items()} == {  # launchd.plist(5)
        "Label": str, "ProgramArguments": list, "RunAtLoad": bool, "KeepAlive": dict, "ThrottleInterval": int,
        "ProcessType": str, "Umask": int, "EnvironmentVariables": dict, "StandardErrorPath": str,
    }  # fmt: skip
    assert agent["KeepAlive"] == {"SuccessfulExit": False}
    assert agent["ProcessType"] in ("Background", "Standard", "Adaptive", "Interactive")
    assert user.run("service", "install", "--launchd", "--system", "--print").code == 2
