"""Nothing of libraries reaches standard error, and no name of a class is what a user is told."""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
import sys

import pytest

from activity.errors import in_words
from capture.dav.refusals import trouble

NOISE = """
from lasttouch.terminal.standard_streams import silence_libraries
silence_libraries()
import logging, warnings
logging.getLogger("niquests").warning("noise")
logging.getLogger("some.library").error("noise")
warnings.warn("noise")
"""


def test_what_libraries_log_and_warn_of_goes_nowhere() -> None:
    done = subprocess.run([sys.executable, "-c", NOISE], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


FAILURES = [
    OSError(),
    OSError(113, "No route to host"),
    TimeoutError(),
    ConnectionResetError(),
    ConnectionRefusedError(111, "Connection refused"),
    socket.gaierror(-2, "Name or service not known"),
    ssl.SSLEOFError(),
    KeyError("x"),
    ValueError("ftp://ana:secret@x.example"),
]
CLASS_NAME = re.compile(r"[A-Za-z]*(?:Error|Exception|Timeout)\b|secret")


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
def test_failures_are_told_in_words(error: Exception) -> None:
    wrapped = RuntimeError("while asking")
    wrapped.__cause__ = error
    for told in (in_words(error), trouble(error, "cal.example").message, trouble(wrapped, "cal.example").message):
        assert told
        assert not CLASS_NAME.search(told)


def test_what_went_wrong_is_told_as_far_as_it_is_known() -> None:
    assert trouble(socket.gaierror(), "cal.example").message == "the host name cal.example cannot be found"
    assert trouble(ConnectionRefusedError(), "cal.example").message == "cal.example refuses connections"
    assert trouble(ConnectionResetError(), "cal.example").message == "the connection to cal.example broke off"
