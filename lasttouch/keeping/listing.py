"""A contact that several list, each in their own words; and one that comes onto the list that all share."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Sequence

from activity.contact import ContactEntry
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.rematching import learn_company_domains, rematch
from lasttouch.keeping.whose import Holding
from matchers.canonical import canonical
from matchers.never_log import NeverLog
from store import contact_changes, contacts, held_companies, held_words, holding, viewers
from store.accounts import names_of
from store.held_words import Words

ADDED, UPDATED, UNCHANGED = "added", "updated", "unchanged"


def kept_off(agent: Agent, of: Holding) -> NeverLog:
    """Who was erased, or is kept out by a never_log rule, for whoever lists.

    Whom a fellow reader erased from a mailbox that they share may stand on their own list: the first
    of their accounts says.
    """
    accounts = of.accounts or viewers.own_accounts(agent.log, of.user_id)[:1]
    return agent.kept_out(names_of(agent.log, accounts))


def take_in(agent: Agent, contact_id: int, entry: ContactEntry, of: Holding, by_itself: bool = False) -> str:
    """Whoever `of` stands for lists somebody whom others hold; the caller matches anew."""
    connection = agent.connection
    held = holding.holders(connection, [contact_id])[contact_id] & of.own
    accounts = sorted(held) or of.accounts
    held_words.spell_out(connection, contact_id)
    before = held_words.own_words_of(connection, contact_id).get(accounts[0])
    company = before.company if before else None
    if entry.company:
        company = held_companies.company_of(connection, entry.company, accounts[0], by_itself)
        learn_company_domains(agent, [entry], by_itself, accounts[0])
    words = Words(
        entry.name or (before.name if before else entry.emails[0]),
        company,
        entry.owner or (before.owner if before else ""),
        [*dict.fromkeys([*(before.emails if before else ()), *entry.emails])],
        [*dict.fromkeys([*(before.tags if before else ()), *entry.tags])],
    )
    if words == before:
        return UNCHANGED
    held_words.keep(connection, contact_id, accounts, words)
    taken = {email for email, one in contacts.with_addresses(agent.log, entry.emails) if one != contact_id}
    contact_changes.add_emails(connection, contact_id, [e for e in entry.emails if e not in taken], canonical)
    return UPDATED if before else ADDED


def also(agent: Agent, contact_id: int, emails: Collection[str], of: Holding) -> None:
    """Whoever holds this contact calls addresses theirs that are another's, of whom nothing is told to them."""
    held_words.spell_out(agent.connection, contact_id)
    for account_id, words in held_words.own_words_of(agent.connection, contact_id).items():
        if account_id in of.own:
            said = words._replace(emails=[*dict.fromkeys([*words.emails, *sorted(emails)])])
            held_words.keep(agent.connection, contact_id, [account_id], said)


def foreign_addresses(agent: Agent, emails: Sequence[str], of: Holding) -> set[str]:
    """Those of these addresses that somebody has whom others hold as well, or alone."""
    known = contacts.with_addresses(agent.log, list(emails))
    held = holding.holders(agent.log, {contact_id for _, contact_id in known})
    return {email for email, one in known if one in held and held[one] - of.own}


def let_go(agent: Agent, contact_id: int, accounts: Collection[int]) -> set[str]:
    """It belongs to these accounts no more, and others hold it still; the canonical forms of what is nobody's now."""
    holding.let_go(agent.connection, contact_id, accounts)
    emails = held_words.unclaimed(agent.connection, contact_id)
    contact_changes.drop_emails(agent.connection, contact_id, emails)
    return set(map(canonical, emails))


def held_alone(agent: Agent, contact_ids: Sequence[int], accounts: Collection[int]) -> tuple[list[int], set[str]]:
    """Those whom nobody but these accounts holds; the others are theirs no more, and the canonical forms of what is
    nobody's by it."""
    held = holding.holders(agent.log, contact_ids)
    elsewhere = [one for one in contact_ids if not held.get(one, set()) <= {*accounts}]
    unclaimed = {form for one in elsewhere for form in let_go(agent, one, accounts)}
    return [one for one in contact_ids if one not in elsewhere], unclaimed


@contextlib.contextmanager
def listing(agent: Agent, emails: Sequence[str]) -> Iterator[None]:
    """Within, these addresses are listed for all: who held somebody with them finds them on the list from then on.

    What a holder called them is nobody else's to read, so nothing of it comes onto the list.
    """
    connection = agent.connection
    known = contacts.with_addresses(agent.log, list(emails))
    held = holding.holders(agent.log, {contact_id for _, contact_id in known})
    gone: dict[int, str] = {}
    for contact_id in sorted(held):
        listed = [email for email, one in known if one == contact_id]
        for account_id, words in held_words.own_words_of(connection, contact_id).items():
            left = [email for email in words.emails if email not in listed]
            held_words.keep(connection, contact_id, [account_id], words._replace(emails=left))
        contact_changes.drop_emails(connection, contact_id, listed)
        if not held_words.of_contact(connection, contact_id).emails:
            gone[contact_id] = listed[0]
    yield
    for contact_id, email in gone.items():
        into = dict(contacts.with_addresses(agent.log, [email])).get(email)
        if into is None:
            contact_changes.remove(connection, [contact_id])
            continue
        held_words.say(connection, contact_id, Words("", None, "", (), ()))
        holding.publish(connection, [contact_id])
        contact_changes.merge(connection, into, [contact_id])
    rematch(agent, (), set(map(canonical, emails)))


def publish(agent: Agent, contact_id: int, of: Holding) -> list[str]:
    """Put a contact on the list, in the words of who does it; the domains that the list learns by it.

    Addresses that only others call theirs stay with these. Whom a user publishes is nobody's on the list: an owner who
    shares nothing with whoever holds them too would take somebody from these whom they listed themselves, and whether
    there are such nobody is told.
    """
    connection = agent.connection
    others = holding.holders(agent.log, [contact_id]).get(contact_id, set()) - of.own
    said = held_words.own_words_of(connection, contact_id)
    mine = [words for account_id, words in said.items() if account_id in of.own] or list(said.values())
    if mine:
        _leave_to_others(agent, contact_id, {one: said[one] for one in said if said[one] != mine[0]}, mine[0])
        held_words.say(connection, contact_id, mine[0])
    if others or not of.keeps_the_list:
        held_words.say(connection, contact_id, held_words.of_contact(connection, contact_id)._replace(owner=""))
    holding.publish(connection, [contact_id])
    return held_companies.publish_companies(connection, [contact_id])


def _leave_to_others(agent: Agent, contact_id: int, others: dict[int, Words], published: Words) -> None:
    for account_id, words in others.items():
        listed = held_words.of_contact(agent.connection, contact_id).emails
        left = [email for email in words.emails if email not in published.emails and email in listed]
        if left:
            contact_changes.drop_emails(agent.connection, contact_id, left)
            entry = ContactEntry(words.name, left)
            (other,) = contacts.import_entries(agent.connection, [entry], canonical, renames=False).contacts
            held_words.say(agent.connection, other, words)
            holding.hold(agent.connection, [other], [account_id])
            rematch(agent, [other], map(canonical, left))
