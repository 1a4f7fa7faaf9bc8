"""Whose accounts an answer tells of, beside those of whoever asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from activity.sharing import Level
from lasttouch.answers.attention import Attention
from lasttouch.answers.question import Log
from store import access
from store.accounts import accounts_known
from store.acquaintance import Acquaintance
from store.awaiting import Waiting
from store.companies import Company
from store.people import Person
from store.timeline import Activity

FEW = 5
"""Of so many contacts every account with a touch is looked for; of more, whose the last is and who
exchanges most."""

_PLAIN = frozenset((type(None), str, bytes, bool, int, float, datetime))


class Used(NamedTuple):
    """`told`: account → its level, and how many contacts or activities of it; `contact`: the only
    one it is about."""

    told: dict[int, tuple[Level, int]]
    contact: int | None


def used(log: Log, answer: object) -> Used:
    """What is in an answer that was asked within a scope."""
    found = _Found()
    found.look(answer)
    ids = {one.name: one.id for one in accounts_known(log)}
    pairs = {("contact", contact_id, ids.get(account or "")) for contact_id, account in found.last}
    pairs |= {("contact", *pair) for pair in access.behind_contacts(log, found.contacts, len(found.contacts) <= FEW)}
    pairs |= {("activity", *pair) for pair in access.behind_activities(log, found.activities)}
    pairs |= {("account", 0, ids.get(account)) for account in found.accounts}
    items: dict[int, int] = {}
    for _, _, account_id in pairs:
        if account_id is not None:
            items[account_id] = items.get(account_id, 0) + 1
    contacts = found.contacts
    return Used(of_others(log, items), next(iter(contacts)) if len(contacts) == 1 else None)


def of_everything(log: Log) -> Used:
    """What is told where the whole log is."""
    return Used(of_others(log, access.holding(log)), None)


def of_others(log: Log, items: Mapping[int, int]) -> dict[int, tuple[Level, int]]:
    levels = dict(log.scope.levels)
    return {
        account_id: (levels[account_id], count)
        for account_id, count in items.items()
        if levels.get(account_id, Level.OWN) is not Level.OWN
    }


class _Found:
    """What stands in an answer, however deep."""

    def __init__(self) -> None:
        self.contacts: set[int] = set()
        self.activities: set[int] = set()
        self.accounts: set[str] = set()
        self.last: set[tuple[int, str | None]] = set()

    def look(self, at: object) -> None:
        if type(at) in _PLAIN:  # most of what stands in an answer
            return
        match at:
            case Person():
                self.contacts.add(at.id)
                self.last.add((at.id, at.last_touch_account))
            case Activity():
                self.activities.add(at.id)
            case Waiting():
                self.activities.add(at.activity_id)
            case Acquaintance():
                self.accounts.add(at.account)
            case Company():
                if at.last_touch_contact is not None:
                    self.contacts.add(at.last_touch_contact)
            case Attention():
                self.contacts.update(one.contact for one in at.reasons if one.contact is not None)
                self.activities.update(one.activity for one in at.reasons if one.activity is not None)
            case str() | bytes():
                pass
            case Mapping():
                self._look_at_all(at.values())
            case Sequence():
                self._look_at_all(at)

    def _look_at_all(self, several: Iterable[object]) -> None:
        for one in several:
            self.look(one)
