"""Addresses of people: the comparable form beside the form as seen."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from activity.errors import UsageError

_PLAIN = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]+@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")


class Address(NamedTuple):
    """One address as it stood in a header or a calendar.

    `email` is normalised (see `normalise`), `name` the display name ("" if none), `seen` the
    address as it was written. A display name is never taken for an address.
    """

    email: str
    name: str = ""
    seen: str = ""


def domain_of(email: str) -> str:
    """The part of a normalised address behind the last @."""
    return email.rpartition("@")[2]


def is_calendar_address(email: str) -> bool:
    """Is this normalised address that of a calendar, a room or a feed at Google, and so nobody's?"""
    return email.endswith((".calendar.google.com", "@calendar.google.com"))


@lru_cache(maxsize=8192)
def normalise(raw: str) -> str | None:
    """The form in which two spellings of one address are equal, or None if `raw` is no address.

    Case folded and in Unicode's composed form (NFC), surrounding quotes, angle brackets and
    comments gone, the domain in A-labels (UTS 46, RFC 5891; lower case alone where that fails).
    """
    folded = raw.strip().lower()
    if _PLAIN.fullmatch(folded) and ".." not in folded:
        return folded if "xn--" not in folded and folded.isascii() else _with_a_labels(folded)
    return _unusual(raw)


def insist_on_address(raw: str) -> str:
    """What somebody typed, normalised. Raises UsageError where it is no address."""
    email = normalise(raw)
    if email is None:
        raise UsageError(f"{raw!r} is no e-mail address")
    return email


def normalise_domain(raw: str) -> str:
    """A domain name in lower-case A-labels without a final dot (UTS 46)."""
    lowered = raw.strip().strip(".").lower()
    if lowered.isascii():
        return lowered
    import idna  # noqa: PLC0415 - few domains need it

    try:
        return idna.encode(lowered, uts46=True, transitional=False).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        return lowered.casefold()


def _with_a_labels(folded: str) -> str:
    local, _, domain = folded.rpartition("@")
    return f"{local}@{normalise_domain(domain)}"


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Of a comment, of a host, of control characters and of what is in no local part.

    Compiled when the first unusual address is met: a query starts sooner without.
    """
    return (
        re.compile(r"\([^()]*\)"),
        re.compile(r"[^\x00-\x20\x7f-\xa0\u2000-\u206f@<>,;:\"\\()\[\]]+|\[[0-9a-z:.-]+\]"),
        re.compile(r"[\x00-\x1f\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060-\u206f]"),
        re.compile(r'[ @<>,;()\[\]"]'),
    )


def _unusual(raw: str) -> str | None:
    import unicodedata  # noqa: PLC0415 - few addresses are unusual, and a query starts sooner without

    comment, host, control, not_in_local = _patterns()
    text = raw.strip().strip("<>").strip()
    for _ in range(8):  # each pass takes the innermost comments away; deeper nesting is no address
        shorter = comment.sub("", text)
        if shorter == text:
            break
        text = shorter
    text = text.strip().strip("'").strip()
    if len(text) > 2 and text[0] == text[-1] == '"' and "@" in text:  # quoted as a whole: "a@b.example"
        text = text[1:-1]
    local, at, domain = text.rpartition("@")
    local, domain = unicodedata.normalize("NFC", local.strip().casefold()), normalise_domain(domain)
    if not at or not local or len(text) > 1000 or not host.fullmatch(domain):
        return None
    if len(local) > 1 and local[0] == local[-1] == '"':
        local = re.sub(r"\\(.)", r"\1", local[1:-1])
        return None if control.search(local) else f"{local}@{domain}"
    return None if control.search(local) or not_in_local.search(local) else f"{local}@{domain}"
