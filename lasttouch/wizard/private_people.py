"""Who among those that were found is nobody's business: put aside by the owner before any answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lasttouch.keeping.opening import opened
from lasttouch.keeping.own_words import Word, say_of_contact, speaker
from lasttouch.wizard import dialog
from store.people import people

if TYPE_CHECKING:
    from lasttouch.configuration.config import LoadedConfig
    from store.people import Person

SHOWN = 60


def put_aside_private_people(loaded: LoadedConfig, account: str) -> list[str]:
    """Show whom two-way exchange made contacts, ask who is private, and ignore these; their names."""
    with opened(loaded) as agent:
        found = sorted(filter(_two_way, people(agent.log, agent.clock())), key=lambda one: one.name.casefold())
        if not found:
            return []
        chosen = dialog.private_people([_shown(one) for one in found[:SHOWN]], len(found) - SHOWN)
        who = speaker(agent, account)
        for number in chosen:
            say_of_contact(agent, found[number].id, Word("ignore"), who)
        return [found[number].name for number in chosen]


def _two_way(person: Person) -> bool:
    """What makes a contact: both have written, whether or not one answered the other, or they met."""
    return (person.last_inbound is not None and person.last_outbound is not None) or person.last_meeting is not None


def _shown(person: Person) -> str:
    return f"{person.name} <{person.emails[0]}>" if person.emails else person.name
