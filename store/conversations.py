"""Which conversation a message belongs to, whatever order messages are read in.

A message answers the first of the ids it names, In-Reply-To first, that is in the log and that nobody else can have
written or moved (see parties.py): nobody's mail draws others' into another conversation. Where it answers none that
way, its subject may tell (see by_subject.py). A conversation is known by the hash of the id of the message
at its beginning, or by the oldest id that is named there. `activity.thread` holds it, or NULL in the message at the
beginning itself; `activity.conversation` is either.

`reference` has rows only for messages that do not answer the first id they name: the hashes of the better ones, which
may come yet, then of the one it answers; NOBODY stands behind them where that is none, with the conversation's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from activity.facts import Facts, Judgement
from store import by_subject
from store.addresses import our_own
from store.by_subject import BY_SUBJECT, NOBODY
from store.codes import DIRECTION, VERDICT
from store.identities import identity_hash
from store.lists import among, change_among, chunks, grouped, insert, of_conversations, placeholders, rows_among
from store.message_copies import Change
from store.parties import NOBODYS, may_answer, parties, party_of
from store.rows import Entry

Judge = Callable[[Facts], Judgement]
LOOKED_FOR = 30  # of the ids that a message names
_OURS = (DIRECTION["outbound"], DIRECTION["internal"])
_NAMED = f"""SELECT id, identity_hash, coalesce(thread, identity_hash), direction_code FROM activity
    WHERE identity_hash IN ({{}}) AND ends IS NULL AND verdict_code <> {VERDICT["suspect"]}"""
_AWAITED = f"""SELECT r.activity_id, r.rank, p.id FROM activity p CROSS JOIN reference r ON r.hash = p.identity_hash
    WHERE {{}} AND p.ends IS NULL AND r.rank < {BY_SUBJECT} AND r.activity_id <> p.id"""
_AWAITED_BY_ANOTHER_ID = f"""SELECT r.activity_id, r.rank, p.id FROM other_id o
    CROSS JOIN activity p ON p.id = o.activity_id CROSS JOIN reference r ON r.hash = o.identity_hash
    WHERE {{}} AND r.rank < {BY_SUBJECT} AND r.activity_id <> p.id"""
_BY_ANOTHER_ID = f"""SELECT a.id, o.identity_hash, coalesce(a.thread, a.identity_hash), a.direction_code FROM other_id o
    JOIN activity a ON a.id = o.activity_id
    WHERE o.identity_hash IN ({{}}) AND a.verdict_code <> {VERDICT["suspect"]}"""
_MEMBERS = f"""SELECT id, identity_hash, coalesce(thread, identity_hash), direction_code, replies_to,
    verdict_code = {VERDICT["suspect"]} FROM activity WHERE {{}} AND ends IS NULL"""


class _Message(NamedTuple):
    """A message in the log; `party`: see `store.parties`."""

    id: int
    hash: int
    conversation: int
    is_ours: bool
    party: int


class Moved(NamedTuple):
    """What came of new mail: `messages` that were known before and answer another now, the `conversations` they were in
    and are in, and where each of the `new` ones is."""

    messages: set[int]
    conversations: set[int]
    new: dict[int, int]

    def and_then(self, later: Moved) -> Moved:
        messages, conversations = self.messages | later.messages, self.conversations | later.conversations
        return Moved(messages, conversations, self.new | later.new)


def beginning(facts: Facts) -> int:
    """The conversation of a message that answers none in the log."""
    return identity_hash(facts.references[0] if facts.references else facts.identity)


def place_mail(
    connection: sqlite3.Connection,
    fresh: Mapping[int, Entry],
    new: Mapping[int, int],
    emails: Mapping[str, int],
    ours: Collection[int],
    rejudged: Collection[int] = (),
) -> Moved:
    """Put new mail (by its activity id, inserted into the conversation of its `beginning`, as `new`
    says) where it belongs.

    What was known and answers some of it follows. `emails` are the ids of the addresses in it, `ours` those of them
    that are our own. `rejudged` are activities whose touches have changed.
    """
    answers = _links_to(connection, f"p.id >= {min(fresh)}") if fresh else {}
    answers |= _links_of(connection, fresh, emails, ours)
    by_words = by_subject.links(connection, by_subject.concerned(connection, fresh, rejudged))
    return _move(connection, answers | by_words.answers, by_words.alone, new)


def renote(connection: sqlite3.Connection, changed: Sequence[Change], emails: Mapping[str, int], judge: Judge) -> None:
    """Copies tell another time of these messages, or other people: by their subject they may answer another now."""
    ids = [one.stored.id for one in changed]
    query = f"SELECT activity_id FROM reference WHERE rank = {NOBODY} AND activity_id IN ({{}})"
    marked = {row_id for (row_id,) in rows_among(connection, query, ids)}
    by_subject.placed(connection, ids)
    for one in changed:
        if one.stored.id in marked or not one.facts.references:
            entry = {one.stored.id: Entry(one.facts, judge(one.facts))}
            people = one.address_ids(emails)
            by_subject.note(connection, entry, people, our_own(connection, people.values()))


def replace_mail(
    connection: sqlite3.Connection,
    changed: Sequence[Change],
    told_anew: Collection[int],
    emails: Mapping[str, int],
    judge: Judge,
) -> Moved:
    """Put messages where they belong that answer another than was known, by the copy that holds now.

    Others may have waited for what was suspect, for what is exchanged with others now, and for activities
    `told_anew`, which bear further ids.
    """
    was_suspect = [one.stored.id for one in changed if one.stored.judgement.verdict.kind == "suspect"]
    others = [one for one in changed if one.has_other_people]
    waited_for = [*told_anew, *was_suspect, *(one.stored.id for one in others)]
    answers = _links_to(connection, f"p.id IN ({','.join(map(str, waited_for))})") if waited_for else {}
    turned = {
        one.stored.id: Entry(one.facts, judge(one.facts))
        for one in changed
        if one.answers_another or (one.has_other_people and one.facts.references)
    }
    renamed = _begun_by(connection, [one for one in changed if one.is_renamed])
    if not answers and not turned and not renamed:
        return Moved(set(), set(), {})
    change_among(connection, "DELETE FROM reference WHERE activity_id IN ({})", turned)
    people = dict(emails)
    for one in changed:
        people |= one.address_ids(emails)
    answers |= _links_of(connection, turned, people, our_own(connection, people.values()))
    by_words = by_subject.links(connection, list(turned))
    answers |= by_words.answers
    begin = {row_id: beginning(entry.facts) for row_id, entry in turned.items()}
    alone = {row_id: own for row_id, own in (renamed | begin).items() if row_id not in answers}
    return _move(connection, answers, by_words.alone | alone, {})


def _begun_by(connection: sqlite3.Connection, renamed: Sequence[Change]) -> dict[int, int]:
    """Of messages that bear another id now, those that are at the beginning of their conversation: what it is from now
    on."""
    before = {one.stored.id: identity_hash(one.stored.facts.identity) for one in renamed}
    now = {one.stored.id: identity_hash(one.facts.identity) for one in renamed}
    connection.executemany(
        f"UPDATE reference SET hash = ? WHERE activity_id = ? AND rank = {NOBODY} AND hash = ?",
        [(now[row_id], row_id, before[row_id]) for row_id in now],
    )
    return {row_id: now[row_id] for row_id, one in _conversations(connection, before).items() if one == before[row_id]}


def replace_all(connection: sqlite3.Connection) -> Moved:
    """Put everything that waits for a better place into it."""
    answers = _links_to(connection, "true")
    by_words = by_subject.links(connection)
    return _move(connection, answers | by_words.answers, by_words.alone, {})


def take_over(connection: sqlite3.Connection) -> None:
    """From a log whose messages were put to the oldest id they name: note those whose answered message is not there.

    Of the ids a message named, those between the oldest and the one replied to are not known any more. Ids had kept
    the brackets they came with. What follows from this is derived when the log is opened next.
    """
    connection.create_function("identity_hash", 1, identity_hash, deterministic=True)
    bare = "ends IS NULL AND identity NOT LIKE '<%' AND identity NOT LIKE '%:%'"
    bracketed = "SELECT 1 FROM activity b WHERE b.identity_hash = identity_hash('<' || a.identity || '>')"
    connection.execute(
        "UPDATE activity AS a SET identity = '<' || identity || '>',"
        f" identity_hash = identity_hash('<' || identity || '>') WHERE {bare} AND NOT EXISTS ({bracketed})"
    )
    connection.execute(
        "INSERT INTO reference SELECT a.id, 0, identity_hash(a.replies_to) FROM activity a"
        " WHERE a.replies_to IS NOT NULL AND a.ends IS NULL AND NOT EXISTS (SELECT 1 FROM activity p"
        " WHERE p.identity_hash = identity_hash(a.replies_to) AND p.conversation = a.conversation)"
    )
    connection.execute(
        f"INSERT INTO reference SELECT r.activity_id, {NOBODY}, a.conversation FROM reference r"
        " JOIN activity a ON a.id = r.activity_id"
    )
    connection.execute("DELETE FROM setting WHERE name = 'house'")


def _links_of(
    connection: sqlite3.Connection, fresh: Mapping[int, Entry], emails: Mapping[str, int], ours: Collection[int]
) -> dict[int, int]:
    """The message each new one answers; notes what those wait for that do not answer the first id they name."""
    named = {row_id: _hashes(entry.facts) for row_id, entry in fresh.items() if entry.facts.references}

    def answered_of(row_id: int, hashed: int) -> _Message | None:
        candidates = known.get(hashed)
        return _best(candidates, row_id, party_of(fresh[row_id].facts, emails, ours)) if candidates else None

    known = _messages(connection, {hashes[0] for hashes in named.values()})
    links: dict[int, int] = {}
    open_: list[int] = []
    for row_id, hashes in named.items():
        answered = answered_of(row_id, hashes[0])
        if answered is None:
            open_.append(row_id)
        else:
            links[row_id] = answered.id
    known |= _messages(connection, {one for row_id in open_ for one in named[row_id][1:]} - known.keys())
    rows: list[tuple[int, int, int]] = []
    nowhere: list[int] = [row_id for row_id in fresh if row_id not in named]
    for row_id in open_:
        for rank, one in enumerate(named[row_id]):
            rows.append((row_id, rank, one))
            answered = answered_of(row_id, one) if rank else None
            if answered is not None:
                links[row_id] = answered.id
                break
        else:
            rows.append((row_id, NOBODY, beginning(fresh[row_id].facts)))
            nowhere.append(row_id)
    insert(connection, "INSERT OR IGNORE INTO reference (activity_id, rank, hash)", "(?, ?, ?)", rows)
    by_subject.note(connection, {row_id: fresh[row_id] for row_id in nowhere}, emails, ours)
    return links


def _links_to(connection: sqlite3.Connection, which: str) -> dict[int, int]:
    """The messages that wait for one of these (a condition on `p`) and answer it from now on."""
    awaited = connection.execute(f"{_AWAITED.format(which)} UNION {_AWAITED_BY_ANOTHER_ID.format(which)}")
    return _linked(connection, awaited.fetchall())


def _linked(connection: sqlite3.Connection, awaited: Iterable[tuple[int, int, int]]) -> dict[int, int]:
    """The message each answers from now on, where it is a better one; (message, rank, what bears the id) as found."""
    hits: dict[int, list[tuple[int, int]]] = {}
    for row_id, rank, target in awaited:
        hits.setdefault(row_id, []).append((rank, target))
    if not hits:
        return {}
    targets = _messages_by_id(connection, {target for found in hits.values() for _, target in found})
    whose = parties(connection, hits)
    ranks = grouped(connection, "SELECT activity_id, rank FROM reference WHERE activity_id IN ({})", hits)
    links: dict[int, int] = {}
    settled: list[tuple[int, int]] = []
    for row_id, found in hits.items():
        now = NOBODY if NOBODY in ranks[row_id] else max(ranks[row_id])
        for rank, target in sorted(found):
            if rank >= now:
                break
            if target in targets and may_answer(whose.get(row_id, NOBODYS), targets[target].party):
                links[row_id] = target
                settled.append((row_id, rank))
                break
    connection.executemany("DELETE FROM reference WHERE activity_id = ?1 AND (rank > ?2 OR ?2 = 0)", settled)
    by_subject.placed(connection, links)
    return links


def _hashes(facts: Facts) -> tuple[int, ...]:
    """Of the ids that a message names, the one replied to first."""
    if len(facts.references) == 1:
        return (identity_hash(facts.references[0]),)
    named = dict.fromkeys(reversed(facts.references))
    named.pop(facts.identity, None)
    ids = list(named)
    if len(ids) > LOOKED_FOR:
        ids = [*ids[: LOOKED_FOR - 1], ids[-1]]
    return tuple(map(identity_hash, ids)) or (identity_hash(facts.references[0]),)


def _best(candidates: Iterable[_Message], row_id: int, party: int) -> _Message | None:
    """Several bear one id where somebody has copied it; ours goes before others'."""
    may_be = [one for one in candidates if one.id != row_id and may_answer(party, one.party)]
    return min(may_be, key=lambda one: (not one.is_ours, one.id), default=None)


def _messages(connection: sqlite3.Connection, hashes: Collection[int]) -> dict[int, list[_Message]]:
    rows: list[tuple[int, int, int, int]] = []
    for some in chunks(list(hashes)):
        query = f"{_NAMED} UNION ALL {_BY_ANOTHER_ID}".replace("{}", placeholders(some))
        rows += connection.execute(query, [*some, *some])
    found: dict[int, list[_Message]] = {}
    for one in _with_parties(connection, rows):
        found.setdefault(one.hash, []).append(one)
    return found


def _messages_by_id(connection: sqlite3.Connection, ids: Collection[int]) -> dict[int, _Message]:
    query = _NAMED.replace("identity_hash IN", "id IN")
    return {one.id: one for one in _with_parties(connection, list(rows_among(connection, query, ids)))}


def _with_parties(connection: sqlite3.Connection, rows: Sequence[tuple[int, int, int, int]]) -> list[_Message]:
    whose = parties(connection, [row[0] for row in rows])
    return [_Message(*row[:3], row[3] in _OURS, whose.get(row[0], NOBODYS)) for row in rows]


def _move(
    connection: sqlite3.Connection, links: Mapping[int, int], alone: Mapping[int, int], new: Mapping[int, int]
) -> Moved:
    """Let conversations follow from `links` (message → the one it answers now) and `alone` (message that answers none
    any more → its own conversation); `new` has the conversation that each new message was inserted into."""
    if not links and not alone:
        return Moved(set(), set(), dict(new))
    stored = dict(new)
    stored |= _conversations(connection, [row_id for row_id in {*links, *links.values(), *alone} if row_id not in new])
    answers = dict(links)
    affected = {stored[row_id] for row_id in alone}
    for row_id, target in links.items():
        begins = target in new and target not in links and new[target] == stored[row_id]
        if row_id not in new and not begins:
            affected.add(stored[row_id])
    _members(connection, affected, stored, answers, alone)
    ends = {**stored, **alone}
    resolved: dict[int, int] = {}
    for row_id in stored:
        _resolve(connection, row_id, answers, ends, resolved)
    changed = [(resolved[row_id], row_id) for row_id in stored if resolved[row_id] != stored[row_id]]
    connection.executemany("UPDATE activity SET thread = nullif(?, identity_hash) WHERE id = ?", changed)
    moved = {row_id for _, row_id in changed if row_id not in new} | {*links, *alone} - new.keys()
    touched = {conversation for row_id in moved for conversation in (stored[row_id], resolved[row_id])}
    return Moved(moved, touched, {row_id: resolved[row_id] for row_id in new})


def _conversations(connection: sqlite3.Connection, ids: Collection[int]) -> dict[int, int]:
    query = "SELECT id, coalesce(thread, identity_hash) FROM activity WHERE id IN ({})"
    return dict(rows_among(connection, query, ids))


def _members(
    connection: sqlite3.Connection,
    conversations: Collection[int],
    stored: dict[int, int],
    answers: dict[int, int],
    alone: Collection[int],
) -> None:
    """Take in all messages of these conversations, and what each answers unless that is known."""
    if not conversations:
        return
    rows = list(of_conversations(connection, _MEMBERS, conversations))
    may_be_answered = {row[0]: row[:4] for row in rows if not row[-1]}
    by_hash: dict[int, list[tuple[int, int, int, int]]] = {}
    for row in rows:
        stored.setdefault(row[0], row[2])
        if row[0] in may_be_answered:
            by_hash.setdefault(row[1], []).append(row[:4])
    query = "SELECT activity_id, identity_hash FROM other_id WHERE activity_id IN ({})"
    by_another_id: dict[int, list[tuple[int, int, int, int]]] = {}
    for row_id, another in rows_among(connection, query, may_be_answered):
        by_another_id.setdefault(another, []).append(may_be_answered[row_id])
    references: dict[int, dict[int, int]] = {}
    query = "SELECT activity_id, rank, hash FROM reference WHERE activity_id IN ({})"
    for row_id, rank, one in rows_among(connection, query, [row[0] for row in rows]):
        references.setdefault(row_id, {})[rank] = one
    ambiguous: list[tuple[int, list[tuple[int, int, int, int]]]] = []
    for row_id, _, _, _, replies_to, _ in rows:
        if row_id in answers or row_id in alone or (target := _target(references.get(row_id), replies_to)) is None:
            continue
        candidates = [row for row in by_hash.get(target, ()) if row[0] != row_id]
        if len(candidates) == 1:
            answers[row_id] = candidates[0][0]
        elif candidates := candidates or [row for row in by_another_id.get(target, ()) if row[0] != row_id]:
            ambiguous.append((row_id, candidates))
    if ambiguous:
        whose = parties(connection, [row_id for row_id, _ in ambiguous])
        bearing = {row[0]: row for _, candidates in ambiguous for row in candidates}
        messages = {one.id: one for one in _with_parties(connection, list(bearing.values()))}
        for row_id, candidates in ambiguous:
            best = _best([messages[row[0]] for row in candidates], row_id, whose.get(row_id, NOBODYS))
            if best is not None:
                answers[row_id] = best.id


def _target(references: Mapping[int, int] | None, replies_to: str | None) -> int | None:
    """The hash of the id that a message answers, by what is stored of it."""
    if references is None:
        return identity_hash(replies_to) if replies_to else None
    if NOBODY in references:
        return references.get(BY_SUBJECT)
    return references[max(references)]


def _resolve(
    connection: sqlite3.Connection,
    row_id: int,
    answers: Mapping[int, int],
    ends: Mapping[int, int],
    done: dict[int, int],
) -> None:
    """The conversation at the end of what a message answers; in a circle, which only a forger makes, the least one."""
    way: dict[int, None] = {}
    while row_id not in done and row_id not in way:
        way[row_id] = None
        if row_id not in answers:
            break
        row_id = answers[row_id]
    if row_id in done:
        end = done[row_id]
    elif row_id in answers:
        circle = list(way)[list(way).index(row_id) :]
        end = min(among(connection, "SELECT identity_hash FROM activity WHERE id IN ({})", circle))
    else:
        end = ends[row_id]
    for one in way:
        done[one] = end
