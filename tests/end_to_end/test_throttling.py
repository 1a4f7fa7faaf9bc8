"""A server that asks for a pause gets it, however often we are called."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from config_lines import caldav
from household import Household
from lasttouch.configuration.config import load_config
from lasttouch.keeping import opening
from lasttouch.passes.pipeline import sync
from scripted_collections import ScriptedCalendar
from scripted_dav import Reply, Start


@pytest.mark.parametrize(("asked", "minutes"), [("1800", 30), ("86400", 60), ("5", 5)])
def test_retry_after_is_kept_up_to_an_hour(household: Household, scripted: Start, asked: str, minutes: int) -> None:
    dav = ScriptedCalendar()
    server = scripted(dav)
    household.set_account("ana", caldav(server.url + "cal/"))
    now = datetime.now(UTC).replace(microsecond=0)
    loaded = load_config(household.folder / "config.toml")

    def error_after(length: timedelta) -> str | None:
        with opening.opened(loaded, lambda: now + length) as opened:
            (report,) = sync(opened)
        return None if report.error is None else report.error.code

    dav.faults["listing"] = Reply(429, headers={"Retry-After": asked})
    assert error_after(timedelta()) == "throttled"
    (status,) = household.ok("status")["accounts"]
    pause = datetime.fromisoformat(status["next_attempt"]) - now
    assert timedelta(minutes=minutes) <= pause <= timedelta(minutes=min(60, minutes * 1.1))  # not all at once again
    assert status["error_code"] == "throttled"
    dav.faults.clear()
    asked_so_far = len(server.seen)
    assert error_after(timedelta(minutes=minutes - 1)) == "throttled"
    assert len(server.seen) == asked_so_far
    assert error_after(pause) is None
    assert household.ok("status")["accounts"][0]["error"] is None
