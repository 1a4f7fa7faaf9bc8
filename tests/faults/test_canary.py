"""Fault 17: a password of two servers, looked for wherever it could have got to."""

from __future__ import annotations

import json
import os
import re
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from daemon_words import is_in_the_log
from dovecot_server import PASSWORD, free_port
from household import NOW, Household, event
from running_daemon import RunningDaemon

CALENDAR_PASSWORD = "secret"


class Watcher:
    """Reads what every process of ours shows to others, over and over, as `ps` does.

    `told` are the environments of the processes that `parent` started.
    """

    def __init__(self, parent: int | None = None) -> None:
        self.parent = parent
        self.seen: set[bytes] = set()
        self.told: set[bytes] = set()
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Watcher:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ends.is_set():
            for folder in Path("/proc").iterdir():
                if folder.name.isdigit():
                    try:
                        self.seen.add((folder / "cmdline").read_bytes())
                        if self._is_a_child(folder):
                            self.told.add((folder / "environ").read_bytes())
                    except OSError:
                        continue
            time.sleep(0.002)

    def _is_a_child(self, folder: Path) -> bool:
        """And does it run its own program already? Before, what it shows is its parent's."""
        if self.parent != int((folder / "stat").read_text().rpartition(") ")[2].split()[1]):
            return False
        return (folder / "cmdline").read_bytes() != Path(f"/proc/{self.parent}/cmdline").read_bytes()


@pytest.fixture
def by_command(ana: Household) -> Household:
    """Ana's passwords come from a command and a file, and from no variable that children would
    inherit."""
    for name in ("mail", "calendar"):
        (ana.folder / f"{name}.secret").write_text(PASSWORD if name == "mail" else CALENDAR_PASSWORD)
        (ana.folder / f"{name}.secret").chmod(0o600)
    text = ana.accounts["ana"]
    text = text.replace('password_env = "MAIL_PASSWORD"', f'password_command = "cat {ana.folder}/mail.secret"')
    text = text.replace('password_env = "CALENDAR_PASSWORD"', f'password_file = "{ana.folder}/calendar.secret"')
    ana.accounts["ana"] = text
    ana.write_config()
    return ana


@pytest.mark.parametrize("form", ["text", "json"])
def test_nothing_anywhere_shows_a_password(
    by_command: Household, form: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    ana = by_command
    for name in ("MAIL_PASSWORD", "CALENDAR_PASSWORD"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(ana.folder / "home"))
    said = ""
    with Watcher() as watcher:
        for words in ("sync", "doctor", "status", "check", "last", "export", "backup copy.db", "doctor --json"):
            arguments = [str(ana.folder / word) if word == "copy.db" else word for word in words.split()]
            outcome = ana.run(*arguments)
            said += outcome.out + outcome.err
        said += _begun_elsewhere(ana)
        with RunningDaemon(ana.folder, "--log-format", form) as daemon:
            is_in_the_log(ana, "a1")
            daemon.has_said("is watched")
            environment = Path(f"/proc/{daemon.process.pid}/environ").read_bytes()
            assert daemon.stopped() == 0
        said += daemon.log
    said += "".join(capfd.readouterr())
    assert "is watched" in said
    if form == "json":
        assert json.loads(daemon.log.splitlines()[-1])
    for secret in (PASSWORD, "Y29ycmVjdC1ob3JzZS", "Basic ", f":{CALENDAR_PASSWORD}@"):  # as it is, and as it is sent
        assert secret not in said
        assert secret.encode() not in environment
        assert not [line for line in watcher.seen if secret.encode() in line]
    for path in ana.folder.rglob("*"):
        if path.is_file() and path.suffix != ".secret":
            assert PASSWORD.encode() not in path.read_bytes(), path


def _begun_elsewhere(ana: Household) -> str:
    """What `init` says while it logs in and reads, and where it cannot."""
    flags = ["--yes", "--address", "ana@acme.example", "--imap-host", "127.0.0.1", "--security", "none"]
    flags += ["--username", re.findall('username = "(.*)"', ana.accounts["ana"])[0], "--no-caldav"]
    flags += ["--password-command", f"cat {ana.folder}/mail.secret"]
    said = ""
    for folder, port in ("begun", ana.dovecot.port), ("lost", free_port()):
        config = ["--config", str(ana.folder / folder / "config.toml")]
        outcome = ana.run("init", *config, *flags, "--imap-port", str(port), "--sync", "--json")
        assert (outcome.code == 0) == (folder == "begun"), outcome.err
        said += outcome.out + outcome.err
    assert (ana.folder / "begun" / "config.toml").exists()
    return said


def test_processes_that_read_what_servers_sent_are_told_no_password(ana: Household, user: str) -> None:
    """Though it stands in variables of the environment that started us."""
    unusual = event("odd", NOW - timedelta(days=9), "bob@globex.example", RRULE="FREQ=DAILY;BYMONTH=2;COUNT=3")
    ana.radicale.put(user, "work", "odd", unusual)
    with RunningDaemon(ana.folder) as daemon, Watcher(daemon.process.pid) as watcher:
        daemon.has_said("ana caldav:")
        assert PASSWORD.encode() in Path(f"/proc/{daemon.process.pid}/environ").read_bytes()
        assert daemon.stopped() == 0
    assert any(watcher.told)
    assert not [one for one in watcher.told if PASSWORD.encode() in one]


@pytest.mark.parametrize("debug", ["", "1"])
def test_a_mistake_of_ours_shows_no_password(ana: Household, monkeypatch: pytest.MonkeyPatch, debug: str) -> None:
    """A defect while a password is at hand: what is told of it says where and quotes nothing."""
    monkeypatch.setenv("LASTTOUCH_DEBUG", debug)

    def broken(*arguments: object) -> None:
        raise RuntimeError(f"unexpected: {arguments!r} {PASSWORD}")

    monkeypatch.setattr("capture.mail.connection.log_in", broken)
    for level in ([], ["--json"]):
        outcome = ana.run("sync", *level)
        assert outcome.code != 0
        assert PASSWORD not in outcome.out + outcome.err
        assert "broken" in outcome.out + outcome.err, "where it was is told"


@pytest.mark.parametrize("trouble", ["\r\nA1 LOGOUT", "\n x", "\0"])
def test_a_credential_that_breaks_lines_is_refused(
    ana: Household, trouble: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """For mail and calendars, wherever it comes from; it is not shown either."""
    secret = tmp_path / "secret"
    secret.write_text(f"canary{trouble}canary\n" if trouble == "\0" else f"canary{trouble}")
    secret.chmod(0o600)
    text = ana.accounts["ana"]
    for name in ("MAIL_PASSWORD", "CALENDAR_PASSWORD"):
        text = text.replace(f'password_env = "{name}"', f'password_command = "cat {secret}"')
    ana.accounts["ana"] = text
    ana.write_config()
    outcome = ana.run("sync", "--json")
    assert outcome.code == 1, outcome.out
    assert {one["error_code"] for one in outcome.json["accounts"]} == {"authentication"}
    assert "canary" not in outcome.out + outcome.err
    assert os.environ.get("LASTTOUCH_CONFIG")
