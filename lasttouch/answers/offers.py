"""What a half-typed word may become."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from lasttouch.answers.question import Log
from store.choosing import owners_like
from store.finding import company_names_like, contacts_like
from store.tags import all_tags

Kind = Literal["companies", "owners", "tags"]

OFFERED = 50


def next_words(log: Log, before: Sequence[str], incomplete: str) -> dict[str, str]:
    """The next word of a contact's or company's name, or a contact's address → whose it is."""
    words = [*before, incomplete]
    found = contacts_like(log, " ".join(words), OFFERED)
    offers = {} if before else {email: name for name, email in found if _begins(email, incomplete)}
    for name, email in [*found, *((name, "company") for name in company_names_like(log, " ".join(words), OFFERED))]:
        if (word := _next_word(name, words)) is not None:
            offers.setdefault(word, email)
    return offers


def addresses(log: Log, incomplete: str) -> dict[str, str]:
    """The main address of each contact whose name or address begins so → the name."""
    return {email: name for name, email in contacts_like(log, incomplete, OFFERED) if email}


def words_of(log: Log, kind: Kind, incomplete: str) -> list[str]:
    """A word of each name that begins so."""
    if kind == "companies":
        names = company_names_like(log, incomplete, OFFERED)
    else:
        names = owners_like(log, incomplete) if kind == "owners" else all_tags(log)
    words = (next((word for word in name.split() if _begins(word, incomplete)), None) for name in names)
    return [word for word in dict.fromkeys(words) if word is not None]


def owners_and_tags(log: Log) -> tuple[list[str], list[str]]:
    """All that a list may be narrowed to."""
    return owners_like(log, ""), all_tags(log)


def _begins(text: str, word: str) -> bool:
    return text.casefold().startswith(word.casefold())


def _next_word(name: str, words: Sequence[str]) -> str | None:
    """The word of `name` that stands where the last of `words` is being typed; None if the others
    do not fit."""
    parts = name.split()
    for start in range(len(parts) - len(words) + 1):
        if all(
            part.casefold() == word.casefold() for part, word in zip(parts[start:], words[:-1], strict=False)
        ) and _begins(parts[start + len(words) - 1], words[-1]):
            return parts[start + len(words) - 1]
    return None
