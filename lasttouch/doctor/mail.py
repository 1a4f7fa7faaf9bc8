"""An account's mail server, and what its mailboxes tell of the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from capture.mail.mailboxes import FOREIGN
from capture.mail.survey import SAMPLE, MailSurvey
from lasttouch.configuration.options import Account
from lasttouch.doctor.finding import Finding
from matchers.policy import Policy

FEW_DAYS = 14
SHOWN = 8
EXTENSIONS = ("IDLE", "CONDSTORE", "LIST-STATUS", "SPECIAL-USE")


def mail_findings(account: Account, found: MailSurvey, policy: Policy, now: datetime) -> Iterator[Finding]:
    """What a server that let us in shows; pure."""
    name, imap = account.name, account.imap
    assert imap is not None
    yield Finding("mail-login", "ok", f"{imap.host}:{imap.effective_port} let {imap.username} in", "", name)
    if found.certificate_ends is not None:
        yield _certificate(found.certificate_ends, now, name)
    has = [one for one in EXTENSIONS if one in found.capabilities]
    lacks = [one for one in EXTENSIONS if one not in found.capabilities]
    offered = f"offers {', '.join(has)}" if has else "offers none of the extensions that save time"
    yield Finding("mail-capabilities", "ok", offered + (f"; not {', '.join(lacks)}" if lacks else ""), "", name)
    yield from _mailboxes(found, name)
    yield from _sent(found, name)
    yield from _own_addresses(found, policy, name)
    yield _authserv_id(account, found)


def _certificate(ends: datetime, now: datetime, name: str) -> Finding:
    days = (ends - now).days
    message = f"the server's certificate is good for {days} more days"
    if days < FEW_DAYS:
        return Finding("mail-certificate", "warning", message, "whoever runs the server should renew it", name)
    return Finding("mail-certificate", "ok", message, "", name)


def _mailboxes(found: MailSurvey, name: str) -> Iterator[Finding]:
    read = [one.name for one in found.choice.read]
    left_out = [f"{one.name} ({why})" for one, why in found.choice.left_out if why != FOREIGN]
    if not read:
        hint = "check exclude_mailboxes, and the rights of this user"
        yield Finding("mailboxes", "failure", "no mailbox is read", hint, name)
        return
    message = f"reads {_listed(read)}" + (f"; leaves out {_listed(left_out)}" if left_out else "")
    yield Finding("mailboxes", "ok", message, "", name)
    yield from _shared(found, name)
    missing = [kind for kind in ("drafts", "junk", "trash") if not _is_known(found, kind)]
    if missing:
        hint = "if the server has them under other names, name them in exclude_mailboxes"
        yield Finding("special-mailboxes", "ok", f"no mailbox for {', '.join(missing)} was recognised", hint, name)


def _shared(found: MailSurvey, name: str) -> Iterator[Finding]:
    """What the server shows of others (RFC 2342), so that nobody misses it or reads it unknowingly."""
    read = [one.name for one in found.choice.read if one.foreign]
    if read:
        yield Finding("shared-mailboxes", "ok", f"reads what others share: {_listed(read)}", "", name)
    left_out = [one.name for one, why in found.choice.left_out if why == FOREIGN]
    if left_out:
        message = f"leaves out what others share: {_listed(left_out)}"
        yield Finding("shared-mailboxes", "ok", message, "to read some, name them in shared_mailboxes", name)


def _is_known(found: MailSurvey, kind: str) -> bool:
    return kind in found.special or any(why.startswith(kind) for _, why in found.choice.left_out)


def _sent(found: MailSurvey, name: str) -> Iterator[Finding]:
    if found.sent is None:
        hint = "what you write is only seen where a copy is kept: let your mail program keep one on the server"
        yield Finding("sent-mailbox", "warning", "no mailbox of sent mail was found", hint, name)
    elif any(mailbox.name == found.sent for mailbox, why in found.choice.left_out if "label" not in why):
        hint = "take it out of exclude_mailboxes: without it nothing you write counts"
        yield Finding("sent-mailbox", "warning", f"the mailbox of sent mail, {found.sent}, is left out", hint, name)
    else:
        yield Finding("sent-mailbox", "ok", f"sent mail is in {found.sent}", "", name)


def _own_addresses(found: MailSurvey, policy: Policy, name: str) -> Iterator[Finding]:
    foreign = [(email, count) for email, count in found.senders if not policy.is_self(email)]
    if foreign:
        listed = _listed([f"{email} ({count})" for email, count in foreign])
        yield Finding(
            "own-addresses",
            "warning",
            f"of the newest {SAMPLE} sent messages some are from addresses that are not configured: {listed}",
            "if they are yours, add them to `addresses`: until then what you write from there counts as theirs",
            name,
        )
    elif found.senders:
        yield Finding("own-addresses", "ok", "all senders of sent mail are own addresses", "", name)


def _authserv_id(account: Account, found: MailSurvey) -> Finding:
    """RFC 8601 §5: only the header that one's own server wrote may be believed, and it goes by this name."""
    seen = [name for name, _ in found.authserv_ids]
    configured = account.authserv_id
    if configured is None:
        hint = f'if that is your own server: authserv_id = "{seen[0]}"' if seen and seen[0].isprintable() else ""
        said = f"; the server signs as {seen[0]}" if seen else ""
        message = f"forged senders are not looked for: authserv_id is not set{said}"
        return Finding("authserv-id", "ok", message, hint, account.name)
    if seen and configured.lower() not in seen:
        message = f"authserv_id is {configured}, but the server signs as {_listed(seen[:3])}"
        return Finding(
            "authserv-id", "warning", message, "correct authserv_id: nothing is inferred as it is", account.name
        )
    return Finding("authserv-id", "ok", f"forged senders are told by {configured}", "", account.name)


def _listed(names: list[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
