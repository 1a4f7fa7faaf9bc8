"""The dates of one contact from the rows of what it took part in. Pure; seconds since 1970 throughout."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from activity.series import series_identity
from store.codes import COPIED, INBOUND, MEETING, OUTBOUND, ROLE

DAY = 86_400
BURST_DAYS = 10
FEWEST_BURSTS = 3
MANY_GAPS = 5  # of so many the median is usual, however they vary
TIMES_USUAL = 1.5
SHORTEST_SILENCE = 14 * DAY
A_SERIES = 3  # occurrences that were held


TouchRow = tuple[int, int, int, int | None, int, int, int, str | None, int]
"""A part in an activity: number of the touch, when, the activity, its end if it is a meeting, its conversation, the
hash of its id, the number of the role, its identity if it is a meeting, whose part it is."""
_Mail = tuple[int, int, int, int, int]  # when, the activity, number of the touch, its conversation, the hash of its id
_ONLY_COPIED = frozenset((ROLE["cc"], ROLE["bcc"]))


class Moment(NamedTuple):
    """When (seconds since 1970) and in which activity; None, None for never."""

    at: int | None
    activity_id: int | None


NEVER = Moment(None, None)


class DatesAlone(NamedTuple):
    """What is known of touches of which one may be told no more: when the last was and its kind, when the next
    meeting is, and when time alone will change that; None for never."""

    last: int | None
    kind: str | None
    next_meeting: int | None
    due: int | None


class Touches(NamedTuple):
    """The dates of one contact; `due` is when time alone will change them next, None if it will not.

    `usual_gap` is the median of the seconds between the beginnings of bursts, None where there is no rhythm (see
    `usual_gap`); to be copied on our mail to somebody else is a touch, but no part of it. `ends_series`: there is a
    rhythm, and the last touch is the last of a series of meetings. `elsewhere`: when the newest touch was of which no
    more is known, and its kind.
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
    ends_series: bool = False
    elsewhere: tuple[int, str] | None = None

    def last_touch(self) -> tuple[Moment, str | None]:
        """The newest of inbound, outbound and meeting, and which one it is."""
        kinds = ((self.last_inbound, "inbound"), (self.last_outbound, "outbound"), (self.last_meeting, "meeting"))
        last: tuple[Moment, str | None] = NEVER, None
        if any(m.at for m, _ in kinds):
            last = max(kinds, key=lambda one: one[0].at or 0)
        if self.elsewhere is not None and self.elsewhere[0] > (last[0].at or 0):
            return Moment(self.elsewhere[0], None), self.elsewhere[1]
        return last

    def with_dates(self, dates: DatesAlone) -> Touches:
        """These with what is known by its dates alone."""
        own = self.last_touch()[0].at or 0
        ahead = [one for one in (self.next_meeting, Moment(dates.next_meeting, None)) if one.at is not None]
        return self._replace(
            elsewhere=None if dates.last is None or dates.kind is None else (dates.last, dates.kind),
            ends_series=self.ends_series and own >= (dates.last or 0),
            next_meeting=min(ahead, key=lambda one: one.at or 0, default=NEVER),
            due=min((at for at in (self.due, dates.due) if at is not None), default=None),
        )

    def overdue_at(self) -> int | None:
        """When the silence since the last touch is `too_long`.

        None with a meeting ahead, which ends it, and where the last touch was the last of a series of meetings, which
        was to end then.
        """
        last = self.last_touch()[0].at
        if last is None or self.usual_gap is None or self.next_meeting.at is not None or self.ends_series:
            return None
        return last + too_long(self.usual_gap)

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
    mail: list[_Mail] = []
    spoken: list[int] = []
    meetings: dict[int, str] = {}
    for touch, at, activity_id, ends, conversation, own, role, identity, _ in rows:
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
                mail.append((at, activity_id, touch, conversation, own))
            elif identity is not None:
                meetings[activity_id] = identity
    exchanged = {activity_id: at for kind in (INBOUND, OUTBOUND, MEETING) for at, activity_id in past[kind]}
    last_inbound, last_outbound, last_meeting = map(_newest, past[: MEETING + 1])
    usual = usual_gap(spoken)
    mailed = max(last_inbound.at or 0, last_outbound.at or 0)
    met_last = usual is not None and (last_meeting.at or 0) > mailed
    return Touches(
        last_inbound=last_inbound,
        last_outbound=last_outbound,
        last_meeting=last_meeting,
        next_meeting=Moment(*min(ahead)) if ahead else NEVER,
        last_copied=_newest(past[COPIED]),
        last_two_way=max(last_meeting, _last_answer(mail), key=lambda one: (one.at or 0, one.activity_id or 0)),
        touches=len(exchanged),
        usual_gap=usual,
        due=min(changes, default=None),
        ends_series=met_last and _is_of_series(meetings, last_meeting.activity_id),
    )


def usual_gap(instants: Iterable[int]) -> int | None:
    """The median of the gaps between the beginnings of bursts, in seconds; None where there is no rhythm.

    Days (of UTC) with a touch that are less than BURST_DAYS apart are one burst: one thing that was talked about. There
    is none with too few bursts, nor where there are few gaps, and less than half of them within a third of the median.
    """
    days = sorted({at // DAY for at in instants})
    if len(days) < FEWEST_BURSTS:
        return None
    begins = [days[0], *(later for earlier, later in pairwise(days) if later - earlier >= BURST_DAYS)]
    if len(begins) < FEWEST_BURSTS:
        return None
    gaps = sorted([later - earlier for earlier, later in pairwise(begins)])
    twice = gaps[(len(gaps) - 1) // 2] + gaps[len(gaps) // 2]  # the median; that of statistics takes five times as long
    near = sum(twice <= 3 * gap <= 2 * twice for gap in gaps)
    return twice * DAY // 2 if len(gaps) >= MANY_GAPS or 2 * near >= len(gaps) else None


def too_long(gap: int) -> int:
    """The silence that is longer than usual at this gap: one and a half times as long, and two weeks at least."""
    return max(int(TIMES_USUAL * gap), SHORTEST_SILENCE)


def _is_of_series(meetings: Mapping[int, str], last: int | None) -> bool:
    """Is the last of these meetings, by activity with their identities, one of several of a series?"""
    identity = meetings.get(last or 0, "")
    series = series_identity(identity)
    if series == identity:
        return False
    return sum(one.startswith(series) and series_identity(one) == series for one in meetings.values()) >= A_SERIES


def _last_answer(mail: Collection[_Mail]) -> Moment:
    """Of these messages the newest that follows one in the other direction in its conversation."""
    whole = _joined(mail)
    began: tuple[dict[int, int], dict[int, int]] = ({}, {})  # when the first came in, and went out, by conversation
    answer = NEVER
    for at, activity_id, touch, part, _ in sorted(mail):
        conversation = whole.get(part, part)
        other = began[OUTBOUND if touch == INBOUND else INBOUND].get(conversation)
        if other is not None and other < at:
            answer = Moment(at, activity_id)
        began[touch].setdefault(conversation, at)
    return answer


def _joined(mail: Iterable[_Mail]) -> dict[int, int]:
    """The conversations that are one to this contact, each with the one it is part of.

    What we wrote to several in answer to mail of his is where that would begin a conversation (see `store.parties`).
    """
    begun = {one[3] for one in mail}
    within = {(one[4], one[3]) for one in mail if one[4] in begun and one[4] != one[3]}
    part_of: dict[int, int] = {}

    def whole(one: int) -> int:
        while (outer := part_of.get(one, one)) != one:
            part_of[one] = one = part_of.get(outer, outer)
        return one

    for own, conversation in within:
        part_of[whole(own)] = whole(conversation)
    return {one: whole(one) for one in begun} if part_of else {}


def _newest(moments: list[tuple[int, int]]) -> Moment:
    return Moment(*max(moments)) if moments else NEVER
