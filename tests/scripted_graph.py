"""A mailbox behind a scripted Microsoft Graph: folders, messages, calendars and contacts, with
their deltas.

Every answer is compared with Microsoft's own types; what differs is in `wrong`, which a fixture
looks at in the end. `asked` has every request as it came, those within a batch too. Faults are put
in by `fault`.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from graph_changes import Collected, delta, pages, selected, shown_message, view
from graph_resources import Json, event, goid
from graph_types import types

from scripted_dav import Reply, ScriptedDav, Seen

WELL_KNOWN = {"inbox": "Posteingang", "sentitems": "Gesendete Elemente", "drafts": "Entwürfe",
              "junkemail": "Junk-E-Mail", "deleteditems": "Gelöschte Elemente", "outbox": "Postausgang",
              "archive": "Archiv", "conversationhistory": "Aufgezeichnete Unterhaltungen"}  # fmt: skip


@dataclass
class Fault:
    path: str
    answer: Callable[[Seen], Reply | None]
    times: int


class ScriptedGraph:
    """`page` is how many rows a page holds at most, `headers_in_pages` whether those of messages
    have their header."""

    def __init__(self) -> None:
        self.page = 50
        self.headers_in_pages = True
        self.bare_masters = False
        self.tokens: set[str] | None = None
        self.folders = Collected()
        self.well_known: dict[str, str] = {}
        self.messages: dict[str, Collected] = {}
        self.attachments: dict[str, list[Json]] = {}
        self.calendars: dict[str, Json] = {}
        self.permissions: dict[str, list[Json]] = {}
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
        """A message into a folder by its well-known name or id; `row` is what delta shows instead
        of it."""
        folder_id = self.well_known.get(into, into)
        item_id = f"AAMkMsg/{len(self.messages[folder_id].changes)}+{folder_id}"
        self.messages[folder_id].put(item_id, {"parentFolderId": folder_id, **one}, row)
        return item_id

    def attach(self, message_id: str, *names: str, **more: Any) -> None:
        """Files on a message; `more` are properties of all of them."""
        self.attachments[message_id] = [
            {
                "@odata.type": "#microsoft.graph.fileAttachment", "id": f"att-{number}", "name": name,
                "contentType": "application/pdf", "size": 84_000, "isInline": False, **more,
            }
            for number, name in enumerate(names)
        ]  # fmt: skip

    def permit(self, calendar: str, **roles: str) -> None:
        """Who may do what with a calendar: the part before the @ of an address, "everybody" for one
        without."""
        self.permissions[calendar] = []
        for name, role in roles.items():
            whose = {"name": name.title(), "address": None if name == "everybody" else f"{name}@acme.example"}
            one = {"id": f"perm-{name}", "isInsideOrganization": True, "role": role, "emailAddress": whose}
            self.permissions[calendar].append({**one, "isRemovable": True, "allowedRoles": ["none", "read"]})

    def calendar(self, name: str, calendar_id: str, owner: str = "ana@acme.example", default: bool = True) -> str:
        self.calendars[calendar_id] = {"id": calendar_id, "name": name, "isDefaultCalendar": default,
                                       "owner": {"name": owner, "address": owner}}  # fmt: skip
        self.events[calendar_id] = Collected()
        return calendar_id

    def meet(self, one: Json, event_id: str, calendar: str = "cal-default") -> None:
        self.events[calendar].put(event_id, one)

    def series(self, number: int, starts: list[datetime], calendar: str = "cal-default", **more: Any) -> str:
        """A series with its occurrences at these instants."""
        occurrences: dict[str, Json] = {}
        master = f"master-{number}"
        for start in starts:
            item_id = f"occ-{number}-{start:%Y%m%d}"
            day = f"{start.year:04X}{start.month:02X}{start.day:02X}"
            occurrences[item_id] = {
                "id": item_id,
                **event(number, start, **{"iCalUId": goid(number, day), "type": "occurrence", **more}),
                "seriesMasterId": master,
            }
        self.series_of(master, event(number, starts[0], **{**more, "type": "seriesMaster"}), occurrences, calendar)
        return master

    def series_of(self, master: str, one: Json, occurrences: dict[str, Json], calendar: str = "cal-default") -> None:
        """A series with these occurrences, by their ids."""
        self.occurrences[master] = occurrences
        self.events[calendar].put(master, one)

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
        """The next `times` requests whose path has this in it are answered so, also within a
        batch."""
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
            return delta(url, self.folders, query, size), "mailFolder"
        if m := re.fullmatch(r"/mailFolders/([^/]+)/messages/delta", path):
            if m[1] not in self.messages:
                return None, ""
            with_headers = self.headers_in_pages and m[1] != self.well_known["sentitems"]
            as_shown = partial(shown_message, with_headers=with_headers)
            return delta(url, self.messages[m[1]], query, size, as_shown), "message"
        if m := re.fullmatch(r"/mailFolders/([^/]+)/messages", path):
            since = (re.search(r"receivedDateTime ge (\S+)", query.get("$filter", "")) or [""] * 2)[1]
            found = sorted(self.messages[m[1]].items.values(), key=lambda one: one["receivedDateTime"])
            found = [selected(one, query) for one in found if one["receivedDateTime"] >= since]
            return pages(url, found, query, size), "message"
        if m := re.fullmatch(r"/mailFolders/([^/]+)", path):
            folder = self.folders.items.get(self.well_known.get(m[1], m[1]))
            return folder and selected(folder, query), "mailFolder"
        if path == "/messages":  # whatever the folder; of filters, only the one that is asked for
            found = [one for folder in self.messages.values() for one in folder.items.values()]
            shown = [selected(one, query) for one in found if one["hasAttachments"]]
            return pages(url, shown, query, int(query["$top"])), "message"
        if m := re.fullmatch(r"/messages/(.+)/attachments", path):
            return pages(
                url, [selected(one, query) for one in self.attachments.get(m[1], [])], query, size
            ), "attachment"
        if m := re.fullmatch(r"/messages/(.+)", path):
            for folder_id, one in self.messages.items():
                if m[1] in one.items:
                    shown = shown_message(one.items[m[1]], folder_id != self.well_known["sentitems"])
                    return selected(shown, query), "message"
            return None, ""
        if path == "/calendars":
            return pages(url, [selected(one, query) for one in self.calendars.values()], query, size), "calendar"
        if m := re.fullmatch(r"/calendars/([^/]+)/calendarPermissions", path):
            return pages(url, self.permissions.get(m[1], []), query, size), "calendarPermission"
        if m := re.fullmatch(r"/calendars/([^/]+)/calendarView/delta", path):
            assert select == [""], "calendarView/delta takes no $select"
            return view(url, self.events[m[1]], self.occurrences, query, size, self.bare_masters), "event"
        if m := re.fullmatch(r"/calendars/([^/]+)/events/([^/]+)/instances", path):
            if m[2] not in self.events[m[1]].items:
                return None, ""
            first, last = query["startDateTime"], query["endDateTime"]
            shown = [
                one for one in self.occurrences.get(m[2], {}).values() if first <= one["start"]["dateTime"] <= last
            ]
            return pages(url, [selected(one, query) for one in shown], query, int(query["$top"])), "event"
        if m := re.fullmatch(r"/calendars/([^/]+)/events/([^/]+)", path):
            one = self.events[m[1]].items.get(m[2])
            return one and selected(one, query), "event"
        if path == "/contacts":
            every = [one for folder in self.contacts.values() for one in folder.items.values()]
            return pages(url, [selected(one, query) for one in every], query, int(query.get("$top", 10))), "contact"
        if path == "/contactFolders":
            found = [{"id": one, "displayName": one} for one in self.contacts if one != self.contact_folder]
            return pages(url, found, query, size), "contactFolder"
        if m := re.fullmatch(r"/contactFolders/([^/]+)/contacts/delta", path):
            return delta(url, self.contacts[m[1]], query, size), "contact"
        raise AssertionError(f"nobody asks for {path}")
