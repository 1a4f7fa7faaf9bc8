"""What is new in one folder, in batches that can each be stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from urllib.parse import quote

from activity.batch import Batch, Skip
from activity.envelope import Envelope
from activity.mistakes import mistake
from capture.graph.attachments import Attachments
from capture.graph.client import IN_A_BATCH, GraphClient, Json, segment
from capture.graph.folders import messages_of
from capture.graph.mail_position import FolderPosition
from capture.graph.messages import FIELDS, HEADER, envelope_of, fields_of, is_whole, newer_than, type_of
from capture.graph.refusals import BEGUN_ANEW, Refused
from capture.graph.times import instant, written
from capture.mail.mailboxes import Mailbox, holds_sent_mail

PAGE = 200
_AT_ONCE = 1000  # rows whose messages are stored together
NO_HEADER = "Microsoft shows no header of it, so nobody can say whether a person wrote it"
AGAIN = "(the whole folder)"
_MOST_PAGES = 100_000
_NO_END = ("a page of mail before its end", "pages of mail without end")


@dataclass(slots=True)
class _Taken:
    """Of so many `rows`: what was found, what is left out and why, by its id each message that is yet to be asked for
    with what its row tells of it (nothing, where that is not all), and each that was found with documents."""

    rows: int = 0
    found: list[Envelope] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)
    missing: dict[str, Json] = field(default_factory=dict)
    attached: dict[str, Envelope] = field(default_factory=dict)


class Folder:
    """One folder of a mailbox, read from a position on."""

    def __init__(
        self, client: GraphClient, mailbox: Mailbox, place: str, attachments: Attachments | None = None
    ) -> None:
        self._client = client
        self._mailbox = mailbox
        self._place = place
        self._sent = holds_sent_mail(mailbox)
        self._attachments = attachments
        self._seen: set[int] = set()  # hashes: an id has 150 characters

    def read(self, position: FolderPosition, page: Json | Refused | None = None) -> Iterator[Batch]:
        """Batches of a page each, with the link that goes on behind it.

        `page` is the answer to the position's link, where that was asked for already. Where Graph
        has forgotten the place, once from the start. Raises SourceError.
        """
        for attempt in (1, 2):
            try:
                yield from self._round(position, page)
            except Refused as refused:
                if refused.has_lost_its_place and attempt == 1:
                    position, page = FolderPosition(position.since, again=True), None
                    yield Batch(self._place, cursor=position.cursor(), skipped=[Skip(AGAIN, BEGUN_ANEW)])
                    continue
                if not refused.is_full:
                    raise refused.error from None
                yield from self._listed(position)
            return

    def _start(self) -> str:
        return f"{messages_of(self._client, self._mailbox)}/delta?$select={FIELDS}"

    def _round(self, position: FolderPosition, page: Json | Refused | None) -> Iterator[Batch]:
        """Full pages are stored several at a time, and so are those that leave part of a request for
        messages empty."""
        url = position.link or self._start()
        settled = [AGAIN] if position.again and position.link else []
        taken = _Taken()
        was = position
        for changed, following, is_last in self._client.changes(url, _MOST_PAGES, *_NO_END, page):
            position = FolderPosition(position.since, following, "", was.again and not settled)
            self._take(changed, position.since, taken)
            fills = len(changed) < PAGE and len(taken.missing) % IN_A_BATCH == 0
            if not (is_last or fills or taken.rows >= _AT_ONCE):
                continue
            self._complete(taken, position.since)
            if taken.found or taken.skipped or position != was:
                yield Batch(
                    self._place, items=list(taken.found), skipped=taken.skipped, cursor=position.cursor(),
                    settled=settled,
                )  # fmt: skip
            settled, taken, was = [], _Taken(), position

    def _listed(self, position: FolderPosition) -> Iterator[Batch]:
        """Where a full mailbox keeps no place of ours: what came in since, by its time."""
        since = position.listed_to or f"{position.since}T00:00:00Z"
        query = f"$select={FIELDS}&$filter=receivedDateTime ge {since}&$orderby=receivedDateTime&$top={PAGE}"
        url = f"{messages_of(self._client, self._mailbox)}?{quote(query, safe='$=&,')}"
        newest = instant(since)
        try:
            for page in self._client.pages(url):
                taken = self._messages(page, position.since)
                newest = max(
                    filter(None, (newest, *(instant(row.get("receivedDateTime")) for row in page))), default=None
                )
                position = FolderPosition(position.since, "", written(newest) if newest else since)
                yield Batch(self._place, items=list(taken.found), skipped=taken.skipped, cursor=position.cursor())
        except Refused as refused:
            raise refused.error from None

    def _messages(self, page: Sequence[Json], since: str) -> _Taken:
        """The messages of a page that came since; what it does not tell wholly is asked for."""
        taken = _Taken()
        self._take(page, since, taken)
        self._complete(taken, since)
        return taken

    def _take(self, page: Sequence[Json], since: str, taken: _Taken) -> None:
        """Sort out a page: what is told wholly, and what is yet to be asked for."""
        first = _beginning(since)
        seen = len(self._seen)
        for row in page:
            row_id = row.get("id")
            if not isinstance(row_id, str) or "@removed" in row or hash(row_id) in self._seen:
                continue
            if not is_whole(row):
                taken.missing[row_id] = {}
                continue
            self._seen.add(hash(row_id))
            taken.missing.pop(row_id, None)
            if row.get("isDraft") is True or not newer_than(row, first):
                continue
            if self._is_enough(row):
                self._keep(row_id, row, taken)
            else:
                taken.missing[row_id] = row
        taken.rows += len(page)
        self._client.earn(len(self._seen) - seen)

    def _complete(self, taken: _Taken, since: str) -> None:
        """Ask for what is missing, by itself: the header alone, where the row told the rest."""
        first = _beginning(since)
        messages = self._client.path("/messages/")
        urls = [
            f"{messages}{segment(row_id)}?$select={HEADER if row else FIELDS}" for row_id, row in taken.missing.items()
        ]
        for (row_id, row), answer in zip(taken.missing.items(), self._client.batch(urls), strict=True):
            self._seen.add(hash(row_id))
            if isinstance(answer, Refused):
                if not answer.is_gone:
                    raise answer.error
            elif row or (answer.get("isDraft") is not True and newer_than(answer, first)):
                self._keep(row_id, row | answer, taken)
        if self._attachments is not None:
            self._attachments.tell(self._client, taken.attached)
        self._client.earn(len(taken.found))

    def _keep(self, row_id: str, row: Json, taken: _Taken) -> None:
        one = self._message(row)
        if isinstance(one, Skip):
            taken.skipped.append(one)
            return
        taken.found.append(one)
        if row.get("hasAttachments") is True:
            taken.attached[row_id] = one

    def _is_enough(self, row: Json) -> bool:
        return self._sent or bool(row.get("internetMessageHeaders"))

    def _message(self, row: Json) -> Envelope | Skip:
        name = row.get("internetMessageId") or row.get("id")
        try:
            fields = fields_of(row)
            if not fields and not self._sent and not type_of(row).startswith("eventMessage"):
                return Skip(str(name), NO_HEADER)
            return envelope_of(row, fields, self._sent)
        except Exception as error:  # noqa: BLE001 - one message must not keep the others from being read
            return Skip(str(name), mistake(error))


def _beginning(since: str) -> datetime:
    return datetime.combine(date.fromisoformat(since), time(), UTC)
