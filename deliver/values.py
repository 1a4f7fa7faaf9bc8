"""What is told to a target, and what it has: the nouns of every way out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol


class Value(NamedTuple):
    """What our fields hold of somebody: when the last touch was (aware UTC, None for never), its kind, by whom."""

    at: datetime | None
    how: str | None = None
    by: str | None = None


BLANK = Value(None)


class Person(NamedTuple):
    """Somebody as a target knows them, by its own `key`; `value` is what our field holds there."""

    key: str
    name: str
    emails: tuple[str, ...]
    value: Value


class Write(NamedTuple):
    """What our fields are to hold of the person with this key."""

    key: str
    value: Value


class Written(NamedTuple):
    """Keys that were written, and those that were refused, with why."""

    done: Sequence[str]
    refused: Mapping[str, str]


class Directory(Protocol):
    """People with a field of ours: a CRM. `batch` is how many one request writes.

    Every method raises an error of activity/errors.py; FieldGone where our field is not there.
    """

    batch: int

    @property
    def days_only(self) -> bool:
        """Does our field keep no time beside the day?"""
        ...

    def people(self) -> Iterable[Person]:
        """Everybody there who has an address."""
        ...

    def read(self, keys: Sequence[str]) -> list[Person]:
        """These as they are now; whoever is gone is left out."""
        ...

    def write(self, writes: Sequence[Write]) -> Written:
        """At most a batch."""
        ...

    def check(self) -> str:
        """Is our field there, and may we write? Says in words what was found; only reads."""
        ...

    def close(self) -> None: ...


class Message(NamedTuple):
    """That a last date moved: `id` is the same however often it is told."""

    id: str
    noted_at: datetime
    contact: int
    last: Value
    before: Value


class Listener(Protocol):
    """Whoever is told of every change by itself."""

    def tell(self, message: Message) -> None:
        """Raises SwitchedOff where nobody listens any more."""
        ...

    def check(self) -> str: ...

    def close(self) -> None: ...
