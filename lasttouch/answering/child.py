"""What answers one user: command after command, each for whom the kernel names, and by nothing else that they say.

A process of theirs alone, so that nobody waits for another, ends with another, or finds what another
left. What questions need stays open in it (`keeping/held.py`); whatever else is asked ends it.
"""

from __future__ import annotations

import contextlib
import contextvars
import logging
import os
import pwd
import signal
import socket
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import FrameType
from typing import NoReturn

from activity.errors import LasttouchError
from lasttouch.answering import incoming, permitted, wire
from lasttouch.keeping import viewing
from lasttouch.keeping.reading import HELD, role_of_asker
from lasttouch.terminal import command_line, standard_streams
from lasttouch.terminal.options import OfService

CPU_SECONDS = 240.0
ANSWERS = 2_000  # then a new process takes over
GROWTH_BYTES = 32 * 2**20  # of memory; whoever's answers took more gets a new process next
LOOK_SECONDS = 30.0  # whether what is held is still there
_FAILED, _USAGE, _INTERRUPTED, _NOT_FOUND = 1, 2, 130, 6
_AS_BEFORE = (0, _USAGE, _NOT_FOUND)  # exit codes after which the process goes on
_OWN = ("PATH", "HOME")  # of our environment; there may be passwords in it, which only an administrator's commands need
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Answering:
    """Answers `uid` by the configuration at `config`."""

    def __init__(self, uid: int, config: Path) -> None:
        self._uid = uid
        self._config = config
        self._environment = dict(os.environ)
        own = (*_OWN, *_password_of_the_log(config))
        self._own = {name: value for name, value in os.environ.items() if name in own}
        self._is_answering = False
        self._nothing = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        self._memory = _memory()

    def serve(self, channel: socket.socket) -> NoReturn:
        """Take connections from `channel`, and say of each when it is answered, and whether the next is too.

        Ends with the channel.
        """
        logging.getLogger().handlers = [logging.NullHandler()]  # standard error is the client's from here on
        for number in (signal.SIGALRM, signal.SIGPROF):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, self._interrupt)
        HELD.hold()
        channel.settimeout(LOOK_SECONDS)
        for count in range(1, ANSWERS + 1):
            connection = self._next(channel)
            if connection is None:
                break
            goes_on = self._answer(connection) and count < ANSWERS and _memory() - self._memory < GROWTH_BYTES
            try:
                channel.send(wire.STAYS if goes_on else wire.LEAVES)
            except OSError:
                break
            if not goes_on:
                break
        os._exit(0)

    def _next(self, channel: socket.socket) -> socket.socket | None:
        while True:
            try:
                said, descriptors, _, _ = socket.recv_fds(channel, 1, 1)
            except TimeoutError:
                HELD.let_go_of_what_is_gone()
                continue
            except OSError:
                return None
            return socket.socket(fileno=descriptors[0]) if said and descriptors else None

    def _answer(self, connection: socket.socket) -> bool:
        """Run what is asked and tell its exit code; whether this process is as it was before."""
        signal.alarm(wire.LONGEST_ANSWER_SECONDS)
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
        code, goes_on = _USAGE, False
        with connection:
            try:
                # what was said of an earlier command is heard before this one begins
                signal.pthread_sigmask(signal.SIG_BLOCK, ())
                self._is_answering = True
                request = incoming.received(connection)
                incoming.put_on(request, self._own)
                code = _FAILED  # where not even what went wrong can be told
                code = contextvars.Context().run(self._run, request.arguments)
                goes_on = code in _AS_BEFORE and _is_question(request)
            except KeyboardInterrupt:
                code = _INTERRUPTED
            except Exception:  # noqa: BLE001 - what is no request is answered by its exit code alone
                goes_on = False
            finally:
                self._is_answering = False
            incoming.take_off(self._nothing)
            with contextlib.suppress(OSError):
                connection.send(bytes([code]))
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
        return goes_on and threading.active_count() == 1

    def _run(self, arguments: list[str]) -> int:
        config = OfService(self._config)

        @cache
        def role() -> str:
            found = role_of_asker(self._config)
            if found == permitted.ADMINISTRATOR:
                ours = self._environment.items()
                os.environ.update({name: value for name, value in ours if name not in wire.SHOWN_BY})
            return found

        viewing.ask_as(_name_of(self._uid))
        standard_streams.prepare()
        if asked := os.environ.get("_LASTTOUCH_COMPLETE"):
            command_line.lasttouch.guard = None
            return command_line.complete(asked, config)
        command_line.lasttouch.guard = permitted.guard(role)
        return command_line.run(arguments, config)

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        """Whoever asked has pressed Ctrl-C, or is gone: what is under way is undone, as it would be there."""
        if self._is_answering:
            raise KeyboardInterrupt


def _password_of_the_log(config: Path) -> Iterator[str]:
    """The variable that has it: of a log on a server every process that answers opens it by itself."""
    with contextlib.suppress(LasttouchError):
        file = HELD.config(config)
        if file.is_plainly_in_a_file:  # to parse the rest takes as long as an answer
            return
        named = file.data.get("password_env") if "://" in str(file.data.get("database")) else None
        if isinstance(named, str):
            yield named


def _memory() -> int:
    """Bytes in memory that are of no file (proc(5), statm)."""
    _size, resident, shared, *_ = Path("/proc/self/statm").read_bytes().split()
    return (int(resident) - int(shared)) * _PAGE


def _is_question(request: incoming.Request) -> bool:
    return "_LASTTOUCH_COMPLETE" in request.settings or permitted.is_question(request.arguments)


def _name_of(uid: int) -> str | None:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return None
