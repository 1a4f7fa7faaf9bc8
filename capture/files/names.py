"""Names of files and mail folders as people read them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable

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


class Names:
    """Gives every name once, none of those that are `used` already. Those are the same that `key` makes
    the same."""

    def __init__(self, used: Iterable[str] = (), key: Callable[[str], str] = str) -> None:
        self._key = key
        self._numbers = {key(one): 1 for one in used}  # which number it was given with last

    def distinct(self, name: str) -> str:
        """`name`, with a number behind it where that was given."""
        asked, candidate = self._key(name), name
        while self._key(candidate) in self._numbers:
            self._numbers[asked] += 1
            candidate = f"{name} ({self._numbers[asked]})"
        self._numbers[self._key(candidate)] = 1
        return candidate
