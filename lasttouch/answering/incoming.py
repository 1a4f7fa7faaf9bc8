"""A request as it comes in: told from anything else, and this process made to look as the client's does."""

from __future__ import annotations

import contextlib
import io
import os
import re
import socket
import sys
import time
from typing import NamedTuple

from lasttouch.answering import wire

PATIENCE_SECONDS = 2.0
_PLAIN = re.compile(r"(?!/)(?!.*\.\.)[\w:.,+/@-]{0,64}", re.ASCII)
_SHELL = re.compile(r"(bash|zsh|fish)_complete", re.ASCII)
_INTERRUPTED = socket.MSG_TRUNC | socket.MSG_CTRUNC


class Request(NamedTuple):
    """What is asked, the client's standard streams, and the settings that say how an answer is shown."""

    arguments: list[str]
    descriptors: list[int]
    settings: dict[str, str]


def received(connection: socket.socket) -> Request:
    """Raises ValueError for what is no request, OSError (TimeoutError) where none comes."""
    connection.settimeout(PATIENCE_SECONDS)
    message, descriptors, flags, _ = socket.recv_fds(connection, wire.LONGEST_REQUEST, len("ioe"))
    connection.settimeout(None)
    try:
        if flags & _INTERRUPTED or len(descriptors) != len("ioe"):
            raise ValueError("not three descriptors, or too long")
        settings, arguments = wire.parts(message)
    except ValueError:
        for descriptor in descriptors:
            os.close(descriptor)
        raise
    shown = {name: value for name, value in settings.items() if _is_harmless(name, value)}
    return Request(arguments, descriptors, shown)


def _is_harmless(name: str, value: str) -> bool:
    """Nothing but how an answer is shown is taken from whoever asks."""
    if name == "_LASTTOUCH_COMPLETE":
        return _SHELL.fullmatch(value) is not None
    if name in ("COMP_WORDS", "COMP_CWORD"):
        return True
    return name in (*wire.SHOWN_BY, wire.ENCODING) and _PLAIN.fullmatch(value) is not None


def put_on(request: Request, environment: dict[str, str]) -> None:
    """Make the client's streams and settings those of this process, beside this environment and nothing else of it."""
    for number, descriptor in enumerate(request.descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    settings = dict(request.settings)
    encoding = settings.pop(wire.ENCODING, "utf-8")
    os.environ.clear()
    os.environ.update(environment | settings)
    time.tzset()
    sys.stdin = sys.__stdin__ = _stream(0, encoding, "strict")  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = _stream(1, encoding, "strict")  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _stream(2, encoding, "backslashreplace")  # type: ignore[misc]


def take_off(nothing: int) -> None:
    """The client's streams are no longer ours: what of the answer they would not take goes to `nothing`, as all does
    until the next are put on.
    """
    streams = [sys.stdout, sys.stderr, sys.stdin]
    for stream in streams[:2]:
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    for number in range(len(streams)):
        os.dup2(nothing, number)
    for stream in streams:
        with contextlib.suppress(OSError, ValueError):
            stream.close()


def _stream(number: int, encoding: str, errors: str) -> io.TextIOWrapper:
    """As Python makes it at its start; of a folder, which is none, an empty one."""
    mode = "r" if number == 0 else "w"
    try:
        stream = open(number, mode, encoding=encoding, errors=errors, closefd=False)  # noqa: SIM115
    except LookupError:
        return _stream(number, "utf-8", errors)
    except OSError:
        stream = open(os.devnull, mode, encoding="utf-8")  # noqa: SIM115
    assert isinstance(stream, io.TextIOWrapper)
    if number == 2:
        stream.reconfigure(line_buffering=True)
    return stream
