"""Whose a contact is, where a list says it in words of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from activity.address import normalise

_ADDRESS = re.compile(r"[^\s<>(),;\"]+@[^\s<>(),;\"]+")
_BEHIND = re.compile(r"[<(\[].*")


class Colleague(NamedTuple):
    """The owner of an account: the account's name, the owner's (the account's where there is none),
    its addresses."""

    account: str
    owner: str
    addresses: frozenset[str]


def owner_meant(text: str, colleagues: Sequence[Colleague]) -> str:
    """The owner that "Ana Kim (ana@acme.example)", "ana@acme.example", "ana kim" or "ana" means;
    else `text` itself.

    By an address first, then by the owner's name, then by the account's.
    """
    addresses = {normalise(found) for found in _ADDRESS.findall(text)}
    name = _BEHIND.sub("", text).strip().strip('"').casefold()
    readings = (
        [one.owner for one in colleagues if not addresses.isdisjoint(one.addresses)],
        [one.owner for one in colleagues if name and name == one.owner.casefold()],
        [one.owner for one in colleagues if name and name == one.account.casefold()],
    )
    found = next((set(reading) for reading in readings if reading), set())
    return found.pop() if len(found) == 1 else text
