"""Objects of a collection by their names, many at a time, and never too much at once."""

from __future__ import annotations

from collections.abc import Iterator

from capture.dav.listing import Collection, member_name
from capture.dav.multistatus import Member
from capture.dav.refusals import TooLarge
from capture.dav.reports import multiget
from capture.dav.service import Service
from capture.dav.transport import Transport

TOO_LARGE = 413
AT_ONCE = 100


def fetched(
    transport: Transport, service: Service, collection: Collection, names: list[str]
) -> Iterator[tuple[str, Member | None]]:
    """The objects of these names, None where the server is silent; where all are too much for one answer, by halves.

    One that is too large by itself has the status TOO_LARGE. One answer at a time is in memory: the
    attachments of a hundred events, or the pictures of a hundred cards, can be a gigabyte.
    """
    members = _asked(transport, service, collection, names) if names else []
    if members is None:
        half = len(names) // 2
        yield from fetched(transport, service, collection, names[:half])
        yield from fetched(transport, service, collection, names[half:])
        return
    given = {member_name(collection, member.href): member for member in members}
    for name in names:
        yield name, given.get(name)


def _asked(transport: Transport, service: Service, collection: Collection, names: list[str]) -> list[Member] | None:
    """None where the answer is too large and a smaller question can be asked."""
    hrefs = [name if name.startswith("/") else collection.path + name for name in names]
    try:
        return multiget(transport, service, collection.url, hrefs).members
    except TooLarge:  # not passed on, as what was read until then hangs on it
        return None if len(names) > 1 else [Member(hrefs[0], TOO_LARGE, {})]
