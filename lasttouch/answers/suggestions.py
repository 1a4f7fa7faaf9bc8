"""What could be done about the contacts, each with its reason and the command that does it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from activity.address import domain_of
from lasttouch.answers.question import Log, Question
from matchers.domains import is_free_mail
from store import suggestions
from store.accounts import accounts_known
from store.unmatched import unmatched


class Suggestion(NamedTuple):
    """`kind` is "same-name", "answers-from", "own-address" or "private-mailbox"; `contact` an id,
    None for nobody."""

    kind: str
    contact: int | None
    name: str
    address: str | None
    because: str
    command: str


def answer(log: Log, question: Question) -> list[Suggestion]:
    """Whom to put together first, then our own addresses, then private mailboxes; each address
    once."""
    found: list[Suggestion] = []
    seen: set[str] = set()
    for one in _all(log, question.now):
        if one.address is None or one.address not in seen:
            found.append(one)
        seen.add(one.address or "")
    return found


def _all(log: Log, now: datetime) -> Iterator[Suggestion]:
    first: dict[str, tuple[int, str]] = {}
    for contact_id, name in suggestions.contact_names(log):
        twin, _ = first.setdefault(_plain(name), (contact_id, name))
        if twin != contact_id and " " in _plain(name):
            because = f"#{contact_id} has the same name"
            yield Suggestion("same-name", twin, name, None, because, _command("merge", f"#{twin}", f"#{contact_id}"))
    owners = {_plain(one.owner): one.owner for one in accounts_known(log)}
    alike = suggestions.signers(log)
    for one in alike:
        if owner := owners.get(_plain(one.name)):
            because = f"signs as {owner}, and is none of the `addresses` in the configuration"
            command = shlex.join(["lasttouch", "rules", "test", "--own-address", one.address])
            yield Suggestion("own-address", None, owner, one.address, because, command)
    for one in alike:
        if twins := first.get(_plain(one.name)):
            yield _alias("same-name", *twins, one.address, f"signs so too, {_times(one.exchanges, 'exchange')}")
    for other in suggestions.answerers(log):
        if _plain(other.contact).partition(" ")[0] in _plain(f"{other.name} {other.address}"):
            because = f"{_times(other.answers, 'answer')} from there to what went to {other.contact} alone"
            yield _alias("answers-from", other.contact_id, other.contact, other.address, because)
    for person in unmatched(log, now, two_way=True, to_be_listed=True):
        if person.company is None and is_free_mail(domain_of(person.address)):
            name = person.name or person.address
            because = f"a private mailbox, {_times(person.exchanges, 'exchange')}"
            command = _command("add", name, person.address)
            yield Suggestion("private-mailbox", None, name, person.address, because, command)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _alias(kind: str, contact_id: int, name: str, address: str, because: str) -> Suggestion:
    return Suggestion(kind, contact_id, name, address, because, _command("alias", f"#{contact_id}", address))


def _command(verb: str, *words: str) -> str:
    return shlex.join(["lasttouch", "contacts", verb, *words])


def _times(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
