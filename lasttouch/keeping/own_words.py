"""What the user says of contacts, companies and activities: kept in the log as facts of their own,
and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from activity.errors import NotFound, UsageError
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.viewing import insist_on_own
from matchers.canonical import canonical
from store import ingest, own_words, touches
from store.accounts import accounts_known, accounts_meant
from store.contacts import emails_of_contact, name_of_contact
from store.own_words import Speaker
from store.rows import timestamp
from store.transactions import writing
from store.viewers import own_accounts

__all__ = ["Speaker", "Word"]


class Word(NamedTuple):
    """Something to be said: "done", "snooze" (`value` until when, seconds since 1970), "ignore",
    "cadence" (days)."""

    kind: str
    value: int | None = None


def put_off(until: datetime | None) -> Word:
    """None: to take it back."""
    return Word("snooze", None if until is None else timestamp(until))


def speaker(agent: Agent, by: str | None) -> Speaker:
    """Who speaks, now: the account that is named, or the only one there is; a user by their own,
    else by the first of them. Raises NotFound, UsageError.
    """
    if agent.user_id:
        return _user_speaking(agent, by)
    found = accounts_known(agent.log) if by is None else accounts_meant(agent.log, by)
    if by is not None and not found:
        known = ", ".join(one.name for one in accounts_known(agent.log))
        raise NotFound(f"there is no account of {by!r}", f"accounts are: {known}")
    if by is not None and len(found) > 1:
        raise UsageError(f"{by!r} is more than one account", f"give one of: {', '.join(one.name for one in found)}")
    return Speaker(agent.clock(), *(found[0].id, found[0].owner) if len(found) == 1 else (None, None))


def _user_speaking(agent: Agent, by: str | None) -> Speaker:
    ids = own_accounts(agent.log, agent.user_id)
    known = sorted((one for one in accounts_known(agent.log) if one.id in ids), key=lambda one: ids.index(one.id))
    named = {one.id for one in accounts_meant(agent.log, by)} if by is not None else set(ids)
    found = next((one for one in known if one.id in named), None)
    if by is not None and found is None:
        hint = f"yours are: {', '.join(one.name for one in known)}" if known else ""
        raise NotFound(f"there is no account of {by!r}", hint)
    account_id, owner = (found.id, found.owner) if found else (None, None)
    return Speaker(agent.clock(), account_id, owner, agent.user_id)


def say_of_contact(agent: Agent, contact_id: int, word: Word, who: Speaker) -> None:
    with writing(agent.connection):
        own_words.say_of_contact(agent.connection, agent.seen, contact_id, word.kind, who, word.value)
        if word.kind == "ignore":
            put_aside(agent, contact_id, "ignored", who)


def unsay_of_contact(agent: Agent, contact_id: int, kind: str) -> bool:
    """False where it had not been said."""
    with writing(agent.connection):
        if kind == "ignore":
            canonicals = [canonical(email) for email in emails_of_contact(agent.log, contact_id)]
            own_words.take_back(agent.connection, canonicals, agent.user_id)
        return own_words.unsay_of_contact(agent.connection, contact_id, kind, agent.user_id)


def ignore_address(agent: Agent, email: str, who: Speaker) -> None:
    """Nobody makes a contact of this address, and it is no more among the unmatched."""
    with writing(agent.connection):
        own_words.put_aside(agent.connection, [(email, canonical(email))], "", "ignored", who)


def unignore_address(agent: Agent, email: str) -> bool:
    with writing(agent.connection):
        return own_words.take_back(agent.connection, [canonical(email)], agent.user_id)


def set_company_cadence(agent: Agent, company_id: int, days: int, who: Speaker) -> None:
    with writing(agent.connection):
        own_words.say_of_company(agent.connection, company_id, "cadence", who, days)


def unset_company_cadence(agent: Agent, company_id: int) -> bool:
    with writing(agent.connection):
        return own_words.unsay_of_company(agent.connection, company_id, "cadence", agent.user_id)


def set_default_cadence(agent: Agent, days: int | None) -> None:
    with writing(agent.connection):
        own_words.set_default_cadence(agent.connection, days, agent.user_id)


def say_of_activity(agent: Agent, activity_id: int, kind: str, who: Speaker) -> None:
    """Of a message "done" is said of what its conversation has come to as well: a newer message
    opens it again.

    What is confirmed counts for everybody, so it is for whose calendar it is in. Raises
    NotPermitted.
    """
    if kind == "confirm":
        insist_on_own(agent.log, agent.user_id, activity_id)
    with writing(agent.connection):
        own_words.say_of_activities(agent.connection, _meant(agent, activity_id, kind), kind, who)
        _judge_again(agent, activity_id, kind)


def unsay_of_activity(agent: Agent, activity_id: int, kind: str) -> bool:
    with writing(agent.connection):
        meant = _meant(agent, activity_id, kind)
        was_said = own_words.unsay_of_activities(agent.connection, meant, kind, agent.user_id)
        _judge_again(agent, activity_id, kind)
        return was_said


def _judge_again(agent: Agent, activity_id: int, kind: str) -> None:
    if kind == "confirm":  # whom the title of a meeting names counts by it
        ingest.rejudge(agent.connection, [activity_id], agent.judge)
        touches.refresh(agent.connection, agent.clock())


def _meant(agent: Agent, activity_id: int, kind: str) -> Sequence[int]:
    if kind != "done":
        return [activity_id]
    return sorted({activity_id, own_words.newest_of_conversation(agent.seen, activity_id)})


def put_aside(agent: Agent, contact_id: int, kind: str, who: Speaker) -> None:
    """Nobody makes a contact of their addresses by himself, "ignored" or "removed"; within the
    caller's transaction."""
    emails = emails_of_contact(agent.seen, contact_id)
    name = name_of_contact(agent.seen, contact_id)
    own_words.put_aside(agent.connection, [(email, canonical(email)) for email in emails], name, kind, who)
