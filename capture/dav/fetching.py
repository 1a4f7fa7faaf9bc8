"""Objects of a collection by their names, many at a time, and never too much at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from capture.dav.listing import Collection
from capture.dav.multistatus import Member
from capture.dav.refusals import TooLarge
from capture.dav.reports import multiget
from capture.dav.service import Service
from capture.dav.transport import Transport

TOO_LARGE = 413
AT_ONCE = 100


def fetched(
    transport: Transport, service: Service, collection: Collection, names: list[str], hrefs: Mapping[str, str]
) -> Iterator[tuple[str, Member | None]]:
    """The objects of these names, None where the server is silent; where all are too much for one
    answer, by halves.

    `hrefs` are those that the server spelled otherwise than we would: each is asked for as it was
    listed. What was listed and is not given is asked for once more. One that is too large by itself
    has the status TOO_LARGE. One answer at a time is in memory: the attachments of a hundred
    events, or the pictures of a hundred cards, can be a gigabyte.
    """
    again: list[str] = []
    for name, member in _given(transport, service, collection, names, hrefs):
        if is_withheld(member):
            again.append(name)
        else:
            yield name, member
    if again:
        yield from _given(transport, service, collection, again, hrefs)


def is_withheld(member: Member | None) -> bool:
    """Did the server not give out what it had listed?"""
    return member is None or member.status in (404, 410) or member.status >= 500


def why_withheld(member: Member | None) -> str:
    if member is None or member.status >= 500:
        return "listed by the server, but not given out"
    return f"listed by the server, but not found when asked for ({member.status})"


def _given(
    transport: Transport, service: Service, collection: Collection, names: list[str], hrefs: Mapping[str, str]
) -> Iterator[tuple[str, Member | None]]:
    members = _asked(transport, service, collection, names, hrefs) if names else []
    if members is None:
        half = len(names) // 2
        yield from _given(transport, service, collection, names[:half], hrefs)
        yield from _given(transport, service, collection, names[half:], hrefs)
        return
    given = {collection.member_name(member.href): member for member in members}
    transport.budget.earn(objects=sum(not is_withheld(given.get(name)) for name in names))
    for name in names:
        yield name, given.get(name)


def _asked(
    transport: Transport, service: Service, collection: Collection, names: list[str], hrefs: Mapping[str, str]
) -> list[Member] | None:
    """None where the answer is too large and a smaller question can be asked."""
    listed = [hrefs.get(name) or (name if name.startswith("/") else collection.path + name) for name in names]
    try:
        return multiget(transport, service, collection.url, listed).members
    except TooLarge:  # not passed on, as what was read until then hangs on it
        return None if len(names) > 1 else [Member(listed[0], TOO_LARGE, {})]
