"""What is kept of somebody? All of it, for when they ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from activity.address import normalise
from lasttouch.answers.question import Log, Question
from lasttouch.answers.why import OfActivity
from lasttouch.naming import is_contact, no_contact, one_contact
from store import dossier, said
from store.dossier import Address
from store.people import Person, people
from store.said import Said
from store.timeline import newest

FAR = timedelta(days=366_000)
MOST = 1_000_000


class Answer(NamedTuple):
    """`person` is None where nobody is listed; `keys` are those of files, address books and other systems.

    `activities` are all, those ahead as well, the newest first.
    """

    now: datetime
    person: Person | None
    addresses: Sequence[Address]
    keys: Sequence[str]
    said: Sequence[Said]
    activities: Sequence[OfActivity]


def answer(log: Log, question: Question) -> Answer:
    """Of one contact, or of an address that is no contact's. Raises NotFound, UsageError."""
    now, who = question.now, question.who
    email = normalise(who)
    if email is not None and not is_contact(log, who):
        addresses = dossier.address_alone(log, email)
        if not addresses:
            raise no_contact(log, who)
        words = [word for found in said.of_strangers(log, [one.id for one in addresses]).values() for word in found]
        found = newest(log, now + FAR, MOST, [], [one.id for one in addresses])
        return Answer(now, None, addresses, [], words, [OfActivity(one, [], [], []) for one in found])
    contact_id = one_contact(log, who, now)
    (person,) = people(log, now, [contact_id])
    found = newest(log, now + FAR, MOST, [contact_id])
    words_of = said.of_activities(log, [one.id for one in found])
    return Answer(
        now,
        person,
        dossier.addresses_of_contact(log, contact_id),
        dossier.keys_of_contact(log, contact_id),
        said.of_contacts(log, [contact_id]).get(contact_id, []),
        [OfActivity(one, [person], words_of.get(one.id, []), []) for one in found],
    )
