"""What a user's accounts share with colleagues, and whom they keep to themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from activity.address import normalise
from activity.errors import NotFound, NotPermitted
from activity.sharing import Level
from lasttouch import naming
from lasttouch.keeping.agent import Agent
from matchers.canonical import canonical
from store import narrowing, private_marks, viewers
from store.contacts import emails_of_contact
from store.private_marks import Marked
from store.rows import timestamp
from store.transactions import writing
from store.viewers import EVERYBODY


class Grant(NamedTuple):
    """What a colleague sees of an account now."""

    user: str
    level: Level


class Shared(NamedTuple):
    """An account: what the configuration `grants` by team, None where it leaves that to its user, what its user has
    `said`, and which colleagues see something of it. Team "" is everybody.
    """

    account: str
    grants: dict[str, Level] | None
    said: dict[str, Level]
    colleagues: list[Grant]


class Sharing(NamedTuple):
    """`at_most` is the ceiling, None where there is none."""

    user: str
    at_most: Level | None
    accounts: list[Shared]
    private: list[Marked]


def sharing(agent: Agent) -> Sharing:
    """Of the user who asks."""
    log, everybody = agent.log, viewers.users(agent.log)
    (asking,) = [one for one in everybody if one.id == agent.user_id]
    seen = {one.name: dict(viewers.levels(log, one)) for one in everybody if one.id != asking.id}
    accounts = [
        Shared(
            name,
            viewers.granted_by_team(log, account_id),
            viewers.narrowed_by_team(log, account_id),
            [Grant(user, level) for user, levels in seen.items() if (level := levels.get(account_id, Level.NONE))],
        )
        for account_id, name in viewers.accounts_of(log, asking.id)
    ]
    return Sharing(asking.name, viewers.ceiling(log), accounts, private_marks.marks_of(log, asking.id))


def share(agent: Agent, level: Level | None, team: str | None, account: str | None) -> None:
    """Say for all accounts of who asks, or this one, what they share with this team, else with everybody; None takes
    that back. Raises NotFound, NotPermitted.
    """
    accounts = _own(agent, account)
    known = viewers.teams(agent.log)
    if team is not None and team not in known:
        own = ", ".join(sorted(viewers.teams_of(agent.log, agent.user_id)))
        hint = f"yours are: {own}" if own else "whoever keeps the configuration knows them"
        raise NotFound(f"no user is in a team {team!r}", hint)
    with writing(agent.connection):
        for account_id in accounts:
            if level is not None:
                narrowing.narrow(agent.connection, account_id, team or EVERYBODY, level, agent.clock())
            else:
                narrowing.take_back(agent.connection, account_id, team or EVERYBODY)


def keep_private(agent: Agent, who: str, undo: bool = False) -> Marked:
    """Keep a contact, an address or everybody at a company to oneself, whatever is shared else, or no longer so.

    Of a contact the marks of its addresses are taken back as well: they may be left of one that was removed.
    Raises NotFound, UsageError.
    """
    address = normalise(who)
    if address is not None and not naming.is_contact(agent.seen, who):
        mark, key, emails = Marked("address", address), canonical(address), []
    else:
        is_company, row_id = naming.company_or_contact(agent.seen, who, agent.clock())
        name = (naming.company_name if is_company else naming.contact_name)(agent.seen, row_id)
        mark, key = Marked("company" if is_company else "contact", name), str(row_id)
        emails = [] if is_company else emails_of_contact(agent.log, row_id)
    with writing(agent.connection):
        if not undo:
            private_marks.keep(agent.connection, agent.user_id, mark, key, timestamp(agent.clock()))
            return mark
        marks = [(mark, key), *((Marked("address", email), canonical(email)) for email in emails)]
        taken_back = [one for one in marks if private_marks.take_back(agent.connection, agent.user_id, *one)]
        if not taken_back:
            raise NotFound(f"there is nothing to take back: {mark.name} is not private", "see: lasttouch sharing show")
    return mark


def _own(agent: Agent, account: str | None) -> Sequence[int]:
    own = viewers.accounts_of(agent.log, agent.user_id)
    if not own:
        raise NotPermitted(
            "you have no account here that could share anything", "whoever keeps the configuration gives one"
        )
    found = [row_id for row_id, name in own if account in (None, name)]
    if not found:
        raise NotFound(f"there is no account {account!r}", f"yours are: {', '.join(name for _, name in own)}")
    return found
