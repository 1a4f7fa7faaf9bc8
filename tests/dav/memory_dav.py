"""A calendar server in memory, with the habits of servers that cannot be run here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

from scripted_dav import Reply, Seen, multistatus, response

_HOME = "/ana/calendars/"
_INVALID = b"<d:error xmlns:d='DAV:'><d:valid-sync-token/></d:error>"


@dataclass
class _Calendar:
    name: str
    objects: dict[str, tuple[int, str]] = field(default_factory=dict)  # name → revision, text
    gone: dict[str, int] = field(default_factory=dict)
    revision: int = 0


@dataclass
class MemoryDav:
    """`syncs`: it knows sync-collection; `ctags`: it has collection tags; `refuses` with this
    status every token but its newest, as iCloud does after a while; `page` is the most a listing
    holds; `lists_gone`: a listing names objects that are there no more (404), a deletion is told by
    nothing else; `seconds`: as SOGo, its calendars are outboxes too, and their tags are times in
    seconds, in each of which three changes fall.
    """

    syncs: bool = True
    ctags: bool = False
    refuses: int = 0
    page: int = 0
    lists_gone: bool = False
    seconds: bool = False
    calendars: dict[str, _Calendar] = field(default_factory=dict)

    def create_calendar(self, calendar: str, name: str) -> str:
        self.calendars[calendar] = _Calendar(name)
        return f"{_HOME}{calendar}/"

    def delete_calendar(self, calendar: str) -> None:
        del self.calendars[calendar]

    def put(self, calendar: str, name: str, text: str) -> None:
        one = self.calendars[calendar]
        one.revision += 1
        one.objects[name] = (one.revision, text)
        one.gone.pop(name, None)

    def delete(self, calendar: str, name: str) -> None:
        one = self.calendars[calendar]
        one.revision += 1
        del one.objects[name]
        one.gone[name] = one.revision

    def __call__(self, seen: Seen) -> Reply:
        path = unquote(seen.path)
        if path in ("/", "/ana/"):
            property_ = (
                "<d:current-user-principal><d:href>/ana/</d:href></d:current-user-principal>"
                if path == "/"
                else f"<c:calendar-home-set><d:href>{_HOME}</d:href></c:calendar-home-set>"
            )
            return multistatus(response(path, property_))
        if path == _HOME:
            listed = [self._listed(key) for key in self.calendars] if seen.headers["depth"] == "1" else []
            return multistatus(response(_HOME, "<d:resourcetype><d:collection/></d:resourcetype>"), *listed)
        key = path.removeprefix(_HOME).strip("/")
        if key not in self.calendars:
            return Reply(404)
        if "multiget" in seen.body:
            return self._given(key, seen.body)
        if "sync-collection" in seen.body:
            return self._synced(key, seen.body)
        if seen.headers["depth"] == "0":
            return multistatus(self._listed(key))
        one = self.calendars[key]
        members = [response(_href(key, name), _etag(revision)) for name, (revision, _) in one.objects.items()]
        return multistatus(self._listed(key), *members)

    def _listed(self, key: str) -> str:
        one = self.calendars[key]
        more = f"<d:sync-token>t{one.revision}</d:sync-token>" if self.syncs else ""
        ctag = 1_764_356_400 + one.revision // 3 if self.seconds else one.revision
        more += f"<s:getctag>{ctag}</s:getctag>" if self.ctags else ""
        also = "<c:schedule-outbox/>" if self.seconds else ""
        kind = f"<d:resourcetype><d:collection/><c:calendar/>{also}</d:resourcetype>"
        return response(f"{_HOME}{key}/", f"{kind}<d:displayname>{escape(one.name)}</d:displayname>{more}")

    def _given(self, key: str, body: str) -> Reply:
        objects = self.calendars[key].objects
        given = []
        for href in re.findall(r"<d:href>([^<]*)</d:href>", body):
            name = unquote(href.rpartition("/")[2])
            if name not in objects:
                given.append(response(href, status=404))
                continue
            revision, text = objects[name]
            given.append(response(href, f"{_etag(revision)}<c:calendar-data>{escape(text)}</c:calendar-data>"))
        return multistatus(*given)

    def _synced(self, key: str, body: str) -> Reply:
        one = self.calendars[key]
        known = re.search(r"<d:sync-token>t(\d+)(?:-(\d+))?<", body)
        since, to = (int(known[1]), int(known[2] or 0)) if known else (0, 0)
        if self.refuses and known and not to and since != one.revision:
            return Reply(self.refuses, _INVALID)
        if since > one.revision:
            return Reply(403, _INVALID)
        changes = [(revision, name, False) for name, (revision, _) in one.objects.items()]
        if known or self.lists_gone:
            changes += [(revision, name, True) for name, revision in one.gone.items()]
        changes = sorted(change for change in changes if change[0] > max(since, to))
        shown = changes[: self.page] if self.page else changes
        members = [
            response(_href(key, name), status=404) if gone else response(_href(key, name), _etag(revision))
            for revision, name, gone in shown
        ]
        if len(shown) < len(changes):
            truncated = response(f"{_HOME}{key}/", status=507)
            return multistatus(*members, truncated, token=f"t{since}-{shown[-1][0]}")
        return multistatus(*members, token=f"t{one.revision}")


def _href(key: str, name: str) -> str:
    return f"{_HOME}{key}/{quote(name)}"


def _etag(revision: int) -> str:
    return f'<d:getetag>"{revision}"</d:getetag>'
