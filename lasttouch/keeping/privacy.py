"""What is kept of whom, from where, for how long, and who sees it: for a works council, or who has to answer for it.

No content: names of accounts and users, and what the configuration and the log's users say of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from activity.sharing import Level
from lasttouch.configuration.target_options import Target
from lasttouch.keeping.agent import Agent
from store import access, deeds, erased, rights, settings, viewers
from store.deeds import Deed
from store.log import Log


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


class Told(NamedTuple):
    """A target, `where` that is (a host or a path; None for a command, and for the vendor's own host), and what it is
    told of each account: dates at most, whatever the account grants."""

    target: str
    kind: str
    where: str | None
    teams: Sequence[str]
    sees: Mapping[str, Level]


class Report(NamedTuple):
    """`at_most` is the ceiling of sharing, None where there is none; without `recipients` one keeper sees everything.

    `forgotten` are addresses that were erased for good, of each of which a keyed hash is left.
    """

    as_of: datetime
    keeps_subjects: bool
    keeps_attachments: bool
    keeps_unmatched: bool
    at_most: Level | None
    accesses_kept: timedelta
    sources: Sequence[Source]
    recipients: Sequence[Recipient]
    targets: Sequence[Told]
    forgotten: int
    deeds: Sequence[Deed]


def _inheriting(log: Log) -> dict[str, set[str]]:
    """Account → the users who read a part of it, or all, because they may where it lives."""
    found: dict[str, set[str]] = {}
    for one in rights.inherited(log):
        found.setdefault(one.account, set()).update(one.readers)
    return found


def report(agent: Agent) -> Report:
    """As it is configured, and as users have narrowed it, now."""
    log, config = agent.log, agent.config
    names, inheriting = dict(viewers.account_names(log)), _inheriting(log)
    return Report(
        agent.clock(),
        config.store_subjects,
        config.store_attachments,
        config.store_unmatched,
        viewers.ceiling(log),
        access.KEPT,
        [
            Source(
                a.name,
                a.owner or a.name,
                a.user,
                a.named_readers or sorted(inheriting.get(a.name, ())),
                a.kinds,
                config.reads_back(a),
                a.keep,
            )
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
        [
            Told(
                one.name,
                one.kind,
                urlsplit(one.url).hostname if one.url else None if one.path is None else str(one.path),
                sorted(one.teams),
                {names[account_id]: min(level, Level.DATES) for account_id, level in _levels_of(log, one)},
            )
            for one in config.targets
        ],
        len(erased.hashes(log)),
        deeds.deeds(log),
    )


def _levels_of(log: Log, target: Target) -> list[tuple[int, Level]]:
    """Where one keeper sees everything, so does a target."""
    if settings.has_users(log):
        return viewers.levels_of_target(log, target.name, target.teams)
    return [(account_id, Level.DATES) for account_id, _ in viewers.account_names(log)]
