"""What the user says in a word: each function takes what was meant as it was typed, and gives what
was said of whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from activity.address import normalise
from activity.errors import NotFound, UsageError
from lasttouch import naming
from lasttouch.keeping import own_words
from lasttouch.keeping.agent import Agent
from lasttouch.keeping.own_words import Speaker, Word
from store.timeline import Part, activities, named_by_title


@dataclass(frozen=True, slots=True)
class Statement:
    """What was said, or taken back (`undone`), by whom and when; what it is not said of, or has
    not, is None.

    `word` is the command, of a note its kind. `until` is of a snooze, `days` of a cadence, `moment`
    when what was noted took place.
    """

    word: str
    undone: bool
    by: Speaker
    contact: int | None = None
    name: str | None = None
    company: str | None = None
    activity: int | None = None
    until: datetime | None = None
    days: int | None = None
    moment: datetime | None = None


def done(agent: Agent, what: str, by: str | None = None, undo: bool = False) -> Statement:
    """`what` is an activity or somebody, `by` the account whose word it is.

    Like all of these, raises NotFound and UsageError where nobody, or not only one, is meant; and,
    to `undo` it, NotFound where it was not said.
    """
    who = own_words.speaker(agent, by)
    activity_id = naming.activity_meant(agent.seen, what)
    if activity_id is not None:
        _say_of_activity(agent, activity_id, "done", who, undo, "{} was not done")
        return Statement("done", undo, who, activity=activity_id)
    contact_id = naming.one_contact(agent.seen, what, agent.clock())
    name = _say_of_contact(agent, contact_id, Word("done"), who, undo, "nothing was done with {}")
    return Statement("done", undo, who, contact=contact_id, name=name)


def snooze(agent: Agent, whom: str, until: datetime | None, by: str | None = None) -> Statement:
    """`until` None takes it back."""
    who = own_words.speaker(agent, by)
    contact_id = naming.one_contact(agent.seen, whom, agent.clock())
    undo = until is None
    name = _say_of_contact(agent, contact_id, own_words.put_off(until), who, undo, "{} was not put off")
    return Statement("snooze", undo, who, contact=contact_id, name=name, until=until)


def ignore(agent: Agent, whom: str, by: str | None = None, undo: bool = False) -> Statement:
    """`whom` is a contact, or an address that is no contact's."""
    who = own_words.speaker(agent, by)
    address = normalise(whom)
    if address is None or naming.is_contact(agent.seen, whom):
        contact_id = naming.one_contact(agent.seen, whom, agent.clock())
        name = _say_of_contact(agent, contact_id, Word("ignore"), who, undo, "{} was not ignored")
        return Statement("ignore", undo, who, contact=contact_id, name=name)
    if not undo:
        own_words.ignore_address(agent, address, who)
    elif not own_words.unignore_address(agent, address):
        raise not_said(f"{address} was not ignored")
    return Statement("ignore", undo, who, name=address)


def confirm(agent: Agent, what: str, by: str | None = None, undo: bool = False) -> Statement:
    """`what` is a meeting, by the id of its activity."""
    who = own_words.speaker(agent, by)
    activity_id = naming.activity_meant(agent.seen, what)
    if activity_id is None:
        raise UsageError(f"{what!r} is no activity", "give its id, as `log` and `why` show it")
    named = _named_in_meeting(agent, activity_id)
    _say_of_activity(agent, activity_id, "confirm", who, undo, "{} was not confirmed")
    if named is None:
        return Statement("confirm", undo, who, activity=activity_id)
    return Statement("confirm", undo, who, contact=named.contact_id, name=named.contact, activity=activity_id)


def cadence(agent: Agent, whom: str | None, days: int | None, by: str | None = None) -> Statement:
    """`whom` is a contact or a company, None everybody of whom nothing else was said; `days` None
    takes it back."""
    who, undo = own_words.speaker(agent, by), days is None
    if whom is None:
        own_words.set_default_cadence(agent, days)
        return Statement("cadence", undo, who, days=days)
    is_company, found = naming.company_or_contact(agent.seen, whom, agent.clock())
    if not is_company:
        name = _say_of_contact(agent, found, Word("cadence", days), who, undo, "{} has no cadence")
        return Statement("cadence", undo, who, contact=found, name=name, days=days)
    name = naming.company_name(agent.seen, found)
    if days is not None:
        own_words.set_company_cadence(agent, found, days, who)
    elif not own_words.unset_company_cadence(agent, found):
        raise not_said(f"{name} has no cadence")
    return Statement("cadence", undo, who, company=name, days=days)


def not_said(what: str) -> NotFound:
    return NotFound(
        f"there is nothing to take back: {what}", "what was said of somebody is shown by: lasttouch why WHO"
    )


def _say_of_contact(agent: Agent, contact_id: int, word: Word, who: Speaker, undo: bool, unsaid: str) -> str:
    """Say it of a contact, or take it back; its name.

    Raises NotFound, `unsaid` with the name, if it was not said.
    """
    name = naming.contact_name(agent.seen, contact_id)
    if not undo:
        own_words.say_of_contact(agent, contact_id, word, who)
    elif not own_words.unsay_of_contact(agent, contact_id, word.kind):
        raise not_said(unsaid.format(name))
    return name


def _say_of_activity(agent: Agent, activity_id: int, kind: str, who: Speaker, undo: bool, unsaid: str) -> None:
    """The same of an activity, which is named by its id."""
    if not undo:
        own_words.say_of_activity(agent, activity_id, kind, who)
    elif not own_words.unsay_of_activity(agent, activity_id, kind):
        raise not_said(unsaid.format(f"activity {activity_id}"))


def _named_in_meeting(agent: Agent, activity_id: int) -> Part | None:
    """Whom alone the title of this meeting names. Raises UsageError where it is none."""
    (one,) = activities(agent.seen, [activity_id])
    if one.kind != "meeting":
        raise UsageError(f"activity {activity_id} is no meeting", "a conversation is settled by: lasttouch done")
    return named_by_title(one)
