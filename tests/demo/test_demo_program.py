"""The demo as a program: what it prints, refuses and leaves behind."""

from __future__ import annotations

import json
import shlex
import signal
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from demo_runs import ROOT, SECONDS, Kept, ask, demo, servers_in, wait_until


def test_what_it_says_to_type_next_works(kept: Kept) -> None:
    typed = [line for line in kept.printed.splitlines() if line.startswith("  lasttouch ")]
    assert len(typed) == 5
    for line in typed:
        _, *words = shlex.split(line, comments=True)
        if words[0] == "web" or "--web" in words:
            continue  # it serves until it is stopped; tried with the page
        code, answer = ask(*words)
        assert (code, bool(answer)) == (0, True)


def test_it_shows_import_sync_last_and_why(kept: Kept) -> None:
    shown = [line.removeprefix("$ lasttouch ") for line in kept.printed.splitlines() if line.startswith("$")]
    assert shown == ["contacts import contacts.csv", "sync", "last", "why carla"]
    assert "auto-reply: Auto-Submitted: auto-replied" in kept.printed


def test_nothing_is_left_running_and_nothing_is_open_to_others(kept: Kept) -> None:
    assert servers_in(kept.folder) == []
    for path in [kept.folder, *kept.folder.iterdir(), *(kept.folder / "passwords").iterdir()]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_folder_that_holds_something_is_refused(kept: Kept) -> None:
    before = sorted(kept.folder.rglob("*"))
    done = demo("--keep", str(kept.folder), "--json")
    error = json.loads(done.stderr)["error"]
    assert (done.returncode, error["code"]) == (2, "usage")
    assert "is not empty" in error["message"]
    assert sorted(kept.folder.rglob("*")) == before


def test_a_file_in_place_of_the_folder_is_refused(kept: Kept) -> None:
    done = demo("--keep", str(kept.folder / "config.toml"))
    assert (done.returncode, "is not a folder" in done.stderr) == (2, True)


def test_without_keep_nothing_is_left(tmp_path: Path) -> None:
    done = demo("--json", umask=0, TMPDIR=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert answer["config"] is None
    assert len(answer["last"]) == 12
    assert list(tmp_path.iterdir()) == []
    assert servers_in(tmp_path) == []


def test_what_was_kept_stays_when_nobody_reads_on(tmp_path: Path) -> None:
    command = [sys.executable, "-u", "-m", "cli", "demo", "--keep", str(tmp_path / "acme")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"A year of")
        process.stdout.close()
    assert (tmp_path / "acme" / "config.toml").exists()


@pytest.mark.parametrize("missing", [["pymap"], ["radicale"], ["pymap", "radicale"]])
def test_a_missing_server_is_named(missing: Sequence[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in missing:
        monkeypatch.setitem(sys.modules, name, None)
    code, answer = ask("demo", "--json", "--keep", str(tmp_path / "acme"))
    assert (code, answer["error"]["message"]) == (1, f"the demo needs {' and '.join(missing)}")
    assert answer["error"]["hint"] == "pipx install '.[demo]' in the folder of the project"
    assert list(tmp_path.iterdir()) == []


IN_ITS_SYNC = """import signal, threading, cli
from lasttouch.demo import stage
signal.signal(signal.SIGINT, signal.default_int_handler)
stage.sync = lambda _: threading.Event().wait()
cli.main()"""
"""The demo, which never comes to the end of its sync; a shell has what it starts in the background ignore SIGINT, the
tests among it."""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_the_servers_end_with_the_demo_however_it_ends(how: signal.Signals, tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    command = [sys.executable, "-c", IN_ITS_SYNC, "demo", "--keep", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        wait_until(lambda: len(servers_in(folder)) == 2)
        process.send_signal(how)
        _, said = process.communicate(timeout=SECONDS)
    wait_until(lambda: not servers_in(folder))
    if how == signal.SIGINT:
        assert (process.returncode, "interrupted" in said, "Traceback" in said) == (130, True, False)
        assert not folder.exists()
