"""Whose the people of a target are: by address, as ours are matched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from activity.address import normalise
from deliver.values import Person as There
from matchers.canonical import canonical
from store.people import Person


class Matched(NamedTuple):
    """Key there → contact here; and contact → the keys of those there of whom several have one of its addresses."""

    whose: Mapping[str, int]
    ambiguous: Mapping[int, Sequence[str]]


def matched(there: Iterable[There], here: Sequence[Person]) -> Matched:
    """An address that two contacts here have, or two people there, decides nothing."""
    holders: dict[str, set[int]] = {}
    for one in here:
        for email in one.emails:
            holders.setdefault(canonical(email), set()).add(one.id)
    keys: dict[str, set[str]] = {}
    for person in there:
        for written in person.emails:
            form = canonical(normalise(written) or "")
            if form in holders:
                keys.setdefault(form, set()).add(person.key)
    whose: dict[str, set[int]] = {}
    ambiguous: dict[int, set[str]] = {}
    for form, there_keys in keys.items():
        contacts = holders[form]
        for contact_id in contacts:
            if len(contacts) > 1 or len(there_keys) > 1:
                ambiguous.setdefault(contact_id, set()).update(there_keys)
        for key in there_keys:
            whose.setdefault(key, set()).update(contacts)
    unclear = {key for found in ambiguous.values() for key in found}
    clear = {key: next(iter(found)) for key, found in whose.items() if len(found) == 1 and key not in unclear}
    in_order = {contact_id: sorted(found, key=lambda key: (len(key), key)) for contact_id, found in ambiguous.items()}
    return Matched(clear, in_order)
