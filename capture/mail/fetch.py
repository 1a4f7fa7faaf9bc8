"""The hot path: the headers of many messages, asked for ahead and read as they come."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from activity.batch import Skip
from activity.envelope import Envelope
from activity.mark import ANSWERED, FLAGGED, Mark
from activity.mistakes import mistake
from capture.mail.calendar_methods import CalendarMethods
from capture.mail.connection import Connection
from capture.mail.dates import parse_date
from capture.mail.delivery_reports import DeliveryReports
from capture.mail.fetch_answer import FetchRefused, read_past, read_responses
from capture.mail.fetch_response import Response
from capture.mail.headers import HEADER_FIELDS, parse_header
from capture.mail.position import UidSet

_log = logging.getLogger(__name__)

HEADER_BYTES = 2 << 20
SETS_AHEAD = 2
HELD_BYTES = 24 << 20
ADDRESS_BYTES = 200
_UNSENT_FIELD = "X-Mozilla-Draft-Info"  # Thunderbird's drafts and templates, in whatever folder they lie
_UNSENT = f"{_UNSENT_FIELD}:".encode()
_FIELDS = " ".join((*HEADER_FIELDS, _UNSENT_FIELD)).upper()
FETCH_ITEMS = f"(UID INTERNALDATE FLAGS BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS ({_FIELDS})])"
WITHOUT_STRUCTURE = FETCH_ITEMS.replace("BODYSTRUCTURE ", "")
_SECTION = b"HEADER.FIELDS"


class Fetched(NamedTuple):
    """A message of a mailbox: its envelope, or why there is none; neither for a draft, which is no
    message yet.

    Both for a bounce whose delivery report could not be read.
    """

    uid: int
    envelope: Envelope | None
    skip: Skip | None


class Part(NamedTuple):
    """Some of what was asked for.

    `through` is the UID up to which all has come, None in the middle of an answer.
    """

    messages: list[Fetched]
    through: int | None


class _Waiting:
    """Messages of which one part is still to be read, when nothing else is on its way."""

    def __init__(self) -> None:
        self.reports, self.methods = DeliveryReports(), CalendarMethods()
        self.any = False

    def __contains__(self, uid: int) -> bool:
        return uid in self.reports or uid in self.methods

    def consider(self, response: Response, envelope: Envelope) -> None:
        if self.reports.consider(response.uid, envelope, response.status_section, response.returned_section):
            self.any = True
        if response.inner_calendar is not None:
            self.any |= self.methods.consider(response.uid, envelope, response.inner_calendar)

    def read(self, connection: Connection) -> Mapping[int, Skip]:
        """Read these parts; what could not be read, by UID."""
        self.methods.read(connection)
        return self.reports.read(connection)


class _Asked:
    """A set on its way: complete when its command is, or when every one of its messages has come."""

    def __init__(self, uid_set: UidSet, tag: bytes) -> None:
        self.uids = uid_set
        self.tag = tag
        self._fetched: dict[int, Fetched] = {}
        self._handed_on: set[int] = set()
        self._held = 0

    def complete(self, tags: set[bytes]) -> bool:
        return self.tag not in tags or len(self._fetched) + len(self._handed_on) >= self.uids.size

    def awaits(self, uid: int) -> bool:
        """Is it one of these, and did not come yet in a form that a further answer could not better?"""
        uids = self.uids
        if not uids.first <= uid <= uids.last or uid in self._handed_on:
            return False
        kept = self._fetched.get(uid)
        return kept is None or kept.skip is not None

    def keep(self, one: Fetched, weight: int) -> bool:
        """Is it the first answer for this message?"""
        first = one.uid not in self._fetched
        self._fetched[one.uid] = one
        self._held += weight
        return first

    def hand_on(self, waiting: _Waiting) -> Part | None:
        """What has come so far, if it is much; not what waits for one of its parts."""
        if self._held <= HELD_BYTES:
            return None
        self._held = 0
        ready = [uid for uid in self._fetched if uid not in waiting]
        self._handed_on.update(ready)
        return Part([self._fetched.pop(uid) for uid in ready], None)

    def rest(self, skips: Mapping[int, Skip]) -> Part:
        for uid in skips.keys() & self._fetched.keys():
            self._fetched[uid] = self._fetched[uid]._replace(skip=skips[uid])
        return Part(list(self._fetched.values()), self.uids.last)


def fetch_headers(
    connection: Connection, uid_sets: Sequence[UidSet], sent: bool = False, times: int = 1
) -> Iterator[Part]:
    """Fetch each UID set of the selected mailbox; usually one part a set, more where headers are
    huge.

    In a mailbox of `sent` mail the flag of drafts is some server's or program's mistake. Each
    command is sent so many `times`: what comes late, after its own is completed, comes before the
    next one is.

    The next command is on its way while an answer is read, so that latency costs little. Nothing is
    marked as seen (BODY.PEEK, RFC 3501 §6.4.5). A header over HEADER_BYTES is skipped and named.
    Bounces come with the recipients their delivery-status part names, calendars with the METHOD
    that stands in them alone. Sets that the server refuses to give with the structure of their
    messages are read without it.
    """
    to_ask = deque(uid_sets)
    while to_ask:
        asked: deque[_Asked] = deque()
        try:
            yield from _fetch(connection, to_ask, asked, FETCH_ITEMS, sent, times)
        except FetchRefused as error:
            _log.info("reading without the structure of messages: %s", error.message)
            refused = deque(one.uids for one in asked)
            yield from _fetch(connection, refused, deque(), WITHOUT_STRUCTURE, sent, times)


def _fetch(
    connection: Connection, to_ask: deque[UidSet], asked: deque[_Asked], items: str, sent: bool, times: int
) -> Iterator[Part]:
    """Take sets from `to_ask`; those in `asked` are on their way.

    Raises FetchRefused when nothing else is.
    """
    while to_ask:
        tags: set[bytes] = set()
        waiting = _Waiting()
        _ask_ahead(connection, to_ask, asked, tags, items, times)
        try:
            for response in read_responses(connection, tags, _SECTION, HEADER_BYTES):
                if response is not None and (one := _of(response, asked)) is not None:
                    part = _keep(response, one, waiting, sent, connection)
                    if part is not None:
                        yield part
                if not waiting.any:  # for these nothing else may be on its way
                    while asked and asked[0].complete(tags):
                        yield asked.popleft().rest({})
                        _ask_ahead(connection, to_ask, asked, tags, items, times)
        except FetchRefused:
            read_past(connection, tags, _SECTION, HEADER_BYTES)
            raise
        skips = waiting.read(connection)
        while asked:
            yield asked.popleft().rest(skips)


def _ask_ahead(
    connection: Connection, to_ask: deque[UidSet], asked: deque[_Asked], tags: set[bytes], items: str, times: int
) -> None:
    while to_ask and len(asked) < SETS_AHEAD:
        uid_set = to_ask.popleft()
        sent = [connection.send_command(f"UID FETCH {uid_set.text} {items}") for _ in range(times)]
        asked.append(_Asked(uid_set, sent[-1]))
        tags.update(sent)


def _of(response: Response, asked: deque[_Asked]) -> _Asked | None:
    """The set whose message this is, for the first time; None for news of a message: flags that
    changed just now."""
    if response.body is None and not response.oversize and not response.internal_date:
        return None
    for one in asked:
        if one.awaits(response.uid):
            return one
    return None


def _keep(response: Response, one: _Asked, waiting: _Waiting, sent: bool, connection: Connection) -> Part | None:
    fetched = _message(response, sent)
    envelope = fetched.envelope
    if one.keep(fetched, _weight(response, envelope)):
        connection.wire.budget.earn()
    if envelope is None:
        return None
    if connection.names_attachments:
        from capture.mail.attachments import attachments_of  # noqa: PLC0415 - where they are wanted

        envelope.attachments = attachments_of(response.structure)
    waiting.consider(response, envelope)
    return one.hand_on(waiting)


def _message(response: Response, sent: bool) -> Fetched:
    uid = response.uid
    is_draft, bits = _told_by(response.flags)
    if is_draft and not sent:
        return Fetched(uid, None, None)
    if response.oversize:
        return Fetched(uid, None, Skip(f"UID {uid}", f"its header is {response.oversize:,} bytes long"))
    if response.body is None:
        return Fetched(uid, None, Skip(f"UID {uid}", "the mail server gave no header for it"))
    if not sent and response.body.find(_UNSENT) >= 0:
        return Fetched(uid, None, None)
    arrived = parse_date(response.internal_date.decode("ascii", "replace"))
    try:
        envelope = parse_header(response.body, arrived, response.calendar_part, response.report_part)
    except Exception as error:  # noqa: BLE001 - one message must not keep the others from being read
        return Fetched(uid, None, Skip(f"UID {uid}", mistake(error)))
    envelope.shape = response.shape
    envelope.mark = Mark(uid, bits)
    return Fetched(uid, envelope, None)


def read_marks(connection: Connection, first: int, last: int) -> dict[int, int]:
    """UID → bits (see activity.envelope) of the messages of the selected mailbox in this span."""
    tags = {connection.send_command(f"UID FETCH {first}:{last} (UID FLAGS)")}
    responses = read_responses(
        connection, tags, _SECTION, HEADER_BYTES
    )  # one at a time: they may be as long as they like
    return {one.uid: _told_by(one.flags)[1] for one in responses if one and first <= one.uid <= last}


@lru_cache(maxsize=256)
def _told_by(flags: bytes) -> tuple[bool, int]:
    """Is it a draft, and what do the owner's programs say of it, by its flags (RFC 3501 §2.3.2)?"""
    lowered = flags.lower()
    return b"\\draft" in lowered, ANSWERED * (b"\\answered" in lowered) | FLAGGED * (b"\\flagged" in lowered)


def _weight(response: Response, envelope: Envelope | None) -> int:
    """About how much memory the message takes until it is stored."""
    if envelope is None:
        return 0
    return len(response.body or b"") + ADDRESS_BYTES * (len(envelope.to) + len(envelope.cc) + len(envelope.bcc))
