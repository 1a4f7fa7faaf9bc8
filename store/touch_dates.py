"""The dates of one contact from the rows of what it took part in. Pure; seconds since 1970 throughout."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, NamedTuple

from store.codes import COPIED, INBOUND, MEETING, OUTBOUND, ROLE

DAY = 86_400
BURST_DAYS = 10
FEWEST_BURSTS = 3
TIMES_USUAL = 1.5
SHORTEST_SILENCE = 14 * DAY

TouchRow = tuple[int, int, int, int | None, int, int, int]
"""A part in an activity: number of the touch, when, the activity, its end if it is a meeting, its conversation, the
number of the role, whose part it is."""
_ONLY_COPIED = frozenset((ROLE["cc"], ROLE["bcc"]))


class Moment(NamedTuple):
    """When (seconds since 1970) and in which activity; None, None for never."""

    at: int | None
    activity_id: int | None


NEVER = Moment(None, None)


class Touches(NamedTuple):
    """The dates of one contact; `due` is when time alone will change them next, None if it will not.

    `usual_gap` is the median of the seconds between the beginnings of bursts (see `usual_gap`), None under three;
    to be copied on our mail to somebody else is a touch, but no part of a rhythm.
    """

    last_inbound: Moment
    last_outbound: Moment
    last_meeting: Moment
    next_meeting: Moment
    last_copied: Moment
    last_two_way: Moment
    touches: int
    usual_gap: int | None
    due: int | None

    def last_touch(self) -> tuple[Moment, str | None]:
        """The newest of inbound, outbound and meeting, and which one it is."""
        kinds = ((self.last_inbound, "inbound"), (self.last_outbound, "outbound"), (self.last_meeting, "meeting"))
        return max(kinds, key=lambda one: one[0].at or 0) if any(m.at for m, _ in kinds) else (NEVER, None)

    def overdue_at(self) -> int | None:
        """When the silence since the last touch has lasted one and a half times the usual gap, and two weeks.

        None with a meeting ahead, which ends it.
        """
        last = self.last_touch()[0].at
        gap = self.usual_gap
        if last is None or gap is None or self.next_meeting.at is not None:
            return None
        return last + max(int(TIMES_USUAL * gap), SHORTEST_SILENCE)

    def row(self) -> tuple[Any, ...]:
        """In the order of the columns of contact_touch, without the contact."""
        last, kind = self.last_touch()
        moments = (value for moment in self[:6] for value in moment)
        return (last.at, kind, last.activity_id, *moments, self.touches, self.usual_gap, self.overdue_at(), self.due)


def touches_of(rows: Iterable[TouchRow], now: int) -> Touches:
    """What these rows, in any order, say as of `now`."""
    past: tuple[list[tuple[int, int]], ...] = ([], [], [], [])
    ahead: list[tuple[int, int]] = []
    changes: list[int] = []
    mail: list[tuple[int, int, int, int]] = []
    spoken: list[int] = []
    for touch, at, activity_id, ends, conversation, role, _ in rows:
        if at > now:
            changes.append(at)
            if touch == MEETING:
                ahead.append((at, activity_id))
        elif ends is not None and ends > now:
            changes.append(ends)
        else:
            past[touch].append((at, activity_id))
            if touch <= MEETING and role not in _ONLY_COPIED:
                spoken.append(at)
            if touch <= OUTBOUND:
                mail.append((at, activity_id, touch, conversation))
    exchanged = {activity_id: at for kind in (INBOUND, OUTBOUND, MEETING) for at, activity_id in past[kind]}
    last_meeting = _newest(past[MEETING])
    return Touches(
        last_inbound=_newest(past[INBOUND]),
        last_outbound=_newest(past[OUTBOUND]),
        last_meeting=last_meeting,
        next_meeting=Moment(*min(ahead)) if ahead else NEVER,
        last_copied=_newest(past[COPIED]),
        last_two_way=max(last_meeting, _last_answer(mail), key=lambda one: (one.at or 0, one.activity_id or 0)),
        touches=len(exchanged),
        usual_gap=usual_gap(spoken),
        due=min(changes, default=None),
    )


def usual_gap(instants: Iterable[int]) -> int | None:
    """The median of the gaps between the beginnings of bursts, in seconds; None where there are too few of them.

    Days (of UTC) with a touch that are less than BURST_DAYS apart are one burst: one thing that was talked about.
    """
    days = sorted({at // DAY for at in instants})
    if len(days) < FEWEST_BURSTS:
        return None
    begins = [days[0], *(later for earlier, later in pairwise(days) if later - earlier >= BURST_DAYS)]
    if len(begins) < FEWEST_BURSTS:
        return None
    gaps = sorted([later - earlier for earlier, later in pairwise(begins)])
    return (gaps[(len(gaps) - 1) // 2] + gaps[len(gaps) // 2]) * DAY // 2  # statistics.median takes five times as long


def _last_answer(mail: Iterable[tuple[int, int, int, int]]) -> Moment:
    """Of messages (at, activity, touch, conversation) the newest that follows one in the other direction in its own."""
    began: tuple[dict[int, int], dict[int, int]] = ({}, {})  # when the first came in, and went out, by conversation
    answer = NEVER
    for at, activity_id, touch, conversation in sorted(mail):
        other = began[OUTBOUND if touch == INBOUND else INBOUND].get(conversation)
        if other is not None and other < at:
            answer = Moment(at, activity_id)
        began[touch].setdefault(conversation, at)
    return answer


def _newest(moments: list[tuple[int, int]]) -> Moment:
    return Moment(*max(moments)) if moments else NEVER
