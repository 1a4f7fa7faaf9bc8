"""One published calendar, asked for again and again (RFC 9110 §13, RFC 5545)."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from activity.errors import ServerFault, SourceError, UntrustedServer
from capture.calendar.objects import rules
from capture.calendar.text import decoded
from capture.dav.refusals import TooLarge
from capture.dav.transport import Answer, Transport
from capture.files.calendar_files import FILE_BYTES, Content
from capture.files.calendar_objects import digest, is_whole
from capture.files.calendar_position import Stamp

MOST_LINES = 2_000_000
_BEGINNING = "BEGIN:VCALENDAR"
_WEB = {"webcal": "https", "webcals": "https"}
_MOVED = "look up its address where it is published: it changes when sharing is turned off, or reset"


class Feed:
    """A calendar at a URL that may itself be the secret: of the URL only the host is ever told.

    A stamp holds what the server calls this version (ETag, Last-Modified), the digest of its text,
    and how private events are read.
    """

    def __init__(self, url: Callable[[], str], private_events: str, ca_file: str | None = None) -> None:
        self._url = url
        self._rules = rules(private_events)
        self._ca_file = ca_file

    def read(self, stamp: Stamp) -> Content | None:
        """What it holds, None if that is as it was at `stamp`.

        Raises SourceError for anything but a whole calendar.
        """
        etag, modified, known = (str(part) for part in stamp[:3]) if self._is_ours(stamp) else ("", "", "")
        answer, raw = self._answer({"If-None-Match": etag, "If-Modified-Since": modified})
        if answer.status == 304 and known:
            return None
        text = _calendar(decoded(raw), answer.host)
        now = digest(text)
        if now == known:  # the server does not keep to conditions, or only wrote it out anew
            return None
        return Content(
            [answer.headers.get("etag", ""), answer.headers.get("last-modified", ""), now, self._rules], text
        )

    def _is_ours(self, stamp: Stamp) -> bool:
        return len(stamp) == 4 and stamp[3] == self._rules

    def _answer(self, conditions: dict[str, str]) -> tuple[Answer, bytes]:
        url = _https(self._url())
        kept = bytearray()

        def take(chunk: bytes) -> None:
            kept.extend(chunk)
            if len(kept) > FILE_BYTES:
                raise TooLarge(f"{transport.host} sent a calendar of more than {FILE_BYTES >> 20} MB")

        transport = Transport(url, ca_file=self._ca_file)
        headers = {"Accept": "text/calendar", **{name: value for name, value in conditions.items() if value}}
        try:
            answer = transport.request("GET", url, b"", headers, take, expected=200)
            if answer.status not in (200, 304):
                raise _refused(transport, answer)
        finally:
            transport.close()
        return answer, bytes(kept)


def _https(url: str) -> str:
    """webcal: is https: in all but name. Raises SourceError, without telling the URL."""
    scheme, separator, rest = url.strip().partition("://")
    url = f"{_WEB.get(scheme.lower(), scheme.lower())}{separator}{rest}"
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.username or parts.password:
        raise UntrustedServer(
            "the address holds a user name or password", "read such a calendar with [accounts.caldav]"
        )
    return parts._replace(fragment="").geturl()


def _calendar(text: str, host: str) -> str:
    """The text, if it is a calendar with an end: what one that was cut off does not hold is not
    gone."""
    if text.lstrip()[: len(_BEGINNING)].upper() != _BEGINNING:
        what = "a page" if text.strip() else "nothing"
        raise ServerFault(f"{host} answered with {what} instead of a calendar", _MOVED)
    if text.count("\n") > MOST_LINES:
        raise TooLarge(f"{host} sent a calendar of more than {MOST_LINES:,} lines")
    if not is_whole(text):
        raise ServerFault(f"{host} sent a calendar that breaks off before its end", "it is read again next time")
    return text


def _refused(transport: Transport, answer: Answer) -> SourceError:
    if answer.status in (401, 403, 404, 410):
        return ServerFault(f"{answer.host} does not publish this calendar any more ({answer.status})", _MOVED)
    return transport.refusal(answer)
