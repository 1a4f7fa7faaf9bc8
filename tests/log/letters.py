"""Short letters between a few people, and what a log makes of them in whatever order they come."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any, NamedTuple

from activity.envelope import ThreadIndex
from engine_switch import ON_POSTGRESQL
from fed_log import Log
from store.people import people

ANA, BOB, EVE, MAL = "ana@acme.example", "bob@globex.example", "eve@globex.example", "mal@evil.example"


class Letter(NamedTuple):
    """`name` is its id without brackets; `references` and `in_reply_to` name others so.

    `index` names the conversation that Thread-Index gives, with "+" behind it in all but its first
    message.
    """

    name: str
    sender: str
    to: str
    day: float
    in_reply_to: str = ""
    references: str = ""
    subject: str = ""
    cc: str = ""
    index: str = ""


def ids(names: str) -> tuple[str, ...]:
    return tuple(f"<{name}>" for name in names.split())


ORDERS = 4 if ON_POSTGRESQL else 24
"""What is made of an order is the same there, by the same statements; to empty a log takes it longer than to read."""


def thread_index(index: str) -> ThreadIndex | None:
    name = index.rstrip("+")
    conversation = hashlib.blake2b(name.encode(), digest_size=16).digest()
    return ThreadIndex(conversation, index != name) if name else None


def send(log: Log, letter: Letter) -> None:
    more: dict[str, Any] = {"in_reply_to": ids(letter.in_reply_to), "references": ids(letter.references)}
    log.mail(
        letter.sender, letter.to, letter.day,
        cc=letter.cc, subject=letter.subject, message_id=f"<{letter.name}>",
        thread_index=thread_index(letter.index), **more,
    )  # fmt: skip


def conversations(log: Log) -> set[frozenset[str]]:
    """The names of the messages of each."""
    found: dict[int, set[str]] = {}
    for identity, conversation in log.connection.execute("SELECT identity, a.conversation FROM activity a"):
        found.setdefault(conversation, set()).add(identity.strip("<>"))
    return {frozenset(names) for names in found.values()}


def waiting(log: Log) -> set[tuple[str, int]]:
    query = "SELECT a.identity, t.waits_for FROM thread t JOIN activity a ON a.id = t.activity_id"
    return {(identity.strip("<>"), who) for identity, who in log.connection.execute(query)}


def in_every_order(logs: Callable[[], Any], letters: Sequence[Letter], limit: int = ORDERS) -> tuple[Any, ...]:
    """What the log says must not hang on the order: its conversations, what waits in them, and
    Bob's last two-way."""
    orders = list(permutations(letters))
    chosen = orders if len(orders) <= limit else random.Random(len(letters)).sample(orders, limit)
    results: list[tuple[Any, ...]] = []
    for order in chosen:
        with logs() as agent:
            log = Log(agent)
            log.contact("Bob", BOB)
            for letter in order:
                send(log, letter)
            assert log.differences() == 0, [one.name for one in order]
            (bob,) = people(log.reader, log.now)
            results.append((conversations(log), waiting(log), bob.last_two_way))
    assert all(result == results[0] for result in results), results
    return results[0]
