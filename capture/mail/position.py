"""How far a mailbox has been read, and what that leaves to do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from capture.mail.mailboxes import MailboxState

SET_CHARACTERS = 6000
DRAFTS_KEPT = 200


class Position(NamedTuple):
    """All messages with a UID below `next_uid` are in the log, as long as UIDVALIDITY is
    `validity`.

    `since` is the day (ISO date) from which the mailbox was first read; messages older by their
    INTERNALDATE were passed over. `drafts` are the UIDs of messages not in the log because they
    were flagged as drafts, the newest DRAFTS_KEPT; with the mailbox's `modseq` when they were
    looked at, None where the server has none. `messages`: the flags of the newest messages are
    followed, and so many messages there were when they were looked at; None where they are not.
    """

    validity: int | None
    next_uid: int
    since: str
    drafts: tuple[int, ...] = ()
    modseq: int | None = None
    messages: int | None = None

    def cursor(self) -> str:
        read = [self.validity, self.next_uid, self.since]
        if self.messages is not None:
            return json.dumps([*read, list(self.drafts), self.modseq, self.messages])
        return json.dumps([*read, list(self.drafts), self.modseq] if self.drafts else read)

    def with_drafts(self, drafts: Iterable[int], modseq: int | None) -> Position:
        kept = tuple(sorted(drafts)[-DRAFTS_KEPT:])
        return self._replace(drafts=kept, modseq=modseq if kept or self.messages is not None else None)

    @property
    def needs_modseq(self) -> bool:
        """Does it matter whether a flag has changed?"""
        return bool(self.drafts) or self.messages is not None

    @staticmethod
    def from_cursor(cursor: str | None) -> Position | None:
        """The position a cursor stands for; None for no cursor, or one that is not ours."""
        try:
            validity, next_uid, since, *waiting = json.loads(cursor or "null")
            drafts, modseq, messages = (*waiting, None, None, None)[:3] if waiting else ((), None, None)
            date.fromisoformat(since)
            ours = isinstance(next_uid, int) and isinstance(validity, int | None) and isinstance(modseq, int | None)
            ours = ours and isinstance(messages, int | None)
            return Position(validity, next_uid, since, tuple(map(int, drafts)), modseq, messages) if ours else None
        except (TypeError, ValueError, RecursionError):
            return None


def unchanged(position: Position | None, state: MailboxState | None, since: str) -> bool:
    """Does this state say that there is nothing to read beyond `position`?

    Without UIDVALIDITY it says nothing. MODSEQ says whether a draft may have become a message, or
    another flag that is followed has changed, and nothing of new mail.
    """
    if position is None or state is None or state.uidvalidity is None or since < position.since:
        return False
    if state.uidvalidity != position.validity:
        return False
    if position.messages is not None and state.messages not in (None, position.messages):
        return False
    if state.messages == 0:
        return True
    flags_changed = position.needs_modseq and state.modseq not in (None, position.modseq)
    return state.uidnext == position.next_uid and not flags_changed


def resume(position: Position | None, state: MailboxState, since: str) -> Position:
    """Where to read on in a mailbox that is open.

    From the start when it was never read, when UIDVALIDITY is another or missing (any change
    invalidates, RFC 3501 §2.3.1.1), when UIDNEXT went back, or when older mail is wanted than was
    read before. Reading twice costs time only: an activity is known by its identity.
    """
    fresh = Position(state.uidvalidity, 1, since)
    if position is None or state.uidvalidity is None or state.uidvalidity != position.validity:
        return fresh
    if since < position.since or (state.uidnext is not None and state.uidnext < position.next_uid):
        return fresh
    return position


class UidSet(NamedTuple):
    """UIDs in IMAP's notation ("3:7,9"), with the first, the last and how many they are."""

    text: str
    first: int
    last: int
    size: int


def uid_sets(uids: Sequence[int], messages: int) -> Iterator[UidSet]:
    """Cut ascending UIDs into sets, each of at most `messages` and of bounded length."""
    taken: list[tuple[int, int]] = []
    characters = count = 0
    for first, last in runs(uids, messages):
        length, size = len(f"{first}:{last},"), last - first + 1
        if taken and (count + size > messages or characters + length > SET_CHARACTERS):
            yield _uid_set(taken, count)
            taken, characters, count = [], 0, 0
        taken.append((first, last))
        characters += length
        count += size
    if taken:
        yield _uid_set(taken, count)


def _uid_set(taken: list[tuple[int, int]], count: int) -> UidSet:
    text = ",".join(str(first) if first == last else f"{first}:{last}" for first, last in taken)
    return UidSet(text, taken[0][0], taken[-1][1], count)


def runs(uids: Sequence[int], longest: int) -> Iterator[tuple[int, int]]:
    """The first and the last of each run of ascending UIDs without a gap, none of more than
    `longest`."""
    start = previous = None
    for uid in uids:
        if previous is not None and start is not None and uid == previous + 1 and uid - start < longest:
            previous = uid
            continue
        if start is not None and previous is not None:
            yield start, previous
        start = previous = uid
    if start is not None and previous is not None:
        yield start, previous
