"""What is new in one mailbox, read in batches; what has become of its newest messages, where that
is followed."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time

from activity.batch import Batch, MarksNow
from activity.envelope import Envelope
from capture.mail.completeness import fetch_all
from capture.mail.connection import Connection
from capture.mail.fetch import read_marks
from capture.mail.labels import readable
from capture.mail.listing import LAST_UID, mailbox_state, open_mailbox
from capture.mail.mailboxes import Choice, Mailbox, MailboxState, holds_sent_mail
from capture.mail.position import Position, resume

BATCH_MESSAGES = 5000
SEARCH_UIDS = 100_000
EMPTY_WINDOWS = 20
LONGEST_LEAP = 1 << 24
FEW_UIDS = 500
WATCHED_UIDS = 1000  # the newest of the inbox, whose flags are looked at again when any has changed


def read_mailbox(
    connection: Connection, mailbox: Mailbox, position: Position | None, choice: Choice, since: str
) -> Iterator[Batch]:
    """Batches of at most BATCH_MESSAGES messages that came after `position`, oldest first.

    `since` is the day from which a mailbox that has no position yet is read, as ISO 8601 writes it.
    """
    state = open_mailbox(connection, mailbox)
    watched = is_watched(mailbox, choice)
    if watched and state.modseq is None and connection.has_capability("CONDSTORE"):  # nobody has asked for it yet
        state = state._replace(modseq=mailbox_state(connection, mailbox, with_modseq=True).modseq)
    start = resume(position, state, since)
    uids = _uids_to_read(connection, start, state)
    after = _read_to(start, state.uidnext, uids)
    if choice.labels:
        uids = readable(connection, uids, choice.unwanted)
    uids = [*start.drafts, *uids] if start.drafts else uids
    begun = start
    if watched and start != position:  # nothing was read before whose flags may have changed
        begun = start._replace(modseq=state.modseq, messages=state.messages)
    read, found = begun, set[int]()
    first = datetime.combine(date.fromisoformat(start.since), time(), UTC)
    sent = holds_sent_mail(mailbox)
    for part in fetch_all(connection, uids, BATCH_MESSAGES, sent):
        found |= {one.uid for one in part.messages if one.envelope is None and one.skip is None}
        if part.through is not None:
            ahead = found.union(uid for uid in start.drafts if uid > part.through)
            read = begun._replace(next_uid=max(read.next_uid, part.through + 1)).with_drafts(ahead, begun.modseq)
        envelopes = [
            _worth_marking(one.envelope, watched)
            for one in part.messages
            if one.envelope and _arrived(one.envelope, first)
        ]
        if sent:
            for envelope in envelopes:
                envelope.in_sent = True
        yield Batch(
            mailbox.name,
            items=list(envelopes),
            skipped=[one.skip for one in part.messages if one.skip is not None],
            cursor=None if part.through is None else read.cursor(),
            found=len(uids),
        )
    marks = None
    if watched and start == position and (start.modseq, start.messages) != (state.modseq, state.messages):
        marks = _marks_now(connection, after)
    end = start._replace(next_uid=after, messages=state.messages if watched else None)
    end = end.with_drafts(found, state.modseq)
    if read != end or marks is not None or (not uids and end != position):
        yield Batch(mailbox.name, cursor=end.cursor(), found=len(uids), marks=marks)


def is_watched(mailbox: Mailbox, choice: Choice) -> bool:
    """Is it followed what becomes of its newest messages?

    The inbox, or what stands for it at Gmail.
    """
    return not mailbox.foreign and (choice.labels or mailbox.name.upper() == "INBOX")


def _worth_marking(envelope: Envelope, watched: bool) -> Envelope:
    """Elsewhere only what bears a mark is told of: it will not be looked at again."""
    if not watched and envelope.mark is not None and not envelope.mark.bits:
        envelope.mark = None
    return envelope


def _marks_now(connection: Connection, uidnext: int) -> MarksNow:
    first = max(1, uidnext - WATCHED_UIDS)
    return MarksNow(first, read_marks(connection, first, max(first, uidnext - 1)))


def _uids_to_read(connection: Connection, start: Position, state: MailboxState) -> Sequence[int]:
    """The UIDs from `start` on that arrived since its day, ascending, searched in windows of
    bounded size.

    Where a mailbox has a few new ones only, all are asked for, whether they are there or not, and
    those that arrived before are left out when they come: that saves asking which.
    """
    uidnext = state.uidnext
    few = FEW_UIDS if start.next_uid > 1 else 0
    if uidnext is not None and uidnext - start.next_uid <= few:
        return range(start.next_uid, uidnext)
    if uidnext is None or (state.messages is not None and state.messages <= SEARCH_UIDS):
        return _found(connection, start, start.next_uid, None)
    uids = array("Q")  # a mailbox may hold millions
    empty = 0
    for low in range(start.next_uid, uidnext, SEARCH_UIDS):
        found = _found(connection, start, low, min(low + SEARCH_UIDS, uidnext) - 1)
        uids.extend(found)
        empty = 0 if found else empty + 1
        if empty == EMPTY_WINDOWS:  # UIDNEXT may be any number, and what lies between hold nothing
            uids.extend(_found(connection, start, low + SEARCH_UIDS, None))
            break
    return uids


def _found(connection: Connection, start: Position, low: int, high: int | None) -> list[int]:
    """The UIDs from `low` to `high`, or to the last, that arrived since the day of `start`."""
    since = date.fromisoformat(start.since)
    found = connection.search(["UID", f"{low}:{high or '*'}", "SINCE", since])
    if high is None and not found:  # not even the last, which n:* names: the server may not know what that is
        found = connection.search(["UID", f"{low}:{LAST_UID}", "SINCE", since])
    uids = sorted({uid for uid in found if low <= uid <= (high or LAST_UID)})  # n:* finds the last even below n
    if uids:
        connection.wire.budget.earn()
    return uids


def _read_to(start: Position, uidnext: int | None, uids: Sequence[int]) -> int:
    """The next UID to read once all of `uids` are; a UIDNEXT far beyond them is not believed: mail
    may come below."""
    last = uids[-1] if uids else start.next_uid - 1
    told = uidnext if uidnext is not None and uidnext - last <= LONGEST_LEAP else 0
    return max(told, start.next_uid, last + 1)


def _arrived(envelope: Envelope, first: datetime) -> bool:
    """Did it arrive at `first` or later, as far as the server tells?"""
    return envelope.internal_date is None or envelope.internal_date >= first
