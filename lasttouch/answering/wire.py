"""What a client sends and is told: one message each way on a connection that keeps their borders (SOCK_SEQPACKET).

A request is fields that each end with NUL: the version, how many settings follow, the settings as
NAME=value, the arguments. With it go three descriptors: standard input, output and error. An answer
is one byte, the exit code; where there is none, the answer broke off.
"""

from __future__ import annotations

import os

VERSION = "lasttouch 1"
LONGEST_REQUEST = 131_072  # bytes
LONGEST_ANSWER_SECONDS = 600  # a pager may be read so long; then whoever reads no more costs nothing
SYSTEM_SOCKET = "/run/lasttouch/lasttouch.sock"
ENCODING = "encoding"  # the setting that says how the client's terminal writes text
STAYS, LEAVES = b"s", b"l"  # a child of its answer, to the server: the next one too, or that was the last
SHOWN_BY = ("TZ", "COLUMNS", "LINES", "TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR")
COMPLETION = ("_LASTTOUCH_COMPLETE", "COMP_WORDS", "COMP_CWORD")


def named_socket() -> str:
    """What $LASTTOUCH_SOCKET names; nothing where it does not."""
    return os.environ.get("LASTTOUCH_SOCKET", "")


def request(settings: dict[str, str], arguments: list[str]) -> bytes:
    """The message. Raises ValueError where it would be too long."""
    fields = [VERSION, str(len(settings)), *(f"{name}={value}" for name, value in settings.items()), *arguments]
    message = "".join(f"{field}\0" for field in fields).encode("utf-8", "surrogateescape")
    if len(message) > LONGEST_REQUEST:
        raise ValueError("too long")
    return message


def parts(message: bytes) -> tuple[dict[str, str], list[str]]:
    """The settings and arguments of a request. Raises ValueError for anything else, and for another version's."""
    version, number, *rest = message.decode("utf-8", "surrogateescape").split("\0")
    count = int(number)
    if version != VERSION or rest.pop() != "" or not 0 <= count <= len(rest):
        raise ValueError("no request of this version")
    pairs = (field.partition("=") for field in rest[:count])
    return {name: value for name, _, value in pairs}, rest[count:]
