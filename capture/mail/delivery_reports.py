"""Whom a bounce could not reach, and with which message: its delivery-status part and the header
that it returns.

No other part of a message is read.
"""

from __future__ import annotations

import binascii
import logging
import quopri
import re
from collections.abc import Iterator
from datetime import datetime

from activity.batch import Skip
from activity.delivery_status import arrival_date, failed_recipients
from activity.envelope import Envelope
from capture.mail.connection import Connection
from capture.mail.dates import parse_date
from capture.mail.fetch_answer import FetchRefused, read_responses
from capture.mail.fetch_response import Response
from capture.mail.headers import header_fields
from capture.mail.message_ids import message_id
from capture.mail.position import UidSet, uid_sets

PART_BYTES = 65_536
MESSAGES = 500
RECIPIENTS = 100
_REPORT = re.compile(r"multipart/report\b", re.IGNORECASE)
_NAMED = re.compile(r";\s*report-type\s*=", re.IGNORECASE)
_DELIVERY = re.compile(r";\s*report-type\s*=\s*\"?(?:global-)?delivery-status\b", re.IGNORECASE)
STATUS_PART = re.compile(r"message/(?:global-)?delivery-status\b", re.IGNORECASE)
_MIME_FIELDS = frozenset(("content-type", "content-transfer-encoding"))
_ID_FIELD = frozenset(("message-id",))

_log = logging.getLogger(__name__)


class DeliveryReports:
    """Bounces of a mailbox, gathered while headers come in, and read when nothing else is on its
    way.

    The machine-readable part is where the structure says; where it says nothing, it is the second
    of a multipart/report (RFC 6522 §3). Its MIME header is asked for first, and its content only if
    that says message/delivery-status (RFC 3464 §2) or message/global-delivery-status (RFC 6533 §4).
    """

    def __init__(self) -> None:
        self._bounces: dict[int, Envelope] = {}
        self._sections: dict[str, list[int]] = {}  # the part, and in which messages it is that one
        self._returned: dict[str, list[int]] = {}  # the same of the header that is returned

    def __contains__(self, uid: int) -> bool:
        return uid in self._bounces

    def consider(self, uid: int, envelope: Envelope, section: str = "", returned: str = "") -> bool:
        """Keep the message if it is a delivery report by its header or its structure, and say
        whether it is; one to a crowd is none.

        `section`, `returned`: see `capture.mail.structure.status_section` and `returned_section`.
        """
        kind = envelope.signs.get("content-type", "")
        envelope.is_report = bool(section)
        named = _REPORT.match(kind) and _NAMED.search(kind)
        is_report = _DELIVERY.search(kind) if named else section
        if not is_report or uid in self._bounces or len(envelope.to) + len(envelope.cc) > RECIPIENTS:
            return False
        self._bounces[uid] = envelope
        self._sections.setdefault(section or "2", []).append(uid)
        if returned:
            self._returned.setdefault(returned, []).append(uid)
        return True

    def read(self, connection: Connection) -> dict[int, Skip]:
        """Fill in what the reports say into the envelopes; what could not be read, by UID.

        Raises SourceErrors of the connection; a server that refuses to give a part is only noted.
        """
        skipped: dict[int, Skip] = {}
        for section, uids in sorted(self._sections.items()):
            for uid_set in uid_sets(sorted(uids), MESSAGES):
                try:
                    self._read(connection, uid_set, section, skipped)
                except FetchRefused as error:
                    for uid in filter(lambda uid: uid_set.first <= uid <= uid_set.last, uids):
                        skipped[uid] = Skip(f"UID {uid}", f"its delivery status was refused: {error.message}")
        for section, uids in sorted(self._returned.items()):
            failures = [uid for uid in sorted(uids) if self._bounces[uid].failed_recipients]
            for uid_set in uid_sets(failures, MESSAGES):
                try:
                    self._read_returned(connection, uid_set, section)
                except FetchRefused as error:
                    _log.info("reading bounces without the headers they return: %s", error.message)
        return skipped

    def _read_returned(self, connection: Connection, uid_set: UidSet, section: str) -> None:
        part = section.partition(" ")[0]
        for response in fetch_parts(connection, uid_set, part, f"BODY.PEEK[{section}]<0.{PART_BYTES}>"):
            if response.uid in self._bounces and response.body:
                self._bounces[response.uid].returned_id = returned_id(response.body)

    def _read(self, connection: Connection, uid_set: UidSet, section: str, skipped: dict[int, Skip]) -> None:
        encodings: dict[int, str] = {}
        for response in fetch_parts(connection, uid_set, f"{section}.MIME", f"BODY.PEEK[{section}.MIME]"):
            encoding = _encoding_of_status(response)
            if encoding is not None and response.uid in self._bounces:
                encodings[response.uid] = encoding
        for status_set in uid_sets(sorted(encodings), MESSAGES):
            for response in fetch_parts(connection, status_set, section, f"BODY.PEEK[{section}]<0.{PART_BYTES}>"):
                if response.uid not in encodings:
                    continue
                if response.oversize or response.body is None:
                    skipped[response.uid] = Skip(f"UID {response.uid}", "its delivery status could not be read")
                else:
                    text = status_text(response.body, encodings[response.uid])
                    bounce = self._bounces[response.uid]
                    bounce.failed_recipients = failed_recipients(text)
                    bounce.arrival_date = arrived(text)


def returned_id(header: bytes) -> str:
    """The Message-ID in the header that a bounce returns; "" where it has none."""
    return message_id(header_fields(header, _ID_FIELD).get("message-id"))


def arrived(status: str) -> datetime | None:
    """When the returned message had come to the host that reports, by the text of a delivery-status
    part."""
    return parse_date(arrival_date(status))


def fetch_parts(connection: Connection, uid_set: UidSet, section: str, item: str) -> Iterator[Response]:
    """The first answer for each message, as it comes; to be read out."""
    tags = {connection.send_command(f"UID FETCH {uid_set.text} (UID {item})")}
    given: set[int] = set()
    for one in read_responses(connection, tags, section.encode(), PART_BYTES):
        if one is not None and one.uid not in given and uid_set.first <= one.uid <= uid_set.last:
            given.add(one.uid)
            connection.wire.budget.earn()
            yield one


def _encoding_of_status(mime: Response) -> str | None:
    """The Content-Transfer-Encoding of a delivery-status part, lower case; None for any other part."""
    fields = header_fields(mime.body or b"", _MIME_FIELDS)
    if not STATUS_PART.match(fields.get("content-type", "")):
        return None
    return fields.get("content-transfer-encoding", "").lower()


def status_text(body: bytes, encoding: str) -> str:
    """The text of a delivery-status part with this Content-Transfer-Encoding (lower case); it may
    have been cut off."""
    if encoding == "quoted-printable":
        body = quopri.decodestring(body)
    elif encoding == "base64":
        packed = b"".join(body.split())
        try:
            body = binascii.a2b_base64(packed[: len(packed) // 4 * 4])
        except binascii.Error:
            body = b""
    return body.decode("utf-8", "replace")
