"""What changed in a collection since it was last read (RFC 6578, else collection and entity tags)."""

from __future__ import annotations

from dataclasses import dataclass, field

from activity.errors import ServerFault
from capture.dav.listing import Collection, member_name
from capture.dav.multistatus import DAV, Multistatus
from capture.dav.position import Position
from capture.dav.reports import UnexpectedAnswer, propfind, sync_collection
from capture.dav.transport import Transport

MANY = 5  # that many objects do not vanish at once; an empty listing of them is an error
_MOST_PAGES = 1000
_UNKNOWN_REPORT = (400, 405, 415, 501)


@dataclass(slots=True)
class Changes:
    """Objects by name within the collection: new or changed ones with their etag, and those gone.

    `token` and `ctag` stand for the state after these changes.
    """

    changed: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    token: str = ""
    ctag: str = ""


def find_changes(transport: Transport, collection: Collection, since: Position) -> Changes:
    """Ask once, and not at all where the listing told already that there is nothing new.

    Everything is listed only if there is no position yet, or it is no longer accepted. Raises SourceError or
    UnexpectedAnswer.
    """
    if collection.ctag and collection.ctag == since.ctag:  # so says the listing of the calendars: nothing to ask
        return Changes(token=since.token, ctag=since.ctag)
    if not collection.syncs:
        return _compared(_entity_tags(transport, collection), since, ctag=collection.ctag)
    if since.token and since.token == collection.token:
        return Changes(token=since.token)
    if since.token:
        try:
            reported, gone, token = _synced(transport, collection, since.token)
        except UnexpectedAnswer as refused:
            if not _is_invalid_token(refused):
                raise
        else:
            # What an interrupted pass has read already is reported once more.
            changed = {name: etag for name, etag in reported.items() if not etag or since.etags.get(name) != etag}
            return Changes(changed, [name for name in gone if name in since.etags], token, collection.ctag)
    try:
        listed, _, token = _synced(transport, collection, "")
    except UnexpectedAnswer as refused:
        if refused.status not in _UNKNOWN_REPORT:
            raise
        listed, token = _entity_tags(transport, collection), ""
    return _compared(listed, since, token, collection.ctag)


def _compared(listed: dict[str, str], since: Position, token: str = "", ctag: str = "") -> Changes:
    """A full listing against what was read before."""
    if not listed and len(since.etags) >= MANY:
        raise ServerFault(
            f"the server lists nothing where there were {len(since.etags)} objects; none was removed",
            "look at it on the server; if it was emptied on purpose, exclude it in the configuration",
        )
    changed = {name: etag for name, etag in listed.items() if not etag or since.etags.get(name) != etag}
    return Changes(changed, [name for name in since.etags if name not in listed], token, ctag)


def _synced(transport: Transport, collection: Collection, token: str) -> tuple[dict[str, str], list[str], str]:
    """Changed objects, gone ones and the new token, over as many pages as the server makes (RFC 6578 §3.6)."""
    changed: dict[str, str] = {}
    gone: dict[str, None] = {}
    for _ in range(_MOST_PAGES):
        page = sync_collection(transport, collection.url, token)
        truncated = False
        for member in page.members:
            name = member_name(collection, member.href)
            if not name:
                truncated = truncated or member.status == 507
            elif member.status in (404, 410):
                gone[name] = None
                changed.pop(name, None)
            elif not name.endswith("/"):
                changed[name] = member.text(DAV + "getetag").strip()
                gone.pop(name, None)
        if not truncated:
            return changed, list(gone), page.token
        if not page.token or page.token == token:
            break
        token = page.token
    raise ServerFault(f"{transport.host} lists changes without end", "ask who runs the server")


def _entity_tags(transport: Transport, collection: Collection) -> dict[str, str]:
    _, listing = propfind(transport, collection.url, 1, (DAV + "getetag", DAV + "resourcetype"))
    return _objects(collection, listing)


def _objects(collection: Collection, listing: Multistatus) -> dict[str, str]:
    named = ((member_name(collection, member.href), member) for member in listing.members)
    return {
        name: member.text(DAV + "getetag").strip()
        for name, member in named
        if name and not name.endswith("/") and not member.prop(DAV + "resourcetype").tags
    }


def _is_invalid_token(refused: UnexpectedAnswer) -> bool:
    """RFC 6578 §3.2 has a precondition for it; some servers just say 400 or 410."""
    return refused.status in (400, 410) or (refused.status in (403, 409, 412) and b"valid-sync-token" in refused.body)
