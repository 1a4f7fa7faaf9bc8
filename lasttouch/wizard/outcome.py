"""What `init --json` answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lasttouch.wizard.account import Tried


def outcome_json(path: Path, tried: Tried) -> dict[str, Any]:
    """The object of `init --json` but for `synced`; see docs/json.md."""
    draft, survey = tried.draft, tried.mail
    mail, calendar = draft.mail, draft.calendar
    return {
        "config": str(path),
        "account": draft.name,
        "addresses": list(draft.addresses),
        "imap": mail
        and {
            "host": mail.host,
            "port": mail.port,
            "security": mail.security,
            "username": mail.username,
            "found_by": mail.found_by or None,
            "mailboxes": None if survey is None else [one.name for one in survey.choice.read],
            "left_out": None
            if survey is None
            else [{"mailbox": one.name, "reason": why} for one, why in survey.choice.left_out],
        },
        "caldav": calendar
        and {
            "url": calendar.url,
            "username": calendar.username,
            "calendars": None if tried.calendars is None else [one.name for one in tried.calendars if one.read],
        },
    }
