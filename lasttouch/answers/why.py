"""Why does a date, or an activity, stand as it does?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from activity.errors import NotFound
from lasttouch.answers.proof import RECENT, proof
from lasttouch.answers.question import Log, Question, Whole
from lasttouch.naming import no_contact
from store import said
from store.finding import Unlisted, find_activities, find_contacts, find_unlisted
from store.people import Person, people
from store.read_back import ReadBack, read_back
from store.said import Said
from store.timeline import Activity, activities, newest

if TYPE_CHECKING:
    from lasttouch.answers.listings import Listing


class OfActivity(NamedTuple):
    """An activity with the contacts in it and what was said of it; `others` bear the same
    Message-ID or UID."""

    activity: Activity
    concerned: list[Person]
    said: Sequence[Said]
    others: list[Activity]


class OfContact(NamedTuple):
    """The activities `behind` the dates of a contact, by id, the `recent` ones, and on which lists
    they stand."""

    person: Person
    behind: Mapping[int, Activity]
    recent: list[Activity]
    said: Sequence[Said]
    lists: list[Listing]


class OfContacts(NamedTuple):
    """`back`: from when on everything was read."""

    contacts: list[OfContact]
    back: ReadBack


class OfStranger(NamedTuple):
    """Somebody who is no contact, with their recent activities."""

    stranger: Unlisted
    recent: list[Activity]
    said: Sequence[Said]


class KeptOut(NamedTuple):
    """Nothing of it is stored, as a rule kept it out."""

    identity: str


class Answer(NamedTuple):
    """What was `found`, as of `now`."""

    now: datetime
    found: OfActivity | OfContacts | list[OfStranger] | KeptOut


def answer(log: Log, question: Question, whole: Whole, database: Callable[[], Path]) -> Answer:
    """`who` is an activity's id, its Message-ID, or somebody. Raises NotFound where it is not in
    the log.

    `database` says where the log is: beside it stands who was erased.
    """
    what, now = question.who, question.now
    if found := find_activities(log, what):
        return Answer(now, _activity(log, found, now))
    if ids := find_contacts(log, what):
        return Answer(now, _contacts(log, ids, now))
    with whole() as everything:
        if found := find_activities(everything, what):
            return Answer(now, _activity(everything, found, now))
        if strangers := find_unlisted(everything, what):
            return Answer(now, _strangers(everything, strangers, now))
        return Answer(now, _kept_out(everything, what, database()))


def of_activities(log: Log, ids: Sequence[int], now: datetime) -> dict[int, OfActivity]:
    """The proof of each of these, by id."""
    found = activities(log, list(dict.fromkeys(ids)))
    contacts = {part.contact_id for one in found for part in one.parts if part.contact_id is not None}
    concerned = {person.id: person for person in people(log, now, sorted(contacts))}
    words = said.of_activities(log, [one.id for one in found])
    return {
        one.id: OfActivity(
            one,
            [concerned[i] for i in sorted({part.contact_id for part in one.parts if part.contact_id in concerned})],
            words.get(one.id, []),
            [],
        )
        for one in found
    }


def _activity(log: Log, activity_ids: Sequence[int], now: datetime) -> OfActivity:
    one, *others = activities(log, activity_ids)
    concerned = people(log, now, sorted({part.contact_id for part in one.parts if part.contact_id is not None}))
    return OfActivity(one, concerned, said.of_activities(log, [one.id]).get(one.id, []), others)


def _contacts(log: Log, ids: Sequence[int], now: datetime) -> OfContacts:
    from lasttouch.answers.listings import listings  # noqa: PLC0415 - an activity alone does without

    found = [(person, *proof(log, person, now)) for person in people(log, now, ids)]
    words = said.of_contacts(log, [person.id for person, _, _ in found])
    return OfContacts(
        [
            OfContact(person, behind, recent, words.get(person.id, []), listings(log, person, now))
            for person, behind, recent in found
        ],
        read_back(log),
    )


def _strangers(log: Log, strangers: Sequence[Unlisted], now: datetime) -> list[OfStranger]:
    words = said.of_strangers(log, [one.address_id for one in strangers])
    return [
        OfStranger(one, newest(log, now, RECENT, [], [one.address_id]), words.get(one.email, [])) for one in strangers
    ]


def _kept_out(log: Log, what: str, database: Path) -> KeptOut:
    """It is not in the log: kept out by a rule, or never read."""
    from lasttouch.keeping.forgotten import recall  # noqa: PLC0415 - only where nothing was found
    from store.erased import is_withheld  # noqa: PLC0415

    identity = f"<{what.strip().strip('<>')}>"
    forgotten = recall(log, database)
    if any(is_withheld(log, forgotten.hash(one)) for one in (identity, what.strip())):
        return KeptOut(identity)
    if what.isdecimal():
        raise NotFound(f"there is no activity {what}", "ids are shown by: lasttouch log; a contact's id is #7")
    if "@" not in what and not what.startswith("<"):
        raise no_contact(log, what)
    raise NotFound(
        f"nothing in the log is or has {what}",
        "it was never read, is older than `backfill`, or lies in a mailbox that is left out:"
        " Drafts, Junk, Trash or one under exclude_mailboxes",
    )
