"""Names of files and mail folders as people read them."""

from __future__ import annotations

import os
import re
from collections.abc import Container

from capture.mail.mailboxes import mailbox_name

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def readable(name: str) -> str:
    """A file name without control characters and undecodable bytes; different names stay different."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def folder_parts(name: str) -> tuple[str, ...]:
    """What a folder adds to the path of a mailbox: ".Sent.2024" of Maildir++ is Sent/2024, in
    modified UTF-7."""
    if not name.startswith("."):
        return (readable(name),)
    parts = [part for part in name.split(".") if part]
    return tuple(readable(mailbox_name(part.encode()) if "&" in part and part.isascii() else part) for part in parts)


def distinct(name: str, used: Container[str]) -> str:
    """`name`, with a number behind it where it is `used` already."""
    number, candidate = 1, name
    while candidate in used:
        number += 1
        candidate = f"{name} ({number})"
    return candidate
