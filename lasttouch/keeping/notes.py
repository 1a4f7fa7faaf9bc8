"""`note`: a touch given by hand becomes an activity like any other, seen where its account's notes
are."""

from __future__ import annotations

import secrets
from datetime import datetime

from activity.address import Address
from activity.errors import UsageError
from lasttouch import naming
from lasttouch.keeping import own_words
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.statements import Statement, not_said
from lasttouch.keeping.viewing import insist_on_own
from matchers.canonical import canonical
from matchers.notes import NoteKind, note_facts
from store import accounts, contacts, ingest, notes, places, touches
from store.accounts import Account
from store.own_words import Speaker
from store.people import people
from store.rows import Entry
from store.transactions import writing


def note(agent: Agent, whom: str, kind: NoteKind, at: datetime, subject: str = "", by: str | None = None) -> Statement:
    """Note it of the contact who is meant.

    Raises NotFound, and UsageError where it is not clear whose note it is.
    """
    contact_id = naming.one_contact(agent.seen, whom, agent.clock())
    name = naming.contact_name(agent.seen, contact_id)
    who = own_words.speaker(agent, by)
    account = account_of(agent, who, contact_id)
    noted = take_note(agent, contact_id, kind, at, account, subject.strip(), secrets.token_hex(8))
    who = who._replace(account_id=account.id, owner=account.owner)
    return Statement(kind, False, who, contact=contact_id, name=name, activity=noted, moment=at)


def undo_note(agent: Agent, what: str, by: str | None = None) -> Statement:
    """`what` is a note by its id, or somebody, whose latest it is.

    Raises NotFound where there is none.
    """
    who = own_words.speaker(agent, by)
    activity_id = naming.activity_meant(agent.seen, what)
    contact_id = name = None
    if activity_id is None:
        contact_id = naming.one_contact(agent.seen, what, agent.clock())
        name = naming.contact_name(agent.seen, contact_id)
        activity_id = newest_of(agent, contact_id)
    if activity_id is None or not is_note(agent, activity_id):
        raise not_said(f"{what} is not noted by hand" if name is None else f"nothing is noted of {name}")
    take_back(agent, activity_id)
    return Statement("note", True, who, contact=contact_id, name=name, activity=activity_id)


def take_note(
    agent: Agent, contact_id: int, kind: NoteKind, at: datetime, by: Account, subject: str, token: str
) -> int:
    """Note it down; its activity id.

    Raises UsageError where no address says that it was with this contact.
    """
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
    """Whose note it is: who says so, else the contact's owner.

    Raises UsageError where that is not known.
    """
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
    address, _ = agent.address_alone_of(contact_id, agent.seen)
    if address is None:
        name = contacts.name_of_contact(agent.seen, contact_id)
        raise UsageError(
            f"{name} has no address of their own by which a note could be theirs",
            'give them one: lasttouch contacts alias "NAME" ADDRESS; or merge them with whom they share it',
        )
    return address
