"""Expansion of rules that may never end, in a process that the kernel stops."""

from __future__ import annotations

import atexit
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from socket import socketpair
from zoneinfo import ZoneInfo

from capture.calendar.allowance import PASS_SECONDS, Allowance
from capture.calendar.content_lines import read
from capture.calendar.expansion import Expansion, expand_here
from capture.calendar.zones import Zones
from capture.child_environment import child_environment

SECONDS = 2.0
MEGABYTES = 200
_START_SECONDS = 60.0
_NOTHING_LEFT = f"no time left of the {PASS_SECONDS:g} s that a pass has for unusual rules"
_TOO_MUCH_MEMORY = f"its rule needs more than {MEGABYTES} MB to expand"
_TOO_LONG = f"its rule takes longer than {SECONDS:g} s to expand"
_ROOT = str(Path(__file__).resolve().parents[2])
_PROGRAM = (
    f"import sys; sys.path.insert(0, {_ROOT!r}); from capture.calendar.guard import serve; serve(int(sys.argv[1]))"
)


class Refused(Exception):
    """The guard stopped an expansion; the message says at which bound."""


def guarded(
    text: str, start: datetime, end: datetime, zone: ZoneInfo, seconds: float, allowance: Allowance
) -> Expansion:
    """`expand_here` in a process of its own, for at most `seconds` of a processor and 200 MB.
    Raises Refused.

    The `allowance` bounds when the last one may begin.
    """
    if allowance.left <= 0:
        raise Refused(_NOTHING_LEFT)
    return _worker.expand(text, start, end, zone, seconds, allowance)


class _Worker:
    """One process for all threads, started when first needed and again after it was stopped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None

    def expand(
        self, text: str, start: datetime, end: datetime, zone: ZoneInfo, seconds: float, allowance: Allowance
    ) -> Expansion:
        with self._lock:
            pipe = self._ready()
            held_up: tuple[Expansion | str, float] = "", seconds
            try:
                pipe.send((text, start, end, zone.key, seconds))
                # The process stops itself in time; the wait here only covers one that is held up.
                answer, spent = pipe.recv() if pipe.poll(seconds + 10) else held_up
            except (EOFError, OSError):
                answer, spent = held_up
            allowance.spend(spent)
            if isinstance(answer, str):
                in_time = self._stop() not in (-signal.SIGPROF, -signal.SIGKILL)
                raise Refused(answer or (_TOO_MUCH_MEMORY if in_time else _TOO_LONG))
            return answer

    def close(self) -> None:
        with self._lock:
            self._stop()

    def _ready(self) -> Connection:
        if self._process is not None and self._pipe is not None and self._process.poll() is None:
            return self._pipe
        self._stop()
        ours, theirs = socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter and program
                [sys.executable, "-P", "-c", _PROGRAM, str(theirs.fileno())],
                env=child_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
            )
        self._pipe = Connection(ours.detach())
        try:
            if not self._pipe.poll(_START_SECONDS):
                raise EOFError
            self._pipe.recv()
        except (EOFError, OSError):
            self._stop()
            raise Refused("the process that expands unusual rules does not start") from None
        return self._pipe

    def _stop(self) -> int | None:
        """End the process if there is one; how it ended (see Popen.returncode)."""
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
        if self._process is None:
            return None
        try:
            code: int | None = self._process.wait(1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._process = None
        return code


_worker = _Worker()
atexit.register(_worker.close)


def serve(descriptor: int) -> None:
    """The other process: answer until the pipe is closed.

    The timer's default action ends the process from the kernel, whatever it is doing. It counts
    processor time, so that a busy machine skips no more than a quiet one.
    """
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGPROF])
    _limit_memory()
    pipe = Connection(descriptor)
    pipe.send("ready")
    with suppress(EOFError, OSError):
        while True:
            text, start, end, zone, seconds = pipe.recv()
            began = time.process_time()
            signal.setitimer(signal.ITIMER_PROF, seconds)
            try:
                answer: Expansion | str = _expanded(text, start, end, ZoneInfo(zone))
            except MemoryError:
                answer = _TOO_MUCH_MEMORY
            signal.setitimer(signal.ITIMER_PROF, 0)
            pipe.send((answer, time.process_time() - began))


def _expanded(text: str, start: datetime, end: datetime, zone: ZoneInfo) -> Expansion:
    calendars = read(text)
    return expand_here(calendars, Zones(calendars[0].zones), start, end, zone)


def _limit_memory() -> None:
    with suppress(OSError, ValueError):  # not every system has or honours it; the time limit still holds
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        bound = pages * os.sysconf("SC_PAGE_SIZE") + MEGABYTES * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
