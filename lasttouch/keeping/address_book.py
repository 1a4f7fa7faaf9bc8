"""Changes to contacts and companies, each followed at once by what it means for the whole history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from activity.address import Address, is_calendar_address
from activity.contact import ContactEntry
from activity.errors import UsageError
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.meetings import expand_due, follow_names
from lasttouch.keeping.own_words import put_aside
from lasttouch.keeping.whose import (
    OF_THE_LIST,
    Holding,
    insist_on_an_account,
    insist_on_changeable,
    insist_on_the_list,
    of_others,
)
from matchers.canonical import canonical
from matchers.domains import company_domain_for, company_shown
from matchers.owners import owner_meant
from store import addresses, cards, contact_changes, contacts, holding, notes, own_words, titles, touches
from store.contacts import Imported
from store.database import writing
from store.lists import chunks
from store.own_words import Speaker
from store.tags import add_tags, remove_tags
from store.unmatched import Stranger


class Change(NamedTuple):
    """What a change did.

    `rematched` counts addresses of the history that now belong to somebody else, `erased` the people who
    were passed over because they had been erased for good or a never_log rule keeps them out, `ours` those who were
    because they are no contacts: people of ours, and calendars and rooms; `put_aside` those whom the user had removed
    or ignored. `shared` are addresses that somebody else has as well, with the names of all who have them: they
    count for nobody.
    """

    imported: Imported
    rematched: int
    erased: int = 0
    ours: int = 0
    put_aside: int = 0
    shared: Sequence[tuple[str, list[str]]] = ()


def take_in(
    agent: Agent,
    entries: Sequence[ContactEntry],
    renames: bool = True,
    by_name: bool = False,
    by_itself: bool = False,
    of: Holding = OF_THE_LIST,
) -> Change:
    """Add or update contacts and companies `of` whoever lists them, and match the history anew where they bear on it.

    People who were erased, and those of ours, are passed over, and those put aside, unless the user asks for them one
    `by_name`. Companies that are made `by_itself`, of domains, give way to those that are listed later. An entry that
    `renames` nobody is somebody else beside whoever has its address under quite another name.
    """
    insist_on_an_account(of)
    with writing(agent.connection):
        if by_name:
            canonicals = [canonical(email) for entry in entries for email in entry.emails]
            own_words.take_back(agent.connection, canonicals, agent.user_id)
        change = _take_in_of(agent, entries, of, renames, by_itself)
        if agent.user_id:  # whoever else has the address may be nobody they see
            return change
        return change._replace(shared=contacts.shared_addresses(agent.log, change.imported.ids))


def take_in_from_book(agent: Agent, entries: Sequence[tuple[str, ContactEntry]], of: Holding = OF_THE_LIST) -> Change:
    """The same for the cards of an address book, each with the key that names it; within the caller's transaction."""
    aside = _PutAside(agent, [entry for _, entry in entries], of.user_id)
    kept = [(key, entry) for key, entry in entries if _is_welcome(agent, entry) and not aside(entry)]
    last = contacts.last_id(agent.log)
    change = _take_in_of(agent, [entry for _, entry in kept], of)
    shown: dict[str, tuple[int, list[str]]] = {}
    for (key, entry), contact_id in zip(kept, change.imported.contacts, strict=True):
        contact_changes.move_key(agent.connection, contact_id, key)
        contact_changes.mark_present(agent.connection, contact_id, from_book=contact_id > last)
        shown[key] = contact_id, entry.emails
    given_up = cards.show(agent.connection, shown, agent.clock())
    return change._replace(rematched=change.rematched + _rematch(agent, [], given_up)) if given_up else change


def let_go(agent: Agent, keys: Iterable[str], of: Holding = OF_THE_LIST) -> None:
    """Cards that are gone: so are their contacts, unless the user listed them, or touches let them stay, marked.

    Whoever others hold as well is theirs alone.
    """
    gone: list[int] = []
    known = contact_changes.contacts_with_keys(agent.log, keys)
    given_up = cards.take_away(agent.connection, list(known), agent.clock())
    held = holding.holders(agent.log, known.values())
    for contact_id in dict.fromkeys(known.values()):
        if held.get(contact_id, set()) - of.own:
            holding.let_go(agent.connection, contact_id, of.own)
        elif not contact_changes.is_from_book_alone(agent.log, contact_id):
            continue
        elif touches.derive(agent.log, contact_id, agent.clock()).touches:
            contact_changes.mark_vanished(agent.connection, contact_id, agent.clock())
        else:
            gone.append(contact_id)
    canonicals = contacts.canonicals_of(agent.log, gone)
    contact_changes.remove(agent.connection, gone)
    _rematch(agent, [], given_up.union(canonicals))


def _take_in_of(
    agent: Agent, entries: Sequence[ContactEntry], of: Holding, renames: bool = True, by_itself: bool = False
) -> Change:
    """The same as below, but who is of others stays as they list them, and held by who lists them now as well."""
    if of.keeps_the_list:
        change = _take_in(agent, entries, renames, by_itself, of.user_id)
        if agent.config.users:
            holding.publish(agent.connection, change.imported.contacts)
        return change
    aside = _PutAside(agent, entries, of.user_id)
    kept = [at for at, entry in enumerate(entries) if _is_welcome(agent, entry) and not aside(entry)]
    others = {at: contact_id for at, contact_id in of_others(agent.log, entries, of).items() if at in kept}
    last = contacts.last_id(agent.log)
    rest = [entry for at, entry in enumerate(entries) if at not in others]
    change = _take_in(agent, rest, renames, by_itself, of.user_id)
    done = change.imported
    held = holding.holders(agent.log, others.values())
    unseen = [one for one in others.values() if one in held and held[one].isdisjoint(of.own)]
    new = {one for one in done.contacts if one > last}
    holding.hold(agent.connection, {*new, *unseen}, of.accounts)
    theirs = iter(done.contacts)
    in_order = tuple(others[at] if at in others else next(theirs) for at in kept)
    unchanged = done.unchanged + len(others) - len(unseen)
    return change._replace(imported=Imported(done.added + len(unseen), done.updated, unchanged, done.ids, in_order))


def _take_in(agent: Agent, entries: Sequence[ContactEntry], renames: bool, by_itself: bool, user_id: int) -> Change:
    for entry in entries:
        entry.owner = owner_meant(entry.owner, agent.colleagues)
    welcome = [entry for entry in entries if _is_welcome(agent, entry)]
    aside = _PutAside(agent, welcome, user_id)
    people = [entry for entry in welcome if not aside(entry)]
    if by_itself:
        domains = _learn_company_domains(agent, people, by_itself)  # first, so that the companies are marked
    imported = contacts.import_entries(agent.connection, people, canonical, renames)
    if not by_itself:
        domains = _learn_company_domains(agent, entries)
    rematched = _rematch(agent, imported.ids, contacts.canonicals_of(agent.log, imported.ids), domains)
    erased = sum(_was_erased(agent, entry) for entry in entries)
    ours = sum(_is_ours(agent, entry) for entry in entries)
    return Change(imported, rematched, erased, ours, len(welcome) - len(people))


def merge(agent: Agent, into: int, others: Sequence[int]) -> int:
    """Make several contacts one; how many addresses of the history now belong to somebody else."""
    insist_on_changeable(agent.log, [into, *others], agent.holding)
    with writing(agent.connection):
        canonicals = contacts.canonicals_of(agent.log, [into, *others])
        contact_changes.merge(agent.connection, into, others)
        return _rematch(agent, [into], canonicals)


def add_alias(agent: Agent, contact_id: int, emails: Sequence[str]) -> int:
    """Give a contact further addresses; how many addresses of the history now belong to somebody else.

    Raises UsageError where one was erased, or a never_log rule keeps it out.
    """
    insist_on_changeable(agent.log, [contact_id], agent.holding)
    refused = next((email for email in emails if agent.never_log(email)), None)
    if refused is not None:
        raise UsageError(f"{refused} is kept out", "it was erased, or is under a never_log rule")
    with writing(agent.connection):
        contact_changes.add_emails(agent.connection, contact_id, emails, canonical)
        return _rematch(agent, [contact_id], map(canonical, emails))


class Edit(NamedTuple):
    """What to change of a contact; None leaves it as it is, "" for a company or an owner takes it away.

    `publish` puts whom accounts hold on the list.
    """

    name: str | None = None
    company: str | None = None
    owner: str | None = None
    tags: tuple[str, ...] = ()
    untags: tuple[str, ...] = ()
    publish: bool = False


def edit(agent: Agent, contact_id: int, what: Edit) -> int:
    """Change a contact; how many addresses of the history now are known to be at a company."""
    insist_on_changeable(agent.log, [contact_id], agent.holding)
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
            domains = _learn_company_domains(agent, [ContactEntry("", emails, name)])
        add_tags(connection, contact_id, what.tags)
        remove_tags(connection, contact_id, what.untags)
        return _rematch(agent, [contact_id], [], domains)


def remove_alias(agent: Agent, contact_id: int, emails: Sequence[str]) -> int:
    """Take addresses away from a contact; how many addresses of the history now belong to somebody else.

    Raises UsageError where it has not got one of them, or would be left without any.
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
        return _rematch(agent, [contact_id], map(canonical, emails))


def remove(agent: Agent, contact_ids: Sequence[int], who: Speaker | None = None) -> int:
    """Strike contacts off the list, for good: nobody but the user makes contacts of their addresses again.

    Whoever others hold as well stays theirs. Returns how many addresses of the history are nobody's now, or another's.
    """
    insist_on_changeable(agent.log, contact_ids, agent.holding)
    with writing(agent.connection):
        for contact_id in contact_ids:
            put_aside(agent, contact_id, "removed", who or Speaker(agent.clock(), None, None, agent.user_id))
        if not agent.holding.keeps_the_list:
            contact_ids = _held_alone(agent, contact_ids)
        canonicals = contacts.canonicals_of(agent.log, contact_ids)
        before = addresses.owned(agent.log, contact_ids)
        contact_changes.remove(agent.connection, contact_ids)
        _rematch(agent, [], canonicals)
    return 0 if agent.user_id else before


def _held_alone(agent: Agent, contact_ids: Sequence[int]) -> list[int]:
    """Those whom nobody else holds; the others are these users' no more."""
    held = holding.holders(agent.log, contact_ids)
    for contact_id in contact_ids:
        if held.get(contact_id, set()) - agent.holding.own:
            holding.let_go(agent.connection, contact_id, agent.holding.own)
    return [one for one in contact_ids if not held.get(one, set()) - agent.holding.own]


def add_strangers(
    agent: Agent, strangers: Sequence[Stranger], by_name: bool = False, of: Holding = OF_THE_LIST
) -> Change:
    """Make contacts of people who are none yet, by the names they sign with, at the companies their domains show."""
    entries = [
        ContactEntry(
            one.name or one.address, [one.address], company=one.company or company_shown(one.address, agent.house)
        )
        for one in strangers
    ]
    return take_in(agent, entries, by_name=by_name, by_itself=True, of=of)


def add_company(agent: Agent, name: str, domains: Sequence[str], owner: str = "") -> int:
    """Add a company or further domains of it; how many addresses of the history are now known to be there.

    Raises UsageError where a domain belongs to another company already.
    """
    insist_on_the_list(agent.holding)
    with writing(agent.connection):
        company = contacts.company_id(agent.connection, name, owner_meant(owner, agent.colleagues))
        for domain in domains:
            if not contacts.add_company_domain(agent.connection, company, domain):
                raise UsageError(f"{domain} belongs to another company already", "see: lasttouch companies list")
        return _rematch(agent, [], [], domains)


def _is_welcome(agent: Agent, entry: ContactEntry) -> bool:
    """Is it somebody with addresses, and nobody who was erased or is one of us?"""
    return bool(entry.emails) and not _was_erased(agent, entry) and not _is_ours(agent, entry)


def _was_erased(agent: Agent, entry: ContactEntry) -> bool:
    """Was somebody with one of the addresses erased, or does a never_log rule keep them out?"""
    return any(map(agent.never_log, entry.emails))


def _is_ours(agent: Agent, entry: ContactEntry) -> bool:
    """Has the entry an own or internal address, or a calendar's or room's? What is exchanged there touches nobody."""
    return any(agent.house.is_self(email) or is_calendar_address(email) for email in entry.emails)


class _PutAside:
    """Is an entry of somebody whom the user put aside?

    One of its addresses is, and it has the name of whoever that was, or no other address. Who is a contact all the
    same, as ignored ones are, is not passed over.
    """

    def __init__(self, agent: Agent, entries: Iterable[ContactEntry], user_id: int) -> None:
        emails = {email: canonical(email) for entry in entries for email in entry.emails}
        self._aside = own_words.names_put_aside(agent.log, set(emails.values()), user_id)
        self._listed = {email for email, _ in contacts.emails(agent.log, sorted(self._aside))}

    def __call__(self, entry: ContactEntry) -> bool:
        names = [self._aside.get(canonical(email)) for email in entry.emails] if self._aside else []
        if not any(name is not None for name in names) or not self._listed.isdisjoint(entry.emails):
            return False
        return None not in names or entry.name.casefold() in [name.casefold() for name in names if name]


def _learn_company_domains(agent: Agent, entries: Iterable[ContactEntry], by_itself: bool = False) -> list[str]:
    """Each company's domains: the one given, else those its people's addresses show.

    A company that was made `by_itself` of a domain becomes the first that is listed with that domain.
    """
    connection = agent.connection
    shown = [(entry, domain) for entry in entries if entry.company for domain in _domains_shown(agent, entry)]
    known = dict(contacts.company_domains(agent.log, sorted({domain for _, domain in shown})))
    learned: list[str] = []
    for entry, domain in shown:
        if by_itself and domain not in known and contacts.has_domains(agent.log, entry.company):
            entry.company = domain  # another company of that name
        company = contacts.company_id(connection, entry.company, "" if entry.emails else entry.owner, by_itself)
        if domain not in known:
            contacts.add_company_domain(connection, company, domain)
        elif known[domain] == company or by_itself or not contacts.is_made_by_itself(agent.log, known[domain]):
            continue
        else:
            contacts.absorb_company(connection, company, known[domain])
        known[domain] = company
        learned.append(domain)
    return learned


def _domains_shown(agent: Agent, entry: ContactEntry) -> list[str]:
    if entry.domain:
        return [entry.domain]
    return [domain for email in entry.emails if (domain := company_domain_for(email, agent.house))]


def _rematch(agent: Agent, contact_ids: Iterable[int], canonicals: Iterable[str], domains: Iterable[str] = ()) -> int:
    """Match anew whatever has these canonical forms or lies at these domains; how many changed hands.

    The touches of those who gained or lost an address, and of `contact_ids`, are derived at once.
    """
    connection = agent.connection
    contact_ids = set(contact_ids)
    concerned = set(contact_ids)
    rematched = 0
    for chunk in chunks(sorted({*canonicals, *addresses.canonicals_at(agent.log, domains)})):
        concerned |= addresses.holders(agent.log, chunk)
        rematched += addresses.rematch(connection, agent.book(chunk), chunk)
        concerned |= addresses.holders(agent.log, chunk)
    if rematched:
        expand_due(agent)
    titles.make_due(connection, contact_ids)
    follow_names(agent)
    touches.refresh(connection, agent.clock(), sorted(concerned))
    return 0 if agent.user_id else rematched  # it would tell a user of mail that they may not see
