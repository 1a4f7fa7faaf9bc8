"""What was set up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lasttouch.views import sync

if TYPE_CHECKING:
    from lasttouch.passes.source_pass import Report
    from lasttouch.wizard.account import Tried


def as_json(config: str, tried: Tried, reports: Sequence[Report] | None) -> dict[str, Any]:
    """The object of `init --json`; see docs/json.md.

    `config` is where the configuration stands; `reports` are None where nothing was read.
    """
    draft, survey = tried.draft, tried.mail
    mail, calendar = draft.mail, draft.calendar
    return {
        "config": config,
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
        "synced": None if reports is None else sync.as_json(reports)["accounts"],
    }
