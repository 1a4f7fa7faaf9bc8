"""Whose turn it is in a conversation, from its messages between people. Pure; seconds since 1970 throughout."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

_NOBODY: frozenset[int] = frozenset()
US, THEM = 1, 2
"""Who an answer is expected from."""


class Said(NamedTuple):
    """One message: `people` are the outsiders in it, `reached` those of them it is from or did reach.

    `expects` is who is to answer: US where it came in with one of us in To, THEM where one of us wrote it and it
    reached somebody in To, None where nobody is. `name` is its identity, and `answers` that of the message it names as
    the one it answers; "" for none. `ours`: one of us wrote it.
    """

    activity_id: int
    at: int
    people: frozenset[int]
    reached: frozenset[int]
    expects: int | None
    name: str = ""
    answers: str = ""
    ours: bool = False


def waiting_in(messages: Iterable[Said]) -> list[Said]:
    """The messages of one conversation, given in the order of time, that wait for an answer.

    Only who has a part in a message moves it: it has waited long enough when one of its people writes again, or
    one of us writes to one of them. Others in the conversation leave it as it is. An answer that names it settles it
    by whatever clock it was dated.
    """
    waiting: dict[int, Said] = {}
    having_part: dict[int, list[int]] = {}
    answered: dict[tuple[str, bool], set[int]] = {}
    for message in messages:
        for person in message.reached:
            for activity_id in having_part.pop(person, ()):
                waiting.pop(activity_id, None)
        if message.answers:
            answered.setdefault((message.answers, not message.ours), set()).update(message.reached)
        by = answered.get((message.name, message.ours), _NOBODY)
        if message.expects is not None and by.isdisjoint(message.people):
            waiting[message.activity_id] = message
            for person in message.people:
                having_part.setdefault(person, []).append(message.activity_id)
    return list(waiting.values())
