"""HTTP to a service of somebody else: bounded in time and size, no redirects, nothing secret in any error."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from activity.errors import (
    AuthenticationFailed,
    LasttouchError,
    ServerFault,
    Throttled,
    Unreachable,
    UntrustedServer,
)
from activity.retry_after import seconds_asked
from deliver.connections import Connections

TIMEOUT = (10.0, 30.0)  # seconds to connect, and between two pieces of an answer
ANSWER_SECONDS = 120.0  # for all of it
MOST_BYTES = 16 * 1024 * 1024
_CHUNK = 65_536


class OverItsQuota(Throttled):
    """Of a service whose requests are counted by the day."""

    longest_wait = 86_400.0


class Answer(NamedTuple):
    """`json` is None where the body is none."""

    status: int
    headers: Mapping[str, str]
    json: Any
    text: str


class Server:
    """Requests to one server. Reads neither .netrc nor proxy variables, keeps no cookies, follows nobody elsewhere.

    `allowed` are networks it may be in besides the public ones, None: it may be anywhere.
    """

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        ca_file: str | None = None,
        allowed: Sequence[str] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        import niquests  # noqa: PLC0415 - costs 100 ms, and most passes send nothing

        self.url = url.rstrip("/")
        self.host = urlsplit(url).hostname or url
        self._now = now
        self._secrets: list[str] = []
        self._connections = Connections(allowed)
        self._session = niquests.Session(
            resolver=self._connections.resolver(),
            disable_http2=True,
            disable_http3=True,
            keepalive_delay=None,
            revocation_configuration=None,  # which asks third parties
            allow_incoming_cookies=False,
            # what is packed may be a thousand times as long as it looks
            headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "lasttouch"},
        )
        self._session.trust_env = False
        self._session.verify = ca_file or True
        for name, value in (headers or {}).items():
            self.set_header(name, value)

    def keep_secret(self, *texts: str) -> None:
        """What it says of a failure is not told further with these in it."""
        self._secrets += filter(None, texts)

    def in_words(self, said: object) -> str:
        """The beginning of what it says of a failure, in one line."""
        text = str(said)
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return " ".join(text.split())[:200]

    def set_header(self, name: str, value: str) -> None:
        """A credential, with every request from now on. Raises AuthenticationFailed where it would break out of its
        line."""
        if not value.isprintable():
            raise AuthenticationFailed("the token holds a line break or another control character", "store it again")
        self.keep_secret(value, value.rpartition(" ")[2])
        self._session.headers[name] = value

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Answer:
        """`body` as JSON, or these octets. Raises Unreachable, UntrustedServer; whatever status is an answer."""
        import niquests  # noqa: PLC0415

        octets = raw if raw is not None or body is None else json.dumps(body, separators=(",", ":")).encode()
        given = dict(headers or {})
        if body is not None:
            given.setdefault("Content-Type", "application/json")
        url = path if "://" in path else self.url + path
        with self._connections.cut_after(ANSWER_SECONDS) as cut:
            try:
                answer = self._session.request(
                    method, url, data=octets, headers=given, timeout=TIMEOUT, allow_redirects=False, stream=True
                )
                kept = self._read(answer)
            except niquests.exceptions.SSLError:
                raise UntrustedServer(
                    f"{self.host} could not be trusted: its certificate does not hold",
                    "check the address, or set ca_file",
                ) from None
            except (niquests.exceptions.Timeout, TimeoutError):
                raise Unreachable(f"{self.host} gave no answer in time", "it is tried again") from None
            except LasttouchError:
                raise
            except Exception as error:  # noqa: BLE001 - what lies beneath shares no class of its own
                raise (self._too_slow() if cut.is_set() else _cause(error, self.host)) from None
        if cut.is_set():
            raise self._too_slow()
        text = kept.decode("utf-8", "replace")
        return Answer(
            answer.status_code or 0, {k.lower(): str(v) for k, v in answer.headers.items()}, _parsed(text), text
        )

    def _read(self, answer: Any) -> bytes:
        """The body, as it is sent."""
        kept = bytearray()
        for piece in answer.raw.stream(_CHUNK, decode_content=False):
            kept += piece
            if len(kept) > MOST_BYTES:
                answer.close()
                raise ServerFault(f"{self.host} sent more than {MOST_BYTES >> 20} MB", "is it the right address?")
        return bytes(kept)

    def _too_slow(self) -> Unreachable:
        return Unreachable(f"{self.host} took longer than {ANSWER_SECONDS:g} s for one answer", "it is tried again")

    def asked(self, method: str, path: str, body: Any = None) -> Answer:
        """The same, where anything but a success is the error it amounts to."""
        answer = self.send(method, path, body)
        if answer.status >= 300:
            raise self.refusal(answer)
        return answer

    def refusal(self, answer: Answer) -> LasttouchError:
        """What a status says (RFC 9110 §15). Bodies are not quoted: they may repeat what was sent."""
        status = answer.status
        if status in (401, 403):
            return AuthenticationFailed(
                f"{self.host} refused the credentials ({status})", "make a new token there, and see that it may do this"
            )
        if status == 429 or (status == 503 and "retry-after" in answer.headers):
            wait = seconds_asked(answer.headers.get("retry-after", ""), self._now())
            said = "takes no more requests for now" if wait is None else f"asks us to wait for {wait:.0f} s"
            return OverItsQuota(f"{self.host} {said} ({status})", "", wait)
        if 300 <= status < 400:
            return ServerFault(
                f"{self.host} redirects elsewhere ({status})", "give the address that it leads to as url"
            )
        if status >= 500:
            return ServerFault(f"{self.host} has a fault of its own ({status})", "it is tried again")
        return ServerFault(
            f"{self.host} did not take the request ({status})", "check url, and the version of the service"
        )

    def close(self) -> None:
        self._session.close()
        self._connections.close()


def _cause(error: BaseException | None, host: str) -> LasttouchError:
    """An error of ours that a library has wrapped is that error; else there was no connection."""
    seen: set[int] = set()
    at = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        if isinstance(at, LasttouchError):
            return at
        inner = [
            one for one in (*getattr(at, "args", ()), getattr(at, "reason", None)) if isinstance(one, BaseException)
        ]
        at = at.__cause__ or at.__context__ or (inner[0] if inner else None)
    return Unreachable(f"{host} cannot be reached, or broke off", "it is tried again")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text) if text.strip() else None
    except (ValueError, RecursionError):
        return None
