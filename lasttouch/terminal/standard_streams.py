"""Standard output and error as a shell may hand them over: closed, full, or in an encoding of few
characters."""

from __future__ import annotations

import os
import sys
from errno import EBADF, EDQUOT, EFBIG, EIO, ENOSPC

_FULL = (ENOSPC, EDQUOT, EFBIG, EIO, EBADF)


def prepare() -> None:
    """Give a closed stream somewhere to write to, and have what an encoding lacks written as an
    escape."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the shell: lasttouch sync >&-
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - for as long as the process lives
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def speak_utf8() -> None:
    """For programs (RFC 8259, section 8.1), whatever the encoding of the terminal is."""
    if hasattr(sys.stdout, "reconfigure") and sys.stdout.encoding.lower() != "utf-8":
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")


def silence_libraries() -> None:
    """What libraries log, and warn of, goes nowhere: what goes wrong is told once, by the command."""
    import logging  # noqa: PLC0415 - queries start sooner without

    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.NullHandler())
    logging.captureWarnings(True)


def discard() -> None:
    """Write the rest nowhere: whoever reads it has gone, or there is no room for it."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    os.close(nothing)


def is_of_output(error: OSError) -> bool:
    """Does it say that what we print could not be written? It is about no file that has a name."""
    return error.filename is None and error.errno in _FULL
