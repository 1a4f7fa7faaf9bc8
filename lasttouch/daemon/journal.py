"""The log of the daemon: lines for people or for programs, without secrets, mail content, or control characters."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from datetime import UTC, datetime
from typing import Literal, TextIO

from activity.mistakes import OUR_MISTAKE, whereabouts
from lasttouch.terminal.output import clean

Format = Literal["text", "json"]

OUR_ROOMS = ("lasttouch", "capture", "deliver", "store", "matchers", "activity")
PRIORITIES = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}

_log = logging.getLogger(__name__)


def keep_journal(form: Format, level: str, stream: TextIO | None = None) -> None:
    """Send what our rooms log at `level` and above to standard error; nothing else gets there.

    Libraries log what they send and receive, passwords among it; what goes wrong in them is told by us.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    formatter = _Json() if form == "json" else _Text()
    handler.setFormatter(_Journald(formatter) if _reaches_journald(handler.stream) else formatter)
    handler.addFilter(lambda record: record.name.partition(".")[0] in OUR_ROOMS)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.ERROR)
    for room in OUR_ROOMS:
        logging.getLogger(room).setLevel(level.upper())
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # whoever reads the journal may go away; the daemon stays
    threading.excepthook = _tell_of_a_thread


def _tell_of_a_thread(failure: threading.ExceptHookArgs) -> None:
    if failure.exc_value is not None:
        _log.error(f"{OUR_MISTAKE} in a thread: %s", whereabouts(failure.exc_value))


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return f"{_at(record)} {record.levelname.lower():7} {clean(_message(record))}"


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        about = {name: value for name in ("account", "source") if (value := getattr(record, name, None))}
        line = {"at": _at(record), "level": record.levelname.lower(), **about, "message": _message(record)}
        return json.dumps(line, ensure_ascii=True)


class _Journald(logging.Formatter):
    """With the priority that `journalctl -p` goes by (sd-daemon(3)); the time is the journal's own."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        line = self._inner.format(record)
        if isinstance(self._inner, _Text):
            line = line.partition(" ")[2]
        return f"<{PRIORITIES[record.levelno]}>{line}"


def _reaches_journald(stream: TextIO) -> bool:
    """Is this the stream that systemd has connected to its journal (systemd.exec(5), $JOURNAL_STREAM)?"""
    try:
        about = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{about.st_dev}:{about.st_ino}"


def _at(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _message(record: logging.LogRecord) -> str:
    text = " ".join(record.getMessage().split())
    error = record.exc_info[1] if record.exc_info else None
    return text if error is None else f"{text}: {whereabouts(error)}"
