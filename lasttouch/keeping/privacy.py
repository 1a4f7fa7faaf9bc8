"""What is kept of whom, from where, for how long, and who sees it: for a works council, or who has to answer for it.

No content: names of accounts and users, and what the configuration and the log's users say of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from activity.sharing import Level
from lasttouch.keeping.agent import Agent
from store import access, deeds, erased, viewers
from store.deeds import Deed


class Source(NamedTuple):
    """An account: whose it is, what is read of it, how far back, and how long that is kept (None: for good)."""

    account: str
    owner: str
    user: str | None
    readers: Sequence[str]
    kinds: Sequence[str]
    reads_back: timedelta
    keeps: timedelta | None


class Recipient(NamedTuple):
    """A user, and what each account grants them now."""

    user: str
    role: str
    teams: Sequence[str]
    sees: Mapping[str, Level]


class Report(NamedTuple):
    """`at_most` is the ceiling of sharing, None where there is none; without `recipients` one keeper sees everything.

    `forgotten` are addresses that were erased for good, of each of which a keyed hash is left.
    """

    as_of: datetime
    keeps_subjects: bool
    keeps_unmatched: bool
    at_most: Level | None
    accesses_kept: timedelta
    sources: Sequence[Source]
    recipients: Sequence[Recipient]
    forgotten: int
    deeds: Sequence[Deed]


def report(agent: Agent) -> Report:
    """As it is configured, and as users have narrowed it, now."""
    log, config = agent.log, agent.config
    names = dict(viewers.account_names(log))
    return Report(
        agent.clock(),
        config.store_subjects,
        config.store_unmatched,
        viewers.ceiling(log),
        access.KEPT,
        [
            Source(a.name, a.owner or a.name, a.user, a.readers, a.kinds, config.reads_back(a), a.keep)
            for a in config.accounts
        ],
        [
            Recipient(
                one.name,
                one.role,
                sorted(viewers.teams_of(log, one.id)),
                {names[account_id]: level for account_id, level in viewers.levels(log, one)},
            )
            for one in viewers.users(log)
        ],
        len(erased.hashes(log)),
        deeds.deeds(log),
    )
