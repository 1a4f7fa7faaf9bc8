"""What changed in a collection since it was last read (RFC 6578, else collection and entity tags)."""

from __future__ import annotations

from dataclasses import dataclass, field

from activity.errors import ServerFault
from capture.dav.entity_tags import is_same_tag
from capture.dav.listing import Collection
from capture.dav.multistatus import DAV, MOST_MEMBERS, Member
from capture.dav.position import Position
from capture.dav.reports import UnexpectedAnswer, propfind, sync_collection
from capture.dav.transport import Transport

MANY = 5  # that many objects do not vanish at once; an empty listing of them is an error
_MOST_PAGES = 1000
_UNKNOWN_REPORT = (400, 405, 415, 501)
_NO_SECOND_LOOK = (403, 404, 405, 501)
_GONE = (404, 410)


@dataclass(slots=True)
class Changes:
    """Objects by name within the collection: new or changed ones with their etag, and those gone.

    `hrefs` are those of changed ones that the server spells otherwise than we would. `unknown` were
    said to be gone, and had not been read. `listed` are all there are, None where only differences
    were told. `token` and `ctag` stand for the state after these changes.
    """

    changed: dict[str, str] = field(default_factory=dict)
    hrefs: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    listed: frozenset[str] | None = None
    token: str = ""
    ctag: str = ""


@dataclass(slots=True)
class _Told:
    """What an answer says: etags by name, how names are spelled where not as we would, and what is
    gone."""

    etags: dict[str, str] = field(default_factory=dict)
    hrefs: dict[str, str] = field(default_factory=dict)
    gone: dict[str, None] = field(default_factory=dict)
    token: str = ""

    def add(self, collection: Collection, name: str, member: Member) -> None:
        self.etags[name] = member.tag(DAV + "getetag")
        self.gone.pop(name, None)
        if member.href != collection.path + name:
            self.hrefs[name] = member.href


def find_changes(transport: Transport, collection: Collection, since: Position) -> Changes:
    """Ask once, and not at all where the listing told already that there is nothing new.

    Everything is listed only if there is no position yet, or it is no longer accepted. Raises
    SourceError or UnexpectedAnswer.
    """
    if collection.ctag and collection.ctag == since.ctag:  # so says the listing of the calendars: nothing to ask
        return Changes(token=since.token, ctag=since.ctag)
    if not collection.syncs:
        return _compared(_entity_tags(transport, collection), since, collection.ctag)
    if since.token and since.token == collection.token:
        return Changes(token=since.token)
    if since.token:
        try:
            told = _synced(transport, collection, since.token)
        except UnexpectedAnswer as refused:
            if not _is_invalid_token(refused):
                raise
        else:
            # What an interrupted pass has read already is reported once more.
            changes = Changes(_changed(told, since), told.hrefs, token=told.token, ctag=collection.ctag)
            for name in told.gone:
                (changes.gone if name in since.etags else changes.unknown).append(name)
            return changes
    return _compared(_listed(transport, collection), since, collection.ctag)


def _listed(transport: Transport, collection: Collection) -> _Told:
    """Everything; where sync-collection is not known, or lists nothing but the collection, by
    PROPFIND.

    Where that is refused, the collection is empty as it was told.
    """
    try:
        told = _synced(transport, collection, "")
    except UnexpectedAnswer as refused:
        if refused.status not in _UNKNOWN_REPORT:
            raise
        return _entity_tags(transport, collection)
    if told.etags:
        return told
    try:
        found = _entity_tags(transport, collection)
    except UnexpectedAnswer as refused:
        if refused.status not in _NO_SECOND_LOOK:
            raise
        return told
    found.token = told.token
    return found


def _changed(told: _Told, since: Position) -> dict[str, str]:
    known = since.etags
    return {
        name: etag
        for name, etag in told.etags.items()
        if not etag or (known.get(name) != etag and not is_same_tag(known.get(name, ""), etag))
    }


def _compared(told: _Told, since: Position, ctag: str) -> Changes:
    """A full listing against what was read before."""
    listed = told.etags
    if not listed and len(since.etags) >= MANY:
        raise ServerFault(
            f"the server lists nothing where there were {len(since.etags)} objects; none was removed",
            "look at it on the server; if it was emptied on purpose, exclude it in the configuration",
        )
    gone = [name for name in since.etags if name not in listed]
    return Changes(_changed(told, since), told.hrefs, gone, [], frozenset(listed), told.token, ctag)


def _synced(transport: Transport, collection: Collection, token: str) -> _Told:
    """Changed objects, gone ones and the new token, over as many pages as the server makes (RFC
    6578 §3.6)."""
    told = _Told()
    for _ in range(_MOST_PAGES):
        page = sync_collection(transport, collection.url, token)
        truncated = False
        for member in page.members:
            name = collection.member_name(member.href)
            if not name:
                truncated = truncated or member.status == 507
            elif member.status in _GONE:
                told.gone[name] = None
                told.etags.pop(name, None)
            elif not name.endswith("/"):
                told.add(collection, name, member)
        if not truncated:
            told.token = page.token
            return told
        if not page.token or page.token == token or len(told.etags) + len(told.gone) > MOST_MEMBERS:
            break
        token = page.token
    raise ServerFault(f"{transport.host} lists changes without end", "ask who runs the server")


def _entity_tags(transport: Transport, collection: Collection) -> _Told:
    _, listing = propfind(transport, collection.url, 1, (DAV + "getetag", DAV + "resourcetype"))
    told = _Told()
    for member in listing.members:
        name = collection.member_name(member.href)
        is_there = bool(name) and member.status not in _GONE
        if is_there and not name.endswith("/") and not member.prop(DAV + "resourcetype").tags:
            told.add(collection, name, member)
    return told


def _is_invalid_token(refused: UnexpectedAnswer) -> bool:
    """RFC 6578 §3.2 has a precondition for it; some servers just say 400 or 410."""
    return refused.status in (400, 410) or (refused.status in (403, 409, 412) and b"valid-sync-token" in refused.body)
