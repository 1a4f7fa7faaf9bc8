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
from store.lists import ROWS_AT_ONCE, chunks, placeholders, rows_among
from store.log import Log
from store.rows import instant, timestamp
from store.threads import THEM, US, Turn, by_chance, in_order, in_time, more_than, waiting, waiting_among, waiting_then

FIRST = 100
PAGE = 64  # what is shown is looked up for so many at once
PAGE_OF_LIKELY = 128  # of most of these nothing is shown
Side = Literal["us", "them"]
Order = Literal["likely", "newest", "oldest"]
_WHO: Mapping[Side, int] = {"us": US, "them": THEM}


class Correspondent(NamedTuple):
    """The other side of a message that waits; `contact_id` is None where nobody lists them.

    What follows is looked up by `named`.
    """

    address_id: int
    address: str
    contact_id: int | None
    name: str = ""
    company: str | None = None
    owner: str = ""


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
    turns: Iterator[Turn]
    if as_of:
        then = waiting_then(log, _WHO[side], timestamp(moment), order != "oldest")
        turns = (turn for turn in then if turn.at <= last)
    elif order == "likely":
        turns = by_chance(log, _WHO[side], first, last)
    else:
        asked = None if contacts is None else _asking(log, side, contacts, first, last, order == "newest")
        turns = _turns(log, side, last, order == "newest", asked)
    if contacts is not None and (as_of or order == "likely"):
        among = set(_asking(log, side, contacts, first, last))
        turns = (turn for turn in turns if turn.activity_id in among)
    while page := list(islice(turns, PAGE_OF_LIKELY if order == "likely" else PAGE)):
        yield from _page(log, side, page, unlisted)


def newest(log: Log, side: Side, until: datetime, moment: datetime, look: int, unlisted: bool) -> Iterator[Waiting]:
    """Of the newest `look` that wait and are no newer than `until`, what `awaiting` gives, the newest first, without
    most of what was talked about in a meeting before `moment`."""
    values = (_WHO[side], timestamp(until), look, *_asked(side), timestamp(moment))
    met = {row_id for (row_id,) in log.execute(_KNOWN_TO_HAVE_MET, values)}
    all_of_them = in_time(log, _WHO[side], look, newest_first=True, until=timestamp(until))
    turns = (one for one in all_of_them if one.activity_id not in met)
    while page := list(islice(turns, PAGE)):
        yield from _page(log, side, page, unlisted)


def are_more_than(log: Log, side: Side, until: datetime, number: int) -> bool:
    """Do more than so many wait, no newer than `until`?"""
    return more_than(log, _WHO[side], timestamp(until), number)


def settled(log: Log, side: Side, moment: datetime, found: Sequence[Waiting]) -> list[Waiting]:
    """These, with what settled them as of `moment`."""
    met = _met_since(log, found, moment)
    elsewhere = _answered_elsewhere(log, [one for one in found if one.activity_id not in met], side, moment)
    return [
        one._replace(settled_by="a meeting since" if one.activity_id in met else _ELSEWHERE)
        if one.activity_id in met or one.activity_id in elsewhere
        else one
        for one in found
    ]


def named(log: Log, found: Sequence[Waiting]) -> list[Waiting]:
    """These, with what the other side is called, where they work and whose contacts they are; without what somebody
    has part in who was erased meanwhile."""
    addresses = {other.address_id for one in found for other in one.others}
    known = {row_id: words for row_id, *words in rows_among(log, _NAMES, addresses)}
    return [
        one._replace(others=tuple([Correspondent(*other[:3], *known[other.address_id]) for other in one.others]))
        for one in found
        if all(other.address_id in known for other in one.others)
    ]


def told(log: Log, found: Sequence[Waiting]) -> Iterator[Waiting]:
    """These, with the ids and subjects of their messages, who holds them, and what `named` looks up; without those
    that were erased meanwhile."""
    for some in chunks(named(log, found), PAGE):
        ids = [one.activity_id for one in some]
        query = f"SELECT id, identity, subject FROM activity WHERE id IN ({placeholders(ids)})"
        texts = {row_id: texts for row_id, *texts in log.execute(query, ids)}
        accounts = _accounts(log, ids)
        for one in some:
            if one.activity_id not in texts:
                continue
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


_OTHERS = """
SELECT p.activity_id, r.id, r.email, c.id
FROM participation p JOIN address r ON r.id = p.address_id LEFT JOIN contact c ON c.id = r.contact_id
WHERE p.activity_id IN ({}) AND p.touch_code = ? AND p.role_code = ? ORDER BY c.id IS NULL, r.email"""
_NAMES = f"""
SELECT r.id, coalesce(c.name, r.name), coalesce(o.name, d.name), {OWNER}
FROM address r LEFT JOIN contact c ON c.id = r.contact_id
LEFT JOIN company o ON o.id = c.company_id LEFT JOIN company d ON d.id = r.company_id
WHERE r.id IN ({{}})"""
_LAST_MET = f"""
SELECT k.{{0}}, max((
    SELECT q.at FROM participation q CROSS JOIN activity m ON m.id = q.activity_id
    WHERE q.address_id = k.id AND q.touch_code = {MEETING} AND m.ends <= ? ORDER BY q.at DESC LIMIT 1))
FROM address k WHERE k.{{0}} IN ({{1}}) GROUP BY 1"""
_KNOWN_TO_HAVE_MET = f"""
SELECT t.activity_id FROM (
    SELECT activity_id, at FROM thread WHERE waits_for = ? AND at <= ? ORDER BY {in_order(True)} LIMIT ?) t
CROSS JOIN participation p ON p.activity_id = t.activity_id AND p.touch_code = ? AND p.role_code = ?
JOIN address r ON r.id = p.address_id JOIN contact_touch c ON c.contact_id = r.contact_id
WHERE c.last_meeting > t.at AND (c.due IS NULL OR c.due > ?)"""
_ELSEWHERE = "an answer with the same subject in another conversation"
_ACCOUNTS = """
SELECT DISTINCT one.id, o.account_id FROM activity one
JOIN activity other ON other.thread = one.conversation
    OR (other.thread IS NULL AND other.identity_hash = one.conversation)
JOIN sighting s ON s.activity_id = other.id JOIN place l ON l.id = s.place_id JOIN source o ON o.id = l.source_id
WHERE one.id IN ({}) ORDER BY o.account_id"""


def _turns(log: Log, side: Side, until: int, newest_first: bool, asked: Iterator[int] | None) -> Iterator[Turn]:
    """The messages whose turn it is on this side, of these alone if they are `asked` for in this very order; most
    callers want but the first few."""
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


def _page(log: Log, side: Side, turns: Sequence[Turn], unlisted: bool) -> list[Waiting]:
    """These messages, with whom they wait for."""
    others = _others(log, [one.activity_id for one in turns], side)
    if not unlisted:
        others = {row_id: people for row_id, people in others.items() if people[0].contact_id is not None}
    return [
        Waiting(
            activity_id=one.activity_id,
            message_id=None,
            at=instant(one.at),
            side=side,
            subject="",
            others=tuple(others[one.activity_id]),
            accounts=(),
            read_through=None,
            conversation=one.conversation,
            chance=1.0 if one.percent is None else one.percent / 100,
        )
        for one in turns
        if one.activity_id in others
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


def _met_since(log: Log, found: Sequence[Waiting], moment: datetime) -> set[int]:
    """Those after which there was a meeting with one of the other side: then it was talked about."""
    last: dict[int, int] = {}
    for column, sign, numbers in _by_column({_person(other) for one in found for other in one.others}):
        for some in chunks(numbers):
            query = _LAST_MET.format(column, placeholders(some))
            rows = log.execute(query, (timestamp(moment), *some))
            last.update({sign * number: at for number, at in rows if at is not None})
    return {
        one.activity_id for one in found if any(last.get(_person(other), 0) > timestamp(one.at) for other in one.others)
    }


def _person(one: Correspondent) -> int:
    """One number for all addresses of a contact."""
    return -one.address_id if one.contact_id is None else one.contact_id


def _by_column(people: Collection[int]) -> Iterator[tuple[str, int, list[int]]]:
    """How the addresses of these are found: what column of `address` is one of which numbers, and with which sign
    these are people. Whoever is listed meanwhile is still who was asked for."""
    for column, sign in (("contact_id", 1), ("id", -1)):
        if numbers := [sign * one for one in people if sign * one > 0]:
            yield column, sign, numbers


_EXCHANGED = """
WITH asked (person, since, until) AS (VALUES {})
SELECT asked.person, q.at, m.conversation, m.subject, m.topic FROM asked
CROSS JOIN address k ON k.{} = asked.person
CROSS JOIN participation q ON q.address_id = k.id AND q.touch_code = ? AND q.at BETWEEN asked.since AND asked.until
CROSS JOIN activity m ON m.id = q.activity_id"""


def _answered_elsewhere(log: Log, found: Sequence[Waiting], side: Side, moment: datetime) -> set[int]:
    """Those that a later message with the same subject, between us and the same person, answers.

    What was exchanged with each person since is read once, however many of these are theirs.
    """
    last = timestamp(moment)
    return _same_subject_elsewhere(log, found, side, lambda at: (at + 1, last))


def answering_elsewhere(log: Log, found: Sequence[Waiting], side: Side) -> set[int]:
    """Those that answer themselves what the other side wrote before, by its subject, in another conversation."""
    return _same_subject_elsewhere(log, found, side, lambda at: (at - WINDOW, at - 1))


def _same_subject_elsewhere(
    log: Log, found: Sequence[Waiting], side: Side, span: Callable[[int], tuple[int, int]]
) -> set[int]:
    """Those whose subject a message in the other direction has, within `span` (first, last) of theirs."""
    subjects = rows_among(
        log, "SELECT id, subject, topic FROM activity WHERE id IN ({})", [one.activity_id for one in found]
    )
    abouts = {row_id: about for row_id, *subject in subjects if (about := compared(*subject)) is not None}
    asked: dict[int, dict[object, list[tuple[int, int, int, int]]]] = {}
    for one in found:
        if (about := abouts.get(one.activity_id)) is not None:
            message = (*span(timestamp(one.at)), one.conversation, one.activity_id)
            for other in one.others:
                asked.setdefault(_person(other), {}).setdefault(about, []).append(message)
    spans = {
        person: [bound(one[at] for some in topics.values() for one in some) for at, bound in ((0, min), (1, max))]
        for person, topics in asked.items()
    }
    answered: set[int] = set()
    for column, sign, numbers in _by_column(asked):
        for some in chunks(numbers, ROWS_AT_ONCE):
            query = _EXCHANGED.format(",".join(["(?, ?, ?)"] * len(some)), column)
            values = [value for one in some for value in (one, *spans[sign * one])]
            for number, at, elsewhere, *subject in log.execute(query, (*values, OUTBOUND if side == "us" else INBOUND)):
                for begin, end, conversation, row_id in asked[sign * number].get(compared(*subject), ()):
                    if begin <= at <= end and conversation != elsewhere:
                        answered.add(row_id)
    return answered


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
