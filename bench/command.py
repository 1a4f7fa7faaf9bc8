"""What one answer on the command line costs, beside starting Python for nothing."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.figures import Figure, at_most, median_of, told
from bench.logs import config_text, copy_of_log
from bench.world import Size, person

_RUNS = 15
_FEW_RUNS = 5
_OTHERS = (("log", person(17).email), ("why", person(17).email), ("upcoming",), ("status",))
_COMMAND = "import cli; cli.main()"  # as the installed script does


def run(quick: bool) -> Iterator[Figure]:
    """CPU (user and system) of `lasttouch last ADDRESS`, with the bytecode compiled by the first
    run."""
    size = Size(1_000, 1_000) if quick else Size(100_000)
    with copy_of_log(size) as database, tempfile.TemporaryDirectory() as bytecode:
        config = database.with_name("config.toml")
        config.write_text(config_text(database), encoding="utf-8")
        config.chmod(0o600)
        ours = environment(config, Path(bytecode))
        nothing = ["-c", "pass"]
        last = ["-c", _COMMAND, "last", person(17).email]
        others = {" ".join(words): _cpu_of(words, ours) for words in _OTHERS}
        both = [(cpu_seconds_of(nothing, ours), cpu_seconds_of(last, ours)) for _ in range(_RUNS)][1:]
    idle, asked = median_of(pair[0] for pair in both), median_of(pair[1] for pair in both)
    yield told("CPU of python -c pass", idle * 1e3, "ms")
    yield told("CPU of lasttouch last ADDRESS", asked * 1e3, "ms")
    for words, seconds in others.items():
        yield told(f"CPU of lasttouch {words} ÷ python -c pass", seconds / idle, "×")
    yield at_most("CPU of lasttouch last ADDRESS ÷ python -c pass", asked / idle, "×", 3)


def _cpu_of(words: Sequence[str], environment: Mapping[str, str]) -> float:
    return median_of(cpu_seconds_of(["-c", _COMMAND, *words], environment) for _ in range(_FEW_RUNS))


def environment(config: Path, bytecode: Path) -> Mapping[str, str]:
    """For a command that goes by this configuration, with bytecode kept there."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    root = str(Path(__file__).parents[1])
    return {**kept, "PYTHONPYCACHEPREFIX": str(bytecode), "PYTHONPATH": root, "LASTTOUCH_CONFIG": str(config)}


def cpu_seconds_of(arguments: Sequence[str], environment: Mapping[str, str]) -> float:
    """CPU (user and system) of Python with these arguments."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], env=environment, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)
