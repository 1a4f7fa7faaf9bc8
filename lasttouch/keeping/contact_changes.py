"""Contacts and companies changed by hand; what each change means for the history follows at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from activity.address import Address, insist_on_address, normalise_domain
from activity.contact import ContactEntry
from activity.errors import UsageError
from lasttouch.keeping import listing
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.own_words import put_aside
from lasttouch.keeping.rematching import learn_company_domains, rematch
from lasttouch.keeping.whose import insist_on_changeable, insist_on_the_list
from matchers.canonical import canonical
from matchers.domains import is_disposable, is_free_mail, registrable
from matchers.owners import owner_meant
from store import addresses, contact_changes, contacts, deeds, held_companies, held_words, holding, notes
from store.held_words import Words
from store.own_words import Speaker
from store.people import Person, people
from store.tags import add_tags, remove_tags
from store.transactions import writing

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
    kept_out = listing.kept_off(agent, agent.holding)
    refused = next((email for email in emails if kept_out(email)), None)
    if refused is not None:
        raise UsageError(f"{refused} is kept out", "it was erased, or is under a never_log rule")
    with writing(agent.connection):
        held = _is_held(agent, contact_id)
        theirs = listing.foreign_addresses(agent, emails, agent.holding) if held or agent.user_id else set()
        if held:
            if theirs or held_words.own_words_of(agent.connection, contact_id):
                listing.also(agent, contact_id, emails, agent.holding)
        elif theirs:
            with listing.listing(agent, emails):
                contact_changes.add_emails(agent.connection, contact_id, emails, canonical)
            theirs = set(emails)
        mine = [email for email in emails if email not in theirs]
        contact_changes.add_emails(agent.connection, contact_id, mine, canonical)
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
    """Raises UsageError where who does not keep the list would say whose somebody on it is."""
    insist_on_changeable(agent.log, [contact_id], agent.holding)
    if what.publish and what.owner and not agent.holding.keeps_the_list:
        raise UsageError("who is published is everybody's", "whoever keeps the list says whose they are")
    before = _persons(agent, [contact_id])
    connection = agent.connection
    with writing(connection):
        domains: list[str] = []
        if what.publish:
            domains += listing.publish(agent, contact_id, agent.holding)
        company = None
        if what.company is not None:
            company = _company_named(agent, contact_id, what.company.strip())
            emails = contacts.emails_of_contact(agent.log, contact_id)
            entry = ContactEntry("", emails, what.company.strip())
            domains += learn_company_domains(agent, [entry], account_id=_account_of(agent, contact_id))
        accounts = _speakers(agent, contact_id)
        if not accounts or not held_words.change(
            connection, contact_id, accounts, lambda words: _edited(agent, words, what, company)
        ):
            if what.name is not None:
                contacts.rename(connection, contact_id, what.name.strip())
            if what.owner is not None:
                contacts.give_to(connection, contact_id, owner_meant(what.owner.strip(), agent.colleagues))
            if what.company is not None:
                contacts.move_to_company(connection, contact_id, company)
            add_tags(connection, contact_id, what.tags)
            remove_tags(connection, contact_id, what.untags)
        rematched = rematch(agent, [contact_id], [], domains)
    now = _persons(agent, [contact_id]) or before  # whose it is now may not share them
    return Edited(now[0], rematched)


def _is_held(agent: Agent, contact_id: int) -> bool:
    return bool(holding.holders(agent.log, [contact_id]))


def _account_of(agent: Agent, contact_id: int) -> int | None:
    """The account whose companies the contact's are; None where the list's are."""
    held = holding.holders(agent.log, [contact_id]).get(contact_id, set())
    return min(held & agent.holding.own or held, default=None)


def _speakers(agent: Agent, contact_id: int) -> Sequence[int]:
    """The accounts for which who asks says what a contact is called: their own, of whoever keeps the list all."""
    held = holding.holders(agent.log, [contact_id]).get(contact_id, set())
    return sorted(held if agent.holding.keeps_the_list else held & agent.holding.own)


def _company_named(agent: Agent, contact_id: int, name: str) -> int | None:
    if not name:
        return None
    account_id = _account_of(agent, contact_id)
    if account_id is None:
        return contacts.company_id(agent.connection, name)
    return held_companies.company_of(agent.connection, name, account_id)


def _edited(agent: Agent, words: Words, what: Edit, company: int | None) -> Words:
    untags = {tag.casefold() for tag in what.untags}
    tags = {tag.casefold(): tag for tag in (*what.tags, *words.tags)}
    return words._replace(
        name=words.name if what.name is None else what.name.strip(),
        owner=words.owner if what.owner is None else owner_meant(what.owner.strip(), agent.colleagues),
        company=words.company if what.company is None else company,
        tags=[tag for key, tag in sorted(tags.items()) if key not in untags],
    )


def remove_alias(agent: Agent, contact_id: int, emails: Sequence[str]) -> Readdressed:
    """Take addresses away.

    Raises UsageError where the contact has not got one, or would be left without any.
    """
    insist_on_changeable(agent.log, [contact_id], agent.holding)
    with writing(agent.connection):
        listed = contacts.emails_of_contact(agent.seen, contact_id)
        if missing := next((email for email in emails if email not in listed), None):
            raise UsageError(f"{missing} is none of their addresses", f"they have: {', '.join(listed)}")
        if not set(listed) - set(emails):
            raise UsageError("a contact has an address", "to strike them off the list: lasttouch contacts remove")
        accounts = _speakers(agent, contact_id)
        gone: Sequence[str] = emails
        if accounts and held_words.change(
            agent.connection,
            contact_id,
            accounts,
            lambda words: words._replace(emails=[email for email in words.emails if email not in emails]),
        ):
            gone = held_words.unclaimed(agent.connection, contact_id)
        contact_changes.drop_emails(agent.connection, contact_id, gone)
        kept = next(email for email in listed if email not in emails)
        ids = addresses.address_ids(agent.connection, [Address(kept)], agent.book([canonical(kept)]))
        notes.speak_by(agent.connection, gone, ids[kept])
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
        unclaimed: set[str] = set()
        if not agent.holding.keeps_the_list:
            contact_ids, unclaimed = listing.held_alone(agent, contact_ids, agent.holding.own)
        canonicals = {*contacts.canonicals_of(agent.log, contact_ids), *unclaimed}
        rematched = addresses.owned(agent.log, contact_ids)
        contact_changes.remove(agent.connection, contact_ids)
        rematch(agent, [], canonicals)
    return Removed(before, 0 if agent.user_id else rematched)


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
            known = dict(contacts.company_domains(agent.log, [domain])).get(domain, company)
            if known != company and contacts.is_made_by_itself(agent.log, known):
                contacts.absorb_company(agent.connection, company, known)
            elif not contacts.add_company_domain(agent.connection, company, domain):
                raise UsageError(f"{domain} belongs to another company already", "see: lasttouch companies list")
        return CompanyAdded(name, domains, rematch(agent, [], [], domains))


def _persons(agent: Agent, contact_ids: Sequence[int]) -> list[Person]:
    return people(agent.seen, agent.clock(), contact_ids)
