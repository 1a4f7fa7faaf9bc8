"""Whom the titles of meetings name in which nobody is listed, kept as the contacts are now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from lasttouch.keeping.agent import Agent
from matchers.titles import first_pair, may_name, name_key, pairs, phrases, the_one
from store import facts, ingest, titles
from store.addresses import address_ids


def named_in(agent: Agent, texts: Iterable[str]) -> dict[str, int]:
    """Title → the contact it names, for those that name exactly one."""
    if agent.policy.titles == "ignore":
        return {}
    wanted = set(texts)
    holders = titles.holders(agent.log, {phrase for text in wanted for phrase in phrases(text)})
    found = {text: the_one(text, holders) for text in wanted} if holders else {}
    return {text: contact_id for text, contact_id in found.items() if contact_id is not None}


def index_objects(agent: Agent, shown: Iterable[tuple[int, Collection[str]]]) -> int:
    """Note the titles of deferred objects, each by its id; of how many they were others."""
    return titles.index(
        agent.connection, {-object_id: {pair for text in texts for pair in pairs(text)} for object_id, texts in shown}
    )


def derive(agent: Agent, activity_ids: Collection[int]) -> int:
    """Whom the titles of these activities name, within the caller's transaction; of how many it was another."""
    connection = agent.connection
    stored = {one.id: one.facts for one in facts.load(agent.log, list(activity_ids))}
    open_ = {row_id for row_id, one in stored.items() if may_name(one, agent.policy)}
    different = titles.index(
        connection, {row_id: pairs(one.subject) if row_id in open_ else () for row_id, one in stored.items()}
    )
    named = named_in(agent, {stored[row_id].subject for row_id in open_})
    parts = titles.with_parts(agent.log, stored)
    by: dict[int, int | None] = {}
    changed: list[int] = []
    for row_id, one in stored.items():
        contact_id = named.get(one.subject) if row_id in open_ else None
        if contact_id is not None and contact_id not in by:
            by[contact_id] = _address_of(agent, contact_id)
        address = None if contact_id is None else by[contact_id]
        now_named = None if address is None else contact_id
        if row_id in parts if now_named is None else parts.get(row_id, (0, None))[1] != now_named:
            titles.name_by(connection, row_id, address)
            changed.append(row_id)
    ingest.rejudge(connection, changed, agent.judge)
    return different + len(changed)


def derive_shown(agent: Agent, objects: Mapping[int, bool]) -> None:
    """The same for what these calendar objects show: all of it where their titles may name somebody, as is said beside
    each, else what did so far."""
    may = [object_id for object_id, is_open in objects.items() if is_open]
    did = titles.named_by_objects(agent.log, [object_id for object_id, is_open in objects.items() if not is_open])
    derive(agent, {*titles.of_objects(agent.log, may), *did})


def all_concerned(agent: Agent) -> list[int]:
    """Every activity whose title may name somebody, or is held to."""
    return titles.all_concerned(agent.log)


def drop_strays(agent: Agent) -> int:
    """Nothing is noted of a title that is gone; how much was."""
    return titles.drop_strays(agent.connection)


def concerned(agent: Agent) -> list[int]:
    """What bears the name, old or new, of contacts that are due: activities, and deferred objects by negated ids."""
    connection = agent.connection
    due = titles.due(agent.log)
    if not due:
        return []
    stored = titles.keys_of(agent.log, due)
    wanted = _keys(titles.names(agent.log, due))
    titles.names_renewed(connection, stored, wanted)
    return titles.bearing(agent.log, {first_pair(key) for key in (*stored.values(), *wanted.values())})


def correct_names(agent: Agent) -> int:
    """Compare what is noted of names with the contacts and set it right; how many were wrong."""
    connection = agent.connection
    concerned(agent)
    return titles.names_renewed(connection, titles.keys_of(agent.log), _keys(titles.names(agent.log)))


def _keys(names: dict[int, str]) -> dict[int, str]:
    keys = {contact_id: name_key(name) for contact_id, name in names.items()}
    return {contact_id: key for contact_id, key in keys.items() if key is not None}


def _address_of(agent: Agent, contact_id: int) -> int | None:
    """By which address a title names the contact: one of theirs alone, if there is any."""
    address, book = agent.address_alone_of(contact_id, agent.log)
    return None if address is None else address_ids(agent.connection, [address], book)[address.email]
