"""Requests to Graph: one by one or twenty in a batch, within its limits; answers as parsed JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from activity.errors import ServerFault, Throttled, UntrustedServer
from capture.dav.origins import origin_of
from capture.dav.refusals import seconds_to_wait
from capture.dav.transport import Answer, Transport
from capture.graph.account import GraphAccount
from capture.graph.decoding import decoded
from capture.graph.pacing import silence_of
from capture.graph.refusals import PASSING, Refused, refused

IN_A_BATCH = 20
TRIES = 4
MOST_BYTES = 16 * 1024 * 1024  # of an answer: parsed, it takes ten times as much
LONGEST_WAIT = 30.0  # seconds that a pass waits by itself; for longer it ends, and is made again later
IMMUTABLE = 'IdType="ImmutableId"'
_BASE64 = re.compile(r"[A-Za-z0-9_.=/+-]+")
BODIES = ("body", "bodyPreview", "uniqueBody")

Json = dict[str, Any]


class GraphClient:
    """Asks for what belongs to one mailbox.

    `wanted` and `permission` are for messages: what is read, and the right it takes. `prefer` are
    preferences beside that for immutable ids. `sends_bodies`: Graph cannot be kept from it; they are
    dropped while an answer is parsed. As a context it is closed behind it, and a Refused that nobody
    took leaves it as the SourceError that it amounts to.
    """

    def __init__(
        self,
        account: GraphAccount,
        wanted: str,
        permission: str,
        prefer: Sequence[str] = (),
        sends_bodies: bool = False,
    ) -> None:
        self._account = account
        self._wanted, self._permission = wanted, permission
        self._prefer = ", ".join((IMMUTABLE, *prefer))
        self._hook = without_bodies if sends_bodies else None
        self._silence = silence_of(f"{account.host} {account.user}")
        self._transport = Transport(
            account.base, noun="mailbox", token=account.token, ca_file=account.ca_file, most_bytes=MOST_BYTES
        )
        self._origin = origin_of(account.base)
        self._below = f"{account.base}/"
        self._mailbox = f"{account.base}{account.mailbox}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transport.close()
        if isinstance(error, Refused):
            raise error.error from None

    @property
    def host(self) -> str:
        return self._transport.host

    def earn(self, items: int) -> None:
        """So many useful things came, which were not there before."""
        self._transport.budget.earn(objects=items)

    def path(self, below: str) -> str:
        """The URL of what is `below` the mailbox ("/messages")."""
        return f"{self._mailbox}{below}"

    def get(self, url: str) -> Json:
        """What stands at `url`, ours or a link that Graph gave.

        Raises Refused, or a SourceError where there is no answer.
        """
        answer, body = self._ask("GET", self._insist(url), b"", {"Accept": "application/json", "Prefer": self._prefer})
        if answer.status != 200:
            raise self._refused(answer.status, answer.body)
        return body

    def pages(self, url: str) -> Iterator[list[Json]]:
        """The rows of each page, from that at `url` on; none for "". Raises Refused, or a SourceError."""
        visited: set[int] = set()
        while url:
            self._insist_on_news(url, visited)
            page = self.get(url)
            url = link(page, "@odata.nextLink")
            yield rows(page)

    def changes(
        self, url: str, most: int, broken_off: str, endless: str, page: Json | Refused | None = None
    ) -> Iterator[tuple[list[Json], str, bool]]:
        """The rows of each page of a delta from `url` on, the link that goes on behind it, and whether
        the round ends there.

        `page` is the answer to `url`, where that was asked for already. A round has `most` pages;
        `broken_off` and `endless` say what is wrong with one that has no end. Raises Refused, or a
        SourceError.
        """
        visited: set[int] = set()
        for _ in range(most):
            if isinstance(page, Refused):
                raise page
            self._insist_on_news(url, visited)
            page = self.get(url) if page is None else page
            following, last = link(page, "@odata.nextLink"), link(page, "@odata.deltaLink")
            if not following and not last:
                raise ServerFault(f"{self.host} broke off {broken_off}", "it is tried again")
            if last:
                self._transport.budget.earn(collections=1)
            yield rows(page), following or last, bool(last)
            if last:
                return
            url, page = following, None
        raise ServerFault(f"{self.host} shows {endless}", "it is tried again")

    def _insist_on_news(self, url: str, visited: set[int]) -> None:
        """Raises ServerFault where a link leads back to what was shown before."""
        if hash(url) in visited:
            raise ServerFault(f"{self.host} links pages of the {self._wanted} in a circle", "it is tried again")
        visited.add(hash(url))

    def batch(self, urls: Sequence[str]) -> list[Json | Refused]:
        """The answer to each of these, in their order; of what was refused for now only that is
        asked again."""
        answers: dict[str, Json | Refused] = {}
        for first in range(0, len(urls), IN_A_BATCH):
            some = map(self._relative, urls[first : first + IN_A_BATCH])
            waiting = {str(first + n): url for n, url in enumerate(some)}
            for attempt in range(TRIES):
                wait = self._batch(waiting, answers, last=attempt == TRIES - 1)
                if not waiting:
                    break
                self._pause(wait, attempt)
        return [answers[str(number)] for number in range(len(urls))]

    def may_batch(self, url: str) -> bool:
        """Can it be asked for in a batch? Only what is below our own version of Graph."""
        return url.startswith(self._below)

    def _batch(self, waiting: dict[str, str], answers: dict[str, Json | Refused], last: bool) -> float | None:
        """Ask for all that waits; how long to wait before what is left of it is asked for again."""
        headers = {"Prefer": self._prefer}
        requests = [{"id": name, "method": "GET", "url": url, "headers": headers} for name, url in waiting.items()]
        body = json.dumps({"requests": requests}).encode()
        whole = {"Accept": "application/json", "Content-Type": "application/json"}
        answer, outer = self._ask("POST", f"{self._account.base}/$batch", body, whole)
        if answer.status != 200:
            raise self._refused(answer.status, answer.body).error
        longest: float | None = None
        for one in rows(outer, "responses"):
            name, status, inner = str(one.get("id")), one.get("status"), one.get("body")
            if name not in waiting or not isinstance(status, int):
                continue
            if _is_passing(status, inner) and not last:
                wait = seconds_to_wait(_header(one, "retry-after"), datetime.now(UTC))
                longest = wait if longest is None else max(longest, wait or 0.0)
                continue
            del waiting[name]
            answers[name] = inner if status == 200 and isinstance(inner, dict) else self._refused(status, inner)
        if last:
            for name in waiting:
                answers[name] = self._refused(503, None)
            waiting.clear()
        return longest

    def _ask(self, method: str, url: str, body: bytes, headers: dict[str, str]) -> tuple[Answer, Json]:
        """An answer that is no passing refusal, and its JSON where it is the one hoped for."""
        attempt = 0
        while True:
            kept = bytearray()
            with self._silence.turn():
                answer = self._transport.request(method, url, body, headers, kept.extend, expected=200)
            if answer.status == 200:
                return answer, self._parsed(kept)
            if not _is_passing(answer.status, answer.body):
                return answer, {}
            wait = seconds_to_wait(answer.headers.get("retry-after", ""), datetime.now(UTC))
            attempt += 1
            if attempt == TRIES:
                raise self._throttled(answer.status, wait)
            self._pause(wait, attempt)

    def _parsed(self, text: bytearray) -> Json:
        try:
            found = json.loads(text, object_hook=self._hook) if self._hook else decoded(text)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise ServerFault(
                f"{self.host} answered with something else than JSON",
                "a login page of a network or proxy may stand in between",
            )
        return found

    def _pause(self, wait: float | None, attempt: int) -> None:
        """Raises Throttled where that is longer than this pass may take."""
        seconds = 2.0**attempt if wait is None else wait
        if seconds > min(LONGEST_WAIT, self._transport.budget.left):
            raise self._throttled(429, wait)
        self._silence.keep(seconds)
        self._transport.budget.spend(seconds)

    def _throttled(self, status: int, wait: float | None) -> Throttled:
        return Throttled(f"{self.host} asks to come back later ({status})", "nothing to do; it is tried again", wait)

    def _refused(self, status: int, body: Any) -> Refused:
        return refused(self.host, status, body, self._wanted, self._permission, self._account.sign_in)

    def _insist(self, url: str) -> str:
        """Raises UntrustedServer where a link leads elsewhere: no token goes there."""
        if not url.startswith(self._below) and origin_of(url) != self._origin:
            raise UntrustedServer(
                f"{self.host} links to another server ({origin_of(url).host}); no token was sent there",
                "if this lasts, ask who runs the network: somebody may stand in between",
            )
        return url

    def _relative(self, url: str) -> str:
        """As a batch names it; a link with another version of Graph than ours is no part of one."""
        if url.startswith(self._below):
            return url[len(self._below) - 1 :]
        self._insist(url)
        raise ServerFault(f"{self.host} links to another version of itself", "it is read again from the start")


def segment(item_id: str) -> str:
    """An id as part of a path (RFC 3986 §3.3). Most are base64, of which two characters need quoting;
    urllib looks at each octet by itself."""
    if _BASE64.fullmatch(item_id):
        return item_id.replace("/", "%2F").replace("+", "%2B")
    return quote(item_id, safe="=~")


def rows(page: Json, name: str = "value") -> list[Json]:
    """The objects of a page; null is an empty one."""
    found = page.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def link(page: Json, name: str) -> str:
    found = page.get(name)
    return found if isinstance(found, str) else ""


def _header(answer: Json, name: str) -> str:
    """Of an answer in a batch, "" where it has none of this name."""
    told = answer.get("headers")
    return next((str(v) for k, v in told.items() if k.lower() == name), "") if isinstance(told, dict) else ""


def without_bodies(one: Json) -> Json:
    """Calendars send them though nobody asks (calendarView/delta takes no $select); here they end.

    An answer in a batch has a part named so, too, which is an object of Graph's.
    """
    if not isinstance(one.get("status"), int):
        for name in BODIES:
            one.pop(name, None)
    return one


def _is_passing(status: int, body: Any) -> bool:
    """A 400 without a body is seen to be passing, too."""
    return status in PASSING or (status == 400 and not body)
