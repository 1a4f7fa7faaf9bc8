"""Reading: conversations whose newest person-to-person message waits for an answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from heapq import merge
from itertools import groupby, islice
from typing import Literal, NamedTuple

from activity import source_kind
from activity.subject import compared
from store.by_index import WINDOW
from store.codes import INBOUND, MEETING, OUTBOUND, ROLE
from store.exchanges import OWNER
from store.lists import chunks, placeholders, rows_among
from store.log import Log
from store.rows import instant, timestamp
from store.threads import THEM, US, by_chance, more_than, waiting, waiting_among, waiting_then

FIRST = 100
PAGE = 64  # what is shown is looked up for so many at once
Side = Literal["us", "them"]
Order = Literal["likely", "newest", "oldest"]
_WHO: Mapping[Side, int] = {"us": US, "them": THEM}


class Correspondent(NamedTuple):
    """The other side of a message that waits; `contact_id` and what follows are None or "" where nobody lists them."""

    address_id: int
    address: str
    name: str
    contact_id: int | None
    company: str | None
    owner: str


class Waiting(NamedTuple):
    """The newest message of a conversation, and the side that it waits for.

    `accounts` are (name, owner) of those that hold a message of the conversation, `read_through` the oldest instant
    through which their mail was read (None: never); an answer sent after that may exist. `settled_by` is what settled
    it otherwise, None where nothing did. `chance` (0 to 1), `likely` and `because` say whether an answer is expected
    at all (see lasttouch/answers/expectations.py); before that is looked at, `chance` is what is kept of it, 1 where
    nothing is.
    """

    activity_id: int
    message_id: str | None
    at: datetime
    side: Side
    subject: str
    others: tuple[Correspondent, ...]
    accounts: tuple[tuple[str, str], ...]
    read_through: datetime | None
    conversation: int = 0
    settled_by: str | None = None
    chance: float = 0.0
    likely: bool = True
    because: str = ""


def awaiting(
    log: Log,
    moment: datetime,
    side: Side,
    order: Order = "newest",
    since: datetime | None = None,
    as_of: bool = False,
    contacts: Collection[int] | None = None,
    unlisted: bool = True,
    until: datetime | None = None,
) -> Iterator[Waiting]:
    """All that waits for this side at `moment`, or was settled otherwise, without what `settled` and `told` look up: of
    most lists most is left out.

    In the order of time, or ("likely") of the chance that an answer is expected, as far as structure tells it: then
    what is not older than `since` alone. `as_of`: as it was at an earlier moment, from the activities. `contacts`: only
    what waits with one of these; not `unlisted`: with any contact. `until`: what is not newer.
    """
    first, last = timestamp(since) if since else 0, timestamp(moment if until is None else min(moment, until))
    turns: Iterator[tuple[int, int, int | None]]
    if as_of:
        then = waiting_then(log, _WHO[side], timestamp(moment), order != "oldest")
        turns = ((row_id, at, None) for row_id, at in then if at <= last)
    elif order == "likely":
        turns = by_chance(log, _WHO[side], first, last)
    else:
        asked = None if contacts is None else _asking(log, side, contacts, first, last, order == "newest")
        turns = ((row_id, at, None) for row_id, at in _turns(log, side, last, order == "newest", asked))
    if contacts is not None and (as_of or order == "likely"):
        among = set(_asking(log, side, contacts, first, last))
        turns = (turn for turn in turns if turn[0] in among)
    while page := list(islice(turns, PAGE)):
        yield from _page(log, side, page, unlisted)


def not_met_since(
    log: Log, side: Side, until: datetime, moment: datetime, look: int, unlisted: bool
) -> Iterator[Waiting]:
    """Of the newest `look` that wait and are no newer than `until`, those that no meeting settled as of `moment`: as
    `awaiting` gives them, the newest first.

    Most of what has waited for long was talked about since; that is found here without reading of each with whom.
    """
    values = (_WHO[side], timestamp(until), look, *_asked(side), timestamp(moment))
    turns = ((row_id, at, None) for row_id, at in log.execute(_NOT_MET, values))
    while page := list(islice(turns, PAGE)):
        yield from _page(log, side, page, unlisted)


def are_more_than(log: Log, side: Side, until: datetime, number: int) -> bool:
    """Do more than so many wait, no newer than `until`?"""
    return more_than(log, _WHO[side], timestamp(until), number)


def settled(log: Log, side: Side, moment: datetime, found: Sequence[Waiting]) -> list[Waiting]:
    """These, with what settled them as of `moment`."""
    ids = [one.activity_id for one in found]
    met = _met_since(log, ids, side, moment)
    elsewhere = _answered_elsewhere(log, [row_id for row_id in ids if row_id not in met], side, moment)
    return [one._replace(settled_by=_settled_by(one.activity_id in met, one.activity_id in elsewhere)) for one in found]


def told(log: Log, found: Sequence[Waiting]) -> Iterator[Waiting]:
    """These, with the ids and subjects of their messages, and who holds them."""
    for some in chunks(found, PAGE):
        ids = [one.activity_id for one in some]
        query = f"SELECT id, identity, subject FROM activity WHERE id IN ({placeholders(ids)})"
        texts = {row_id: texts for row_id, *texts in log.execute(query, ids)}
        accounts = _accounts(log, ids)
        for one in some:
            identity, subject = texts[one.activity_id]
            holders = accounts.get(one.activity_id, [])
            yield one._replace(
                message_id=None if identity.startswith("hash:") else identity,
                subject=subject or "",
                accounts=tuple([(one.name, one.owner) for one in holders]),
                read_through=_earliest([through for one in holders for through in one.read_through]),
            )


def owners(log: Log, ids: Sequence[int]) -> dict[int, set[str]]:
    """By message, whose accounts hold any of its conversation."""
    return {row_id: {one.owner for one in holders} for row_id, holders in _accounts(log, ids).items()}


_OTHERS = f"""
SELECT p.activity_id, r.id, r.email, coalesce(c.name, r.name), c.id, coalesce(o.name, d.name),
    {OWNER}
FROM participation p JOIN address r ON r.id = p.address_id LEFT JOIN contact c ON c.id = r.contact_id
LEFT JOIN company o ON o.id = c.company_id LEFT JOIN company d ON d.id = r.company_id
WHERE p.activity_id IN ({{}}) AND p.touch_code = ? AND p.role_code = ? ORDER BY c.id IS NULL, r.email"""
_MET = f"""
SELECT p.activity_id FROM participation p JOIN address r ON r.id = p.address_id
WHERE p.activity_id {{}} AND p.touch_code = ? AND p.role_code = ? AND EXISTS (
    SELECT 1 FROM address k CROSS JOIN participation q ON q.address_id = k.id JOIN activity m ON m.id = q.activity_id
    WHERE (k.id = r.id OR k.contact_id = r.contact_id)
    AND q.touch_code = {MEETING} AND q.at > p.at AND m.ends <= ?)"""
_NOT_MET = f"""
SELECT t.activity_id, t.at FROM (
    SELECT activity_id, at FROM thread WHERE waits_for = ? AND at <= ? ORDER BY at DESC LIMIT ?) t
WHERE NOT EXISTS ({_MET.format("= t.activity_id")}) ORDER BY t.at DESC"""
_ACCOUNTS = """
SELECT DISTINCT one.id, o.account_id FROM activity one
JOIN activity other ON other.thread = one.conversation
    OR (other.thread IS NULL AND other.identity_hash = one.conversation)
JOIN sighting s ON s.activity_id = other.id JOIN place l ON l.id = s.place_id JOIN source o ON o.id = l.source_id
WHERE one.id IN ({}) ORDER BY o.account_id"""


def _turns(
    log: Log, side: Side, until: int, newest_first: bool, asked: Iterator[int] | None
) -> Iterator[tuple[int, int]]:
    """The messages (id, instant) whose turn it is on this side, of these alone if they are `asked` for in this very
    order; most callers want but the first few."""
    if asked is not None:
        while some := list(islice(asked, FIRST)):
            yield from waiting_among(log, _WHO[side], some, newest_first)
        return
    given, size = 0, FIRST
    while True:
        rows = waiting(log, _WHO[side], size, newest_first, until)
        yield from rows[given:]
        if len(rows) < size:
            return
        given, size = size, size * 8


def _page(log: Log, side: Side, turns: Sequence[tuple[int, int, int | None]], unlisted: bool) -> list[Waiting]:
    """These messages, with whom they wait for."""
    others = _others(log, [row_id for row_id, _, _ in turns], side)
    if not unlisted:
        others = {row_id: people for row_id, people in others.items() if any(one.contact_id for one in people)}
    query = f"SELECT id, activity.conversation FROM activity WHERE id IN ({placeholders(list(others))})"
    conversations = dict(log.execute(query, list(others)))
    return [
        Waiting(
            activity_id=row_id,
            message_id=None,
            at=instant(at),
            side=side,
            subject="",
            others=tuple(others[row_id]),
            accounts=(),
            read_through=None,
            conversation=conversations[row_id],
            chance=1.0 if percent is None else percent / 100,
        )
        for row_id, at, percent in turns
        if row_id in others
    ]


def _asked(side: Side) -> tuple[int, int]:
    """Which parts are the other side's: who wrote to us, or to whom we wrote and the message did reach."""
    return (INBOUND, ROLE["from"]) if side == "us" else (OUTBOUND, ROLE["to"])


def _asking(
    log: Log, side: Side, contacts: Collection[int], since: int, until: int, newest_first: bool = True
) -> Iterator[int]:
    """The messages of that span in which one of these contacts is the other side, in the order of time.

    They are put in order by the database: of years with somebody a list takes the first few.
    """
    touch, role = _asked(side)
    order = "DESC" if newest_first else "ASC"
    query = (
        "SELECT p.at, p.activity_id FROM address r CROSS JOIN participation p ON p.address_id = r.id"
        f" AND p.touch_code = {touch} AND p.at BETWEEN {since} AND {until}"
        f" WHERE r.contact_id IN ({{}}) AND p.role_code = {role} ORDER BY p.at {order}, p.activity_id {order}"
    )
    parts = [rows_among(log, query, some) for some in chunks(list(contacts))]
    for row, _ in groupby(parts[0] if len(parts) == 1 else merge(*parts, reverse=newest_first)):
        yield row[1]


def _others(log: Log, ids: Sequence[int], side: Side) -> dict[int, list[Correspondent]]:
    found: dict[int, list[Correspondent]] = {}
    for row_id, *other in log.execute(_OTHERS.format(placeholders(ids)), (*ids, *_asked(side))):
        found.setdefault(row_id, []).append(Correspondent(*other))
    return found


def _met_since(log: Log, ids: Sequence[int], side: Side, moment: datetime) -> set[int]:
    """Those after which there was a meeting with one of the other side: then it was talked about."""
    rows = log.execute(_MET.format(f"IN ({placeholders(ids)})"), (*ids, *_asked(side), timestamp(moment)))
    return {row_id for (row_id,) in rows}


def _settled_by(met: bool, elsewhere: bool) -> str | None:
    if met:
        return "a meeting since"
    return "an answer with the same subject in another conversation" if elsewhere else None


_ASKED = """
SELECT p.activity_id, coalesce(r.contact_id, -r.id), p.at, a.conversation, a.subject, a.topic
FROM participation p JOIN address r ON r.id = p.address_id JOIN activity a ON a.id = p.activity_id
WHERE p.activity_id IN ({}) AND p.touch_code = ? AND p.role_code = ?"""
_EXCHANGED = """
SELECT coalesce(k.contact_id, -k.id), q.at, m.conversation, m.subject, m.topic FROM address k
CROSS JOIN participation q ON q.address_id = k.id AND q.touch_code = ? AND q.at BETWEEN ? AND ?
JOIN activity m ON m.id = q.activity_id WHERE k.{} IN ({})"""


def _answered_elsewhere(log: Log, ids: Sequence[int], side: Side, moment: datetime) -> set[int]:
    """Those that a later message with the same subject, between us and the same person, answers.

    What was exchanged with each person since is read once, however many of these are theirs.
    """
    last = timestamp(moment)
    return _same_subject_elsewhere(log, ids, side, lambda at: (at + 1, last))


def answering_elsewhere(log: Log, ids: Sequence[int], side: Side) -> set[int]:
    """Those that answer themselves what the other side wrote before, by its subject, in another conversation."""
    return _same_subject_elsewhere(log, ids, side, lambda at: (at - WINDOW, at - 1))


def _same_subject_elsewhere(
    log: Log, ids: Sequence[int], side: Side, span: Callable[[int], tuple[int, int]]
) -> set[int]:
    """Those whose subject a message in the other direction has, within `span` (first, last) of theirs."""
    if not ids:
        return set()
    answer = OUTBOUND if side == "us" else INBOUND
    asked: dict[int, dict[object, list[tuple[int, int, int, int]]]] = {}
    for row_id, person, at, conversation, *subject in log.execute(
        _ASKED.format(placeholders(ids)), (*ids, *_asked(side))
    ):
        if (about := compared(*subject)) is not None:
            asked.setdefault(person, {}).setdefault(about, []).append((*span(at), conversation, row_id))
    spans = [one[:2] for topics in asked.values() for messages in topics.values() for one in messages]
    first, last = min((one[0] for one in spans), default=0), max((one[1] for one in spans), default=0)
    found: set[int] = set()
    for column, people in (
        ("contact_id", [one for one in asked if one > 0]),
        ("id", [-one for one in asked if one < 0]),
    ):
        query = _EXCHANGED.format(column, placeholders(people))
        values = (answer, first, last, *people)
        for person, at, elsewhere, *subject in log.execute(query, values) if people else ():
            for begin, end, conversation, row_id in asked[person].get(compared(*subject), ()):
                if begin <= at <= end and conversation != elsewhere:
                    found.add(row_id)
    return found


class _Account(NamedTuple):
    """An account, and through when each source of its mail was read."""

    name: str
    owner: str
    read_through: tuple[int | None, ...]


def _accounts(log: Log, ids: Sequence[int]) -> dict[int, list[_Account]]:
    """By message, the accounts that hold any of its conversation."""
    through: dict[int, list[int | None]] = {}
    mail = f"SELECT account_id, seen_through FROM source WHERE active AND kind IN ({placeholders(source_kind.MAIL)})"
    for account_id, at in log.execute(mail, source_kind.MAIL):
        through.setdefault(account_id, []).append(at)
    known = {
        account_id: _Account(name, owner, tuple(through.get(account_id, ())))
        for account_id, name, owner in log.execute("SELECT id, name, owner FROM account")
    }
    found: dict[int, list[_Account]] = {}
    for row_id, account_id in log.execute(_ACCOUNTS.format(placeholders(ids)), ids):
        found.setdefault(row_id, []).append(known[account_id])
    return found


def _earliest(moments: Sequence[int | None]) -> datetime | None:
    """None if any of them is, or there is none."""
    known = [at for at in moments if at is not None]
    return instant(min(known)) if known and len(known) == len(moments) else None
