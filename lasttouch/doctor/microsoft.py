"""A mailbox at Microsoft 365: whether it lets us in, and what is read of it."""

from __future__ import annotations

from activity.errors import SourceError
from capture.graph.mail import GraphMail
from lasttouch.configuration.config import LoadedConfig
from lasttouch.configuration.options import Account
from lasttouch.doctor.finding import Finding
from lasttouch.doctor.rights import inherited_findings
from lasttouch.local_time import Clock
from lasttouch.passes.sources import graph_calendars_of, graph_mail_of


def mail_findings(loaded: LoadedConfig, account: Account, clock: Clock) -> list[Finding]:
    """Raises SourceError, which says what is missing."""
    mail = graph_mail_of(loaded, account, clock().date())
    choice = mail.choice()
    read = ", ".join(one.name for one in choice.read)
    left_out = ", ".join(f"{one.name} ({why})" for one, why in choice.left_out)
    wanted = loaded.config.store_attachments
    without = "" if wanted else ", without a right to read texts"
    found = [Finding("mail-login", "ok", f"Microsoft 365 let us in{without}", "", account.name)]
    if wanted:
        found.append(_attachments(mail, account.name))
    message = f"reads {read}" + (f"; leaves out {left_out}" if left_out else "")
    return [*found, Finding("mailboxes", "ok", message, "", account.name)]


def _attachments(mail: GraphMail, name: str) -> Finding:
    try:
        may = mail.may_name_attachments()
    except SourceError as error:
        return Finding("attachments", "warning", f"names of attachments: {error.message}", error.hint, name)
    if may is None:
        return Finding(
            "attachments", "ok", "no message with an attachment shows whether their names may be read", "", name
        )
    if may:
        return Finding("attachments", "ok", "names of attachments may be read", "", name)
    hint = (
        "sign in again and agree to Mail.Read, or have an administrator grant it (app-only: Application Mail.Read);"
        " or take store_attachments out"
    )
    return Finding("attachments", "warning", "names of attachments are not read: Mail.Read is missing", hint, name)


def calendar_findings(loaded: LoadedConfig, account: Account, clock: Clock) -> list[Finding]:
    """Raises SourceError, which says what is missing."""
    calendars = graph_calendars_of(loaded, account, clock())
    listed = calendars.listing()
    read = ", ".join(one.name for one in listed if one.read)
    left_out = ", ".join(one.name for one in listed if not one.read)
    message = f"reads {read or 'none'}" + (f"; leaves out {left_out}" if left_out else "")
    hint = "those of others are read only where `calendars` names them" if left_out else ""
    found = [Finding("calendars", "ok" if read else "warning", message, hint, account.name)]
    if account.inherits_readers:
        found += inherited_findings(loaded.config, account, calendars.rights())
    return found
