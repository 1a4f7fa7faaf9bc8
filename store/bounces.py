"""Which messages came back to us.

A bounce names the message by the header it returns, or as what it answers. One that names none that
is here speaks of one recipient only, and of the message sent to that one at its Arrival-Date, or
where it has none within the hour before it. None is believed that came more than five days after
the message, to an account that did not send it, or of somebody who has written since.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from store.accounts import OURS_IN_IT
from store.codes import DIRECTION, INBOUND, ROLE, VERDICT
from store.lists import among, grouped, rows_among
from store.log import Log

_PATIENCE = 5 * 86400  # seconds; RFC 5321 §4.5.4.1: "at least 4-5 days"
_CLOCKS = 600  # seconds by which the clocks of two hosts may differ
_ON_ITS_WAY = 300  # seconds from the Date of a message to its arrival at the next host, or back, by their clocks
_HOUR = 3600
_BOUNCES = f"""SELECT b.activity_id, n.at, b.email, b.named, b.arrived, b.prompt,
    (SELECT count(*) FROM bounce x WHERE x.activity_id = b.activity_id) FROM bounce b
    JOIN activity n ON n.id = b.activity_id AND n.verdict_code = {VERDICT["bounce"]} WHERE b.activity_id IN ({{}})"""
_SENT = f"direction_code = {DIRECTION['outbound']} AND ends IS NULL"
_SENT_TO = f"""SELECT p.address_id, p.at, p.activity_id FROM participation p JOIN activity o ON o.id = p.activity_id
    WHERE p.address_id IN ({{}}) AND p.role_code <> {ROLE["from"]} AND o.{_SENT} ORDER BY p.at, p.activity_id"""
_TO_OTHERS = f"""SELECT p.activity_id, r.email FROM participation p JOIN address r ON r.id = p.address_id
    WHERE p.activity_id IN ({{}}) AND p.role_code <> {ROLE["from"]} AND r.rule <> 'self'"""
_ACCOUNTS = """SELECT s.activity_id, o.account_id FROM sighting s JOIN place l ON l.id = s.place_id
    JOIN source o ON o.id = l.source_id WHERE s.activity_id IN ({})"""
_OWNED = f"""SELECT p.activity_id, d.account_id FROM {OURS_IN_IT}
    WHERE p.role_code = {ROLE["from"]} AND p.activity_id IN ({{}})"""


class _Bounce(NamedTuple):
    """One address that a bounce gives up on; `email` is "" for the only recipient of what it names."""

    activity_id: int
    at: int
    email: str
    named: int | None
    arrived: int | None
    prompt: int
    addresses: int

    def window(self) -> tuple[int, int]:
        """When what it speaks of was sent, if it names nothing that is here."""
        if self.arrived is not None:
            return self.arrived - _ON_ITS_WAY, self.arrived + _ON_ITS_WAY
        return self.at - _HOUR, self.at


class _Return(NamedTuple):
    """A message that a bounce speaks of, and the address it says it did not reach."""

    message: int
    sent: int
    email: str
    bounce: _Bounce


def bounced(log: Log, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """For these activities (one chunk), the addresses they did not reach; each once."""
    if log.execute("SELECT 1 FROM bounce LIMIT 1").fetchone() is None:
        return
    wanted = set(among(log, f"SELECT id FROM activity WHERE {_SENT} AND id IN ({{}})", ids))
    if not wanted:
        return
    bounces = _bounces(log, _speaking_of(log, wanted))
    returns = [one for one in _returns(log, bounces) if one.message in wanted]
    yield from sorted({(one.message, one.email) for one in _believed(log, returns)})


def concerned(log: Log, seen: Collection[int]) -> set[int]:
    """Messages that may have come back, or not after all, now that these activities were seen, or
    seen once more."""
    new = set(among(log, "SELECT activity_id FROM bounce WHERE activity_id IN ({})", seen))
    bounces = _bounces(log, new | _speaking_of(log, seen))
    return _may_be_meant(log, bounces)


def all_concerned(log: Log) -> set[int]:
    """Every message that a bounce in the log may speak of."""
    query = "SELECT DISTINCT activity_id FROM bounce"
    return _may_be_meant(log, _bounces(log, [row_id for (row_id,) in log.execute(query)]))


def _speaking_of(log: Log, ids: Iterable[int]) -> set[int]:
    """Bounces that name one of these activities, or give up on somebody in one."""
    wanted = list(ids)
    query = "SELECT b.activity_id FROM activity a JOIN bounce b ON b.named = a.identity_hash WHERE a.id IN ({})"
    found = set(among(log, query, wanted))
    people = set(among(log, "SELECT address_id FROM participation WHERE activity_id IN ({})", wanted))
    emails = "SELECT b.activity_id FROM address r JOIN bounce b ON b.email = r.email WHERE r.id IN ({})"
    found.update(among(log, emails, people))
    in_words = (
        "SELECT DISTINCT b.activity_id, q.address_id FROM bounce b JOIN activity o ON o.identity_hash = b.named"
        " JOIN participation q ON q.activity_id = o.id WHERE b.email = ''"
    )
    answered: dict[int, set[int]] = {}
    for bounce, address in log.execute(in_words):
        answered.setdefault(address, set()).add(bounce)
    for address in people & answered.keys():
        found |= answered[address]
    return found


def _bounces(log: Log, ids: Iterable[int]) -> list[_Bounce]:
    return [_Bounce(*row) for row in rows_among(log, _BOUNCES, ids)]


def _returns(log: Log, bounces: Sequence[_Bounce]) -> Iterator[_Return]:
    """What each of these bounces speaks of."""
    named = _named(log, bounces)
    sole = _sole_recipients(log, [row_id for b in bounces if not b.email for row_id, _ in named.get(b.named, ())])
    unnamed: list[_Bounce] = []
    for one in bounces:
        if one.named in named:
            for row_id, at in named[one.named]:
                email = one.email or sole.get(row_id, "")
                if email:
                    yield _Return(row_id, at, email, one)
        elif one.email and one.addresses == 1 and one.prompt:
            unnamed.append(one)
    sent = _sent_to(log, {one.email for one in unnamed})
    for one in unnamed:
        nearest = _nearest(one, sent.get(one.email, []))
        if nearest is not None:
            yield _Return(nearest[1], nearest[0], one.email, one)


def _named(log: Log, bounces: Sequence[_Bounce]) -> dict[int | None, list[tuple[int, int]]]:
    """Hash of an id that some mail here bears → what of that is ours, and when it was sent."""
    query = f"SELECT identity_hash, id, at, {_SENT} FROM activity WHERE ends IS NULL AND identity_hash IN ({{}})"
    found: dict[int | None, list[tuple[int, int]]] = {}
    for key, row_id, at, is_ours in rows_among(log, query, {one.named for one in bounces if one.named is not None}):
        found.setdefault(key, []).extend([(row_id, at)] if is_ours else [])
    return found


def _sole_recipients(log: Log, ids: Iterable[int]) -> dict[int, str]:
    """Message → whom it was to, where that is one alone."""
    found = grouped(log, _TO_OTHERS, set(ids))
    return {row_id: emails.pop() for row_id, emails in found.items() if len(emails) == 1}


def _sent_to(log: Log, addresses: Collection[str]) -> dict[str, list[tuple[int, int]]]:
    """Address → what was sent to it (when, which), in the order of time."""
    query = "SELECT id, email FROM address WHERE email IN ({})"
    emails = dict(rows_among(log, query, addresses))
    sent: dict[str, list[tuple[int, int]]] = {}
    for address, at, row_id in rows_among(log, _SENT_TO, emails):
        sent.setdefault(emails[address], []).append((at, row_id))
    return sent


def _nearest(bounce: _Bounce, sent: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The message sent nearest to the end of the window, or to its middle where the bounce says
    when it arrived."""
    low, high = bounce.window()
    aim = high if bounce.arrived is None else bounce.arrived
    behind = bisect_left(sent, (aim + 1, 0))
    around = [one for one in sent[max(0, behind - 1) : behind + 1] if low <= one[0] <= high]
    return min(around, key=lambda one: abs(one[0] - aim), default=None)


def _believed(log: Log, returns: Sequence[_Return]) -> Iterator[_Return]:
    """Those that came in time, to an account that sent the message, of somebody who has not written
    since."""
    in_time = [one for one in returns if one.sent - _CLOCKS <= one.bounce.at <= one.sent + _PATIENCE]
    if not in_time:
        return
    messages = {one.message for one in in_time}
    accounts = grouped(log, _ACCOUNTS, messages | {one.bounce.activity_id for one in in_time})
    owners = grouped(log, _OWNED, messages)
    recipients = grouped(log, _TO_OTHERS, messages)
    written = _last_written(log, {one.email for one in in_time})
    for one in in_time:
        senders = accounts.get(one.message, set()) | owners.get(one.message, set())
        here = not senders.isdisjoint(accounts.get(one.bounce.activity_id, ()))
        meant = one.email in recipients.get(one.message, ())
        if here and meant and written.get(one.email, one.sent) <= one.sent:
            yield one


def _may_be_meant(log: Log, bounces: Sequence[_Bounce]) -> set[int]:
    named = _named(log, bounces)
    found = {row_id for messages in named.values() for row_id, _ in messages}
    windows: dict[str, list[tuple[int, int]]] = {}
    for one in bounces:
        if one.email and one.addresses == 1:
            windows.setdefault(one.email, []).append(one.window())
    for email, sent in _sent_to(log, windows).items():
        low, high = min(low for low, _ in windows[email]), max(high for _, high in windows[email])
        found.update(row_id for _, row_id in sent[bisect_left(sent, (low, 0)) : bisect_left(sent, (high + 1, 0))])
    return found


def _last_written(log: Log, emails: Iterable[str]) -> dict[str, int]:
    query = (
        "SELECT r.email, max(p.at) FROM address r JOIN participation p ON p.address_id = r.id"
        f" AND p.touch_code = {INBOUND} WHERE r.email IN ({{}}) GROUP BY r.email"
    )
    return dict(rows_among(log, query, emails))
