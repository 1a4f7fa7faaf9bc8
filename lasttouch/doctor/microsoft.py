"""A mailbox at Microsoft 365: whether it lets us in, and what is read of it."""

from __future__ import annotations

from lasttouch.configuration.config import LoadedConfig
from lasttouch.configuration.options import Account
from lasttouch.doctor.finding import Finding
from lasttouch.local_time import Clock
from lasttouch.passes.sources import graph_calendars_of, graph_mail_of


def mail_findings(loaded: LoadedConfig, account: Account, clock: Clock) -> list[Finding]:
    """Raises SourceError, which says what is missing."""
    choice = graph_mail_of(loaded, account, clock().date()).choice()
    read = ", ".join(one.name for one in choice.read)
    left_out = ", ".join(f"{one.name} ({why})" for one, why in choice.left_out)
    found = [Finding("mail-login", "ok", "Microsoft 365 let us in, without a right to read texts", "", account.name)]
    message = f"reads {read}" + (f"; leaves out {left_out}" if left_out else "")
    return [*found, Finding("mailboxes", "ok", message, "", account.name)]


def calendar_findings(loaded: LoadedConfig, account: Account, clock: Clock) -> list[Finding]:
    """Raises SourceError, which says what is missing."""
    listed = graph_calendars_of(loaded, account, clock()).listing()
    read = ", ".join(one.name for one in listed if one.read)
    left_out = ", ".join(one.name for one in listed if not one.read)
    message = f"reads {read or 'none'}" + (f"; leaves out {left_out}" if left_out else "")
    hint = "those of others are read only where `calendars` names them" if left_out else ""
    return [Finding("calendars", "ok" if read else "warning", message, hint, account.name)]
