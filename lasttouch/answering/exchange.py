"""A command handed to the service over its socket, and what it says when it is done."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import sys

from lasttouch.answering import wire

_DESCRIPTORS = (0, 1, 2)
_PATIENCE_SECONDS = wire.LONGEST_ANSWER_SECONDS + 30.0


def exchange(arguments: list[str]) -> int | None:
    """The exit code of what the service answered; None where there is none, or nothing to hand to it."""
    descriptors = _descriptors(arguments)
    if descriptors is None:
        return None
    named = wire.named_socket()
    place = named or wire.SYSTEM_SOCKET
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        connection.settimeout(_PATIENCE_SECONDS)
        try:
            connection.connect(place)
        except (FileNotFoundError, NotADirectoryError) as error:
            return None if not named else _unanswered(arguments, place, error)
        except OSError as error:
            return _unanswered(arguments, place, error)
        try:
            message = wire.request(_settings(), arguments)
        except ValueError:
            return _failed(arguments, "the command is too long to be asked of the service", "")
        with contextlib.suppress(OSError):
            socket.send_fds(connection, [message], descriptors)
            return _exit_code(connection, arguments)
    return _broken_off(arguments)


def _settings() -> dict[str, str]:
    settings = {name: value for name in (*wire.SHOWN_BY, *wire.COMPLETION) if (value := os.environ.get(name))}
    stream = sys.stdout or sys.stderr
    return settings | {wire.ENCODING: stream.encoding if stream else "utf-8"}


def _descriptors(arguments: list[str]) -> list[int] | None:
    """Standard input, output and error, something in place of those that a shell closed.

    A file of contacts is opened by whoever names it, and goes as standard input; None where it cannot be.
    """
    given = []
    for number in _DESCRIPTORS:
        try:
            os.fstat(number)
            given.append(number)
        except OSError:
            given.append(os.open(os.devnull, os.O_RDWR))
    if arguments[:2] == ["contacts", "import"]:
        named = next((word for word in arguments[2:] if not word.startswith("-")), "")
        try:
            given[0] = os.open(named, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, ValueError):
            return None
        if not stat.S_ISREG(os.fstat(given[0]).st_mode):
            return None
    return given


def _exit_code(connection: socket.socket, arguments: list[str]) -> int:
    """What the service says when it is done; Ctrl-C is told to it once, as it would be to a command here."""
    while True:
        try:
            answer = connection.recv(1)
        except KeyboardInterrupt:
            connection.shutdown(socket.SHUT_WR)
            continue
        return answer[0] if answer else _broken_off(arguments)


def _unanswered(arguments: list[str], place: str, error: OSError) -> int:
    if isinstance(error, PermissionError):
        hint = "whoever keeps this server puts you into the group that may; then sign in anew (docs/operations.md)"
        return _failed(arguments, f"you may not ask the service at {place}", hint)
    hint = "it is started by whoever keeps this server; how it is: systemctl status lasttouch"
    return _failed(arguments, f"the service does not answer at {place}", hint)


def _broken_off(arguments: list[str]) -> int:
    hint = "ask again; an answer may take ten minutes to be read, and few may be asked for at once"
    return _failed(arguments, "the service broke off the answer", hint)


def _failed(arguments: list[str], message: str, hint: str) -> int:
    if os.environ.get("_LASTTOUCH_COMPLETE"):
        return 1
    from lasttouch.terminal import command_line, standard_streams  # noqa: PLC0415 - only when something went wrong

    standard_streams.prepare()
    return command_line.fail("service", message, hint, 1, "--json" in arguments)
