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
from deliver.http import Answer, Server, one_line
from deliver.instants import text_of
from deliver.values import Person, Value, Write, Written

URL = "https://api.pipedrive.com"
PAGE = 500
IDS = 100
_CODE = re.compile(r"[0-9a-f]{40}")
_PERSONS = "/api/v2/persons"


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
            answer = self._server.send("PATCH", f"{_PERSONS}/{one.key}", {"custom_fields": self._values(one.value)})
            if answer.status < 300:
                done.append(one.key)
            elif answer.status in (400, 404, 410, 422):
                self._insist_on_our_field(answer)
                refused[one.key] = _message(answer)
            else:
                raise self._server.refusal(answer)
        return Written(done, refused)

    def check(self) -> str:
        fields = self._fields()
        code = self._code(self._named.at, fields)
        kind = next((kind for _, known, kind in fields if known == code), "date")
        if kind != "date":
            raise FieldGone(f"the field {self._named.at} is no date there, but {kind}", "make one of the type date")
        return f"{self._server.host}: the field {self._named.at} of persons is there and holds a day"

    def close(self) -> None:
        self._server.close()

    def _values(self, value: Value) -> dict[str, str | None]:
        at = text_of(value.at)
        return self._codes.holding(value, at and at[:10])

    def _listed(self, path: str, query: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        """Page by page."""
        asked = dict(query)
        while True:
            answer = self._server.asked("GET", f"{path}?{urlencode(asked)}")
            said = self._server.object_in(answer, "Pipedrive", "check url; without it, Pipedrive's is used")
            yield from said.get("data") or []
            cursor = (said.get("additional_data") or {}).get("next_cursor")
            if not cursor:
                return
            asked["cursor"] = str(cursor)

    def _person(self, one: Mapping[str, Any]) -> Person:
        held = one.get("custom_fields") or {}
        emails = tuple(str(email["value"]) for email in one.get("emails") or [] if email.get("value"))
        return Person(str(one.get("id")), str(one.get("name") or ""), emails, self._codes.value_in(held))

    @cached_property
    def _codes(self) -> Fields:
        """The codes of our fields. Raises FieldGone."""
        by_code = all(_CODE.fullmatch(name) for name in self._named.names)
        fields = [] if by_code else self._fields()
        at, how, by = self._named
        return Fields(self._code(at, fields), how and self._code(how, fields), by and self._code(by, fields))

    def _code(self, name: str, fields: Sequence[tuple[str, str, str]]) -> str:
        found = next((code for known, code, _ in fields if name in (known, code)), None)
        if found is None and (_CODE.fullmatch(name) is None or fields):
            raise self._gone(name)
        return found or name

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


def _message(answer: Answer) -> str:
    said = answer.json if isinstance(answer.json, dict) else {}
    return one_line(said.get("error") or f"refused ({answer.status})")
