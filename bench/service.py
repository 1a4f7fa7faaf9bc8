"""What a command costs that is asked of the service, beside one that runs here; and many that are
asked at once."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench import colleagues
from bench.command import cpu_seconds_of, environment
from bench.figures import Figure, at_most, median_of, told
from bench.logs import config_text, copy_of_log
from bench.processes import children_of, cpu_of
from bench.world import Size, person
from lasttouch.configuration.config import load_config
from lasttouch.daemon.answers import Answers
from lasttouch.keeping.opening import opened

_RUNS = 15
_AT_ONCE = 50
_ROUNDS = 5
_TRIES = 200
_COMMAND = "import cli; cli.main()"


def run(quick: bool) -> Iterator[Figure]:
    """Of `last ADDRESS`, by whoever runs this as the one user of a team's log: all that is in it is
    their own."""
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
        if os.geteuid() == 0:
            yield from colleagues.run(Size(5_000, 5_000) if quick else size, Path(scratch))


def _figures(
    answers: Answers, words: Sequence[str], here: Mapping[str, str], asking: Mapping[str, str], place: Path
) -> Iterator[Figure]:
    command = ["-c", _COMMAND, *words]
    assert answers.pid is not None
    _asked(place, [*words, "--help"], 1)  # it has begun
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
    _asked(place, words, _AT_ONCE)  # the processes of this user are there
    waits = sorted(wait for _ in range(_ROUNDS) for wait in _asked(place, words, _AT_ONCE))
    yield told(f"{_AT_ONCE} asked at once by one user: median", median_of(waits) * 1e3, "ms")
    yield at_most(
        f"{_AT_ONCE} asked at once by one user: 95th percentile", waits[int(len(waits) * 0.95)] * 1e3, "ms", 100
    )
    yield told("memory of a kept process that is no other's", _private_bytes(answers.pid) / 2**20, "MB")


def _cpu_of_answers(pid: int, place: Path, words: Sequence[str], count: int) -> float:
    """Of the process that answers and of its children, for each of so many that are asked one after
    the other."""
    before = cpu_of(pid)
    for _ in range(count):
        _asked(place, words, 1)
    return (cpu_of(pid) - before) / count


def _asked(place: Path, words: Sequence[str], times: int) -> list[float]:
    """By whoever runs this; see `colleagues.at_once`."""
    return colleagues.at_once(place, [(os.geteuid(), words)] * times)


def _private_bytes(pid: int) -> float:
    """Of its children, on average (proc(5), smaps_rollup)."""
    found = []
    for child in children_of(pid):
        lines = Path(f"/proc/{child}/smaps_rollup").read_text(encoding="ascii").splitlines()
        found.append(sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_")))
    return sum(found) / len(found)
