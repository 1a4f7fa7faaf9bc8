"""One calendar read from where it was left, in batches that can each be stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from activity.batch import Batch, Skip
from activity.meeting import CalendarObject
from activity.mistakes import mistake
from capture.calendar.content_lines import BrokenObject
from capture.calendar.objects import rules, strip
from capture.calendar.service import CALENDARS
from capture.dav.changes import find_changes
from capture.dav.fetching import AT_ONCE, TOO_LARGE, fetched, is_withheld, why_withheld
from capture.dav.listing import Collection
from capture.dav.multistatus import DAV, Member
from capture.dav.position import Position
from capture.dav.transport import Transport


def read_collection(
    transport: Transport, collection: Collection, place: str, cursor: str | None, private_events: str
) -> Iterator[Batch]:
    """New and changed objects in batches; the last one names those gone and carries the new
    position.

    Earlier ones carry how far this pass has come, so that the next goes on there; not each of them,
    as the position of a large calendar is large itself. Raises SourceError or UnexpectedAnswer.
    """
    position = Position(cursor)
    position.read_by(rules(private_events))
    changes = find_changes(transport, collection, position)
    names = list(changes.changed)
    unstored, complete = 0, True
    for first in range(0, len(names), AT_ONCE) or [0]:
        group = names[first : first + AT_ONCE]
        batch = Batch(place, found=len(names))
        for name, member in fetched(transport, CALENDARS, collection, group, changes.hrefs):
            outcome = _outcome(member, private_events)
            _put(batch, position, name, outcome, outcome.etag or changes.changed[name])
            complete &= not outcome.again
        if first + AT_ONCE < len(names):
            unstored += len(group)
            if unstored > len(position.etags) // 4:
                batch.cursor, unstored = position.to_text(), 0
        else:
            for name in changes.gone:  # an interrupted pass may have stored it without noting it in the position
                position.etags.pop(name, None)
                batch.removed.append(name)
            batch.settled += changes.unknown
            batch.holds = changes.listed
            if complete:
                position.reach(changes.token, changes.ctag, quiet=not (changes.changed or changes.gone))
            text = position.to_text()
            batch.cursor = text if text != cursor else None
        yield batch


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What asking for one object gave: text to keep, or why not; `again`: ask next time too."""

    text: str = ""
    etag: str = ""
    reason: str = ""
    again: bool = False


def _outcome(member: Member | None, private_events: str) -> _Outcome:
    if member is not None and member.status == TOO_LARGE:
        return _Outcome(reason="too large to be read")
    if member is None or is_withheld(member):
        return _Outcome(reason=why_withheld(member), again=True)
    if CALENDARS.data not in member.properties:
        return _Outcome(reason=f"not given out by the server ({member.status})")
    etag = member.tag(DAV + "getetag")
    try:
        return _Outcome(strip(member.text(CALENDARS.data), private_events), etag)
    except BrokenObject as error:
        return _Outcome(etag=etag, reason=str(error))
    except MemoryError:
        return _Outcome(etag=etag, reason="there is no memory for it")
    except Exception as error:  # noqa: BLE001 - one object must not keep the others from being read
        return _Outcome(etag=etag, reason=mistake(error))


def _put(batch: Batch, position: Position, name: str, outcome: _Outcome, etag: str) -> None:
    """What is broken stays in the position, so that it is not fetched before it changes; so does
    what we leave out."""
    known = name in position.etags
    if not outcome.again:
        position.etags[name] = etag
        batch.settled.append(name)
    if outcome.reason:
        batch.skipped.append(Skip(name, outcome.reason))
    elif outcome.text:
        batch.items.append(CalendarObject(name, etag, outcome.text))
    elif known:  # it was something to keep, and is nothing that may be kept now
        batch.items.append(CalendarObject(name, etag, ""))
