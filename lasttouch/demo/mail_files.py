"""Letters as files of a Maildir++, where a mail server finds them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import format_datetime, formataddr
from pathlib import Path

from activity.address import Address
from lasttouch.demo.cast import COLLEAGUES
from lasttouch.demo.letters import Filed, Letter

MAILBOXES = ("INBOX", "Sent", "Drafts", "Junk")
_ASCII = SMTPUTF8.clone(utf8=False)  # encoded words in the header, as mail between strangers has them


def deliver(letters: Iterable[Letter], folder: Path) -> None:
    """Make a Maildir of each account below `folder`, with the letters in the order they were sent."""
    for one in COLLEAGUES:
        for mailbox in MAILBOXES:
            _make_maildir(_maildir(folder, Filed(one.account, mailbox)))
    for number, letter in enumerate(sorted(letters, key=lambda one: one.sent)):
        for filed in letter.filed:
            flags = {"Sent": "S", "Drafts": "DS"}.get(filed.mailbox, "")
            path = _maildir(folder, filed) / "cur" / f"{letter.sent.timestamp():.0f}.{number}.demo:2,{flags}"
            path.write_bytes(message(letter))
            arrived = letter.sent.timestamp() + 5  # becomes the INTERNALDATE
            os.utime(path, (arrived, arrived))


def message(letter: Letter) -> bytes:
    """The letter in the Internet Message Format (RFC 5322)."""
    mail = EmailMessage(_ASCII)
    extra = dict(letter.headers)
    if "Return-Path" in extra:
        mail["Return-Path"] = extra.pop("Return-Path")
    mail["From"] = _written([letter.sender])
    mail["To"] = _written(letter.to)
    if letter.cc:
        mail["Cc"] = _written(letter.cc)
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(letter.sent)
    mail["Message-ID"] = letter.message_id
    if letter.answers:
        mail["In-Reply-To"] = letter.answers[-1]
        mail["References"] = " ".join(letter.answers)
    content_type = extra.pop("Content-Type", "")
    for name, value in extra.items():
        mail[name] = value
    if content_type:
        mail["MIME-Version"] = "1.0"
        mail["Content-Type"] = content_type
        mail.set_payload(letter.text)
    else:
        mail.set_content(letter.text)
    return mail.as_bytes()


def _written(addresses: Iterable[Address]) -> str:
    return ", ".join(formataddr((one.name, one.email)) for one in addresses)


def _maildir(folder: Path, filed: Filed) -> Path:
    home = folder / filed.account
    return home if filed.mailbox == "INBOX" else home / f".{filed.mailbox}"


def _make_maildir(path: Path) -> None:
    for part in ("cur", "new", "tmp"):
        (path / part).mkdir(mode=0o700, parents=True)
