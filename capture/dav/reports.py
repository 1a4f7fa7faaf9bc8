"""The three questions asked of a DAV server: PROPFIND, sync-collection and multiget."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from activity.errors import SourceError
from capture.dav.multistatus import CALDAV, CALENDARSERVER, CARDDAV, DAV, Multistatus, MultistatusReader
from capture.dav.service import Service
from capture.dav.transport import Answer, Transport

_PREFIXES = {DAV: "d:", CALDAV: "c:", CARDDAV: "a:", CALENDARSERVER: "s:"}
_NAMESPACES = " ".join(f'xmlns:{prefix[0]}="{namespace[1:-1]}"' for namespace, prefix in _PREFIXES.items())


class UnexpectedAnswer(Exception):
    """Another status than 207. `error` is what it amounts to where it means nothing special."""

    def __init__(self, answer: Answer, error: SourceError) -> None:
        super().__init__(answer.status)
        self.status = answer.status
        self.body = answer.body
        self.error = error


def propfind(transport: Transport, url: str, depth: int, properties: Iterable[str]) -> tuple[str, Multistatus]:
    """Properties of a resource (and with depth 1 of what it holds), with the URL it was found at
    (RFC 4918 §9.1)."""
    body = f"<d:propfind {_NAMESPACES}><d:prop>{_elements(properties)}</d:prop></d:propfind>"
    return _ask(transport, "PROPFIND", url, body, {"Depth": str(depth)})


def sync_collection(transport: Transport, url: str, token: str) -> Multistatus:
    """What changed in a collection since `token`, all members for "" (RFC 6578 §3.2)."""
    body = (
        f"<d:sync-collection {_NAMESPACES}><d:sync-token>{escape(token)}</d:sync-token>"
        "<d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>"
    )
    return _ask(transport, "REPORT", url, body, {"Depth": "0"})[1]


def multiget(transport: Transport, service: Service, url: str, hrefs: Iterable[str]) -> Multistatus:
    """The objects at these paths (RFC 4791 §7.9, RFC 6352 §8.7), whole: not every server picks
    properties as asked."""
    report = _PREFIXES[service.namespace] + service.multiget
    listed = "".join(f"<d:href>{escape(href)}</d:href>" for href in hrefs)
    body = f"<{report} {_NAMESPACES}><d:prop>{_elements((DAV + 'getetag', service.data))}</d:prop>{listed}</{report}>"
    return _ask(transport, "REPORT", url, body, {})[1]


def _elements(properties: Iterable[str]) -> str:
    return "".join(
        f"<{_PREFIXES[namespace + '}']}{name}/>"
        for namespace, _, name in (tag.partition("}") for tag in properties)
    )  # fmt: skip


def _ask(transport: Transport, method: str, url: str, body: str, headers: dict[str, str]) -> tuple[str, Multistatus]:
    reader = MultistatusReader(transport.host)
    document = f'<?xml version="1.0" encoding="utf-8"?>{body}'.encode()
    headers = {"Content-Type": "application/xml; charset=utf-8", **headers}
    answer = transport.request(method, url, document, headers, reader.feed)
    if answer.status != 207:
        raise UnexpectedAnswer(answer, transport.refusal(answer))
    return answer.url, reader.close()
