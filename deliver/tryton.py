"""Tryton: a field on `party.party`, by JSON-RPC (docs.tryton.org, server: topics/rpc)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

from activity.errors import AuthenticationFailed, FieldGone, LasttouchError, ServerFault
from deliver.batches import Refused, batches, by_halves
from deliver.http import Server
from deliver.shapes import Shapes
from deliver.values import Person, Value, Write, Written

PAGE = 1_000
BATCH = 200
FIELDS = ("lasttouch_at", "lasttouch_how", "lasttouch_by")


class Tryton:
    """`url` is the server's, `database` the name of the database there; `at`, `how`, `by` are what our fields are
    called, None where as usual. Those of `how` and `by` are written where they are there."""

    batch = BATCH

    def __init__(
        self,
        url: str,
        database: str,
        username: str,
        password: str,
        at: str | None = None,
        how: str | None = None,
        by: str | None = None,
        ca_file: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._server = Server(url, ca_file=ca_file, now=now)
        self._server.keep_secret(password)
        self._database, self._username, self._password = database, username, password
        self._names = tuple(given or usual for given, usual in zip((at, how, by), FIELDS, strict=True))
        self._shapes = Shapes(self._server.host, "Tryton", "is url that of the Tryton server?")
        self._signed_in = False

    @property
    def days_only(self) -> bool:
        """Is it a field for a day, without the time?"""
        return self._fields[self._names[0]] == "date"

    def people(self) -> Iterator[Person]:
        emails: dict[int, list[str]] = {}
        domain = [["type", "=", "email"], ["value", "!=", None]]
        for row in self._pages("contact_mechanism", domain, ["party", "value"]):
            emails.setdefault(self._id(row.get("party")), []).append(self._shapes.text(row.get("value")))
        for some in batches(sorted(emails), PAGE):
            yield from self._persons(some, emails)

    def read(self, keys: Sequence[str]) -> list[Person]:
        found: list[Person] = []
        for some in batches(keys, PAGE):
            there = self.call("model.party.party.search", [["id", "in", list(map(int, some))]], 0, None, None)
            found += self._persons(sorted(map(self._id, there if isinstance(there, list) else ())), {})
        return found

    def write(self, writes: Sequence[Write]) -> Written:
        return by_halves(writes, self._write)

    def check(self) -> str:
        kind = "a day" if self.days_only else "an instant"
        return f"{self._server.host}: {self._names[0]} of party.party is there and holds {kind}"

    def close(self) -> None:
        self._server.close()

    def _write(self, writes: Sequence[Write]) -> Written:
        """In one call. Raises Refused."""
        parameters: list[Any] = []
        for one in writes:
            parameters += [[int(one.key)], self._values(one.value)]
        self.call("model.party.party.write", *parameters)
        return Written([one.key for one in writes], {})

    def _values(self, value: Value) -> dict[str, Any]:
        given = (_moment(value.at, self._fields[self._names[0]]), value.how, value.by)
        return {name: held for name, held in zip(self._names, given, strict=True) if name in self._fields}

    def _persons(self, ids: Sequence[int], emails: Mapping[int, Sequence[str]]) -> list[Person]:
        names = [name for name in self._names if name in self._fields]
        rows = self._shapes.rows(self.call("model.party.party.read", list(ids), ["rec_name", *names]))
        text = self._shapes.text
        return [
            Person(
                str(self._id(row.get("id"))), text(row.get("rec_name")), tuple(emails.get(self._id(row.get("id")), ())),
                Value(_instant(row.get(self._names[0])), *(text(row.get(name)) or None for name in self._names[1:])),
            )
            for row in rows
        ]  # fmt: skip

    def _id(self, value: Any) -> int:
        if not isinstance(value, int):
            raise self._shapes.foreign()
        return value

    def _pages(self, model: str, domain: list[Any], fields: list[str]) -> Iterator[Mapping[str, Any]]:
        last, pages = 0, self._shapes.pages()
        while True:  # by id, so that what comes meanwhile moves no page
            method, order = f"model.party.{model}.search_read", [["id", "ASC"]]
            given = self.call(method, [*domain, ["id", ">", last]], 0, PAGE, order, ["id", *fields])
            rows = self._shapes.rows(given)
            yield from rows
            if len(rows) < PAGE:
                return
            last = int(pages.turn(str(self._id(rows[-1].get("id")))))

    @cached_property
    def _fields(self) -> dict[str, str]:
        """Those of our fields that are there, with their types. Raises FieldGone."""
        told = self.call("model.party.party.fields_get", list(self._names))
        given = self._shapes.mapping(told)
        there = {name: self._shapes.object(given[name]) for name in self._names if name in given}
        mine = there.get(self._names[0])
        if mine is None or mine.get("readonly"):
            what = "has no field" if mine is None else "lets nobody write the field"
            raise FieldGone(
                f"{self._server.host} {what} {self._names[0]} of party.party",
                "activate the module that has it (docs/targets.md), then: lasttouch push NAME --yes",
            )
        return {name: str(one.get("type")) for name, one in there.items() if not one.get("readonly")}

    def call(self, method: str, *parameters: Any) -> Any:
        """What a method answers, once signed in; the context is put behind the parameters."""
        if not self._signed_in:
            self._sign_in()
        return self._asked(method, [*parameters, {}])

    def _sign_in(self) -> None:
        said = self._asked("common.db.login", [self._username, {"password": self._password}, "en"])
        if not isinstance(said, list) or len(said) < 2:
            raise _login_refused(self._server.host)
        token = base64.b64encode(f"{self._username}:{said[0]}:{said[1]}".encode()).decode()
        self._server.set_header("Authorization", f"Session {token}")
        self._signed_in = True

    def _asked(self, method: str, parameters: list[Any]) -> Any:
        body = {"id": 0, "method": method, "params": parameters}
        answer = self._server.send("POST", f"/{self._database}/rpc/", body)
        if answer.status == 401 and not self._signed_in:
            raise _login_refused(self._server.host)
        if answer.status == 404:
            raise ServerFault(f"{self._server.host} has no database {self._database}", "correct url or database")
        if answer.status >= 300:
            raise self._server.refusal(answer)
        said = self._shapes.object(answer.json)
        if "error" in said:
            raise _fault(self._server, said["error"])
        return said.get("result")


def _fault(server: Server, error: Any) -> LasttouchError:
    """What Tryton says of a failure: its kind, and for a user's mistake a sentence."""
    kind = str(error[0]) if isinstance(error, list) and error else ""
    if kind in ("UserError", "UserWarning"):
        said = error[1] if len(error) > 1 else "refused"
        text = str(said[0] if isinstance(said, list) and said else said)
        return Refused(server.in_words(text))
    if kind in ("LoginException", "403") or kind.startswith("Login"):
        return _login_refused(server.host)
    if kind == "ConcurrencyException":
        return Refused("somebody changed it at the same moment")
    return ServerFault(f"{server.host} has a fault of its own", "see its log; it is tried again")


def _login_refused(host: str) -> AuthenticationFailed:
    return AuthenticationFailed(f"{host} refused the login", "see that user name, password and database are right")


def _moment(at: datetime | None, kind: str) -> Any:
    if at is None:
        return None
    day = {"year": at.year, "month": at.month, "day": at.day}
    if kind == "date":
        return {"__class__": "date", **day}
    time = {"hour": at.hour, "minute": at.minute, "second": at.second, "microsecond": 0}
    return {"__class__": "datetime", **day, **time}


def _instant(value: Any) -> datetime | None:
    if not isinstance(value, dict):
        return None
    try:
        if value.get("__class__") == "date":
            day = date(value["year"], value["month"], value["day"])
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        year, month, day_of = value["year"], value["month"], value["day"]
        return datetime(year, month, day_of, value["hour"], value["minute"], value["second"], tzinfo=UTC)
    except (KeyError, TypeError, ValueError):
        return None
