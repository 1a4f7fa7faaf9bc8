"""Where the service listens: a socket that its group may write to, and nobody else; and who is at the other end."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from pathlib import Path

from activity.errors import DatabaseInUse, LasttouchError
from lasttouch.answering import wire

MODE = 0o660
NAME = "lasttouch.sock"
_BACKLOG = 256
_CREDENTIALS = struct.Struct("3i")  # struct ucred: pid, uid, gid (unix(7))


def place_of(database: Path) -> Path:
    """In systemd's RuntimeDirectory, else where $LASTTOUCH_SOCKET says, else beside the database."""
    if folder := os.environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]:
        return Path(folder) / NAME
    return Path(wire.named_socket() or database.with_name(NAME))


def listening(place: Path) -> socket.socket:
    """A socket that listens there, in place of one that nobody listens on any more.

    Raises DatabaseInUse where somebody does, LasttouchError where it cannot be made.
    """
    try:
        if _is_answered(place):
            raise DatabaseInUse(f"another service answers at {place}", "set LASTTOUCH_SOCKET to another place")
        return put_at(place, socket.SOCK_SEQPACKET)
    except OSError as error:
        what = error.strerror or str(error)
        raise LasttouchError(
            f"the service cannot listen at {place}: {what}", "see who may write there, or set LASTTOUCH_SOCKET"
        ) from None


def put_at(place: Path, kind: socket.SocketKind) -> socket.socket:
    """A socket of this kind that listens there, in place of whatever was there. Raises OSError."""
    listener = socket.socket(socket.AF_UNIX, kind)
    new = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        new.unlink(missing_ok=True)
        os.fchmod(listener.fileno(), MODE)  # Linux makes the file with it, less the umask: never more for a moment
        listener.bind(str(new))
        new.chmod(MODE)
        listener.listen(_BACKLOG)
        new.rename(place)
    except OSError:
        listener.close()
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
        raise
    return listener


def user_at_the_other_end(connection: socket.socket) -> int:
    """The user id of whoever connected, as the kernel noted it then."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _pid, uid, _gid = _CREDENTIALS.unpack(credentials)
    return int(uid)


def _is_answered(place: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection, contextlib.suppress(OSError):
        connection.settimeout(1.0)
        connection.connect(str(place))
        return True
    return False
