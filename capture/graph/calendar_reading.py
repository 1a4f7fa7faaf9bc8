"""One calendar read from where it was left, in batches that can each be stored.

Graph's delta is taken as a sign of change only: occurrences may come bare, and those that were
deleted do not come at all. A series in which anything changed is read as it stands now.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from activity.batch import Batch, Skip
from activity.meeting import CalendarObject
from activity.mistakes import mistake
from capture.calendar.content_lines import BrokenObject
from capture.calendar.objects import rules
from capture.graph.calendar_position import CalendarPosition, Held, key_of
from capture.graph.client import GraphClient, Json, link, rows, segment
from capture.graph.events import FIELDS, is_whole, last_end, text_of
from capture.graph.refusals import BEGUN_ANEW, Refused
from capture.graph.times import written
from capture.graph.window import Window
from capture.graph.writing_down import Unwritten

AGAIN = "(the whole calendar)"
_MOST_PAGES = 100_000
_MOST_OCCURRENCES = 20_000
_NO_END = ("a calendar before its end", "a calendar without end")


class CalendarReader:
    """Reads the calendar at `url`; `since` and `until` are what meetings are wanted between."""

    def __init__(
        self, client: GraphClient, url: str, place: str, wanted: Window, own: frozenset[str], private_events: str
    ) -> None:
        self._client = client
        self._url = url
        self._place = place
        self._wanted = wanted
        self._own = own
        self._private_events = private_events
        self._shown: set[int] = set()  # hashes of the ids that this pass has been shown

    def position(self, cursor: str | None) -> CalendarPosition:
        """Where to go on: from the start for no cursor, and where what was read was reduced by other
        rules; with another window, where the one that is bound to the link does not serve any more."""
        by = rules(self._private_events)
        position = CalendarPosition.from_text(cursor)
        if position is None:
            return CalendarPosition(Window.around(*self._wanted), by, seen=set())
        if position.rules != by:
            position.rules = by
            return position.anew()
        if not position.window.serves(*self._wanted):
            return position.anew(position.window.moved(*self._wanted))
        return position

    def read(self, position: CalendarPosition, page: Json | Refused | None, cursor: str | None) -> Iterator[Batch]:
        """At least one batch, so that the calendar is named; `page` is the answer to the position's
        link, where that was asked for already. Raises SourceError."""
        for attempt in (1, 2):
            try:
                yield from self._round(position, page, cursor)
            except Refused as refused:
                if not refused.has_lost_its_place or attempt == 2:
                    raise refused.error from None
                position, page = position.anew(again=True), None
                yield Batch(self._place, cursor=position.to_text(), skipped=[Skip(AGAIN, BEGUN_ANEW)])
                continue
            return

    def _round(self, position: CalendarPosition, page: Json | Refused | None, cursor: str | None) -> Iterator[Batch]:
        start, end = map(written, position.window)
        url = position.link or f"{self._url}/calendarView/delta?startDateTime={start}&endDateTime={end}"
        settled = [AGAIN] if position.again and position.link else []
        unwritten = Unwritten()
        for changed, following, is_last in self._client.changes(url, _MOST_PAGES, *_NO_END, page):
            batch = Batch(self._place, settled=settled)
            self._take(changed, position, batch)
            position.link, position.again = following, position.again and not settled
            if is_last and position.seen is not None:
                for key in position.vanished():
                    del position.held[key]
                    batch.removed.append(key)
                position.seen = None
            is_due = unwritten.is_due(len(changed), len(position.held), is_last)
            if is_due and (text := position.to_text()) != cursor:
                batch.cursor = cursor = text
            yield batch
            settled = []

    def _take(self, page: Sequence[Json], position: CalendarPosition, batch: Batch) -> None:
        """Put what has changed into the batch and the position."""
        whole: dict[str, Json] = {}
        asked: dict[str, None] = {}
        series: dict[str, None] = {}
        for row in page:
            event_id = row.get("id")
            if not isinstance(event_id, str):
                continue
            key, master = key_of(event_id), row.get("seriesMasterId")
            if "@removed" in row:
                if owner := position.series_of(key):
                    series[position.held[owner].series] = None
                elif (held := position.held.get(key)) is not None:  # deleted, or outside the window by now
                    (series if held.series else asked)[held.series or event_id] = None
            elif row.get("type") == "seriesMaster":
                series[event_id] = None
            elif isinstance(master, str) and master:
                series[master] = None
            elif is_whole(row):
                whole[event_id] = row
            else:
                asked[event_id] = None
        if position.seen is not None:
            position.seen |= {key_of(one) for one in (*whole, *asked, *series)}
        self._take_single(whole, asked, position, batch)
        self._take_series(list(series), position, batch)
        shown = {hash(one) for one in (*whole, *asked, *series)} - self._shown
        self._client.earn(len(shown))
        self._shown |= shown

    def _take_single(
        self, whole: dict[str, Json], asked: dict[str, None], position: CalendarPosition, batch: Batch
    ) -> None:
        ids = [one for one in asked if one not in whole]
        urls = [f"{self._url}/events/{segment(one)}?$select={FIELDS}" for one in ids]
        for event_id, answer in zip(ids, self._client.batch(urls), strict=True):
            if not isinstance(answer, Refused):
                whole[event_id] = answer
            elif answer.is_gone:
                self._gone(key_of(event_id), position, batch)
            else:
                raise answer.error
        for event_id, event in whole.items():
            self._put(key_of(event_id), [event], Held(last_end([event])), position, batch)

    def _take_series(self, ids: Sequence[str], position: CalendarPosition, batch: Batch) -> None:
        start, end = map(written, position.window)
        query = f"startDateTime={start}&endDateTime={end}&$select={FIELDS}&$top=200"
        urls = [f"{self._url}/events/{segment(one)}/instances?{query}" for one in ids]
        for series, answer in zip(ids, self._client.batch(urls), strict=True):
            key = key_of(series)
            if isinstance(answer, Refused):
                if not answer.is_gone:
                    raise answer.error
                self._gone(key, position, batch)
                continue
            found = rows(answer)
            for more in self._client.pages(link(answer, "@odata.nextLink")):
                found += more
                if len(found) > _MOST_OCCURRENCES:
                    break
            if len(found) > _MOST_OCCURRENCES:
                self._hold(key, Held(last_end(found), series), position, batch)
                batch.skipped.append(Skip(key, f"a series of more than {_MOST_OCCURRENCES:,} occurrences"))
                continue
            if not found:  # all of it lies outside the window, or every occurrence was deleted
                self._gone(key, position, batch)
                continue
            occurrences = [key_of(str(one.get("id"))) for one in found]
            self._put(key, found, Held(last_end(found), series, occurrences), position, batch)

    def _put(self, key: str, events: list[Json], held: Held, position: CalendarPosition, batch: Batch) -> None:
        was_held = self._hold(key, held, position, batch)
        try:
            text = text_of(events, self._own, self._private_events)
        except BrokenObject as error:
            batch.skipped.append(Skip(key, str(error)))
        except Exception as error:  # noqa: BLE001 - one event must not keep the others from being read
            batch.skipped.append(Skip(key, mistake(error)))
        else:
            if text or was_held:  # what was kept, and may not be any more, comes with no text
                batch.items.append(CalendarObject(key, "", text))

    @staticmethod
    def _hold(key: str, held: Held, position: CalendarPosition, batch: Batch) -> bool:
        """Was it held before?"""
        was_held = key in position.held
        position.hold(key, held)
        batch.settled.append(key)
        return was_held

    def _gone(self, key: str, position: CalendarPosition, batch: Batch) -> None:
        if position.held.pop(key, None) is not None:
            batch.removed.append(key)
