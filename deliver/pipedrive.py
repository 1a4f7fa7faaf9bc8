"""Pipedrive: a date field of persons, one request each (developers.pipedrive.com, API v2: Persons)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from activity.errors import FieldGone
from deliver.batches import batches
from deliver.fields import Fields, no_field
from deliver.http import Answer, Server
from deliver.instants import text_of
from deliver.shapes import Shapes
from deliver.values import Person, Value, Write, Written

URL = "https://api.pipedrive.com"
PAGE = 500
IDS = 100
_CODE = re.compile(r"[0-9a-f]{40}")
_PERSONS = "/api/v2/persons"
_OF_THIS_ONE = (400, 403, 404, 410, 422)  # this person's, where it says so in words of its own


class Pipedrive:
    """`token` is a user's API token. `at` is the name of a field of the type date, or its code of 40 digits;
    "lasttouch_at" where it is not said. `how` and `by` are text fields, written where they are named."""

    batch = 1
    days_only = True

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
        self._server = Server(url or URL, {"x-api-token": token}, ca_file, now=now)
        self._named = Fields(at or "lasttouch_at", how, by)
        self._shapes = Shapes(self._server.host, "Pipedrive", "check url; without it, Pipedrive's is used")

    def people(self) -> Iterator[Person]:
        query = {"limit": str(PAGE), "custom_fields": ",".join(self._codes.names)}
        yield from map(self._person, self._listed(_PERSONS, query))

    def read(self, keys: Sequence[str]) -> list[Person]:
        found: list[Person] = []
        for some in batches(keys, IDS):
            query = {"ids": ",".join(some), "limit": str(IDS), "custom_fields": ",".join(self._codes.names)}
            found += map(self._person, self._listed(_PERSONS, query))
        return found

    def write(self, writes: Sequence[Write]) -> Written:
        done: list[str] = []
        refused: dict[str, str] = {}
        for one in writes:
            values = self._values(one.value)
            answer = self._server.send("PATCH", f"{_PERSONS}/{one.key}", {"custom_fields": values})
            if answer.status < 300:
                self._insist_on_what_is_held(self._said(answer), values)
                done.append(one.key)
            elif answer.status in _OF_THIS_ONE and isinstance(answer.json, dict):
                self._insist_on_our_field(answer)
                said = self._shapes.object(answer.json).get("error")
                refused[one.key] = self._server.in_words(said or f"refused ({answer.status})")
            else:
                raise self._server.refusal(answer)
        return Written(done, refused)

    def check(self) -> str:
        self._codes_in(self._fields())
        return f"{self._server.host}: the field {self._named.at} of persons is there and holds a day"

    def close(self) -> None:
        self._server.close()

    def _values(self, value: Value) -> dict[str, str | None]:
        at = text_of(value.at)
        return self._codes.holding(value, at and at[:10])

    def _listed(self, path: str, query: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        """Page by page."""
        asked, pages = dict(query), self._shapes.pages()
        while True:
            said = self._said(self._server.asked("GET", f"{path}?{urlencode(asked)}"))
            yield from self._shapes.rows(said.get("data"))
            cursor = self._shapes.text(self._shapes.mapping(said.get("additional_data")).get("next_cursor"))
            if not cursor:
                return
            asked["cursor"] = pages.turn(cursor)

    def _said(self, answer: Answer) -> dict[str, Any]:
        """What it answers, which says of itself whether it is one."""
        said = self._shapes.object(answer.json)
        if said.get("success") is not True:
            raise self._shapes.foreign()
        return said

    def _insist_on_what_is_held(self, said: Mapping[str, Any], values: Mapping[str, str | None]) -> None:
        """A field that is not there any more may be passed over in silence."""
        held = self._shapes.mapping(said.get("data")).get("custom_fields")
        for name, code in zip(self._named, self._codes, strict=True):
            if code is not None and values[code] is not None and isinstance(held, dict) and not held.get(code):
                raise self._gone(str(name))

    def _person(self, one: Mapping[str, Any]) -> Person:
        text = self._shapes.text
        emails = [text(email.get("value")) for email in self._shapes.rows(one.get("emails"))]
        held = self._shapes.mapping(one.get("custom_fields"))
        return Person(
            self._shapes.key(one.get("id")), text(one.get("name")), tuple(filter(None, emails)),
            self._codes.value_in(held),
        )  # fmt: skip

    @cached_property
    def _codes(self) -> Fields:
        """The codes of our fields. Raises FieldGone."""
        if all(_CODE.fullmatch(name) for name in self._named.names):
            return self._named
        return self._codes_in(self._fields())

    def _codes_in(self, fields: Sequence[tuple[str, str, str]]) -> Fields:
        at, how, by = (None if name is None else self._found(name, fields) for name in self._named)
        assert at is not None
        if at[1] != "date":
            raise FieldGone(f"the field {self._named.at} is no date there, but {at[1]}", "make one of the type date")
        return Fields(at[0], how and how[0], by and by[0])

    def _found(self, name: str, fields: Sequence[tuple[str, str, str]]) -> tuple[str, str]:
        """The code and the type of a field."""
        found = next(((code, kind) for known, code, kind in fields if name in (known, code)), None)
        if found is None:
            raise self._gone(name)
        return found

    def _fields(self) -> list[tuple[str, str, str]]:
        """(name, code, type) of all fields of persons."""
        return [
            (str(one.get("field_name")), str(one.get("field_code")), str(one.get("field_type")))
            for one in self._listed("/api/v2/personFields", {"limit": str(PAGE)})
        ]

    def _insist_on_our_field(self, answer: Answer) -> None:
        """A code that is not there any more is refused for every person alike."""
        for name, code in zip(self._named, self._codes, strict=True):
            if code is not None and code in answer.text:
                raise self._gone(str(name))

    def _gone(self, name: str) -> FieldGone:
        return no_field(self._server.host, f"field {name} of persons")
