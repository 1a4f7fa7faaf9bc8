"""Which users of ours are meant by the people whom a server names."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from activity.rights import PlaceRights


def known_as(names: Mapping[str, Collection[str]]) -> dict[str, str]:
    """What a server may call somebody, case folded → the user, from user → all that is known of each.

    What is said of two users names neither.
    """
    found: dict[str, set[str]] = {}
    for user, words in names.items():
        for word in filter(None, words):
            found.setdefault(word.casefold(), set()).add(user)
    return {word: next(iter(users)) for word, users in found.items() if len(users) == 1}


def readers_of(rights: PlaceRights, known: Mapping[str, str]) -> set[str]:
    """The users among those who may read a place; nobody where that is not told."""
    return set() if rights.unknown else {known[one] for one in rights.readers if one in known}
