"""Pipedrive: a date field of persons, one request each (developers.pipedrive.com, API v2: Persons)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from activity.errors import FieldGone, LasttouchError, ServerFault
from deliver.http import Answer, Server
from deliver.instants import instant, text_of
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
        self._named = (at or "lasttouch_at", how, by)
        self._codes: tuple[str | None, ...] | None = None

    def people(self) -> Iterator[Person]:
        yield from self._pages({"limit": str(PAGE), "custom_fields": self._wanted()})

    def read(self, keys: Sequence[str]) -> list[Person]:
        found: list[Person] = []
        for start in range(0, len(keys), IDS):
            query = {"ids": ",".join(keys[start : start + IDS]), "limit": str(IDS), "custom_fields": self._wanted()}
            found += self._pages(query)
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
        self._codes = None
        fields = self._fields()
        code = self._code(self._named[0], fields)
        kind = next((kind for _, known, kind in fields if known == code), "date")
        if kind != "date":
            raise FieldGone(f"the field {self._named[0]} is no date there, but {kind}", "make one of the type date")
        return f"{self._server.host}: the field {self._named[0]} of persons is there and holds a day"

    def close(self) -> None:
        self._server.close()

    def _values(self, value: Value) -> dict[str, str | None]:
        at = text_of(value.at)
        given = zip(self._known_codes(), (at and at[:10], value.how, value.by), strict=True)
        return {code: held for code, held in given if code is not None}

    def _wanted(self) -> str:
        return ",".join(code for code in self._known_codes() if code is not None)

    def _pages(self, query: Mapping[str, str]) -> Iterator[Person]:
        cursor = ""
        while True:
            asked = {**query, **({"cursor": cursor} if cursor else {})}
            said = self._json(self._server.asked("GET", f"{_PERSONS}?{urlencode(asked)}"))
            yield from map(self._person, said.get("data") or [])
            cursor = str((said.get("additional_data") or {}).get("next_cursor") or "")
            if not cursor:
                return

    def _person(self, one: Mapping[str, Any]) -> Person:
        held = one.get("custom_fields") or {}
        at, how, by = (held.get(code) if code else None for code in self._known_codes())
        emails = tuple(str(email["value"]) for email in one.get("emails") or [] if email.get("value"))
        return Person(str(one.get("id")), str(one.get("name") or ""), emails, Value(instant(at), how, by))

    def _known_codes(self) -> tuple[str | None, ...]:
        """The codes of our fields. Raises FieldGone."""
        if self._codes is None:
            by_code = all(name is None or _CODE.fullmatch(name) for name in self._named)
            fields = [] if by_code else self._fields()
            self._codes = tuple(name and self._code(name, fields) for name in self._named)
        return self._codes

    def _code(self, name: str, fields: Sequence[tuple[str, str, str]]) -> str:
        found = next((code for known, code, _ in fields if name in (known, code)), None)
        if found is None and (_CODE.fullmatch(name) is None or fields):
            raise self._gone(name)
        return found or name

    def _fields(self) -> list[tuple[str, str, str]]:
        """(name, code, type) of all fields of persons."""
        found: list[tuple[str, str, str]] = []
        cursor = ""
        while True:
            query = urlencode({"limit": str(PAGE), **({"cursor": cursor} if cursor else {})})
            said = self._json(self._server.asked("GET", f"/api/v2/personFields?{query}"))
            found += [
                (str(one.get("field_name")), str(one.get("field_code")), str(one.get("field_type")))
                for one in said.get("data") or []
            ]
            cursor = str((said.get("additional_data") or {}).get("next_cursor") or "")
            if not cursor:
                return found

    def _insist_on_our_field(self, answer: Answer) -> None:
        """A code that is not there any more is refused for every person alike."""
        for name, code in zip(self._named, self._codes or (), strict=False):
            if code is not None and code in answer.text:
                raise self._gone(str(name))

    def _gone(self, name: str) -> LasttouchError:
        return FieldGone(
            f"{self._server.host} has no field {name} of persons",
            "make it there (docs/targets.md), then: lasttouch push NAME --yes",
        )

    def _json(self, answer: Answer) -> dict[str, Any]:
        if not isinstance(answer.json, dict):
            raise ServerFault(
                f"{self._server.host} gave no answer of Pipedrive's", "check url; without it, Pipedrive's is used"
            )
        return answer.json


def _message(answer: Answer) -> str:
    said = answer.json if isinstance(answer.json, dict) else {}
    return " ".join(str(said.get("error") or f"refused ({answer.status})").split())[:200]
