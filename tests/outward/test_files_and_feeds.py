"""Files of ours: a sheet, and a calendar of whom to get back to; and a command that is run for
every change."""

from __future__ import annotations

import csv
import io
import json
import re
import stat
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
from office import ANA, BOB, Office

from deliver import folder
from deliver.calendar_text import Reminder, feed_text
from household import ago, utc
from lasttouch.local_time import utc_now
from lasttouch.outward.feed import reminders


def _sheet(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_sheet_says_what_the_log_says(office: Office) -> None:
    """Requirements 1 and 2, of a folder: forward and back, mode 0640, and no formula is let in."""
    office.target("sheet", "folder", path="share/lasttouch.csv")
    office.configure()
    office.contacts("=HYPERLINK(1),bob@globex.example", "Eve,eve@globex.example")
    met = ago(days=2)
    office.receive(BOB, ANA, ago(days=9))
    office.meet("m1", met, f"{BOB};PARTSTAT=ACCEPTED")
    office.sync()
    path = office.folder / "share" / "lasttouch.csv"
    assert len(office.push("sheet")["changes"]) == 1
    assert not path.exists()
    office.drain("sheet")
    (row,) = _sheet(path)
    assert (row["name"], row["lasttouch_at"], row["lasttouch_how"]) == ("'=HYPERLINK(1)", utc(met), "meeting")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    before = path.stat().st_ino
    assert office.drain("sheet").idle
    assert "sheet: the file says all of it already." in office.run("push", "sheet", "--yes").out
    assert path.stat().st_ino == before
    office.meet("m1", met, f"{BOB};PARTSTAT=ACCEPTED", STATUS="CANCELLED", SEQUENCE="1")
    office.sync()
    office.drain("sheet")
    assert [row["lasttouch_at"] for row in _sheet(path)] == [utc(ago(days=9))]
    assert sorted(one.name for one in path.parent.iterdir()) == ["lasttouch.csv"]
    assert office.run("contacts", "forget", BOB, "--yes").code == 0
    shown = office.run("push", "sheet").out
    assert "people who are to be in it no more" in shown
    assert "To do it: lasttouch push sheet --yes" in shown
    assert "sheet: the file was written." in office.run("push", "sheet", "--yes").out
    assert _sheet(path) == []


@pytest.mark.parametrize("name", ["Bob;=cmd()", "Bob|+cmd()", "Bob, @cmd()", "\uff1dcmd()"])
def test_a_formula_is_none_whatever_separator_the_spreadsheet_goes_by(name: str) -> None:
    (_, row) = csv.reader(io.StringIO(folder.text_of([{"name": name}], "csv")))
    sign = re.search("[=+@\uff1d]", name)
    assert sign is not None
    assert row[folder.COLUMNS.index("name")] == f"{name[: sign.start()]}'{name[sign.start() :]}"


def test_a_sheet_keeps_what_it_said_while_it_is_unknown(office: Office) -> None:
    """Requirement 3, of a folder."""
    office.target("sheet", "folder", path="lasttouch.json", format="json")
    office.configure()
    office.contacts("Bob,bob@globex.example")
    office.receive(BOB, ANA, ago(days=9))
    office.sync()
    office.drain("sheet")
    office.receive(BOB, ANA, ago(days=5))
    office.sync()
    office.unknown_since(ago(days=4))
    assert office.drain("sheet").held == 1
    (row,) = json.loads((office.folder / "lasttouch.json").read_text())
    assert row["lasttouch_at"] == utc(ago(days=9))


def test_nobody_reads_half_a_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requirement 6, of a file: what is cut off while it is written leaves the old one, and nothing
    beside it."""
    path = tmp_path / "sheet.csv"
    folder.put(path, "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder.os, "fsync", full)
    with pytest.raises(Exception, match="No space left"):
        folder.put(path, "new")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("sheet.csv", "old")]


def test_a_command_is_run_once_for_every_change(office: Office) -> None:
    """The simplest target: the change as JSON on standard input; what fails is run again under the
    same id."""
    office.target("hook", "hook", on_change="test ! -e broken && cat >> seen.jsonl")
    office.configure()
    office.contacts("Bob,bob@globex.example")
    office.receive(BOB, ANA, ago(days=9))
    office.sync()
    (office.folder / "broken").touch()
    error = office.drain("hook").error
    assert error is not None
    assert "exit code 1" in error.message
    (office.folder / "broken").unlink()
    office.push("hook", "--yes")
    assert office.drain("hook").idle
    (told,) = [json.loads(line) for line in (office.folder / "seen.jsonl").read_text().splitlines()]
    assert told["id"].startswith("msg_")
    assert told["data"]["last_touch"] == utc(ago(days=9))


def _events(text: str) -> list[tuple[str, date, date, str, str]]:
    calendar = icalendar.Calendar.from_ical(text)
    return [
        (str(one["UID"]), one["DTSTART"].dt, one["DTEND"].dt, str(one["SUMMARY"]), str(one["TRANSP"]))
        for one in calendar.walk("VEVENT")
    ]


def test_the_feed_is_read_by_icalendar(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requirement 15: who is due → one event on the local day; the same UID tomorrow; touched since
    → gone."""
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")  # a day ahead of UTC most of the time
    office.target("feed", "calendar", path="due.ics")
    office.configure()
    office.contacts("Bob; Stone,bob@globex.example".replace(";", ""), "Eve,eve@globex.example")
    office.receive(ANA, BOB, ago(days=90))
    office.receive(ANA, "eve@globex.example", ago(days=1))
    office.sync()
    assert office.run("cadence", "bob", "30d").code == 0
    now = utc_now()
    office.unknown_since(now + timedelta(days=9))
    shown = office.run("push", "feed").out
    assert "an event: Get back to Bob Stone" in shown
    assert "Last touch" not in shown
    office.drain("feed")
    path = office.folder / "due.ics"
    due = [one for one in _events(path.read_text()) if one[3] == "Get back to Bob Stone"]
    today = now.astimezone(ZoneInfo("Pacific/Kiritimati")).date()
    ((uid, start, end, _, transparent),) = due
    assert (start, end, transparent) == (today, today + timedelta(days=1), "TRANSPARENT")
    office.drain("feed", lambda: now + timedelta(hours=24))
    later = [one for one in _events(path.read_text()) if one[3] == "Get back to Bob Stone"]
    assert [(one[0], one[1]) for one in later] == [(uid, today + timedelta(days=1))]
    office.receive(ANA, BOB, now - timedelta(hours=1))
    office.sync()
    office.drain("feed")
    assert "Get back to Bob Stone" not in path.read_text()


def test_hostile_names_stay_within_their_line() -> None:
    """Requirement 15: a name cannot end its property, nor its event."""
    name = "Bob\r\nEND:VEVENT\u202e; DROP, \\n" + "ü" * 200
    (one,) = _events(feed_text([Reminder("u1", 1, date(2026, 10, 5), name, "")]))
    assert one[:3] == ("u1", date(2026, 10, 5), date(2026, 10, 6))
    assert "DESCRIPTION" not in feed_text([Reminder("u1", 1, date(2026, 10, 5), name, "")])
    for line in feed_text([Reminder("u1", 1, date(2026, 10, 5), name, "")]).split("\r\n"):
        assert len(line.encode()) <= 75


def test_the_day_is_that_of_the_zone(office: Office) -> None:
    """Requirement 15: half an hour to midnight in UTC is tomorrow in Berlin."""
    office.configure()
    office.contacts("Bob,bob@globex.example")
    office.receive(BOB, ANA, ago(days=40))
    office.sync()
    office.run("cadence", "bob", "30d")
    at = datetime.combine(utc_now().date(), datetime.min.time(), utc_now().tzinfo) + timedelta(hours=23, minutes=30)
    with office.agent(lambda: at) as agent:
        days = {
            zone: [one.day for one in reminders(agent.log, {1}, at, ZoneInfo(zone), "here")]
            for zone in ("UTC", "Europe/Berlin")
        }
    assert days == {"UTC": [at.date()], "Europe/Berlin": [at.date() + timedelta(days=1)]}
