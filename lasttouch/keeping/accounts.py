"""Accounts of the log, and giving one up when a colleague leaves."""

from __future__ import annotations

from typing import NamedTuple

from activity.errors import NotFound, UsageError
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.recomputation import recompute
from lasttouch.keeping.retention import derive_what_is_left, shred
from store import deeds, retiring, viewers
from store.retiring import Listed
from store.transactions import writing


class Retired(NamedTuple):
    """`kept` is "dates" or "nothing"; so many activities were deleted, so many are left, of others or as dates."""

    account: str
    kept: str
    deleted: int
    left: int


def accounts_listed(agent: Agent) -> list[Listed]:
    return retiring.accounts_listed(agent.log)


def retire(agent: Agent, name: str, keep_dates: bool) -> Retired:
    """Raises NotFound, and UsageError while the configuration has it read."""
    known = retiring.accounts_listed(agent.log)
    found = next((one for one in known if one.name == name), None)
    if found is None:
        raise NotFound(f"there is no account {name!r}", f"accounts are: {', '.join(one.name for one in known)}")
    if found.is_read:
        raise UsageError(f"{name} is still read", "take it out of the configuration first, then run this again")
    with writing(agent.connection):
        account_id = viewers.account_named(agent.log, name)
        gone = retiring.retire(agent.connection, account_id, keep_dates, agent.clock())
        derive_what_is_left(agent, gone)
        recompute(agent)
        kept = "dates" if keep_dates else "nothing"
        detail = {"account": name, "keep": kept, "deleted": gone.deleted, "left": gone.left}
        deeds.record(agent.connection, agent.clock(), agent.user_id, "retire", detail)
    shred(agent)
    return Retired(name, kept, gone.deleted, gone.left)
