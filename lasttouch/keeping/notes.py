"""`note`: a touch given by hand becomes an activity like any other, seen where its account's notes are."""

from __future__ import annotations

from datetime import datetime

from activity.address import Address
from activity.errors import UsageError
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.viewing import insist_on_own
from matchers.canonical import canonical
from matchers.notes import NoteKind, note_facts
from store import accounts, contacts, ingest, notes, places, touches
from store.accounts import Account
from store.database import writing
from store.own_words import Speaker
from store.people import people
from store.rows import Entry


def take_note(
    agent: Agent, contact_id: int, kind: NoteKind, at: datetime, by: Account, subject: str, token: str
) -> int:
    """Note it down; its activity id. Raises UsageError where no address says that it was with this contact."""
    with writing(agent.connection):
        theirs = _address_of(agent, contact_id)
        own = accounts.addresses_of(agent.log, by.id)
        ours = Address(own[0], by.owner) if own else None
        facts = note_facts(token, kind, at, theirs, ours, subject)
        place = places.place_of_notes(agent.connection, by.id)
        book = agent.book({canonical(person.address.email) for person in facts.participants})
        ingest.write(agent.connection, place, [Entry(facts, agent.judge(facts))], book, agent.judge)
        touches.refresh(agent.connection, agent.clock(), [contact_id])
        noted = notes.newest_note(agent.log, contact_id)
        assert noted is not None
        return noted


def take_back(agent: Agent, activity_id: int) -> None:
    """Raises NotPermitted where it is a colleague's."""
    insist_on_own(agent.log, agent.user_id, activity_id)
    with writing(agent.connection):
        notes.take_back(agent.connection, activity_id)
        touches.refresh(agent.connection, agent.clock())


def newest_of(agent: Agent, contact_id: int) -> int | None:
    """The latest note with this contact; a user's own."""
    return notes.newest_note(agent.log, contact_id, agent.user_id)


def is_note(agent: Agent, activity_id: int) -> bool:
    return notes.is_note(agent.log, activity_id)


def account_of(agent: Agent, who: Speaker, contact_id: int) -> Account:
    """Whose note it is: who says so, else the contact's owner. Raises UsageError where that is not known."""
    if who.account_id is not None:
        return next(one for one in accounts.accounts_known(agent.log) if one.id == who.account_id)
    if agent.user_id:
        raise UsageError("you have no account here whose note it could be", "whoever keeps the configuration gives one")
    (person,) = people(agent.log, agent.clock(), [contact_id])
    owners = accounts.accounts_meant(agent.log, person.owner) if person.owner else []
    if len(owners) != 1:
        names = ", ".join(one.name for one in accounts.accounts_known(agent.log))
        raise UsageError("whose note is it?", f"say --by with one of: {names}")
    return owners[0]


def _address_of(agent: Agent, contact_id: int) -> Address:
    """The first address that is the contact's alone."""
    address, _ = agent.address_alone_of(contact_id)
    if address is None:
        name = contacts.name_of_contact(agent.log, contact_id)
        raise UsageError(
            f"{name} has no address of their own by which a note could be theirs",
            'give them one: lasttouch contacts alias "NAME" ADDRESS; or merge them with whom they share it',
        )
    return address
