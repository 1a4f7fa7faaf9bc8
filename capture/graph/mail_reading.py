"""What is new in one folder, in batches that can each be stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from urllib.parse import quote

from activity.batch import Batch, Skip
from activity.envelope import Envelope
from activity.mistakes import mistake
from capture.graph.client import GraphClient, Json
from capture.graph.folders import messages_of
from capture.graph.mail_position import FolderPosition
from capture.graph.messages import FIELDS, envelope_of, header_of, is_whole, newer_than, type_of
from capture.graph.refusals import BEGUN_ANEW, Refused
from capture.graph.times import instant, written
from capture.mail.mailboxes import Mailbox, holds_sent_mail

PAGE = 200
NO_HEADER = "Microsoft shows no header of it, so nobody can say whether a person wrote it"
AGAIN = "(the whole folder)"
_MOST_PAGES = 100_000
_NO_END = ("a page of mail before its end", "pages of mail without end")


class Folder:
    """One folder of a mailbox, read from a position on."""

    def __init__(self, client: GraphClient, mailbox: Mailbox, place: str) -> None:
        self._client = client
        self._mailbox = mailbox
        self._place = place
        self._sent = holds_sent_mail(mailbox)
        self._seen: set[str] = set()

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
        url = position.link or self._start()
        settled = [AGAIN] if position.again and position.link else []
        for changed, following, _ in self._client.changes(url, _MOST_PAGES, *_NO_END, page):
            was, position = position, FolderPosition(position.since, following, "", position.again and not settled)
            items, skipped = self._messages(changed, position.since)
            if items or skipped or position != was:
                yield Batch(self._place, items=list(items), skipped=skipped, cursor=position.cursor(), settled=settled)
            settled = []

    def _listed(self, position: FolderPosition) -> Iterator[Batch]:
        """Where a full mailbox keeps no place of ours: what came in since, by its time."""
        since = position.listed_to or f"{position.since}T00:00:00Z"
        query = f"$select={FIELDS}&$filter=receivedDateTime ge {since}&$orderby=receivedDateTime&$top={PAGE}"
        url = f"{messages_of(self._client, self._mailbox)}?{quote(query, safe='$=&,')}"
        newest = instant(since)
        try:
            for page in self._client.pages(url):
                items, skipped = self._messages(page, position.since)
                newest = max(
                    filter(None, (newest, *(instant(row.get("receivedDateTime")) for row in page))), default=None
                )
                position = FolderPosition(position.since, "", written(newest) if newest else since)
                yield Batch(self._place, items=list(items), skipped=skipped, cursor=position.cursor())
        except Refused as refused:
            raise refused.error from None

    def _messages(self, page: Sequence[Json], since: str) -> tuple[list[Envelope], list[Skip]]:
        """The messages of a page that came since; what a page does not tell wholly is asked for."""
        first = datetime.combine(date.fromisoformat(since), time(), UTC)
        wanted: dict[str, Json | None] = {}
        for row in page:
            row_id = row.get("id")
            if isinstance(row_id, str) and "@removed" not in row and row_id not in self._seen:
                if is_whole(row):
                    self._seen.add(row_id)
                    if row.get("isDraft") is True or not newer_than(row, first):
                        continue
                    wanted[row_id] = row if self._is_enough(row) else None
                else:
                    wanted.setdefault(row_id, None)
        missing = [row_id for row_id, row in wanted.items() if row is None]
        skipped: list[Skip] = []
        if missing:
            urls = [self._client.path(f"/messages/{quote(one, safe='')}?$select={FIELDS}") for one in missing]
            for row_id, answer in zip(missing, self._client.batch(urls), strict=True):
                self._seen.add(row_id)
                if isinstance(answer, Refused):
                    del wanted[row_id]
                    if not answer.is_gone:
                        raise answer.error
                elif answer.get("isDraft") is True or not newer_than(answer, first):
                    del wanted[row_id]
                else:
                    wanted[row_id] = answer
        found: list[Envelope] = []
        for row in filter(None, wanted.values()):
            one = self._message(row)
            (found if isinstance(one, Envelope) else skipped).append(one)  # type: ignore[arg-type]
        self._client.earn(len(found))
        return found, skipped

    def _is_enough(self, row: Json) -> bool:
        return self._sent or bool(row.get("internetMessageHeaders"))

    def _message(self, row: Json) -> Envelope | Skip:
        name = row.get("internetMessageId") or row.get("id")
        try:
            block = header_of(row)
            if not block and not self._sent and not type_of(row).startswith("eventMessage"):
                return Skip(str(name), NO_HEADER)
            return envelope_of(row, block, self._sent)
        except Exception as error:  # noqa: BLE001 - one message must not keep the others from being read
            return Skip(str(name), mistake(error))
