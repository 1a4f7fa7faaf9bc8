"""One command that is answered: bounded in time, for whom the kernel names, and by nothing else that they say."""

from __future__ import annotations

import contextlib
import logging
import os
import pwd
import signal
import socket
import sys
import threading
from functools import cache
from pathlib import Path
from typing import NoReturn

from lasttouch.answering import incoming, permitted, wire
from lasttouch.answering.server import Asked
from lasttouch.keeping import viewing
from lasttouch.keeping.reading import role_of_asker
from lasttouch.terminal import command_line, standard_streams
from lasttouch.terminal.options import OfService

CPU_SECONDS = 240.0
_GRACE_SECONDS = 3.0
_FAILED, _USAGE = 1, 2
_OWN = ("PATH", "HOME")  # of our environment; there may be passwords in it, which only an administrator's commands need


def answer(asked: Asked, config: Path) -> NoReturn:
    """Run what is asked, tell its exit code, and end the process."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    logging.getLogger().handlers = [logging.NullHandler()]  # standard error is the client's from here on
    for number in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(number, signal.SIG_DFL)
    signal.alarm(wire.LONGEST_ANSWER_SECONDS)
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    code = _USAGE
    with contextlib.suppress(Exception):
        request = incoming.received(asked.connection)
        viewing.ask_as(_name_of(asked.uid))
        environment = dict(os.environ)
        incoming.put_on(request, {name: environment[name] for name in _OWN if name in environment})
        threading.Thread(target=_end_with_the_client, args=[asked.connection], daemon=True).start()
        code = _FAILED  # where not even what went wrong can be told
        code = _run(request.arguments, config, environment)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    with contextlib.suppress(OSError):
        asked.connection.send(bytes([code]))
    os._exit(code)


def _run(arguments: list[str], config: Path, environment: dict[str, str]) -> int:
    @cache
    def role() -> str:
        found = role_of_asker(config)
        if found == permitted.ADMINISTRATOR:
            os.environ.update({name: value for name, value in environment.items() if name not in wire.SHOWN_BY})
        return found

    standard_streams.prepare()
    if asked := os.environ.get("_LASTTOUCH_COMPLETE"):
        return command_line.complete(asked, OfService(config))
    command_line.lasttouch.guard = permitted.guard(role)
    return command_line.run(arguments, OfService(config))


def _name_of(uid: int) -> str | None:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return None


def _end_with_the_client(connection: socket.socket) -> None:
    """Whoever asked has pressed Ctrl-C, or is gone: what is under way is undone, as it would be there."""
    with contextlib.suppress(OSError):
        while connection.recv(1):
            pass
    os.kill(os.getpid(), signal.SIGINT)
    threading.Event().wait(_GRACE_SECONDS)
    os._exit(130)
