"""What two accounts hold, and one of them may not know of somebody in it: it is given up by that one.

When somebody is erased from an account, what a colleague holds too is given up as a whole (store/own_erasing.py). Of
what comes afterwards the account's own copy says nothing of them; a colleague's does, whichever of both comes first.
"""

from __future__ import annotations

from collections.abc import Collection

from lasttouch.keeping.agent import Agent
from store import own_erasing
from store.accounts import accounts_known


def give_up_again(agent: Agent, ids: Collection[int]) -> None:
    """Of these activities, which were just written; within the caller's transaction."""
    if not agent.forgotten.hashes:
        return
    accounts = {account.name: account.id for account in accounts_known(agent.log)}
    for name in agent.forgotten.erased_from(accounts):
        own_erasing.give_up(agent.connection, accounts[name], ids, agent.forgotten.within([name]))
