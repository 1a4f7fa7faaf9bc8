"""A message between people as one looks at it to tell whether it wants an answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from activity.shape import Shape


class Letter(NamedTuple):
    """A person's message. `ours`: one of us wrote it, `by_account` an owner of an account that is
    read.

    `at` is in seconds since 1970. `to_other_side`: somebody of the other side is in To. `traits`:
    "several" are in To; something is "attached"; the subject says that it was "forwarded", or is a
    "question"; of us only a "colleague" is in To, or wrote it, whose mailbox is not read. `writer` is the
    address that wrote it, `reader` the first of the other side in To, of what we wrote; 0 for none.
    `words` are those of the subject, `answers` is the id of the one it says it answers, 0 where
    that is none we know.
    """

    id: int
    conversation: int
    at: int
    ours: bool
    shape: Shape | None
    writer: int
    traits: frozenset[str]
    to_other_side: bool
    by_account: bool
    reader: int
    words: frozenset[str]
    answers: int = 0


def in_order(letters: Iterable[Letter]) -> list[Letter]:
    """The letters of a conversation in the order of time, but what answers another of them behind
    it, whatever their clocks said."""
    by_time = sorted(letters, key=lambda one: (one.at, one.id))
    when = {one.id: one.at for one in by_time}
    for one in by_time:
        when[one.id] = max(one.at, when.get(one.answers, one.at))
    return sorted(by_time, key=lambda one: (when[one.id], when[one.id] > one.at, one.at, one.id))
