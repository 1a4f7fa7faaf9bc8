"""Salesforce: a field of Contact, in collections (developer.salesforce.com, REST API: sObject Collections)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from activity.errors import AuthenticationFailed, FieldGone, LasttouchError, Throttled
from deliver.batches import batches
from deliver.fields import Fields, no_field
from deliver.http import Answer, Server
from deliver.instants import text_of
from deliver.shapes import Shapes
from deliver.values import Person, Value, Write, Written

BATCH = 200
API = "/services/data/v62.0"
_NO_FIELD = ("INVALID_FIELD", "INVALID_FIELD_FOR_INSERT_UPDATE")
_A_QUARTER = 900.0
_HINT = "check url"


class Salesforce:
    """OAuth client credentials of a connected app; `url` is "My Domain". `at` is "Last_Touch__c" where it is not said;
    `how` and `by` are written where they are named."""

    batch = BATCH

    def __init__(
        self,
        url: str,
        client_id: str,
        secret: str,
        at: str | None = None,
        how: str | None = None,
        by: str | None = None,
        ca_file: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._server = Server(url, ca_file=ca_file, now=now)
        self._server.keep_secret(secret)
        self._client_id, self._secret = client_id, secret
        self._fields = Fields(at or "Last_Touch__c", how, by)
        self._shapes = Shapes(self._server.host, "Salesforce", _HINT)
        self._signed_in = False

    @cached_property
    def days_only(self) -> bool:
        """Is our field a Date, no Date/Time?"""
        said = self._shapes.object(self._asked("GET", f"{API}/sobjects/Contact/describe").json)
        fields = self._shapes.rows(said.get("fields"))
        return any(one.get("name") == self._fields.at and one.get("type") == "date" for one in fields)

    def people(self) -> Iterator[Person]:
        yield from self._query("WHERE Email != null")

    def read(self, keys: Sequence[str]) -> list[Person]:
        found: list[Person] = []
        for some in batches(keys, BATCH):
            ids = ", ".join([f"'{key}'" for key in some if key.isalnum()])
            found += self._query(f"WHERE Id IN ({ids})")
        return found

    def write(self, writes: Sequence[Write]) -> Written:
        records = [{"attributes": {"type": "Contact"}, "id": one.key, **self._values(one.value)} for one in writes]
        answer = self._asked("PATCH", f"{API}/composite/sobjects", {"allOrNone": False, "records": records})
        said = self._shapes.rows(answer.json)
        if len(said) != len(writes):
            raise self._shapes.foreign()
        done: list[str] = []
        refused: dict[str, str] = {}
        for one, result in zip(writes, said, strict=True):  # in the order of what was asked
            if result.get("success"):
                done.append(one.key)
                continue
            error = next(iter(self._shapes.rows(result.get("errors"))), {})
            if error.get("statusCode") in _NO_FIELD and self._named_in(error):
                raise self._gone(self._named_in(error))
            refused[one.key] = self._server.in_words(error.get("message") or error.get("statusCode") or "refused")
        return Written(done, refused)

    def check(self) -> str:
        list(self._query("LIMIT 1"))
        return f"{self._server.host}: {self._fields.at} of Contact is there"

    def close(self) -> None:
        self._server.close()

    def _values(self, value: Value) -> dict[str, str | None]:
        at = text_of(value.at)
        return self._fields.holding(value, at and (at[:10] if self.days_only else at))

    def _query(self, condition: str) -> Iterator[Person]:
        """In SOQL."""
        columns = ", ".join(["Id", "Name", "Email", *self._fields.names])
        text = " ".join(["SELECT", columns, "FROM Contact", condition])
        path = f"{API}/query?{urlencode({'q': text})}"
        pages = self._shapes.pages()
        while path:
            said = self._shapes.object(self._asked("GET", path).json)
            yield from map(self._person, self._shapes.rows(said.get("records")))
            path = self._shapes.text(said.get("nextRecordsUrl"))
            if path and not path.startswith("/"):  # it leads to somebody else
                raise self._shapes.foreign()
            path = path and pages.turn(path)

    def _person(self, one: Mapping[str, Any]) -> Person:
        email = self._shapes.text(one.get("Email"))
        name = self._shapes.text(one.get("Name"))
        return Person(self._shapes.key(one.get("Id")), name, (email,) if email else (), self._fields.value_in(one))

    def _asked(self, method: str, path: str, body: Any = None) -> Answer:
        if not self._signed_in:
            self._sign_in()
        answer = self._server.send(method, path, body)
        if answer.status >= 300:
            raise self._refusal(answer)
        return answer

    def _sign_in(self) -> None:
        form = {"grant_type": "client_credentials", "client_id": self._client_id, "client_secret": self._secret}
        answer = self._server.send(
            "POST", "/services/oauth2/token", raw=urlencode(form).encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )  # fmt: skip
        token = answer.json.get("access_token") if isinstance(answer.json, dict) else None
        if answer.status in (400, 401) or (answer.status < 300 and not token):
            raise AuthenticationFailed(
                f"{self._server.host} gave no access token ({answer.status})",
                "see that client_id and secret are those of the connected app, and that it may use client credentials",
            )
        if answer.status >= 300:
            raise self._server.refusal(answer)
        self._server.set_header("Authorization", f"Bearer {token}")
        self._signed_in = True

    def _refusal(self, answer: Answer) -> LasttouchError:
        said = answer.json
        error = said[0] if isinstance(said, list) and said and isinstance(said[0], dict) else {}
        if error.get("errorCode") == "REQUEST_LIMIT_EXCEEDED":
            return Throttled(f"{self._server.host}: the day's requests are used up", "", _A_QUARTER)
        if error.get("errorCode") in _NO_FIELD and self._named_in(error):
            return self._gone(self._named_in(error))
        return self._server.refusal(answer)

    def _named_in(self, error: Mapping[str, Any]) -> str:
        text = f"{error.get('message')} {error.get('fields')}"
        return next((name for name in self._fields.names if name in text), "")

    def _gone(self, name: str) -> FieldGone:
        return no_field(self._server.host, f"field {name} of Contact, or does not let us write it")
