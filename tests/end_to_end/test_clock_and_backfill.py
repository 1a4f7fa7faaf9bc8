"""A clock that was wrong during one pass, and a longer past asked for later: the log is as if it
had never been so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from activity.contact import ContactEntry
from lasttouch.configuration.config import load_config
from lasttouch.keeping import address_book
from lasttouch.keeping.opening import opened
from lasttouch.keeping.recomputation import recompute
from lasttouch.passes.pipeline import sync
from lasttouch.views.activities import not_counted_because
from store.awaiting import awaiting, told
from store.finding import find_activities
from store.people import people
from store.timeline import activities
from store.transactions import writing
from store.unmatched import unmatched

ANA, BOB, EVE = "ana@acme.example", "bob@globex.example", "eve@hooli.example"
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


class Desk:
    """A folder with mail and a calendar, read whenever `read` says it is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "mail").mkdir()
        (folder / "box.mbox").touch()
        self.events: list[str] = []
        self.configure("2y")

    def configure(self, backfill: str) -> None:
        (self.folder / "config.toml").write_text(
            f'database = "log.db"\nbackfill = "{backfill}"\n[[accounts]]\nname = "ana"\naddresses = ["{ANA}"]\n'
            'timezone = "UTC"\n'
            + "".join(f'[[accounts.files]]\npath = "{name}"\n' for name in ("mail", "box.mbox", "calendar.ics")),
            encoding="utf-8",
        )

    def mail(self, name: str, at: datetime, sender: str = BOB, boxed: bool = False) -> None:
        date = format_datetime(at)
        letter = f"From: {sender}\nTo: {ANA}\nDate: {date}\nMessage-ID: <{name}@x.example>\nSubject: {name}\n\n"
        if boxed:
            with (self.folder / "box.mbox").open("a", encoding="utf-8") as box:
                box.write(f"From {sender} {at:%a %b %d %H:%M:%S %Y}\n{letter}\n")
        else:
            (self.folder / "mail" / f"{name}.eml").write_text(letter, encoding="utf-8")

    def meeting(self, uid: str, start: datetime, rule: str = "") -> None:
        self.events += [
            "BEGIN:VEVENT", f"UID:{uid}", f"DTSTAMP:{start:%Y%m%dT%H%M%SZ}", f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
            "DURATION:PT1H", *([f"RRULE:{rule}"] if rule else []), f"ORGANIZER:mailto:{ANA}",
            f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{BOB}", f"SUMMARY:{uid}", "END:VEVENT",
        ]  # fmt: skip
        text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *self.events, "END:VCALENDAR", ""])
        (self.folder / "calendar.ics").write_text(text, encoding="utf-8")

    def read(self, now: datetime) -> dict[str, Any]:
        """One pass at what the clock says is `now`; what the log says then."""
        with opened(load_config(self.folder / "config.toml"), lambda: now) as agent:
            address_book.import_contacts(agent, [ContactEntry("Bob", [BOB])])
            assert [report.error for report in sync(agent)] == [None]
            return self._said(agent, now)

    def look(self, now: datetime) -> dict[str, Any]:
        with opened(load_config(self.folder / "config.toml"), lambda: now) as agent:
            return self._said(agent, now)

    def why_not(self, name: str, now: datetime) -> str | None:
        """Why this mail counts for nobody then."""
        with opened(load_config(self.folder / "config.toml"), lambda: now) as agent:
            (letter,) = activities(agent.log, find_activities(agent.log, f"<{name}@x.example>"))
            return not_counted_because(letter, now)

    def _said(self, agent: Any, now: datetime) -> dict[str, Any]:
        (bob,) = people(agent.log, now)
        strangers = [one.last_touch for one in unmatched(agent.log, now)]
        waiting = [one.subject for one in told(agent.log, list(awaiting(agent.log, now, "us")))]
        with writing(agent.connection):
            assert recompute(agent) == 0
        return {
            "dates": (bob.last_inbound, bob.last_meeting, bob.next_meeting, bob.touches),
            "strangers": strangers,
            "waiting": waiting,
        }


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize(
    "wrong_by", [timedelta(hours=-30), timedelta(days=-3000), timedelta(days=3), timedelta(days=900)]
)
def test_a_clock_that_was_wrong_during_one_pass_leaves_no_trace(tmp_path: Path, wrong_by: timedelta) -> None:
    said = []
    for clocks in ((NOW,), (NOW + wrong_by, NOW)):
        folder = tmp_path / str(len(clocks))
        folder.mkdir()
        desk = Desk(folder)
        desk.mail("old", NOW - timedelta(days=300))
        desk.mail("boxed", NOW - timedelta(days=5), boxed=True)
        desk.mail("new", NOW - timedelta(hours=2))
        desk.mail("stranger", NOW - timedelta(hours=3), sender=EVE)
        desk.meeting("past", NOW - timedelta(days=400))
        desk.meeting("weekly", NOW - timedelta(days=70), "FREQ=WEEKLY;COUNT=9")
        desk.meeting("ahead", NOW + timedelta(days=20))
        said.append([desk.read(clock) for clock in clocks][-1])
    assert said[1] == said[0]
    assert said[0]["dates"][:3] == (NOW - timedelta(hours=2), NOW - timedelta(days=14), NOW + timedelta(days=20))


def test_what_a_clock_that_was_ahead_took_for_held_lies_ahead_again(desk: Desk) -> None:
    desk.mail("new", NOW - timedelta(days=2))
    desk.mail("boxed", NOW - timedelta(days=3), boxed=True)
    desk.meeting("ahead", NOW + timedelta(days=20))
    assert desk.read(NOW + timedelta(days=30))["dates"][1] == NOW + timedelta(days=20)
    assert desk.look(NOW)["dates"] == (NOW - timedelta(days=2), None, NOW + timedelta(days=20), 2)


def test_mail_that_is_dated_ahead_is_shown_when_its_time_has_come(desk: Desk) -> None:
    desk.mail("now", NOW - timedelta(hours=1))
    desk.mail("ahead", NOW + timedelta(days=2))
    desk.mail("stranger", NOW + timedelta(days=3), sender=EVE)
    desk.meeting("past", NOW - timedelta(days=4))
    before = desk.read(NOW)
    assert before["dates"][0] == NOW - timedelta(hours=1)
    assert before["strangers"] == []
    assert desk.why_not("ahead", NOW) == "its date lies ahead: it counts when that has come"
    assert desk.why_not("ahead", NOW + timedelta(days=2, hours=1)) is None
    assert desk.look(NOW + timedelta(days=2, hours=1))["dates"][0] == NOW + timedelta(days=2)
    assert desk.look(NOW + timedelta(days=4))["strangers"] == [NOW + timedelta(days=3)]


def test_a_longer_past_that_is_asked_for_later_is_read(desk: Desk) -> None:
    desk.mail("old", NOW - timedelta(days=300))
    desk.mail("boxed", NOW - timedelta(days=290), boxed=True)
    desk.mail("new", NOW - timedelta(days=2))
    desk.meeting("past", NOW - timedelta(days=280))
    desk.meeting("weekly", NOW - timedelta(days=210), "FREQ=WEEKLY;COUNT=4")
    desk.configure("30d")
    assert desk.read(NOW)["dates"] == (NOW - timedelta(days=2), None, None, 1)
    desk.configure("1y")
    assert desk.read(NOW)["dates"] == (NOW - timedelta(days=2), NOW - timedelta(days=189), None, 8)
    assert desk.read(NOW)["dates"] == (NOW - timedelta(days=2), NOW - timedelta(days=189), None, 8)
