"""What a command costs that is asked of the service, beside one that runs here; and many that are asked at once."""

from __future__ import annotations

import os
import pwd
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.command import cpu_seconds_of, environment
from bench.figures import Figure, at_most, median_of, told
from bench.logs import config_text, copy_of_log
from bench.world import Size, person
from lasttouch.answering import wire
from lasttouch.configuration.config import load_config
from lasttouch.daemon.answers import Answers
from lasttouch.keeping.opening import opened

_RUNS = 15
_AT_ONCE = 50
_ROUNDS = 5
_TRIES = 200
_COMMAND = "import cli; cli.main()"
_TICKS = os.sysconf("SC_CLK_TCK")


def run(quick: bool) -> Iterator[Figure]:
    """Of `last ADDRESS`, by whoever runs this as the one user of a team's log: all that is in it is their own."""
    size = Size(1_000, 1_000) if quick else Size(100_000)
    with copy_of_log(size) as database, tempfile.TemporaryDirectory(prefix="ltbench") as scratch:
        config = database.with_name("config.toml")
        me = pwd.getpwuid(os.geteuid()).pw_name
        text = config_text(database).replace('name = "ana"\n', 'name = "ana"\nuser = "me"\n')
        config.write_text(f'{text}[[users]]\nname = "me"\nos_user = "{me}"\n', encoding="utf-8")
        config.chmod(0o600)
        loaded = load_config(config)
        with opened(loaded):
            pass
        here = environment(config, Path(scratch))
        place = Path(scratch) / "lasttouch.sock"
        asking = {name: value for name, value in here.items() if name != "LASTTOUCH_CONFIG"}
        asking["LASTTOUCH_SOCKET"] = os.environ["LASTTOUCH_SOCKET"] = str(place)
        os.environ.pop("RUNTIME_DIRECTORY", None)
        answers = Answers("text", "warning")
        answers.follow(loaded)
        try:
            yield from _figures(answers, ["last", person(17).email], here, asking, place)
        finally:
            answers.stop()


def _figures(
    answers: Answers, words: Sequence[str], here: Mapping[str, str], asking: Mapping[str, str], place: Path
) -> Iterator[Figure]:
    command = ["-c", _COMMAND, *words]
    assert answers.pid is not None
    _asked(place, [*words, "--help"])  # it has begun
    first = _cpu_of_answers(answers.pid, place, words, 1)
    subprocess.run([sys.executable, *command], env=asking, check=True, stdout=subprocess.DEVNULL)  # bytecode is there
    local, client = [], []
    for _ in range(_RUNS):
        local.append(cpu_seconds_of(command, here))
        client.append(cpu_seconds_of(command, asking))
    usual = _cpu_of_answers(answers.pid, place, words, _TRIES)
    yield told("CPU of lasttouch last ADDRESS by a user, here", median_of(local) * 1e3, "ms")
    yield told("CPU of the client alone", median_of(client) * 1e3, "ms")
    yield told("CPU of the first answer, which derives what an audience sees", first * 1e3, "ms")
    yield told("CPU of an answer, usually", usual * 1e3, "ms")
    asked = median_of(client) + usual
    yield at_most("CPU of lasttouch last ADDRESS by the service ÷ here", asked / median_of(local), "×", 1.5)
    _at_once(place, words)  # the processes of this user are there
    waits = sorted(wait for _ in range(_ROUNDS) for wait in _at_once(place, words))
    yield told(f"{_AT_ONCE} asked at once, median", median_of(waits) * 1e3, "ms")
    yield at_most(f"{_AT_ONCE} asked at once, 95th percentile", waits[int(len(waits) * 0.95)] * 1e3, "ms", 100)
    yield told("memory of a kept process that is no other's", _private_bytes(answers.pid) / 2**20, "MB")


def _cpu_of_answers(pid: int, place: Path, words: Sequence[str], count: int) -> float:
    """Of the process that answers and of its children, for each of so many that are asked one after the other."""
    before = _cpu(pid)
    for _ in range(count):
        _asked(place, words)
    return (_cpu(pid) - before) / count


def _asked(place: Path, words: Sequence[str]) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection, open(os.devnull, "r+b") as null:
        connection.connect(str(place))
        message = wire.request({wire.ENCODING: "utf-8"}, list(words))
        socket.send_fds(connection, [message], [null.fileno()] * 3)
        assert connection.recv(1) == b"\0"


def _cpu(pid: int) -> float:
    """Its own, and that of its children, ended or not, in seconds (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    own = sum(map(int, fields[11:15])) / _TICKS
    return own + sum(_cpu(child) for child in _children(pid))


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def _private_bytes(pid: int) -> float:
    """Of its children, on average (proc(5), smaps_rollup)."""
    found = []
    for child in _children(pid):
        lines = Path(f"/proc/{child}/smaps_rollup").read_text(encoding="ascii").splitlines()
        found.append(sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_")))
    return sum(found) / len(found)


def _at_once(place: Path, words: Sequence[str]) -> list[float]:
    """How long each of many waits that ask in one moment, in seconds."""
    message = wire.request({wire.ENCODING: "utf-8"}, list(words))
    began, waits = time.perf_counter(), []
    with open(os.devnull, "r+b") as null:
        waiting: dict[int, socket.socket] = {}
        for _ in range(_AT_ONCE):
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            connection.connect(str(place))
            socket.send_fds(connection, [message], [null.fileno()] * 3)
            waiting[connection.fileno()] = connection
        while waiting:
            for descriptor in select.select(list(waiting), [], [])[0]:
                with waiting.pop(descriptor) as connection:
                    assert connection.recv(1) == b"\0"
                waits.append(time.perf_counter() - began)
    return waits
