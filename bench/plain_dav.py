"""The same calendar by plain requests and lxml: the least that reading it can cost."""

from __future__ import annotations

import niquests
from lxml import etree  # type: ignore[import-untyped]

from radicale_server import RadicaleServer

_DAV = '<?xml version="1.0" encoding="utf-8"?><{0} xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">{1}</{0}>'


def listing(server: RadicaleServer, fetch: bool = True) -> str:
    """List everything, fetch it by hundreds, take the texts out of the answers; the sync token."""
    connection = _session(server)
    found = _asked(
        connection, "d:sync-collection", "<d:sync-token/><d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop>"
    )
    hrefs = [href.text for href in found.iterfind("{DAV:}response/{DAV:}href")]
    texts = []
    for first in range(0, len(hrefs), 100) if fetch else ():
        wanted = "".join(f"<d:href>{href}</d:href>" for href in hrefs[first : first + 100])
        body = f"<d:prop><d:getetag/><c:calendar-data/></d:prop>{wanted}"
        answer = _asked(connection, "c:calendar-multiget", body)
        texts += [one.text for one in answer.iter("{urn:ietf:params:xml:ns:caldav}calendar-data")]
    assert not fetch or len(texts) == len(hrefs)
    connection.close()
    return str(found.findtext("{DAV:}sync-token"))


def changes(server: RadicaleServer, token: str) -> None:
    connection = _session(server)
    body = f"<d:sync-token>{token}</d:sync-token><d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop>"
    _asked(connection, "d:sync-collection", body)
    connection.close()


def _session(server: RadicaleServer) -> niquests.Session:
    session = niquests.Session(base_url=server.url, auth=("ana", "secret"), timeout=600)
    session.trust_env = False
    return session


def _asked(session: niquests.Session, report: str, body: str) -> etree._Element:
    headers = {"Content-Type": "application/xml"}
    answer = session.request("REPORT", "/ana/work/", data=_DAV.format(report, body).encode(), headers=headers)
    assert answer.content is not None
    return etree.fromstring(answer.content, etree.XMLParser(huge_tree=True))
