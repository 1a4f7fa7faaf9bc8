"""What documents a message at Microsoft 365 comes with: names, types and sizes, never what is in them.

That takes `Mail.Read`, which would let bodies be read as well; none are asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from activity.attachment import MOST, UNKNOWN_TYPE, Attachment, attachment
from activity.envelope import Envelope
from activity.errors import AuthenticationFailed, Throttled
from capture.graph.client import GraphClient, Json, rows, segment
from capture.graph.messages import type_of
from capture.graph.refusals import Refused
from capture.mail.documents import EXTERNAL, Part, documents

PERMISSION = "Mail.Read"
_FIELDS = "name,contentType,size,isInline"
_log = logging.getLogger(__name__)


class Attachments:
    """Asks for those of messages; no more in this pass once Microsoft has said that we may not."""

    def __init__(self) -> None:
        self._denied = False

    def tell(self, client: GraphClient, found: Mapping[str, Envelope]) -> None:
        """Put them into these envelopes, by the id of their message. Raises Throttled.

        Without the right, and where Graph does not say, they have none: the exchange is worth more.
        """
        if self._denied or not found:
            return
        urls = [client.path(f"/messages/{segment(one)}/attachments?$select={_FIELDS}") for one in found]
        for envelope, answer in zip(found.values(), client.batch(urls), strict=True):
            if not isinstance(answer, Refused):
                envelope.attachments = attachments_of(answer)
            elif isinstance(answer.error, Throttled):
                raise answer.error
            elif isinstance(answer.error, AuthenticationFailed) and not self._denied:
                self._denied = True
                _log.info("names of attachments are not read: the permission %s is missing", PERMISSION)


def attachments_of(page: Json) -> tuple[Attachment, ...]:
    """Of a page of attachments. Never raises."""
    return tuple(_told(rows(page)))[:MOST]


def _told(found: list[Json]) -> Iterator[Attachment]:
    for one in found:
        name, kind, size = (_text(one.get("name")), _text(one.get("contentType")).partition(";")[0], one.get("size"))
        size = size if isinstance(size, int) and not isinstance(size, bool) else None
        what = type_of(one)
        if what == "itemAttachment":  # a message, an event or a contact that hangs on this one
            yield attachment(name, "message/rfc822", size)
        elif what == "referenceAttachment":  # it is elsewhere; where, only Graph's beta tells
            yield attachment(name, kind or EXTERNAL, size)
        elif one.get("isInline") is not True:
            part = Part(kind.strip().lower() or UNKNOWN_TYPE, "mixed", False, {"name": name},
                        "attachment", octets=size)  # fmt: skip
            yield from documents([part])


def may_read(client: GraphClient) -> bool | None:
    """Is the right there? None where there is no message with a document to try it with. Raises SourceError."""
    try:
        page = client.get(client.path("/messages?$filter=hasAttachments eq true&$select=id&$top=1".replace(" ", "%20")))
        ids = [one["id"] for one in rows(page) if isinstance(one.get("id"), str)]
        if not ids:
            return None
        client.get(client.path(f"/messages/{segment(ids[0])}/attachments?$select={_FIELDS}"))
    except Refused as refused:
        if isinstance(refused.error, AuthenticationFailed) and refused.status == 403:
            return False
        raise refused.error from None
    return True


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
