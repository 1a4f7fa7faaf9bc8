"""A process that is kept for one user: nothing of one answer is left for the next, and each is by
the rights of its moment."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from answered import ANA, Kept, Outcome, kept, streams, uid, write_config

from lasttouch.answering import wire
from lasttouch.configuration.config import load_config
from lasttouch.keeping import held
from lasttouch.keeping.held import Held
from lasttouch.keeping.opening import opened


@pytest.fixture
def team(tmp_path: Path) -> Path:
    config = write_config(tmp_path)
    with opened(load_config(config)):
        return config


@pytest.fixture
def worker(team: Path) -> Iterator[Kept]:
    with kept(team, uid(ANA)) as one:
        yield one


def ask(worker: Kept, *words: str, **settings: str) -> Outcome:
    with streams() as (given, text):
        message = wire.request({wire.ENCODING: "utf-8", **settings}, list(words))
        code = worker.ask(message, given)
        return Outcome(code[0] if code else None, text(1), text(2))


def stays(worker: Kept) -> bool:
    return worker.channel.recv(1) == wire.STAYS


def test_the_streams_of_an_answer_are_given_back(worker: Kept) -> None:
    held = []
    questions = ("last nobody", "log", "stale", "contacts list", "export")
    for words in questions * 2:
        assert ask(worker, *words.split()).code in (0, 6)
        assert stays(worker)
        folder = f"/proc/{worker.pid}/fd"
        held.append({number: os.readlink(f"{folder}/{number}") for number in os.listdir(folder)})
        assert [held[-1][number] for number in "012"] == [os.devnull] * 3
    assert held[-1] == held[len(questions) - 1]


def test_settings_of_one_answer_are_not_those_of_the_next(worker: Kept) -> None:
    """A terminal's zone, width and encoding show in what is printed, and in that alone."""
    first = ask(worker, "last", "--as-of", "2026-06-30T00:00")
    assert stays(worker)
    for settings in ({"TZ": "Asia/Tokyo"}, {"encoding": "ascii"}, {"COLUMNS": "40", "NO_COLOR": "1"}):
        ask(worker, "last", **settings)
        assert stays(worker)
        assert ask(worker, "last", "--as-of", "2026-06-30T00:00") == first
        assert stays(worker)


def test_json_of_one_answer_does_not_make_the_next_json(worker: Kept) -> None:
    plain = ask(worker, "last", "nobody")
    assert stays(worker)
    assert ask(worker, "last", "nobody", "--json").error["code"] == "not-found"
    assert stays(worker)
    assert ask(worker, "last", "nobody") == plain


@pytest.mark.parametrize(
    "words",
    ["done 1", "note bob met", "status", "sharing set none", "contacts add Bob bob@x.example", "sync", "nonsense"],
)
def test_what_is_no_question_ends_the_process(worker: Kept, words: str) -> None:
    ask(worker, *words.split())
    assert not stays(worker)


def test_a_client_that_closed_its_output_leaves_nothing_for_the_next(worker: Kept) -> None:
    read, write = os.pipe()
    os.close(read)
    null = os.open(os.devnull, os.O_RDWR)
    assert worker.ask(wire.request({}, ["contacts", "list", "--csv"]), [null, write, null]) == b"\0"
    os.close(null)
    os.close(write)
    assert stays(worker)
    assert "hone" not in ask(worker, "last", "another").out


def test_a_configuration_that_changes_is_followed_by_the_next_answer(worker: Kept, team: Path) -> None:
    """Ana is no user any more: the process that answered her before does not."""
    assert ask(worker, "last").code == 0
    assert stays(worker)
    team.write_text(team.read_text().replace(f'os_user = "{ANA}"', 'os_user = "somebody-else"'))
    said = ask(worker, "last", "--json")
    assert (said.code, said.error["code"]) == (1, "not-permitted")
    assert not stays(worker)


def test_no_answer_keeps_the_log_from_being_tidied(worker: Kept, team: Path) -> None:
    """A statement that is left open would hold a snapshot, and what is written beside the log would
    grow for ever."""
    import sqlite3

    for words in ("last", "log", "stale", "export", "last nobody"):
        ask(worker, *words.split())
        assert stays(worker)
    database = load_config(team).database
    with opened(load_config(team)) as agent:
        agent.connection.execute("CREATE TABLE something (x)")
        agent.connection.execute("DROP TABLE something")
    connection = sqlite3.connect(database)
    assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    connection.close()


def test_a_log_that_another_takes_the_place_of_is_not_answered_from(worker: Kept, team: Path) -> None:
    import shutil

    first = ask(worker, "contacts", "list")
    assert stays(worker)
    database = load_config(team).database
    copy = database.with_name("copy.db")
    with opened(load_config(team)) as agent:
        agent.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(database, copy)
    copy.rename(database)
    held = [os.readlink(f"/proc/{worker.pid}/fd/{number}") for number in os.listdir(f"/proc/{worker.pid}/fd")]
    assert any("(deleted)" in name for name in held)
    assert ask(worker, "contacts", "list") == first
    assert stays(worker)
    held = [os.readlink(f"/proc/{worker.pid}/fd/{number}") for number in os.listdir(f"/proc/{worker.pid}/fd")]
    assert not any("(deleted)" in name and name.startswith(str(database)) for name in held)


_LATE = """
import os, sys
from lasttouch.answering.preloaded import preload
from lasttouch.keeping.viewing import ask_as
from lasttouch.terminal import command_line
preload()
ask_as(sys.argv[1])
there, told = set(sys.modules), sys.stdout
sys.stdout = sys.stderr = open(os.devnull, "w")
for words in sys.argv[3:]:
    command_line.run(["--config", sys.argv[2], *words.split()])
ours = ("activity", "lasttouch", "matchers", "store")
late = {name for name in set(sys.modules) - there if name.partition(".")[0] in ours}
print(*sorted(late), file=told)
"""


def test_nothing_of_ours_is_imported_once_somebody_asks(team: Path) -> None:
    """A version that is installed meanwhile does not get in among what is there."""
    words = [
        "last", "last nobody", "last --company --quiet 60d", "today", "stale --csv", "awaiting --all", "log --json",
        "upcoming", "why 1", "unmatched", "export", "changes", "drift", "handover ana --to ben", "contacts list",
        "contacts suggest", "companies list", "contacts add Bob bob@x.example", "contacts dossier Bob", "note Bob call",
        "done Bob", "cadence Bob 30d", "contacts edit Bob --publish", "contacts forget Bob --yes", "sharing show",
        "sharing set none", "sharing private Bob", "access", "tokens list", "status", "nonsense",
    ]  # fmt: skip
    command = [sys.executable, "-c", _LATE, ANA, str(team), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "\n"), done.stdout + done.stderr


def test_a_configuration_is_read_again_where_its_file_is_another(team: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one that was changed this very moment the text tells, of others what the system says of
    the file."""
    holding = Held()
    holding.hold()
    first = holding.config(team)
    monkeypatch.setattr(held, "FRESH_SECONDS", -1.0)
    holding.config(team)
    with monkeypatch.context() as unread:
        unread.setattr(held, "_text", lambda _: pytest.fail("the text was read"))
        assert holding.config(team) is first
    other = team.with_name("other.toml")
    other.write_text(first.text.replace("lasttouch.db", "lasttouch.dc"))
    other.rename(team)
    assert holding.config(team).text != first.text
