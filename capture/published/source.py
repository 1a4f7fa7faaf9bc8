"""Published calendars as a source: each is read like a calendar file, and is a place of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from activity.batch import Batch
from capture.files.calendar_files import CalendarFile, read_calendar_files
from capture.published.feed import Feed


@dataclass(frozen=True, slots=True)
class PublishedCalendar:
    """`name` is what it is called in the log; `url` gives its https: or webcal: address when it is
    needed."""

    name: str
    url: Callable[[], str]
    ca_file: str | None = None


class PublishedCalendars:
    """Yields what is new in each; an `activity.batch.Source`.

    One request each, when there is nothing new.
    """

    def __init__(self, calendars: Sequence[PublishedCalendar], private_events: str = "drop") -> None:
        self._calendars = calendars
        self._private_events = private_events

    def batches(self, cursors: Mapping[str, str]) -> Iterator[Batch]:
        """See `activity.batch.Source`. A calendar that cannot be read is a batch with its error."""
        for one in self._calendars:
            feed = Feed(one.url, self._private_events, one.ca_file)
            batches = read_calendar_files(
                one.name, [CalendarFile(one.name, feed.read)], cursors.get(one.name), self._private_events, True
            )
            first = next(batches, Batch(one.name))  # it is named in every pass
            yield first
            yield from batches
