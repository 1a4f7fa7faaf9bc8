"""Contacts and companies changed by hand; what each change means for the history follows at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from activity.address import Address, insist_on_address, normalise_domain
from activity.contact import ContactEntry
from activity.errors import UsageError
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.own_words import put_aside
from lasttouch.keeping.rematching import learn_company_domains, rematch
from lasttouch.keeping.whose import insist_on_changeable, insist_on_the_list
from matchers.canonical import canonical
from matchers.domains import is_disposable, is_free_mail, registrable
from matchers.owners import owner_meant
from store import addresses, contact_changes, contacts, deeds, holding, notes
from store.database import writing
from store.own_words import Speaker
from store.people import Person, people
from store.tags import add_tags, remove_tags

LONGEST_TAG = 60


class Merged(NamedTuple):
    """`contact` as it is now, and the others as they were `before`.

    `rematched`, here and below: how many addresses of the history now belong to somebody else.
    """

    contact: Person
    before: list[Person]
    rematched: int


class Readdressed(NamedTuple):
    """Addresses that a contact has now, or has no more."""

    contact: int
    emails: Sequence[str]
    taken_away: bool
    rematched: int


class Edit(NamedTuple):
    """What to change of a contact; None leaves it as it is, "" for a company or an owner takes it
    away.

    `publish` puts whom accounts hold on the list.
    """

    name: str | None = None
    company: str | None = None
    owner: str | None = None
    tags: tuple[str, ...] = ()
    untags: tuple[str, ...] = ()
    publish: bool = False


class Edited(NamedTuple):
    """The contact as it is now."""

    contact: Person
    rematched: int


class Removed(NamedTuple):
    """The contacts as they were `before`."""

    before: list[Person]
    rematched: int


class CompanyAdded(NamedTuple):
    name: str
    domains: Sequence[str]
    rematched: int


Change = Merged | Readdressed | Edited | Removed | CompanyAdded


def merge(agent: Agent, into: int, others: Sequence[int]) -> Merged:
    """Make several contacts one. Raises UsageError where they are that already."""
    insist_on_changeable(agent.log, [into, *others], agent.holding)
    others = sorted({*others} - {into})
    if not others:
        raise UsageError("that is one and the same contact", "see: lasttouch contacts list")
    before = _persons(agent, others)
    with writing(agent.connection):
        canonicals = contacts.canonicals_of(agent.log, [into, *others])
        contact_changes.merge(agent.connection, into, others)
        deeds.record(agent.connection, agent.clock(), agent.user_id, "merge", {"into": into, "merged": others})
        rematched = rematch(agent, [into], canonicals)
    return Merged(_persons(agent, [into])[0], before, rematched)


def addresses_given(emails: Sequence[str]) -> list[str]:
    """As they are compared. Raises UsageError where one is none."""
    return list(map(insist_on_address, emails))


def add_alias(agent: Agent, contact_id: int, emails: Sequence[str]) -> Readdressed:
    """Give a contact further addresses.

    Raises UsageError where one was erased, or a never_log rule keeps it out.
    """
    insist_on_changeable(agent.log, [contact_id], agent.holding)
    refused = next((email for email in emails if agent.never_log(email)), None)
    if refused is not None:
        raise UsageError(f"{refused} is kept out", "it was erased, or is under a never_log rule")
    with writing(agent.connection):
        contact_changes.add_emails(agent.connection, contact_id, emails, canonical)
        return Readdressed(contact_id, emails, False, rematch(agent, [contact_id], map(canonical, emails)))


def checked_edit(what: Edit) -> Edit:
    """With tags as they are kept.

    Raises UsageError where it changes nothing, or a name or a tag is none.
    """
    what = what._replace(tags=_words(what.tags), untags=_words(what.untags))
    if what == Edit():
        raise UsageError("nothing to change was named", "such as --company Globex or --tag vip; see --help")
    if what.name is not None and not what.name.strip():
        raise UsageError("a contact has a name", "give one behind --name")
    return what


def _words(tags: Sequence[str]) -> tuple[str, ...]:
    words = tuple(" ".join(tag.split()) for tag in tags)
    wrong = next((word for word in words if not word or len(word) > LONGEST_TAG or "," in word or ";" in word), None)
    if wrong is not None:
        raise UsageError(
            f"{wrong!r} is no tag", f"a word or a few, without commas, of at most {LONGEST_TAG} characters"
        )
    return words


def edit(agent: Agent, contact_id: int, what: Edit) -> Edited:
    insist_on_changeable(agent.log, [contact_id], agent.holding)
    before = _persons(agent, [contact_id])
    connection = agent.connection
    with writing(connection):
        if what.publish:
            holding.publish(connection, [contact_id])
        if what.name is not None:
            contacts.rename(connection, contact_id, what.name.strip())
        if what.owner is not None:
            contacts.give_to(connection, contact_id, owner_meant(what.owner.strip(), agent.colleagues))
        domains: list[str] = []
        if what.company is not None:
            name = what.company.strip()
            contacts.move_to_company(connection, contact_id, contacts.company_id(connection, name) if name else None)
            emails = contacts.emails_of_contact(agent.log, contact_id)
            domains = learn_company_domains(agent, [ContactEntry("", emails, name)])
        add_tags(connection, contact_id, what.tags)
        remove_tags(connection, contact_id, what.untags)
        rematched = rematch(agent, [contact_id], [], domains)
    now = _persons(agent, [contact_id]) or before  # whose it is now may not share them
    return Edited(now[0], rematched)


def remove_alias(agent: Agent, contact_id: int, emails: Sequence[str]) -> Readdressed:
    """Take addresses away.

    Raises UsageError where the contact has not got one, or would be left without any.
    """
    insist_on_changeable(agent.log, [contact_id], agent.holding)
    with writing(agent.connection):
        listed = contacts.emails_of_contact(agent.log, contact_id)
        if missing := next((email for email in emails if email not in listed), None):
            raise UsageError(f"{missing} is none of their addresses", f"they have: {', '.join(listed)}")
        if not set(listed) - set(emails):
            raise UsageError("a contact has an address", "to strike them off the list: lasttouch contacts remove")
        contact_changes.drop_emails(agent.connection, contact_id, emails)
        kept = next(email for email in listed if email not in emails)
        ids = addresses.address_ids(agent.connection, [Address(kept)], agent.book([canonical(kept)]))
        notes.speak_by(agent.connection, emails, ids[kept])
        return Readdressed(contact_id, emails, True, rematch(agent, [contact_id], map(canonical, emails)))


def remove(agent: Agent, contact_ids: Sequence[int], who: Speaker | None = None) -> Removed:
    """Strike contacts off the list, for good: nobody but the user makes contacts of their addresses
    again.

    Whoever others hold as well stays theirs.
    """
    insist_on_changeable(agent.log, contact_ids, agent.holding)
    before = _persons(agent, contact_ids)
    with writing(agent.connection):
        for contact_id in contact_ids:
            put_aside(agent, contact_id, "removed", who or Speaker(agent.clock(), None, None, agent.user_id))
        if not agent.holding.keeps_the_list:
            contact_ids = _held_alone(agent, contact_ids)
        canonicals = contacts.canonicals_of(agent.log, contact_ids)
        rematched = addresses.owned(agent.log, contact_ids)
        contact_changes.remove(agent.connection, contact_ids)
        rematch(agent, [], canonicals)
    return Removed(before, 0 if agent.user_id else rematched)


def _held_alone(agent: Agent, contact_ids: Sequence[int]) -> list[int]:
    """Those whom nobody else holds; the others are these users' no more."""
    held = holding.holders(agent.log, contact_ids)
    for contact_id in contact_ids:
        if held.get(contact_id, set()) - agent.holding.own:
            holding.let_go(agent.connection, contact_id, agent.holding.own)
    return [one for one in contact_ids if not held.get(one, set()) - agent.holding.own]


def company_domains_given(domains: Sequence[str]) -> list[str]:
    """As they are compared. Raises UsageError where one is no company's own."""
    names = [normalise_domain(domain.lstrip("@")) for domain in domains]
    for domain in names:
        if is_free_mail(domain) or is_disposable(domain) or registrable(domain) is None:
            raise UsageError(f"{domain} is no company's own domain", "people there are contacts of their own")
    return names


def add_company(agent: Agent, name: str, domains: Sequence[str], owner: str = "") -> CompanyAdded:
    """Add a company or further domains of it.

    Raises UsageError where one belongs to another company already.
    """
    insist_on_the_list(agent.holding)
    with writing(agent.connection):
        company = contacts.company_id(agent.connection, name, owner_meant(owner, agent.colleagues))
        for domain in domains:
            if not contacts.add_company_domain(agent.connection, company, domain):
                raise UsageError(f"{domain} belongs to another company already", "see: lasttouch companies list")
        return CompanyAdded(name, domains, rematch(agent, [], [], domains))


def _persons(agent: Agent, contact_ids: Sequence[int]) -> list[Person]:
    return people(agent.seen, agent.clock(), contact_ids)
