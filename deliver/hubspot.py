"""HubSpot: properties of contacts, in batches (developers.hubspot.com, CRM API v3: contacts, batch)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from activity.errors import FieldGone
from deliver.batches import Refused, batches, by_halves
from deliver.fields import Fields, no_field
from deliver.http import Server
from deliver.instants import text_of
from deliver.shapes import Shapes
from deliver.values import Person, Value, Write, Written

URL = "https://api.hubapi.com"
BATCH = 100
_OBJECTS = "/crm/v3/objects/contacts"
_GONE = "PROPERTY_DOESNT_EXIST"


class HubSpot:
    """`token` is a private app's. `at`, `how`, `by` are what our properties are called: the first is "lasttouch_at"
    where it is not said, the others are written where they are named."""

    batch = BATCH
    days_only = False

    def __init__(
        self,
        url: str,
        token: str,
        at: str | None = None,
        how: str | None = None,
        by: str | None = None,
        ca_file: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._server = Server(url or URL, {"Authorization": f"Bearer {token}"}, ca_file, now=now)
        self._fields = Fields(at or "lasttouch_at", how, by)
        self._shapes = Shapes(self._server.host, "HubSpot", "check url; without it, HubSpot's is used")

    def people(self) -> Iterator[Person]:
        properties = ",".join(["email", "hs_additional_emails", "firstname", "lastname", *self._fields.names])
        query = {"limit": str(BATCH), "properties": properties, "archived": "false"}
        pages, shapes = self._shapes.pages(), self._shapes
        while True:
            said = shapes.object(self._server.asked("GET", f"{_OBJECTS}?{urlencode(query)}").json)
            yield from map(self._person, shapes.rows(said.get("results")))
            after = shapes.text(shapes.mapping(shapes.mapping(said.get("paging")).get("next")).get("after"))
            if not after:
                return
            query["after"] = pages.turn(after)

    def read(self, keys: Sequence[str]) -> list[Person]:
        found: list[Person] = []
        for some in batches(keys, BATCH):
            body = {"properties": ["email", *self._fields.names], "inputs": [{"id": key} for key in some]}
            said = self._shapes.object(self._server.asked("POST", f"{_OBJECTS}/batch/read", body).json)
            found += map(self._person, self._shapes.rows(said.get("results")))
        return found

    def write(self, writes: Sequence[Write]) -> Written:
        return by_halves(writes, self._update)

    def _update(self, writes: Sequence[Write]) -> Written:
        """In one request. Raises Refused."""
        body = {"inputs": [{"id": one.key, "properties": self._properties(one.value)} for one in writes]}
        answer = self._server.send("POST", f"{_OBJECTS}/batch/update", body)
        if answer.status in (400, 404, 409):
            said = answer.json if isinstance(answer.json, dict) else {}
            for error in (said, *self._shapes.rows(said.get("errors"))):
                self._insist(error)
            raise Refused(self._message(said, f"refused ({answer.status})"))
        if answer.status >= 300:
            raise self._server.refusal(answer)
        said = self._shapes.object(answer.json)
        done = {str(one.get("id")) for one in self._shapes.rows(said.get("results"))}
        refused: dict[str, str] = {}
        for error in self._shapes.rows(said.get("errors")):
            self._insist(error)
            ids = self._shapes.mapping(error.get("context")).get("ids")
            refused |= {str(key): self._message(error, "refused") for key in (ids if isinstance(ids, list) else ())}
        for one in writes:
            if one.key not in done and one.key not in refused:
                refused[one.key] = "it was not among what was updated"
        return Written([one.key for one in writes if one.key not in refused], refused)

    def check(self) -> str:
        name = self._fields.at
        answer = self._server.send("GET", f"/crm/v3/properties/contacts/{name}")
        if answer.status == 404:
            raise self._gone(name)
        if answer.status >= 300:
            raise self._server.refusal(answer)
        return f"{self._server.host}: the property {name} of contacts is there"

    def close(self) -> None:
        self._server.close()

    def _properties(self, value: Value) -> dict[str, str]:
        return {name: held or "" for name, held in self._fields.holding(value, text_of(value.at)).items()}

    def _person(self, one: Mapping[str, Any]) -> Person:
        held, text = self._shapes.mapping(one.get("properties")), self._shapes.text
        emails = [text(held.get("email")), *text(held.get("hs_additional_emails")).split(";")]
        name = " ".join(filter(None, (text(held.get("firstname")), text(held.get("lastname")))))
        return Person(self._shapes.key(one.get("id")), name, tuple(filter(None, emails)), self._fields.value_in(held))

    def _insist(self, error: Mapping[str, Any]) -> None:
        text = f"{error.get('message')} {error.get('code')} {error.get('subCategory')}"
        if _GONE in text or "does not exist" in text:
            for name in self._fields.names:
                if name in text:
                    raise self._gone(name)

    def _gone(self, name: str) -> FieldGone:
        return no_field(self._server.host, f"property {name} of contacts")

    def _message(self, error: Mapping[str, Any], otherwise: str) -> str:
        return self._server.in_words(error.get("message") or otherwise)
