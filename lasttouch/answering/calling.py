"""A command asked of the service from within a program: what it is given and prints goes through memory."""

from __future__ import annotations

import os
import socket
from typing import NamedTuple

from activity.errors import LasttouchError
from lasttouch.answering import wire

_PATIENCE_SECONDS = 120.0
_LONGEST = 16_777_216  # bytes of an answer


class Printed(NamedTuple):
    """The exit code of a command, and what it printed."""

    code: int
    out: bytes
    err: bytes


def asked_of_service(arguments: list[str], given: bytes) -> Printed:
    """What the service says to this command with `given` as its standard input. Raises LasttouchError."""
    files = [os.memfd_create(name, os.MFD_CLOEXEC) for name in ("given", "out", "err")]
    try:
        os.write(files[0], given)
        os.lseek(files[0], 0, os.SEEK_SET)
        code = _exit_code(wire.request({wire.ENCODING: "utf-8"}, arguments), files)
        return Printed(code, *(os.pread(one, _LONGEST, 0) for one in files[1:]))
    finally:
        for one in files:
            os.close(one)


def _exit_code(message: bytes, files: list[int]) -> int:
    place = wire.named_socket() or wire.SYSTEM_SOCKET
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
            connection.settimeout(_PATIENCE_SECONDS)
            connection.connect(place)
            socket.send_fds(connection, [message], files)
            if answer := connection.recv(1):
                return answer[0]
    except PermissionError:
        raise LasttouchError(
            f"you may not ask the service at {place}", "whoever keeps this server puts you into the group that may"
        ) from None
    except OSError:
        pass
    raise LasttouchError(f"the service does not answer at {place}", "whoever keeps this server starts it")
