"""Contacts that are listed, by whatever hand: each counts at once in the whole history."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from activity.address import is_calendar_address, normalise, normalise_domain
from activity.contact import ContactEntry
from activity.errors import UsageError
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.listing import ADDED, UNCHANGED, UPDATED, also, kept_off, let_go, listing, take_in
from lasttouch.keeping.meetings import follow_names
from lasttouch.keeping.rematching import learn_company_domains, rematch
from lasttouch.keeping.whose import OF_THE_LIST, Holding, insist_on_an_account, is_theirs, meant_by, with_own_keys
from matchers.canonical import canonical
from matchers.domains import company_shown
from matchers.never_log import NeverLog
from matchers.owners import owner_meant
from store import cards, contact_changes, contacts, held_companies, holding, own_words, touches
from store.contacts import Imported
from store.transactions import writing
from store.unmatched import Stranger


class Change(NamedTuple):
    """What a change did.

    `rematched` counts addresses of the history that now belong to somebody else, `erased` the
    people who were passed over because they had been erased for good or a never_log rule keeps them
    out, `ours` those who were because they are no contacts: people of ours, and calendars and
    rooms; `put_aside` those whom the user had removed or ignored. `shared` are addresses that
    somebody else has as well, with the names of all who have them: they count for nobody.
    """

    imported: Imported
    rematched: int
    erased: int = 0
    ours: int = 0
    put_aside: int = 0
    shared: Sequence[tuple[str, list[str]]] = ()


def import_contacts(
    agent: Agent,
    entries: Sequence[ContactEntry],
    renames: bool = True,
    by_name: bool = False,
    by_itself: bool = False,
    of: Holding = OF_THE_LIST,
) -> Change:
    """Add or update contacts and companies `of` whoever lists them, and match the history anew
    where they bear on it.

    People who were erased, and those of ours, are passed over, and those put aside, unless the user
    asks for them one `by_name`. Companies that are made `by_itself`, of domains, give way to those
    that are listed later. An entry that `renames` nobody is somebody else beside whoever has its
    address under quite another name.
    """
    insist_on_an_account(of)
    with writing(agent.connection):
        if by_name:
            canonicals = [canonical(email) for entry in entries for email in entry.emails]
            own_words.take_back(agent.connection, canonicals, agent.user_id)
        change = _import_of(agent, entries, of, renames, by_itself)
        if agent.user_id:  # whoever else has the address may be nobody they see
            return change
        return change._replace(shared=contacts.shared_addresses(agent.log, change.imported.ids))


def import_cards(agent: Agent, entries: Sequence[tuple[str, ContactEntry]], of: Holding = OF_THE_LIST) -> Change:
    """The same for the cards of an address book, each with the key that names it; within the
    caller's transaction."""
    aside = _PutAside(agent, [entry for _, entry in entries], of)
    kept_out = kept_off(agent, of)
    kept = [(key, entry) for key, entry in entries if _is_welcome(agent, entry, kept_out) and not aside(entry)]
    change = _import_of(agent, [entry for _, entry in kept], of)
    shown: dict[str, tuple[int, list[str]]] = {}
    for (key, entry), contact_id in zip(kept, change.imported.contacts, strict=True):
        contact_changes.move_key(agent.connection, contact_id, key)
        contact_changes.mark_present(agent.connection, contact_id, from_book=contact_id in change.imported.new)
        shown[key] = contact_id, entry.emails
    given_up = cards.show(agent.connection, shown, agent.clock())
    follow_names(agent)  # whose they are is known by now
    return change._replace(rematched=change.rematched + rematch(agent, [], given_up)) if given_up else change


def remove_cards(agent: Agent, keys: Iterable[str], of: Holding = OF_THE_LIST) -> None:
    """Cards that are gone: so are their contacts, unless the user listed them, or touches let them
    stay, marked.

    Whoever others hold as well is theirs alone.
    """
    gone: list[int] = []
    known = contact_changes.contacts_with_keys(agent.log, keys)
    given_up = cards.take_away(agent.connection, list(known), agent.clock())
    held = holding.holders(agent.log, known.values())
    for contact_id in dict.fromkeys(known.values()):
        if held.get(contact_id, set()) - of.own:
            given_up |= let_go(agent, contact_id, of.own)
        elif not contact_changes.is_from_book_alone(agent.log, contact_id):
            continue
        elif touches.derive(agent.log, contact_id, agent.clock()).touches:
            contact_changes.mark_vanished(agent.connection, contact_id, agent.clock())
        else:
            gone.append(contact_id)
    canonicals = contacts.canonicals_of(agent.log, gone)
    contact_changes.remove(agent.connection, gone)
    rematch(agent, [], given_up.union(canonicals))


def _import_of(
    agent: Agent, entries: Sequence[ContactEntry], of: Holding, renames: bool = True, by_itself: bool = False
) -> Change:
    """The same as below, but who is of others stays as they list them, and held by who lists them
    now as well."""
    for entry in entries:
        entry.owner = owner_meant(entry.owner, agent.colleagues)
    if of.keeps_the_list:
        if not agent.config.users:
            return _import(agent, entries, of, renames, by_itself)
        with listing(agent, [email for entry in entries for email in entry.emails]):
            return _import(agent, entries, of, renames, by_itself)
    entries = with_own_keys(agent.log, entries, of)
    aside, kept_out = _PutAside(agent, entries, of), kept_off(agent, of)
    welcome = [at for at, entry in enumerate(entries) if _is_welcome(agent, entry, kept_out)]
    kept = [at for at in welcome if not aside(entries[at])]
    meant = dict(zip(kept, meant_by(agent.log, [entries[at] for at in kept], of), strict=True))
    listed = {at: one.of_the_list for at, one in meant.items() if one.of_the_list is not None}
    held = {at: one.held for at, one in meant.items() if at not in listed and one.held is not None}
    rest = [at for at in kept if at not in listed and at not in held]
    apart = [_without(entries[at], meant[at].foreign) for at in rest]
    change = _import(agent, apart, of, renames, by_itself, of.accounts[0])
    done = change.imported
    holding.hold(agent.connection, sorted(done.new), of.accounts)
    theirs = dict(zip(rest, done.contacts, strict=True))
    for at, contact_id in theirs.items():
        if foreign := meant[at].foreign:  # they call it theirs, whosever it counts for
            also(agent, contact_id, foreign, of)
    worded: dict[int, set[str]] = {}
    for at, contact_id in held.items():
        worded.setdefault(contact_id, set()).add(take_in(agent, contact_id, entries[at], of, by_itself))
    emails = {email for at in held for email in entries[at].emails}
    rematched = rematch(agent, held.values(), set(map(canonical, emails))) if held else 0
    added = sum(ADDED in kinds for kinds in worded.values())
    updated = sum(UPDATED in kinds and ADDED not in kinds for kinds in worded.values())
    return change._replace(
        rematched=change.rematched + rematched,
        imported=Imported(
            done.added + added,
            done.updated + updated,
            done.unchanged + len(listed) + len(held) - added - updated,
            done.ids | {contact_id for contact_id, kinds in worded.items() if kinds != {UNCHANGED}},
            tuple({**listed, **held, **theirs}[at] for at in kept),
            done.new,
        ),
        erased=_erased(entries, kept_out),
        ours=sum(_is_ours(agent, entry) for entry in entries),
        put_aside=len(welcome) - len(kept),
    )


def _erased(entries: Sequence[ContactEntry], kept_out: NeverLog) -> int:
    return sum(any(map(kept_out, entry.emails)) for entry in entries)


def _without(entry: ContactEntry, foreign: Collection[str]) -> ContactEntry:
    return replace(entry, emails=[email for email in entry.emails if email not in foreign]) if foreign else entry


def _import(
    agent: Agent,
    entries: Sequence[ContactEntry],
    of: Holding,
    renames: bool,
    by_itself: bool,
    account_id: int | None = None,
) -> Change:
    kept_out = kept_off(agent, of)
    welcome = [entry for entry in entries if _is_welcome(agent, entry, kept_out)]
    aside = _PutAside(agent, welcome, of)
    people = [entry for entry in welcome if not aside(entry)]
    if by_itself:
        # first, so that the companies are marked
        domains = learn_company_domains(agent, people, by_itself, account_id)
    company_of = None
    if account_id is not None:
        company_of = partial(held_companies.company_of, agent.connection, account_id=account_id)
    may_be = partial(is_theirs, agent.log, of=of) if agent.config.users else None
    imported = contacts.import_entries(
        agent.connection, people, canonical, renames, company_of, may_be, one_an_address=account_id is not None
    )
    if not by_itself:
        domains = learn_company_domains(agent, entries, account_id=account_id)
    rematched = rematch(agent, imported.ids, contacts.canonicals_of(agent.log, imported.ids), domains)
    ours = sum(_is_ours(agent, entry) for entry in entries)
    return Change(imported, rematched, _erased(entries, kept_out), ours, len(welcome) - len(people))


def new_entry(name: str, emails: Sequence[str], company: str = "", domain: str = "", owner: str = "") -> ContactEntry:
    """A contact to be added by name.

    Raises UsageError where an address is none, or there is none.
    """
    addresses = {email: normalise(email) for email in emails}
    wrong = [email for email, address in addresses.items() if address is None]
    if wrong or not emails:
        raise UsageError(
            f"{wrong[0]!r} is no e-mail address" if wrong else "an address is missing",
            "give the name first, then the addresses",
        )
    known = [address for email in emails if (address := addresses[email])]
    return ContactEntry(name, known, company, domain and normalise_domain(domain), owner)


def add_contact(agent: Agent, entry: ContactEntry) -> Change:
    """Add somebody whom the user names.

    Raises UsageError where it is nobody to keep in touch with.
    """
    change = import_contacts(agent, [entry], renames=False, by_name=True, of=agent.holding)
    if change.ours:
        raise UsageError(
            f"{entry.emails[0]} is nobody to keep in touch with: it is one of us, or a calendar",
            "see addresses and internal_domains in the configuration",
        )
    return change


def add_strangers(
    agent: Agent, strangers: Sequence[Stranger], by_name: bool = False, of: Holding = OF_THE_LIST
) -> Change:
    """Make contacts of people who are none yet, by the names they sign with, at the companies their
    domains show."""
    entries = [
        ContactEntry(
            one.name or one.address, [one.address], company=one.company or company_shown(one.address, agent.policy)
        )
        for one in strangers
    ]
    return import_contacts(agent, entries, by_name=by_name, by_itself=True, of=of)


def _is_welcome(agent: Agent, entry: ContactEntry, kept_out: NeverLog) -> bool:
    """Is it somebody with addresses, and nobody who is kept out or is one of us?"""
    return bool(entry.emails) and not any(map(kept_out, entry.emails)) and not _is_ours(agent, entry)


def _is_ours(agent: Agent, entry: ContactEntry) -> bool:
    """Has the entry an own or internal address, or a calendar's or room's?

    What is exchanged there touches nobody.
    """
    return any(agent.policy.is_self(email) or is_calendar_address(email) for email in entry.emails)


class _PutAside:
    """Is an entry of somebody whom the user put aside?

    One of its addresses is, and it has the name of whoever that was, or no other address. Who is a
    contact all the same, as ignored ones are, is not passed over; but a colleague's is nobody's here.
    """

    def __init__(self, agent: Agent, entries: Iterable[ContactEntry], of: Holding) -> None:
        emails = {email: canonical(email) for entry in entries for email in entry.emails}
        self._aside = own_words.names_put_aside(agent.log, set(emails.values()), of.user_id)
        known = contacts.emails(agent.log, sorted(self._aside))
        held = holding.holders(agent.log, {one for _, one in known})
        self._listed = {email for email, one in known if one not in held or held[one] & of.own}

    def __call__(self, entry: ContactEntry) -> bool:
        names = [self._aside.get(canonical(email)) for email in entry.emails] if self._aside else []
        if not any(name is not None for name in names) or not self._listed.isdisjoint(entry.emails):
            return False
        return None not in names or entry.name.casefold() in [name.casefold() for name in names if name]
