"""A history as real Maildirs, a calendar file and a list of contacts, and the configuration that
reads them."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

from bench.attention_cast import REP
from bench.attention_history import History, Meeting


def write(history: History, folder: Path, mail: Path) -> None:
    """The mail in Maildir++ below `mail`, calendar.ics and contacts.csv in `folder`."""
    for name in ("", ".Sent", ".Archive"):
        for part in ("cur", "new", "tmp"):
            (mail / name / part).mkdir(parents=True, exist_ok=True)
    for number, letter in enumerate(history.letters):
        name = "" if letter.mailbox == "INBOX" else f".{letter.mailbox}"
        at = int(letter.at.timestamp())
        path = mail / name / "cur" / f"{at}.{number}.world:2,{''.join(sorted(letter.flags))}"
        path.write_bytes(letter.octets())
        os.utime(path, (at, at))
    if os.getuid() == 0:
        for path in (mail, *mail.rglob("*")):
            shutil.chown(path, "nobody", "nogroup")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//world//",
        *(row for one in history.meetings for row in _event(one)),
    ]
    (folder / "calendar.ics").write_text("\r\n".join([*lines, "END:VCALENDAR", ""]))
    rows = [f"{one.name},{one.email};{one.second},{one.company}" for one in history.people]
    (folder / "contacts.csv").write_text("\n".join(["name,email,company", *rows, ""]))


def config(folder: Path, source: str) -> Path:
    """A configuration whose mail comes from `source`, sections of the account."""
    path = folder / "config.toml"
    path.write_text(
        f"""database = "{folder}/log.db"
internal_domains = ["acme.example"]
[[accounts]]
name = "ana"
owner = "{REP[0]}"
addresses = ["{REP[1]}"]
timezone = "UTC"
[[accounts.files]]
path = "{folder}/calendar.ics"
{source}"""
    )
    path.chmod(0o600)
    return path


def _event(one: Meeting) -> list[str]:
    end = one.start + timedelta(hours=1)
    rows = [
        "BEGIN:VEVENT", f"UID:{one.uid}", f"DTSTAMP:{one.start:%Y%m%dT%H%M%SZ}", f"SUMMARY:{one.title}",
        f"DTSTART:{one.start:%Y%m%dT%H%M%SZ}", f"DTEND:{end:%Y%m%dT%H%M%SZ}", f"ORGANIZER:mailto:{one.organizer[1]}",
        f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{REP[1]}", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{one.with_[1]}",
    ]  # fmt: skip
    return [*rows, *([f"RRULE:{one.rule}"] if one.rule else []), "END:VEVENT"]
