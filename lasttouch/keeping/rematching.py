"""What a change of contacts or companies means for the whole history."""

from __future__ import annotations

from collections.abc import Iterable

from activity.contact import ContactEntry
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.meetings import expand_due, follow_names
from matchers.domains import company_domain_for
from store import addresses, contacts, held_companies, titles, touches
from store.lists import chunks


def learn_company_domains(
    agent: Agent, entries: Iterable[ContactEntry], by_itself: bool = False, account_id: int | None = None
) -> list[str]:
    """Each company's domains: the one given, else those its people's addresses show.

    A company that was made `by_itself` of a domain becomes the first that is listed with that
    domain. What an account lists for itself, where one is given, matches nobody.
    """
    connection = agent.connection
    shown = [(entry, domain) for entry in entries if entry.company for domain in _domains_shown(agent, entry)]
    if account_id is not None:
        for entry, domain in shown:
            company = held_companies.company_of(connection, entry.company, account_id, by_itself)
            held_companies.add_held_domain(connection, company, domain)
        return []
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
    return [domain for email in entry.emails if (domain := company_domain_for(email, agent.policy))]


def rematch(agent: Agent, contact_ids: Iterable[int], canonicals: Iterable[str], domains: Iterable[str] = ()) -> int:
    """Match anew whatever has these canonical forms or lies at these domains; how many changed
    hands.

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
