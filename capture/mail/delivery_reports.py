"""Whom a bounce could not reach: its delivery-status part, and never any other part of a message."""

from __future__ import annotations

import binascii
import quopri
import re

from activity.batch import Skip
from activity.delivery_status import failed_recipients
from activity.envelope import Envelope
from capture.mail.connection import Connection
from capture.mail.fetch_answer import FetchRefused, read_responses
from capture.mail.fetch_response import Response
from capture.mail.headers import header_fields
from capture.mail.position import UidSet, uid_sets

PART_BYTES = 65_536
MESSAGES = 500
RECIPIENTS = 100
_REPORT = re.compile(r"multipart/report\b", re.IGNORECASE)
_DELIVERY = re.compile(r";\s*report-type\s*=\s*\"?(?:global-)?delivery-status\b", re.IGNORECASE)
_STATUS_PART = re.compile(r"message/(?:global-)?delivery-status\b", re.IGNORECASE)
_MIME_FIELDS = frozenset(("content-type", "content-transfer-encoding"))


class DeliveryReports:
    """Bounces of a mailbox, gathered while headers come in, and read when nothing else is on its way.

    Of a multipart/report the second part is the machine-readable one (RFC 6522 §3). Its MIME header
    is asked for first, and its content only if that says message/delivery-status (RFC 3464 §2) or
    message/global-delivery-status (RFC 6533 §4).
    """

    def __init__(self) -> None:
        self._bounces: dict[int, Envelope] = {}

    def __bool__(self) -> bool:
        return bool(self._bounces)

    def __contains__(self, uid: int) -> bool:
        return uid in self._bounces

    def consider(self, uid: int, envelope: Envelope) -> None:
        """Keep the message if it says that it is a delivery report; one to a crowd is none."""
        kind = envelope.signs.get("content-type", "")
        if _REPORT.match(kind) and _DELIVERY.search(kind) and len(envelope.to) + len(envelope.cc) <= RECIPIENTS:
            self._bounces[uid] = envelope

    def read(self, connection: Connection) -> dict[int, Skip]:
        """Fill in `failed_recipients` of the envelopes; what could not be read, by UID.

        Raises SourceErrors of the connection; a server that refuses to give a part is only noted.
        """
        skipped: dict[int, Skip] = {}
        for uid_set in uid_sets(sorted(self._bounces), MESSAGES):
            try:
                self._read(connection, uid_set, skipped)
            except FetchRefused as error:
                for uid in filter(lambda uid: uid_set.first <= uid <= uid_set.last, self._bounces):
                    skipped[uid] = Skip(f"UID {uid}", f"its delivery status was refused: {error.message}")
        return skipped

    def _read(self, connection: Connection, uid_set: UidSet, skipped: dict[int, Skip]) -> None:
        encodings: dict[int, str] = {}
        for response in _fetch(connection, uid_set, "2.MIME", "BODY.PEEK[2.MIME]"):
            encoding = _encoding_of_status(response)
            if encoding is not None and response.uid in self._bounces:
                encodings[response.uid] = encoding
        for status_set in uid_sets(sorted(encodings), MESSAGES):
            for response in _fetch(connection, status_set, "2", f"BODY.PEEK[2]<0.{PART_BYTES}>"):
                if response.uid not in encodings:
                    continue
                if response.oversize or response.body is None:
                    skipped[response.uid] = Skip(f"UID {response.uid}", "its delivery status could not be read")
                else:
                    text = _decoded(response.body, encodings[response.uid])
                    self._bounces[response.uid].failed_recipients = failed_recipients(text)


def _fetch(connection: Connection, uid_set: UidSet, section: str, item: str) -> list[Response]:
    tags = {connection.send_command(f"UID FETCH {uid_set.text} (UID {item})")}
    return [one for one in read_responses(connection, tags, section.encode(), PART_BYTES) if one is not None]


def _encoding_of_status(mime: Response) -> str | None:
    """The Content-Transfer-Encoding of a delivery-status part, lower case; None for any other part."""
    fields = header_fields(mime.body or b"", _MIME_FIELDS)
    if not _STATUS_PART.match(fields.get("content-type", "")):
        return None
    return fields.get("content-transfer-encoding", "").lower()


def _decoded(body: bytes, encoding: str) -> str:
    if encoding == "quoted-printable":
        body = quopri.decodestring(body)
    elif encoding == "base64":
        packed = b"".join(body.split())
        try:
            body = binascii.a2b_base64(packed[: len(packed) // 4 * 4])  # it may have been cut off
        except binascii.Error:
            body = b""
    return body.decode("utf-8", "replace")
