"""How far an address book was read, and which card has which key."""

from __future__ import annotations

import itertools
from collections.abc import Collection

from capture.dav.position import Position

_LONGEST_UID = 255


class BookPosition(Position):
    """A position in an address book.

    `keys` are those of the contacts given so far, by the name of their card.
    """

    tables = 2

    @property
    def keys(self) -> dict[str, str]:
        return self._table(1)


class Keys:
    """Gives out keys that no two living cards of a book share.

    UIDs are meant to be that (RFC 6352 §5.1), but not every server sees to it.
    """

    def __init__(self, given: dict[str, str], gone: Collection[str]) -> None:
        """`given` is kept up to date; cards in `gone` no longer hold their keys."""
        self._given = given
        self._holders: dict[str, str] = {}
        for name, key in given.items():
            if name not in gone:
                self._holders.setdefault(key, name)

    def give(self, name: str, uid: str) -> str:
        """The key the card has already; else its UID if that is free, else its name."""
        known = self._given.get(name)
        if known is not None and self._holders.get(known) == name:
            return known
        uids = [uid] if 0 < len(uid) <= _LONGEST_UID else []
        options = itertools.chain(uids, [name], (f"{name} ({number})" for number in itertools.count(2)))
        key = next(option for option in options if option not in self._holders)
        self._given[name] = key
        self._holders[key] = name
        return key

    def take_back(self, name: str) -> bool:
        """The card is a contact no more. Was it one?"""
        key = self._given.pop(name, None)
        if key is not None and self._holders.get(key) == name:
            del self._holders[key]
        return key is not None
