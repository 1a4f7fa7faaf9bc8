"""HTTP to a DAV or web server: bounded in time and size, and nothing secret to anybody else."""

from __future__ import annotations

import logging
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from activity.errors import AuthenticationFailed, ServerFault, SourceError, UntrustedServer
from capture.credentials import Secret, checked_token
from capture.dav.budget import Budget
from capture.dav.origins import are_siblings, elsewhere, origin_of
from capture.dav.refusals import TooLarge, refusal, too_slow, trouble
from capture.dav.sockets import Sockets

if TYPE_CHECKING:
    import niquests
    from niquests.auth import AuthBase, BearerTokenAuth

CONNECT_SECONDS, READ_SECONDS, REQUEST_SECONDS = 15.0, 30.0, 60.0
MOST_BYTES = 64 * 1024 * 1024
_ERROR_BYTES = 64 * 1024
_REDIRECTS = (301, 302, 307, 308)
_MOST_REDIRECTS = 5
_CHUNK = 64 * 1024

Sink = Callable[[bytes], None]


class _OutOfTime(Exception):
    """What is left of an answer would come too late."""


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
    once, and again where the server refuses the last one. Reads neither .netrc nor proxy variables,
    keeps no cookies. `noun` is what is sought there, `seconds` bounds a whole request, `budget` all
    of them.
    """

    def __init__(
        self,
        url: str,
        username: str = "",
        password: str = "",
        noun: str = "calendar",
        *,
        token: Secret | None = None,
        ca_file: str | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        seconds: float = REQUEST_SECONDS,
        budget: Budget | None = None,
    ) -> None:
        if re.search(r"[\r\n\0]", username + password):
            raise AuthenticationFailed("the user name or password holds a line break or NUL", "store it again without")
        self.host = origin_of(url).host
        self._origins = {origin_of(url)}
        self._username, self._password = username, password
        self._noun = noun
        self._now = now
        self._seconds = seconds
        self.budget = budget or Budget(noun)
        self._asked_for_digest = False
        self._sockets = Sockets()
        self._session = self._new_session(ca_file)
        self._token = token
        self._refused_tokens: set[str] = set()
        self._auth: AuthBase | None = self._bearer(token) if token else self._basic() if username else None

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
        self._session.close()
        self._sockets.close()

    def refusal(self, answer: Answer) -> SourceError:
        """The error that an unexpected answer amounts to."""
        if answer.status == 401 and self._token is not None:
            return AuthenticationFailed(
                f"{answer.host} refused the access token (401)",
                f"does token_command print one that is made for {self._noun}s? Run it in a terminal",
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
        offered = answer.headers.get("www-authenticate", "").lower()
        if answer.status == 401 and "digest" in offered and self._auth and not self._asked_for_digest:
            self._auth, self._asked_for_digest = self._digest(), True
            answer = self._send(method, url, body, headers, sink, expected)
        return answer

    def _with_another_token(
        self, refused: Answer, method: str, url: str, body: bytes, headers: dict[str, str], sink: Sink, expected: int
    ) -> Answer:
        """The first may have expired just now, also amid a pass; one that was refused is never sent again."""
        assert self._token is not None
        before = self._auth
        self._refused_tokens.add(getattr(before, "token", ""))
        another = self._bearer(self._token)
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
        with self._sockets.cut_after(seconds) as cut:
            try:
                response = self._session.request(
                    method, url, data=body, headers=headers, auth=self._auth, stream=True, allow_redirects=False,
                    timeout=(CONNECT_SECONDS, READ_SECONDS),
                )  # fmt: skip
                with response:
                    answer, octets = self._read(response, url, sink, expected, began + seconds)
            except _OutOfTime:
                raise self._too_slow(origin.host, seconds) from None
            except SourceError:
                raise
            except UnicodeError:
                raise AuthenticationFailed("the user name cannot be sent as it is written") from None
            except Exception as error:  # noqa: BLE001  niquests and what lies beneath share no class of their own
                raise self._too_slow(origin.name, seconds) if cut.is_set() else trouble(error, origin.name) from None
        if cut.is_set():
            raise self._too_slow(answer.host, seconds)
        self.budget.spend(monotonic() - began, octets)
        return answer

    def _too_slow(self, host: str, seconds: float) -> SourceError:
        """This request took too long; or all of them together, if it was given less than a request
        is."""
        return too_slow(host, seconds) if seconds == self._seconds else self.budget.exhausted()

    def _read(
        self, response: niquests.Response, url: str, sink: Sink, expected: int, deadline: float
    ) -> tuple[Answer, int]:
        headers = {name.lower(): str(value) for name, value in response.headers.items()}
        status = response.status_code or 0
        kept = bytearray()
        octets = 0
        for chunk in self._unpacked(response, headers.get("content-encoding", ""), url):
            octets += len(chunk)
            if monotonic() > deadline:
                raise _OutOfTime
            if status == expected:
                sink(chunk)
            else:
                kept += chunk
                if len(kept) > _ERROR_BYTES:
                    break
        return Answer(status, url, headers, bytes(kept[:_ERROR_BYTES])), octets

    def _unpacked(self, response: niquests.Response, encoding: str, url: str) -> Iterator[bytes]:
        """The body in pieces, unpacked here: a bomb grows to one piece beyond the bound and no
        further."""
        inflate = zlib.decompressobj(zlib.MAX_WBITS | 32) if encoding.lower() in ("gzip", "x-gzip", "deflate") else None
        raw: Any = response.raw
        size = 0
        for packed in raw.stream(_CHUNK, decode_content=False):
            piece = packed
            while piece:
                chunk = inflate.decompress(piece, _CHUNK) if inflate else piece
                piece = inflate.unconsumed_tail if inflate else b""
                size += len(chunk)
                if size > MOST_BYTES:
                    raise TooLarge(f"{urlsplit(url).hostname} sent more than {MOST_BYTES >> 20} MB in one answer")
                yield chunk
        if inflate:
            yield inflate.flush()

    def _new_session(self, ca_file: str | None) -> niquests.Session:
        import niquests  # 0.2 s, and only where a calendar is read  # noqa: PLC0415

        for name in ("niquests", "urllib3", "urllib3_future", "urllib3.future"):
            logging.getLogger(name).setLevel(logging.ERROR)  # below, they log what is sent, and whole URLs
        session = niquests.Session(
            resolver=self._sockets.resolver(),
            disable_http2=True,
            disable_http3=True,
            retries=0,
            keepalive_delay=None,
            revocation_configuration=None,
            allow_incoming_cookies=False,
            headers={"User-Agent": "lasttouch", "Accept-Encoding": "gzip"},
        )
        session.trust_env = False
        session.verify = ca_file or True
        return session

    def _basic(self) -> AuthBase:
        from niquests.auth import HTTPBasicAuth  # noqa: PLC0415

        return HTTPBasicAuth(self._username.encode(), self._password.encode())

    def _bearer(self, token: Secret) -> BearerTokenAuth:
        from niquests.auth import BearerTokenAuth  # noqa: PLC0415

        return BearerTokenAuth(checked_token(token()))

    def _digest(self) -> AuthBase:
        from niquests.auth import HTTPDigestAuth  # noqa: PLC0415

        return HTTPDigestAuth(self._username, self._password)
