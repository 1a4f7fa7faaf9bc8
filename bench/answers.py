"""What queries cost over a small and a large log: reads of an index, and whole answers as commands
show them.

Whole answers are told of the first page: ids, names and dates of all that is listed, a source never
having been read.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, timedelta
from functools import partial

from bench.figures import Figure, at_most, median_of, median_seconds, seconds, told
from bench.logs import log
from bench.world import END, Size, person
from lasttouch.answers import today
from lasttouch.answers.question import Question
from lasttouch.answers.silence import Silence, candidates, silences
from lasttouch.answers.waiting import Wanted, awaiting
from store.database import open_for_reading
from store.finding import find_contacts
from store.log import Log
from store.people import people
from store.silence import longest_silent, never_touched, past_rhythm
from store.threads import US, waiting
from store.timeline import newest
from store.unmatched import unmatched

_FIRST = 100  # of a list in order
_PAGE = 50
_INDEX_READS = {
    "longest silent 100": 15,
    "past their rhythm 100": 15,
    "never touched 100": 15,
    "waiting longest 100": 25,
}
_ANSWERS = {
    "stale": 3.0,
    "stale --days 90": 3.0,
    "awaiting --on us": 20.0,
    "awaiting --on them": 20.0,
    "today": 50.0,
    "log of the busiest contact": 0.5,
    "log of everybody": 2.0,
    "unmatched": 5.0,
}
"""By the command, how many milliseconds its first page may take."""


def figures(small: Size, large: Size) -> Iterator[Figure]:
    """Lists must not be dearer in the larger log; some are held to so many look-ups of one contact
    by its key."""
    few, many = _seconds(small), _seconds(large)
    lookup = many["lookup"]
    yield told("primary-key lookup of a contact", lookup * 1e6, "µs")
    yield told("last touch of one contact", many["one"] * 1e6, "µs")
    yield at_most("last touch of one contact ÷ lookup", many["one"] / lookup, "×", 4)
    yield told("answer to last ADDRESS", many["last"] * 1e6, "µs")
    for name, bar in _INDEX_READS.items():
        yield told(f"index read, {name}", many[name] * 1e6, "µs")
        yield at_most(f"index read, {name} ÷ lookup", many[name] / lookup, "×", bar)
        yield at_most(f"index read, {name}, large ÷ small history", many[name] / few[name], "×", 1.5)
    for name, milliseconds in _ANSWERS.items():
        yield at_most(f"answer to {name}", many[name] * 1e3, "ms", milliseconds)
        yield told(f"answer to {name} ÷ lookup", many[name] / lookup, "×")
        flatness = f"answer to {name}, large ÷ small history", many[name] / few[name], "×"
        yield told(*flatness) if name == "today" else at_most(*flatness, 1.5)  # a busier day has more meetings to show
    yield told("all contacts with their touches", many["all"] * 1e3, "ms")


def _seconds(size: Size) -> dict[str, float]:
    """The median of each query on an open connection; of single contacts, over many different
    ones."""
    reader = open_for_reading(log(size))
    ids = random.Random(3).sample(range(1, size.contacts + 1), min(size.contacts, 2_000))
    lookup = "SELECT * FROM contact WHERE id = ?"

    def each(ask: Callable[[int], object]) -> float:
        for contact in ids:
            ask(contact)
        return median_of(seconds(partial(ask, contact)) for contact in ids)

    asked: dict[str, Callable[[], object]] = {
        "longest silent 100": lambda: longest_silent(reader, END, _FIRST),
        "past their rhythm 100": lambda: past_rhythm(reader, END, _FIRST),
        "never touched 100": lambda: never_touched(reader, END, _FIRST),
        "waiting longest 100": lambda: waiting(reader, US, _FIRST),
        "stale": lambda: _stale(reader, None),
        "stale --days 90": lambda: _stale(reader, timedelta(days=90)),
        "awaiting --on us": lambda: awaiting(reader, END, "us", Wanted(), _PAGE),
        "awaiting --on them": lambda: awaiting(reader, END, "them", Wanted(), _PAGE),
        "today": lambda: today.answer(reader, Question(END), UTC, 10),
        "log of the busiest contact": lambda: newest(reader, END, _PAGE, [1]),
        "log of everybody": lambda: newest(reader, END, _PAGE),
        "unmatched": lambda: unmatched(reader, END, _PAGE),
    }
    try:
        return {
            "lookup": each(lambda contact: reader.execute(lookup, (contact,)).fetchone()),
            "one": each(lambda contact: people(reader, END, [contact])),
            "last": each(lambda contact: people(reader, END, find_contacts(reader, person(contact - 1).email))),
            **{name: median_seconds(ask, 50) for name, ask in asked.items()},
            "all": median_seconds(lambda: people(reader, END), 3),
        }
    finally:
        reader.close()


def _stale(reader: Log, longer_than: timedelta | None) -> list[Silence]:
    ids = candidates(reader, END, longer_than, _FIRST + 1)
    return silences(reader, people(reader, END, ids), END, longer_than)
