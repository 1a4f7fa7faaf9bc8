"""The machine-readable part of a bounce (message/delivery-status, RFC 3464 §2)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from activity.address import normalise

_LONGEST = 262_144  # characters of a part that are read
_MOST = 1000  # recipients that are kept
_RECIPIENT_FIELDS = ("original-recipient", "final-recipient", "x-actual-recipient")
_FIELDS = frozenset((*_RECIPIENT_FIELDS, "action", "status", "arrival-date"))
_UNITEXT = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_COMMENT = re.compile(r"\([^()]{0,500}\)")


def failed_recipients(part: str) -> tuple[str, ...]:
    """The normalised addresses with Action: failed, each once, in order.

    The address we wrote to (Original-Recipient) stands beside the one it was forwarded to
    (Final-Recipient) where both are given. Delayed, delivered, relayed and expanded recipients
    are not failed. Where Action is missing, a Status of class 5 counts. Never raises.
    """
    failed: dict[str, None] = {}
    for group in _groups(part[:_LONGEST]):
        if _has_failed(group):
            for name in _RECIPIENT_FIELDS:
                address = _address(group.get(name, ""))
                if address and len(failed) < _MOST:
                    failed[address] = None
    return tuple(failed)


def arrival_date(part: str) -> str:
    """When the returned message had come to the host that reports, as it is written there; "" where
    it is not."""
    return next((group["arrival-date"][:200] for group in _groups(part[:_LONGEST]) if "arrival-date" in group), "")


def _groups(text: str) -> Iterator[dict[str, str]]:
    """Field groups, parted by empty lines, or by a field that comes again."""
    group: dict[str, str] = {}
    last = ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if not line.strip():
            yield group
            group, last = {}, ""
        elif line[0] in " \t":
            if last and len(group[last]) < 2000:
                group[last] += " " + line.strip()
        else:
            name, colon, value = line.partition(":")
            last = name.strip().lower() if colon else ""
            if last not in _FIELDS:
                last = ""
                continue
            if last in group:
                yield group
                group = {}
            group[last] = value.strip()
    yield group


def _has_failed(group: dict[str, str]) -> bool:
    action = _COMMENT.sub(" ", group.get("action", "")[:2000]).strip().lower()
    if action:
        return re.split(r"[\s;,]", action, maxsplit=1)[0] == "failed"
    return group.get("status", "").startswith("5")


def _address(value: str) -> str | None:
    """The address behind the address-type (RFC 3464 §2.3.2), which old transfer agents leave out."""
    kind, semicolon, address = value[:2000].partition(";")
    if not semicolon:
        kind, address = "rfc822", value[:2000]
    kind = kind.strip().lower()
    if kind not in {"rfc822", "utf-8", "smtp", "x-local", "unknown", ""}:
        return None
    if kind == "utf-8":  # RFC 6533 §3
        address = _UNITEXT.sub(_character, address)
    return normalise(address)


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1], 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
