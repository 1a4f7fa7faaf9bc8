"""A mailbox behind a scripted Microsoft Graph: folders, messages, calendars and contacts, with their deltas.

Every answer is compared with Microsoft's own types; what differs is in `wrong`, which a fixture looks at in the end.
`asked` has every request as it came, those within a batch too. Faults are put in by `fault`.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from graph_types import types

from scripted_dav import Reply, ScriptedDav, Seen

Json = dict[str, Any]
NOW = datetime.now(UTC).replace(microsecond=0)
WELL_KNOWN = {"inbox": "Posteingang", "sentitems": "Gesendete Elemente", "drafts": "Entwürfe",
              "junkemail": "Junk-E-Mail", "deleteditems": "Gelöschte Elemente", "outbox": "Postausgang",
              "archive": "Archiv", "conversationhistory": "Aufgezeichnete Unterhaltungen"}  # fmt: skip
SECRET_WORDS = "canary-words-of-a-body"


def instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def moment(at: datetime) -> Json:
    return {"dateTime": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": "UTC"}


def person(address: str | None, name: str | None = None) -> Json:
    return {"emailAddress": {"name": name or address, "address": address}}


def message(number: int, headers: dict[str, str] | bool | None = True, **more: Any) -> Json:
    """A message from Tom to Ana; `headers` are further ones, or None where Graph is to show none."""
    at = NOW - timedelta(days=60) + timedelta(minutes=number)
    one: Json = {
        "internetMessageId": f"<m{number}@client.example>",
        "subject": f"Number {number}",
        "sentDateTime": instant(at),
        "receivedDateTime": instant(at),
        "from": person("tom@client.example", "Tom Ames"),
        "sender": person("tom@client.example", "Tom Ames"),
        "toRecipients": [person("ana@acme.example", "Ana Kim")],
        "ccRecipients": [],
        "bccRecipients": [],
        "replyTo": [],
        "isDraft": False,
        "hasAttachments": False,
        "conversationIndex": base64.b64encode(b"\1" + number.to_bytes(5, "big") + number.to_bytes(16, "big")).decode(),
        **more,
    }
    if headers is not None:
        whole = {
            "Message-ID": one["internetMessageId"],
            "Date": f"{at:%a, %d %b %Y %H:%M:%S} +0000",
            "From": _header([one["from"]]),
            "To": _header(one["toRecipients"]),
            "Subject": one["subject"],
            **(headers if isinstance(headers, dict) else {}),
        }
        one["internetMessageHeaders"] = [{"name": name, "value": value} for name, value in whole.items() if value]
    return one


def _header(people: list[Json | None]) -> str:
    told = [one["emailAddress"] for one in people if one and one.get("emailAddress")]
    return ", ".join(f"{one.get('name')} <{one['address']}>" for one in told if one.get("address"))


def goid(number: int, day: str = "00000000") -> str:
    """A GlobalObjectId as Exchange makes them, in hex."""
    data = number.to_bytes(16, "big").hex()
    return f"040000008200E00074C5B7101A82E008{day}{'0' * 32}10000000{data}".upper()


def event(number: int, start: datetime, length: timedelta = timedelta(hours=1), **more: Any) -> Json:
    """A meeting that Tom has asked Ana to, and she accepted."""
    return {
        "iCalUId": goid(number),
        "type": "singleInstance",
        "seriesMasterId": None,
        "subject": f"Meeting {number}",
        "body": {"contentType": "html", "content": SECRET_WORDS},
        "bodyPreview": SECRET_WORDS,
        "start": moment(start),
        "end": moment(start + length),
        "originalStart": None,
        "originalStartTimeZone": "UTC",
        "isAllDay": False,
        "isCancelled": False,
        "isOrganizer": False,
        "isDraft": False,
        "sensitivity": "normal",
        "showAs": "busy",
        "organizer": person("tom@client.example", "Tom Ames"),
        "attendees": [
            {**person("ana@acme.example", "Ana Kim"), "type": "required",
             "status": {"response": "accepted", "time": instant(NOW - timedelta(days=300))}},
        ],
        "location": {"displayName": "", "locationType": "default"},
        "locations": [],
        "responseStatus": {"response": "accepted", "time": instant(NOW - timedelta(days=300))},
        "lastModifiedDateTime": instant(NOW - timedelta(days=300)),
        **more,
    }  # fmt: skip


@dataclass
class Collected:
    """Things that can be asked for what has changed: id → resource, and the order of changes."""

    items: dict[str, Json] = field(default_factory=dict)
    changes: list[tuple[str, Json | None]] = field(default_factory=list)

    def put(self, item_id: str, item: Json, row: Json | None = None) -> None:
        self.items[item_id] = {"id": item_id, **item}
        self.changes.append((item_id, row))

    def remove(self, item_id: str) -> None:
        self.items.pop(item_id, None)
        self.changes.append((item_id, {"id": item_id, "@removed": {"reason": "deleted"}}))


@dataclass
class Fault:
    path: str
    answer: Callable[[Seen], Reply | None]
    times: int


class ScriptedGraph:
    """`page` is how many rows a page holds at most, `headers_in_pages` whether those of messages have their header."""

    def __init__(self) -> None:
        self.page = 50
        self.headers_in_pages = True
        self.bare_masters = False
        self.tokens: set[str] | None = None
        self.folders = Collected()
        self.well_known: dict[str, str] = {}
        self.messages: dict[str, Collected] = {}
        self.calendars: dict[str, Json] = {}
        self.events: dict[str, Collected] = {}
        self.occurrences: dict[str, dict[str, Json]] = {}
        self.contact_folder = "contacts-default"
        self.contacts: dict[str, Collected] = {self.contact_folder: Collected()}
        self.asked: list[Seen] = []
        self.faults: list[Fault] = []
        self.wrong: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self._lock = threading.Lock()
        for name, shown in WELL_KNOWN.items():
            self.folder(shown, name)
        self.calendar("Kalender", "cal-default")
        self._http = ScriptedDav(self._answered)

    # what there is

    @property
    def host(self) -> str:
        return self._http.url.rstrip("/")

    @property
    def base(self) -> str:
        return f"{self.host}/v1.0"

    def stop(self) -> None:
        self._http.stop()

    def folder(self, name: str, known_as: str = "", parent: str = "AQroot", **more: Any) -> str:
        folder_id = f"AAMk{name.encode().hex()}="
        self.folders.put(folder_id, {"displayName": name, "parentFolderId": parent, **more})
        self.messages[folder_id] = Collected()
        if known_as:
            self.well_known[known_as] = folder_id
        return folder_id

    def put(self, one: Json, into: str = "inbox", row: Json | None = None) -> str:
        """A message into a folder by its well-known name or id; `row` is what delta shows instead of it."""
        folder_id = self.well_known.get(into, into)
        item_id = f"AAMkMsg/{len(self.messages[folder_id].changes)}+{folder_id}"
        self.messages[folder_id].put(item_id, {"parentFolderId": folder_id, **one}, row)
        return item_id

    def calendar(self, name: str, calendar_id: str, owner: str = "ana@acme.example", default: bool = True) -> str:
        self.calendars[calendar_id] = {"id": calendar_id, "name": name, "isDefaultCalendar": default,
                                       "owner": {"name": owner, "address": owner}}  # fmt: skip
        self.events[calendar_id] = Collected()
        return calendar_id

    def meet(self, one: Json, event_id: str, calendar: str = "cal-default") -> None:
        self.events[calendar].put(event_id, one)

    def series(self, number: int, starts: list[datetime], calendar: str = "cal-default", **more: Any) -> str:
        """A series with its occurrences at these instants."""
        master = f"master-{number}"
        occurrences = self.occurrences[master] = {}
        for start in starts:
            item_id = f"occ-{number}-{start:%Y%m%d}"
            day = f"{start.year:04X}{start.month:02X}{start.day:02X}"
            occurrences[item_id] = {
                "id": item_id,
                **event(number, start, **{"iCalUId": goid(number, day), "type": "occurrence", **more}),
                "seriesMasterId": master,
            }
        self.events[calendar].put(master, event(number, starts[0], **{**more, "type": "seriesMaster"}))
        return master

    def touch(self, master: str, calendar: str = "cal-default") -> None:
        """Something of the series has changed."""
        self.events[calendar].put(master, self.events[calendar].items[master])

    def contact(self, name: str, address: str, folder: str = "", **more: Any) -> str:
        folder = folder or self.contact_folder
        item_id = f"contact-{address}"
        told = [{"name": name, "address": address}] if address else []
        self.contacts[folder].put(
            item_id, {"displayName": name, "emailAddresses": told, "parentFolderId": folder, "categories": [], **more}
        )
        return item_id

    # what goes wrong

    def fault(self, path: str, answer: Reply | Callable[[Seen], Reply | None], times: int = 1) -> None:
        """The next `times` requests whose path has this in it are answered so, also within a batch."""
        self.faults.append(Fault(path, answer if callable(answer) else lambda _: answer, times))

    @staticmethod
    def error(status: int, code: str, **headers: str) -> Reply:
        body = {"error": {"code": code, "message": "told by the double", "innerError": {"request-id": "x"}}}
        return Reply(status, json.dumps(body).encode(), {"Content-Type": "application/json", **headers})

    def paths(self, part: str = "") -> list[str]:
        return [unquote(one.path) for one in self.asked if part in unquote(one.path)]

    # how it answers

    def _answered(self, seen: Seen) -> Reply:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return self._reply(seen)
        except Exception as error:
            self.wrong.append(f"{seen.path}: {error!r}")
            raise
        finally:
            with self._lock:
                self.at_once -= 1

    def _reply(self, seen: Seen) -> Reply:
        self.asked.append(seen)
        if self.tokens is not None and seen.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return self.error(401, "InvalidAuthenticationToken")
        for fault in self.faults:
            if fault.times and fault.path in unquote(seen.path) and (reply := fault.answer(seen)) is not None:
                fault.times -= 1
                return reply
        parts = urlsplit(seen.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        path = unquote(parts.path).removeprefix("/v1.0")
        if path == "/$batch":
            return self._batch(seen)
        path = re.sub(r"^/(me|users/[^/]+)", "", path)
        if 'IdType="ImmutableId"' not in seen.headers.get("prefer", ""):
            self.wrong.append(f"{seen.path}: ids are not asked for as immutable")
        if re.search(r"body|\$value|uniqueBody|bodyPreview", parts.query + parts.path, re.IGNORECASE):
            self.wrong.append(f"{seen.path}: asks for a body")
        found, kind = self._found(path, parts.path, query, self._size(seen))
        if found is None:
            return self.error(404, "ErrorItemNotFound")
        value = found.get("value", [found])
        if isinstance(value, list):
            for row in value:
                if "@removed" not in row:
                    self.wrong += [f"{seen.path} {one}" for one in types().mistakes(row, kind)]
        return Reply(200, json.dumps({"@odata.context": "x", **found}).encode(), {"Content-Type": "application/json"})

    def _size(self, seen: Seen) -> int:
        wanted = re.search(r"odata\.maxpagesize=(\d+)", seen.headers.get("prefer", ""))
        return min(self.page, int(wanted[1]) if wanted else 10)

    def _batch(self, seen: Seen) -> Reply:
        requests = json.loads(seen.body)["requests"]
        if len(requests) > 20:
            return self.error(400, "TooManyRequests20")
        responses = []
        for one in reversed(requests):
            headers = {"authorization": seen.headers["authorization"]}
            headers |= {name.lower(): value for name, value in one.get("headers", {}).items()}
            reply = self._reply(Seen(one["method"], f"/v1.0{one['url']}", headers, ""))
            body = json.loads(reply.body) if reply.body[:1] in (b"{", b"[") else None
            responses.append({"id": one["id"], "status": reply.status, "headers": reply.headers, "body": body})
        return Reply(200, json.dumps({"responses": responses}).encode(), {"Content-Type": "application/json"})

    def _found(self, path: str, raw: str, query: dict[str, str], size: int) -> tuple[Json | None, str]:
        url = f"{self.host}{raw}"
        select = query.get("$select", "").split(",")
        if path == "/mailFolders/delta":
            return self._delta(url, self.folders, query, size, lambda one: _selected(one, query)), "mailFolder"
        if m := re.fullmatch(r"/mailFolders/([^/]+)/messages/delta", path):
            if m[1] not in self.messages:
                return None, ""
            with_headers = self.headers_in_pages and m[1] != self.well_known["sentitems"]
            return self._delta(
                url, self.messages[m[1]], query, size, lambda one: _selected(_shown(one, with_headers), query)
            ), "message"
        if m := re.fullmatch(r"/mailFolders/([^/]+)/messages", path):
            since = (re.search(r"receivedDateTime ge (\S+)", query.get("$filter", "")) or [""] * 2)[1]
            found = sorted(self.messages[m[1]].items.values(), key=lambda one: one["receivedDateTime"])
            found = [_selected(one, query) for one in found if one["receivedDateTime"] >= since]
            return self._pages(url, found, query, size), "message"
        if m := re.fullmatch(r"/mailFolders/([^/]+)", path):
            folder = self.folders.items.get(self.well_known.get(m[1], m[1]))
            return folder and _selected(folder, query), "mailFolder"
        if m := re.fullmatch(r"/messages/(.+)", path):
            for folder_id, one in self.messages.items():
                if m[1] in one.items:
                    shown = _shown(one.items[m[1]], folder_id != self.well_known["sentitems"])
                    return _selected(shown, query), "message"
            return None, ""
        if path == "/calendars":
            return self._pages(url, [_selected(one, query) for one in self.calendars.values()], query, size), "calendar"
        if m := re.fullmatch(r"/calendars/([^/]+)/calendarView/delta", path):
            assert select == [""], "calendarView/delta takes no $select"
            return self._view(url, m[1], query, size), "event"
        if m := re.fullmatch(r"/calendars/([^/]+)/events/([^/]+)/instances", path):
            if m[2] not in self.events[m[1]].items:
                return None, ""
            first, last = query["startDateTime"], query["endDateTime"]
            shown = [
                one for one in self.occurrences.get(m[2], {}).values() if first <= one["start"]["dateTime"] <= last
            ]
            return self._pages(url, [_selected(one, query) for one in shown], query, int(query["$top"])), "event"
        if m := re.fullmatch(r"/calendars/([^/]+)/events/([^/]+)", path):
            one = self.events[m[1]].items.get(m[2])
            return one and _selected(one, query), "event"
        if path == "/contacts":
            every = [one for folder in self.contacts.values() for one in folder.items.values()]
            return self._pages(
                url, [_selected(one, query) for one in every], query, int(query.get("$top", 10))
            ), "contact"
        if path == "/contactFolders":
            found = [{"id": one, "displayName": one} for one in self.contacts if one != self.contact_folder]
            return self._pages(url, found, query, size), "contactFolder"
        if m := re.fullmatch(r"/contactFolders/([^/]+)/contacts/delta", path):
            return self._delta(url, self.contacts[m[1]], query, size, lambda one: _selected(one, query)), "contact"
        raise AssertionError(f"nobody asks for {path}")

    def _pages(self, url: str, found: list[Json], query: dict[str, str], size: int) -> Json:
        first = int(query.get("$skip", 0))
        page: Json = {"value": found[first : first + size]}
        if first + size < len(found):
            kept = "&".join(f"{name}={value}" for name, value in query.items() if name != "$skip")
            page["@odata.nextLink"] = f"{url}?{kept}&$skip={first + size}".replace(" ", "%20")
        return page

    def _delta(self, url: str, of: Collected, query: dict[str, str], size: int, shown: Callable[[Json], Json]) -> Json:
        """What has changed since a token, which is how many changes there were; in a first round all there is."""
        select = query.get("$select", "")
        token = query.get("$deltatoken") or query.get("$skiptoken") or f"{len(of.changes)}.0.-1.{select}"
        until, offset, since, select = token.split(".", 3)
        if "$deltatoken" in query:
            until, offset = str(len(of.changes)), "0"
        if int(since) < 0:
            rows = [shown(one) for one in of.items.values()]
        else:
            latest = dict(of.changes[int(since) : int(until)])
            rows = [row if row is not None else shown(of.items[one]) for one, row in latest.items()]
        query["$select"] = select
        rows = [one if "@removed" in one else _selected(one, query) for one in rows]
        page: Json = {"value": rows[int(offset) : int(offset) + size]}
        if int(offset) + size < len(rows):
            page["@odata.nextLink"] = f"{url}?$skiptoken={until}.{int(offset) + size}.{since}.{select}"
        else:
            page["@odata.deltaLink"] = f"{url}?$deltatoken=0.0.{until}.{select}"
        return page

    def _view(self, url: str, calendar: str, query: dict[str, str], size: int) -> Json:
        of = self.events[calendar]
        told = query.get("$deltatoken") or query.get("$skiptoken")
        token = told or f"{len(of.changes)}!0!-1!{query['startDateTime']}!{query['endDateTime']}"
        until, offset, since, first, last = token.split("!")
        if "$deltatoken" in query:
            until, offset = str(len(of.changes)), "0"
        if int(since) < 0:
            changed: dict[str, Json | None] = dict.fromkeys(of.items)
        else:
            changed = dict(of.changes[int(since) : int(until)])
        rows: list[Json] = []
        for item_id, row in changed.items():
            if row is not None:
                rows.append(row)
                continue
            one = of.items[item_id]
            inside = [
                {name: each[name] for name in ("id", "type", "start", "end", "seriesMasterId")}
                for each in self.occurrences.get(item_id, {}).values()
                if first <= each["start"]["dateTime"] <= last
            ]
            if one["type"] == "seriesMaster":
                rows += ([] if self.bare_masters or not inside else [one]) + inside
            elif first <= one["start"]["dateTime"] <= last:
                rows.append(one)
            elif int(since) >= 0:
                rows.append({"id": item_id, "@removed": {"reason": "deleted"}})
        page: Json = {"value": rows[int(offset) : int(offset) + size]}
        if int(offset) + size < len(rows):
            page["@odata.nextLink"] = f"{url}?$skiptoken={until}!{int(offset) + size}!{since}!{first}!{last}"
        else:
            page["@odata.deltaLink"] = f"{url}?$deltatoken=0!0!{until}!{first}!{last}"
        return page


def _shown(one: Json, with_headers: bool) -> Json:
    return one if with_headers else {name: value for name, value in one.items() if name != "internetMessageHeaders"}


def _selected(one: Json, query: dict[str, str]) -> Json:
    """Of a resource what was selected, with its id and what Graph always adds."""
    wanted = {"id", "@odata.type", *filter(None, query.get("$select", "").split(","))}
    if len(wanted) == 2:
        return one
    return {name: value for name, value in one.items() if name in wanted}
