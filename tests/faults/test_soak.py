"""A few seconds of `make soak`: the daemon among failing servers, and in the end the log is the
truth."""

from __future__ import annotations

import shutil

import pytest

from dovecot_server import DovecotServer
from loopback_process import server_folder
from soak.run import Soak


@pytest.mark.timeout(300)
def test_after_all_that_went_wrong_the_log_is_the_truth(
    dovecot: DovecotServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LASTTOUCH_CONFIG", "SOAK_MAIL", "SOAK_CALENDAR", "SOAK_WRONG"):
        monkeypatch.setenv(name, "")  # the soak sets them; they are as before afterwards
    folder = server_folder("soak")
    try:
        Soak(folder, seed=7, seconds=8, accounts=2).run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
