"""An account's calendars and address books, as their server lists them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from capture.dav.listing import Listed
from lasttouch.doctor.finding import Finding


def collection_findings(kind: str, noun: str, listed: Sequence[Listed], account: str) -> Iterator[Finding]:
    """`kind` is calendar or address-book, `noun` its plural for people; pure."""
    read = [one for one in listed if one.read]
    left_out = [one.name for one in listed if not one.read]
    yield Finding(f"{kind}-login", "ok", f"the server of the {noun} let us in", "", account)
    if not read:
        found = f"of {', '.join(left_out)}" if left_out else "because there is none"
        yield Finding(
            f"{kind}s",
            "warning",
            f"none of the {noun} is read, {found}",
            "check the URL, the user name and the names in the configuration",
            account,
        )
        return
    message = f"reads {', '.join(one.name for one in read)}"
    if left_out:
        message += f"; leaves out {', '.join(left_out)}"
    slow = [one.name for one in read if not one.syncs]
    if slow:
        message += f"; no sync-collection for {', '.join(slow)}, so they are compared by entity tags"
    yield Finding(f"{kind}s", "ok", message, "", account)
