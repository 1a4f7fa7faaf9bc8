"""Who becomes a contact by itself: whoever is exchanged with both ways, where the configuration says so."""

from __future__ import annotations

from collections.abc import Sequence

from lasttouch.keeping.address_book import add_strangers
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.whose import Holding
from matchers.canonical import canonical
from store import holding, own_words
from store.said import ONE_KEEPER
from store.unmatched import Stranger


def add_met(agent: Agent, strangers: Sequence[Stranger]) -> None:
    """Make contacts of people with whom we exchange both ways: of the accounts that do, and did not put them aside."""
    if not agent.config.users:
        add_strangers(agent, strangers)
        return
    users = holding.of_somebody(agent.log)
    of_list: set[str] = set()
    by_accounts: dict[tuple[int, ...], list[Stranger]] = {}
    exchanging = holding.exchanging(agent.log, [one.address for one in strangers])
    aside = {user_id: _aside_by(agent, strangers, user_id) for user_id in {*users.values()}}
    for one in strangers:
        accounts = exchanging.get(one.address, set())
        willing = [
            account_id for account_id in sorted(accounts & users.keys()) if one.address not in aside[users[account_id]]
        ]
        if willing:
            by_accounts.setdefault(tuple(willing), []).append(one)
        elif accounts - users.keys():
            of_list.add(one.address)
    add_strangers(agent, [one for one in strangers if one.address in of_list])
    for accounts_of_some, some in by_accounts.items():
        add_strangers(agent, some, of=Holding(accounts_of_some, keeps_the_list=False))


def _aside_by(agent: Agent, strangers: Sequence[Stranger], user_id: int | None) -> set[str]:
    canonicals = {one.address: canonical(one.address) for one in strangers}
    aside = own_words.names_put_aside(agent.log, set(canonicals.values()), user_id or ONE_KEEPER)
    return {email for email, form in canonicals.items() if form in aside}
