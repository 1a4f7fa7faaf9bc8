"""What the service answers, for whom, and that it takes nothing from them but the question."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from answered import ANA, CLEO, KEEPER, STRANGER, answered, kept, uid, write_config

from config_lines import account, files
from lasttouch.answering import exchange, incoming, permitted, wire
from lasttouch.configuration.config import load_config
from lasttouch.keeping.opening import opened
from lasttouch.terminal.command_line import COMMANDS, lasttouch

NOT_A_USER = (1, "this log is a team's, and you are none of its users")


@pytest.fixture
def team(tmp_path: Path) -> Path:
    """The configuration of a team whose log has followed it."""
    config = write_config(tmp_path)
    with opened(load_config(config)):
        return config


def paths(group: click.Group = lasttouch, before: str = "") -> Iterator[str]:
    """Every command there is."""
    for name in COMMANDS if group is lasttouch else group.commands:
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            yield from paths(command, f"{before}{name} ")
        else:
            yield f"{before}{name}"


KEEPERS = {  # what is for whoever keeps the server, at its own terminal, or needs no log
    "demo", "init", "sign-in", "sync", "run", "worker", "backup", "move", "completion", "service install",
    "service uninstall", "service status", "check", "rules test", "push",
}  # fmt: skip


def test_without_users_nobody_is_answered(team: Path) -> None:
    """Whom a log without users shows everything to is whoever may open it, never whoever reaches a
    socket."""
    text = team.read_text()
    team.write_text(text[: text.index("[[users]]")] + account("ana", files("mail")))
    for words in ("last", "log", "export", "status", "contacts list", "done 1", "note bob met"):
        outcome = answered(team, uid(ANA), *words.split(), "--json")
        assert (outcome.code, outcome.out, outcome.error["code"]) == (1, "", "not-permitted"), words


def test_of_every_command_it_is_said_whether_the_service_answers_it() -> None:
    assert set(paths()) == set(permitted.COMMANDS) | KEEPERS


@pytest.mark.parametrize("path", sorted(KEEPERS))
def test_what_is_not_listed_is_done_for_nobody(team: Path, path: str) -> None:
    for name in (ANA, KEEPER):
        outcome = answered(team, uid(name), *path.split(), "--json")
        assert (outcome.code, outcome.out) == (1, "")
        assert outcome.error["message"] == f"the service does not do `{path}` for anybody"


@pytest.mark.parametrize("words", ["status", "sync", "nonsense", "backup x", "contacts import /etc/passwd", "doctor"])
def test_who_is_no_user_is_told_the_same_whatever_they_ask(team: Path, words: str) -> None:
    if words == "nonsense":
        assert answered(team, STRANGER, words).code == 2  # what commands there are is no secret
        return
    for asks in (STRANGER, uid(CLEO), 0 if os.getuid() else STRANGER):
        outcome = answered(team, asks, *words.split(), "--json")
        assert (outcome.code, outcome.error["message"]) == NOT_A_USER


def test_administrators_see_how_the_service_is_and_members_do_not(team: Path) -> None:
    assert [one["account"] for one in answered(team, uid(KEEPER), "status", "--json").json["accounts"]] == [
        "ana",
        "ben",
    ]
    assert answered(team, uid(ANA), "status", "--json").error["message"] == "`status` is for administrators"
    examined = answered(team, uid(KEEPER), "doctor", "--offline", "--json")
    assert "configuration" in {one["check"] for one in examined.json}


def test_what_is_printed_before_something_fails_is_printed(team: Path) -> None:
    outcome = answered(team, uid(KEEPER), "status", "--check")
    assert outcome.code == 1
    assert "ana\tfiles" in outcome.out
    assert "not read within 1h" in outcome.err


def test_who_was_an_administrator_is_none_as_soon_as_the_configuration_says_so(team: Path) -> None:
    assert answered(team, uid(KEEPER), "status").code == 0
    team.write_text(team.read_text().replace('role = "administrator"\n', ""))
    assert answered(team, uid(KEEPER), "status", "--json").error["message"] == "`status` is for administrators"
    team.write_text(team.read_text().replace(f'os_user = "{KEEPER}"', 'os_user = "nobody-at-all"'))
    outcome = answered(team, uid(KEEPER), "status", "--json")
    assert (outcome.code, outcome.error["message"]) == NOT_A_USER


def test_mistakes_in_the_configuration_are_told_to_nobody_who_asks(team: Path) -> None:
    team.write_text(team.read_text() + 'password = "hunter2"\n')
    for name, words in ((KEEPER, "status"), (ANA, "last"), (ANA, "done 1"), (CLEO, "last")):
        outcome = answered(team, uid(name), *words.split(), "--json")
        assert (outcome.code, outcome.error["message"]) == (3, "the configuration of the service has mistakes"), words
        assert not {word for word in ("hunter2", "password", "ana", str(team)) if word in outcome.err}


@pytest.mark.parametrize("words", ["--config {} status", "status --config {}", "status --config={}"])
def test_no_configuration_is_taken_from_whoever_asks(team: Path, tmp_path: Path, words: str) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    config = write_config(mine)
    outcome = answered(team, uid(KEEPER), *words.format(config).split())
    assert (outcome.code, outcome.out) == (1, "")
    assert "takes no configuration from whoever asks" in outcome.err


def test_nothing_of_the_environment_is_taken_but_how_an_answer_is_shown(
    team: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "hunter2")
    seen = tmp_path / "seen.json"

    def look(request: incoming.Request, environment: dict[str, str]) -> None:
        put_on(request, environment)
        seen.write_text(json.dumps(dict(os.environ)))

    put_on = incoming.put_on
    monkeypatch.setattr(incoming, "put_on", look)
    tried = {
        "LASTTOUCH_CONFIG": "/tmp/x", "LASTTOUCH_SOCKET": "/tmp/x", "LASTTOUCH_DEBUG": "1", "LD_PRELOAD": "/tmp/x.so",
        "LD_LIBRARY_PATH": "/tmp", "PYTHONPATH": "/tmp", "PYTHONSTARTUP": "/tmp/x", "XDG_CONFIG_HOME": "/tmp",
        "PATH": "/tmp", "HOME": "/tmp", "TZ": "Asia/Tokyo", "COLUMNS": "77", "TERM": "/tmp/x",
        "PAGER": "/tmp/x", "NO_COLOR": "1",
        "COLORTERM": "a\nb", "LINES": "../../etc/passwd", "_LASTTOUCH_COMPLETE": "bash_source",
    }  # fmt: skip
    assert answered(team, uid(ANA), "status", settings=tried).code == 1
    own = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    assert json.loads(seen.read_text()) == {**own, "TZ": "Asia/Tokyo", "COLUMNS": "77", "NO_COLOR": "1"}


def test_a_file_that_begins_with_an_at_sign_is_a_word(team: Path, tmp_path: Path) -> None:
    (tmp_path / "words").write_text("status")
    assert "There is no command '@" in answered(team, uid(KEEPER), f"@{tmp_path}/words").err


def test_no_file_is_written_or_read_for_whoever_asks(team: Path, tmp_path: Path) -> None:
    made = tmp_path / "made"
    for words in (["export", str(made)], ["export", "--force", str(team)], ["backup", str(made)]):
        assert answered(team, uid(ANA), *words).code == 1
    assert not made.exists()
    assert "[[users]]" in team.read_text()


@pytest.mark.parametrize(
    "message",
    [
        b"", b"\0", b"GET / HTTP/1.1\r\n\r\n", b"lasttouch 1\0", b"lasttouch 1\0nonsense\0",
        b"lasttouch 1\0-1\0status\0", b"lasttouch 1\0000\0status", b"lasttouch 1\09\0status\0",
        b"lasttouch 2\0000\0status\0", b"\xff" * 1000,
    ],
)  # fmt: skip
def test_what_is_no_request_is_answered_with_an_exit_code_alone(team: Path, message: bytes) -> None:
    outcome = answered(team, uid(KEEPER), message=message)
    assert (outcome.code, outcome.out, outcome.err) == (2, "", "")


@pytest.mark.parametrize("number", [0, 1, 2, 4, 10])
def test_other_than_three_descriptors_are_no_request(team: Path, number: int) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    try:
        outcome = answered(team, uid(KEEPER), "status", descriptors=[null] * number)
    finally:
        os.close(null)
    assert (outcome.code, outcome.out, outcome.err) == (2, "", "")


def test_descriptors_that_cannot_be_used_end_in_an_exit_code(team: Path, tmp_path: Path) -> None:
    folder, null = os.open(tmp_path, os.O_RDONLY), os.open(os.devnull, os.O_RDONLY)
    nowhere, write = os.pipe()
    os.close(nowhere)
    ours, theirs = socket.socketpair()
    try:
        for given in (folder, null, write, ours.fileno()):
            outcome = answered(team, uid(KEEPER), "status", descriptors=[given, given, given])
            assert outcome.code in (0, 1), given
    finally:
        for descriptor in (folder, null, write):
            os.close(descriptor)
        ours.close()
        theirs.close()


@pytest.mark.parametrize("limit", ["answer", "processor"])
def test_an_answer_that_nobody_reads_ends(team: Path, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    from lasttouch.answering import child

    if limit == "answer":
        monkeypatch.setattr(wire, "LONGEST_ANSWER_SECONDS", 1)
        monkeypatch.setattr(child.Answering, "_run", lambda *_: os.write(1, b"x" * 1_000_000))
    else:
        monkeypatch.setattr(child, "CPU_SECONDS", 0.2)
        monkeypatch.setattr(child.Answering, "_run", lambda *_: _count_for_ever())
    nobody_reads, write = os.pipe()
    began = time.monotonic()
    try:
        assert answered(team, uid(ANA), "last", descriptors=[write, write, write]).code is None
    finally:
        os.close(nobody_reads)
        os.close(write)
    assert time.monotonic() - began < 30


def _count_for_ever() -> int:
    number = 0
    while True:
        number += 1


def test_ctrl_c_ends_what_is_under_way(team: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lasttouch.answering import child

    monkeypatch.setattr(child.Answering, "_run", lambda *_: time.sleep(60))
    null = os.open(os.devnull, os.O_RDWR)
    with kept(team, uid(ANA)) as worker, worker.begin(wire.request({}, ["last"]), [null] * 3) as connection:
        os.close(null)
        time.sleep(0.3)
        os.kill(worker.pid, signal.SIGINT)
        assert connection.recv(1) == bytes([130])
        assert worker.channel.recv(1) == wire.LEAVES


@pytest.mark.parametrize("signal_number", [signal.SIGKILL])
def test_a_client_is_told_when_the_answer_breaks_off(signal_number: int, capsys: pytest.CaptureFixture[str]) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    theirs.close()
    assert exchange._exit_code(ours, ["last", "--json"]) == 1
    assert json.loads(capsys.readouterr().err)["error"]["code"] == "service"
    ours.close()
