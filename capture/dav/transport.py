"""HTTP to a DAV or web server: bounded in time and size, and nothing secret to anybody else."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from urllib.parse import quote, urljoin, urlsplit

from activity.errors import AuthenticationFailed, ServerFault, SourceError, UntrustedServer
from capture.credentials import Secret
from capture.dav.authorization import Authorization, Bearer, Digest, basic
from capture.dav.budget import Budget
from capture.dav.connection import Connection, OutOfTime
from capture.dav.origins import are_siblings, elsewhere, origin_of
from capture.dav.refusals import TooLarge, refusal, too_slow, trouble
from capture.dav.response import Response

REQUEST_SECONDS = 60.0
MOST_BYTES = 64 * 1024 * 1024
_ERROR_BYTES = 64 * 1024
_REDIRECTS = (301, 302, 307, 308)
_MOST_REDIRECTS = 5
_CHUNK = 64 * 1024
_SENT_AS_IT_IS = re.compile(r"[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%-]+")

Sink = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """A response that was read to its end.

    `body` holds at most 64 KB, and nothing where a sink took it.
    """

    status: int
    url: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or self.url


class Transport:
    """Requests with one user's credentials to one server (and its siblings, see `admit`).

    Without a user name or `token` there are no credentials, and redirects may lead to other
    servers. `token` gives an access token, which stands instead of a password: it is asked for at
    once, and again where the server refuses the last one; `sign_in` is the command that brings another,
    where the user has signed in for it. Reads neither .netrc nor proxy variables,
    keeps no cookies. `noun` is what is sought there, `seconds` bounds a whole request, `budget` all
    of them, `most_bytes` an answer, unpacked (else MOST_BYTES).
    """

    def __init__(
        self,
        url: str,
        username: str = "",
        password: str = "",
        noun: str = "calendar",
        *,
        token: Secret | None = None,
        sign_in: str = "",
        ca_file: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        seconds: float = REQUEST_SECONDS,
        budget: Budget | None = None,
        most_bytes: int | None = None,
    ) -> None:
        if re.search(r"[\r\n\0]", username + password):
            raise AuthenticationFailed("the user name or password holds a line break or NUL", "store it again without")
        self.host = origin_of(url).host
        self._origins = {origin_of(url)}
        self._username, self._password = username, password
        self._noun = noun
        self._now = now
        self._seconds = seconds
        self._most_bytes = most_bytes
        self.budget = budget or Budget(noun)
        self._connection = Connection(ca_file)
        self._token = token
        self._sign_in = sign_in
        self._refused_tokens: set[str] = set()
        self._auth: Authorization | None = Bearer(token()) if token else basic(username, password) if username else None

    def admit(self, url: str) -> None:
        """Let requests go to another host of the same registrable domain, over TLS: large providers
        do that."""
        origin = origin_of(url)
        if origin in self._origins:
            return
        if origin.scheme != "https" or not any(are_siblings(known.host, origin.host) for known in self._origins):
            raise elsewhere(next(iter(self._origins)).host, "points", origin.host)
        self._origins.add(origin)

    def request(
        self, method: str, url: str, body: bytes, headers: dict[str, str], sink: Sink, expected: int = 207
    ) -> Answer:
        """Send, follow redirects on the same host, give the body of an `expected` answer to `sink`
        piece by piece.

        What another status means is the caller's to say (see `refusal`), who knows what was asked
        for. Raises a SourceError where there is no answer.
        """
        for _ in range(_MOST_REDIRECTS):
            answer = self._authenticated(method, url, body, headers, sink, expected)
            location = answer.headers.get("location", "")
            if answer.status not in _REDIRECTS or not location:
                return answer
            url = self._redirected(url, urljoin(url, location))
        raise ServerFault(f"{answer.host} redirects in a circle", "check its URL in the configuration")

    def close(self) -> None:
        self._connection.close()

    def refusal(self, answer: Answer) -> SourceError:
        """The error that an unexpected answer amounts to."""
        if answer.status == 401 and self._token is not None:
            return AuthenticationFailed(
                f"{answer.host} refused the access token (401)",
                self._sign_in or f"does token_command print one that is made for {self._noun}s? Run it in a terminal",
            )
        return refusal(self._noun, answer.host, answer.status, answer.headers.get("retry-after", ""), self._now())

    def _redirected(self, url: str, target: str) -> str:
        here, there = origin_of(url), origin_of(target)
        if here != there:
            upgraded = here.host == there.host and (here.scheme, there.scheme) == ("http", "https")
            anonymous = self._auth is None and (here.scheme == "http" or there.scheme == "https")
            if not (upgraded or anonymous):
                raise elsewhere(here.host, "redirects", there.host)
            self._origins.add(there)
        return target

    def _authenticated(
        self, method: str, url: str, body: bytes, headers: dict[str, str], sink: Sink, expected: int
    ) -> Answer:
        answer = self._send(method, url, body, headers, sink, expected)
        if answer.status == 401 and self._token is not None:
            return self._with_another_token(answer, method, url, body, headers, sink, expected)
        if answer.status == 401 and self._auth is not None:
            digest = self._auth if isinstance(self._auth, Digest) else Digest(self._username, self._password)
            if digest.takes_up(answer.headers.get("www-authenticate", "")):
                self._auth = digest
                answer = self._send(method, url, body, headers, sink, expected)
        return answer

    def _with_another_token(
        self, refused: Answer, method: str, url: str, body: bytes, headers: dict[str, str], sink: Sink, expected: int
    ) -> Answer:
        """The first may have expired just now, also amid a pass; one that was refused is never sent again."""
        assert self._token is not None
        self._refused_tokens.add(getattr(self._auth, "token", ""))
        another = Bearer(self._token())
        if another.token in self._refused_tokens:
            return refused
        self._auth = another
        return self._send(method, url, body, headers, sink, expected)

    def _send(self, method: str, url: str, body: bytes, headers: dict[str, str], sink: Sink, expected: int) -> Answer:
        origin = origin_of(url)
        if origin not in self._origins:
            raise UntrustedServer(f"{origin.host} is not the configured server; nothing was sent there")
        began = monotonic()
        seconds = min(self._seconds, max(self.budget.left, 0.0))
        deadline = began + seconds
        target = _target(url)
        more = {"User-Agent": "lasttouch", "Accept-Encoding": "gzip", **headers}
        if self._auth is not None:
            try:
                more["Authorization"] = self._auth(method, target)
            except UnicodeError:
                raise AuthenticationFailed("the user name cannot be sent as it is written") from None
        try:
            with self._connection.response(origin, method, target, body, more, deadline) as response:
                answer, octets = self._read(response, url, sink, expected, deadline)
        except SourceError:
            raise
        except Exception as error:  # noqa: BLE001 - what lies beneath shares no class of its own
            if isinstance(error, OutOfTime) or monotonic() >= deadline:
                raise self._too_slow(origin.host, seconds) from None
            raise trouble(error, origin.name) from None
        self.budget.spend(monotonic() - began, octets)
        return answer

    def _too_slow(self, host: str, seconds: float) -> SourceError:
        """This request took too long; or all of them together, if it was given less than a request
        is."""
        return too_slow(host, seconds) if seconds == self._seconds else self.budget.exhausted()

    def _read(self, response: Response, url: str, sink: Sink, expected: int, deadline: float) -> tuple[Answer, int]:
        headers = response.fields()
        kept = bytearray()
        octets = 0
        for chunk in self._unpacked(response, headers.get("content-encoding", ""), url):
            octets += len(chunk)
            if monotonic() > deadline:  # what is packed may take longer to read than to come
                raise OutOfTime
            if response.status == expected:
                sink(chunk)
            else:
                kept += chunk
                if len(kept) > _ERROR_BYTES:
                    break
        return Answer(response.status, url, headers, bytes(kept[:_ERROR_BYTES])), octets

    def _unpacked(self, response: Response, encoding: str, url: str) -> Iterator[bytes]:
        """The body in pieces, unpacked here: a bomb grows to one piece beyond the bound and no
        further."""
        inflate = zlib.decompressobj(zlib.MAX_WBITS | 32) if encoding.lower() in ("gzip", "x-gzip", "deflate") else None
        size, most = 0, self._most_bytes or MOST_BYTES
        while piece := response.read(_CHUNK):
            while piece:
                chunk = inflate.decompress(piece, _CHUNK) if inflate else piece
                piece = inflate.unconsumed_tail if inflate else b""
                size += len(chunk)
                if size > most:
                    raise TooLarge(f"{urlsplit(url).hostname} sent more than {most >> 20} MB in one answer")
                yield chunk
        if response.length:
            raise ConnectionError("the rest of the answer is missing")
        if inflate:
            yield inflate.flush()
            if size and not inflate.eof:
                raise ConnectionError("the rest of the answer is missing")


def _target(url: str) -> str:
    """What a request line names (RFC 9112 §3.2.1): what stands there unescaped against RFC 3986 is
    escaped."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return target if _SENT_AS_IT_IS.fullmatch(target) else quote(target, safe="._~:/?[]@!$&'()*+,;=%-")
