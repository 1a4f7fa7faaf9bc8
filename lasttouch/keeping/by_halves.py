"""Storing many items at once, where our own code may stumble over one of them."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Sequence
from typing import TypeVar

from activity.batch import Skip
from activity.errors import LasttouchError
from activity.mistakes import mistake

MOST_MISTAKES = 25  # items that are left out; if there are more, it is not the items that are odd

_log = logging.getLogger(__name__)

Item = TypeVar("Item")


class ByHalves:
    """Stores items, without those that our own code stumbles over, which are named, and no other.

    They are found by halves: a transaction that fails leaves nothing, and to store an item again
    changes nothing. `about` is what the journal calls the items. A mistake is counted over all that
    is stored by one of these.
    """

    def __init__(self, about: str) -> None:
        self._about = about
        self._mistakes = 0

    def __call__(
        self,
        items: Sequence[Item],
        store: Callable[[Sequence[Item], Sequence[Skip], bool], None],
        name_of: Callable[[Item], str],
    ) -> None:
        """`store` is given some items, at the last all that were left out, and whether no more
        items follow.

        Raises what `store` does where that is over more than single items.
        """
        left_out: list[Skip] = []
        self._store(items, lambda some, is_last: store(some, left_out if is_last else [], is_last), name_of, left_out)

    def _store(
        self,
        items: Sequence[Item],
        store: Callable[[Sequence[Item], bool], None],
        name_of: Callable[[Item], str],
        left_out: list[Skip],
        is_last: bool = True,
    ) -> None:
        try:
            store(items, is_last)
        except Exception as error:
            if not items or self._mistakes >= MOST_MISTAKES or concerns_more_than_items(error):
                raise
            if len(items) > 1:
                middle = len(items) // 2
                self._store(items[:middle], store, name_of, left_out, False)
                self._store(items[middle:], store, name_of, left_out, is_last)
                return
            self._mistakes += 1
            said = mistake(error)
            _log.error("%s: an item was left out: %s", self._about, said)
            left_out.append(Skip(name_of(items[0]), said))
            if is_last:
                store([], True)


def concerns_more_than_items(error: Exception) -> bool:
    """Is it what keeps any item from being stored: another configuration, a full disk, a damaged
    database?"""
    if isinstance(error, sqlite3.Error):
        return isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError
    return isinstance(error, LasttouchError)
