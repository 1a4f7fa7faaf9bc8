"""What a source yields: items and the cursor that stands behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from activity.errors import SourceError

if TYPE_CHECKING:  # where nothing is new, there are no items
    from activity.envelope import Envelope
    from activity.meeting import CalendarObject
    from activity.rights import PlaceRights

    Item = Envelope | CalendarObject


class Skip(NamedTuple):
    """An item that could not be read: its name within its place, and why in a few words."""

    item: str
    reason: str


class MarksNow(NamedTuple):
    """The marks of all messages that a mailbox shows from the UID `first` on: UID → bits (see
    activity.envelope)."""

    first: int
    bits: Mapping[int, int]


@dataclass(slots=True)
class Batch:
    """Some items of one place (a mailbox, a calendar, a file), to be stored in one transaction.

    `cursor` is opaque text to hand back to the source next time; storing it with the items is what
    makes a sync resumable. None leaves the stored cursor as it is. `removed` are hrefs of calendar
    objects that are gone. `holds`: the hrefs of all objects the place holds now, so that any other
    that was stored for it (by a pass that was interrupted) is gone too; None says nothing.
    `settled` are hrefs that were given anew, or are gone: of them only what `skipped` says now is
    wrong. `error`: the place could not be read (further) in this pass; nothing follows from what is
    missing. `found` is how many items the source expects in this pass for this place, for a
    progress display; None where it cannot know. `marks`: what the newest messages of a watched
    mailbox bear now. `rights`: who may read the place, where that was asked.
    """

    place: str
    items: list[Item] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    cursor: str | None = None
    skipped: list[Skip] = field(default_factory=list)
    holds: frozenset[str] | None = None
    settled: list[str] = field(default_factory=list)
    error: SourceError | None = None
    found: int | None = None
    marks: MarksNow | None = None
    rights: PlaceRights | None = None


class Source(Protocol):
    """Something that can be read again and again from where it was left."""

    def batches(self, cursors: Mapping[str, str]) -> Iterator[Batch]:
        """Yield what is new since `cursors` (place name → the cursor last stored for it).

        Raises a SourceError where nothing can be read at all; a single place that fails is a
        batch with its `error`, and the pass goes on with the next place.
        """
        ...
