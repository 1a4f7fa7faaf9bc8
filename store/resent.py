"""Copies of a message that somebody sent on as it was, under another Message-ID.

Resending leaves a message as it is (RFC 5322 §3.6.6), but for its id where a program gives it one of its own. Such a
copy is of the message whose id it bears beside (Resent-Message-ID), else of the one that the same person wrote at the
same second to the same people, with the same subject; whichever of them was read first. Nothing that is suspect is
put together so.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from activity.facts import Facts
from activity.subject import compared
from store.codes import INBOUND, ROLE, VERDICT
from store.facts import load
from store.identities import Name, identity_hash, names_of
from store.lists import among, rows_among
from store.log import Log
from store.rows import Entry, timestamp

_AT_ONCE = 20  # messages that somebody can have written within one second
_WRITTEN = " UNION ALL ".join(
    "SELECT p.activity_id FROM address r JOIN participation p ON p.address_id = r.id"
    f" WHERE r.email = ?1 AND p.touch_code {touch} AND p.at = ?2 AND p.role_code = {ROLE['from']}"
    for touch in (f"= {INBOUND}", "IS NULL")
)
_WRITTEN += f" LIMIT {_AT_ONCE}"
_SUSPECT = f"SELECT id FROM activity WHERE id IN ({{}}) AND verdict_code = {VERDICT['suspect']}"


class _Message(NamedTuple):
    """One of a batch that nothing but what is suspect bears the name of; `found_by` is what else it may be known by."""

    name: Name
    facts: Facts
    found_by: frozenset[str]


def further_names(facts: Facts, name: Name) -> set[str]:
    """What a copy of the message `name` is found by that has other ids than that, or may come to have them."""
    further = {facts.other_id} if facts.other_id else set()
    if facts.resent or facts.identity != name.identity:
        further |= {facts.identity, *_found_by(name, facts)}
    return further


def put_together(
    connection: sqlite3.Connection,
    names: Sequence[Name],
    entries: Sequence[Entry],
    known: Mapping[Name, int],
    others: bool,
) -> tuple[list[Name], dict[Name, int]]:
    """The name that each entry has in the log, or will have: that of the message it is a copy of, if it is one; and
    the activity ids of those messages that are in the log. `known` are the entries that are there by their own;
    `others`: does any copy in the log bear another id?"""
    mail = [
        (name, facts)
        for name, (facts, judgement, _, _) in zip(names, entries, strict=True)
        if facts.kind == "email" and judgement.verdict.kind != "suspect"
    ]
    any_resent = any(facts.resent for _, facts in mail)
    if not any_resent and not others:
        return list(names), {}
    claimed = set(among(connection, _SUSPECT, known.values()))
    unknown: dict[Name, Facts] = {}
    for name, facts in mail:
        if name not in known or known[name] in claimed:
            unknown[name] = min(unknown.get(name, facts), facts, key=_is_resent)
    messages = [_Message(name, facts, _found_by(name, facts)) for name, facts in unknown.items()]
    meant = _in_batch(messages) if any_resent else {}
    found: dict[Name, int] = {}
    for name, (row_id, identity) in _in_log(connection, messages).items():
        meant[name] = held = name._replace(identity=identity)
        found[held] = row_id
    return [meant.get(held, held) for held in (meant.get(name, name) for name in names)], found


def _is_resent(facts: Facts) -> bool:
    return facts.resent


def _found_by(name: Name, facts: Facts) -> frozenset[str]:
    """What names it among messages that were resent; not what Exchange's copies say, which name their message."""
    ids = (facts.identity, facts.other_id) if facts.resent and facts.other_id else (facts.identity,)
    return frozenset((_letter(name.by, facts), *(f"resent:{one}" for one in ids)))


def _letter(by: str, facts: Facts) -> str:
    to = sorted({person.address.email for person in facts.participants if person.role in ("to", "cc")})
    return f"resent:{by} {timestamp(facts.at)} {' '.join(to)} {compared(facts.subject, facts.topic) or ''}"


def _in_batch(messages: Sequence[_Message]) -> dict[Name, Name]:
    """Of what was resent, the names of the messages among these that it is a copy of."""
    best: dict[tuple[str, ...], tuple[bool, Name]] = {}
    for one in messages:
        for key in one.found_by:
            this = (one.facts.resent, one.name)
            best[*one.name[1:], key] = min(best.get((*one.name[1:], key), this), this)
    held = {one.name: min(best[*one.name[1:], key] for key in one.found_by)[1] for one in messages if one.facts.resent}
    return {name: other for name, other in held.items() if name != other}


def _in_log(connection: sqlite3.Connection, messages: Collection[_Message]) -> dict[Name, tuple[int, str]]:
    """Of these messages, those that are copies of one in the log: its activity id, and its identity."""
    bearing: dict[int, list[Name]] = {}
    for one in messages:
        for key in one.found_by:
            bearing.setdefault(identity_hash(key), []).append(one.name)
    query = "SELECT identity_hash, activity_id FROM other_id WHERE identity_hash IN ({})"
    rows = [(row_id, name) for key, row_id in rows_among(connection, query, bearing) for name in bearing[key]]
    resent = [one for one in messages if one.facts.resent]
    named: dict[int, list[Name]] = {}
    for one in resent:
        named.setdefault(identity_hash(one.facts.other_id), []).append(one.name)
    query = "SELECT identity_hash, id FROM activity WHERE identity_hash IN ({})"
    rows += [(row_id, name) for key, row_id in rows_among(connection, query, named) for name in named[key]]
    candidates: dict[Name, set[int]] = {}
    for row_id, name in rows:
        candidates.setdefault(name, set()).add(row_id)
    written = {
        one.name: [row_id for (row_id,) in connection.execute(_WRITTEN, (one.name.by, timestamp(one.facts.at)))]
        for one in resent
    }
    facts = {one.id: one.facts for one in load(Log(connection), sorted({i for ids in written.values() for i in ids}))}
    for one in resent:
        same = {row_id for row_id in written[one.name] if _letter(one.name.by, facts[row_id]) in one.found_by}
        candidates[one.name] = candidates.get(one.name, set()) | same
    return _of_their_author(connection, candidates)


def _of_their_author(
    connection: sqlite3.Connection, candidates: Mapping[Name, Collection[int]]
) -> dict[Name, tuple[int, str]]:
    ids = {row_id for found in candidates.values() for row_id in found}
    query = (
        "SELECT id, identity FROM activity"
        f" WHERE id IN ({{}}) AND ends IS NULL AND verdict_code <> {VERDICT['suspect']}"
    )
    names = names_of(Log(connection), dict(rows_among(connection, query, ids)), candidates)
    found = {}
    for name, some in candidates.items():
        mine = [row_id for row_id in some if row_id in names and names[row_id][1:] == name[1:]]
        if mine:
            found[name] = (min(mine), names[min(mine)].identity)
    return found
