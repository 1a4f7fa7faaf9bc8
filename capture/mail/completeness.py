"""Every message that was asked for: what a server leaves out is asked for once more, and then
named."""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from activity.batch import Skip
from capture.mail.connection import Connection
from capture.mail.fetch import Fetched, Part, fetch_headers
from capture.mail.position import runs, uid_sets

NAMED = 200
SEARCH_AT_ONCE = 100_000
_NOT_GIVEN = "the mail server did not give it, though it was asked for twice"

_log = logging.getLogger(__name__)


def fetch_all(connection: Connection, uids: Sequence[int], at_once: int, sent: bool) -> Iterator[Part]:
    """The headers of these messages, ascending, in sets of `at_once`; see `fetch_headers`.

    Some servers answer OK and leave messages out, when they are busy or their index is damaged, and
    Apache James sends some of them after its OK. Such are asked for again once all else was read;
    what is still not given becomes a named skip, unless it is gone by now. From the first message
    missing on, parts come without `through`: nothing may be taken for read beyond it before the
    end.
    """
    missing: list[int] = []
    answered: set[int] = set()
    done = 0
    for part in fetch_headers(connection, list(uid_sets(uids, at_once)), sent):
        answered.update(one.uid for one in part.messages)
        if part.through is not None:
            end = bisect_right(uids, part.through)
            missing += [uid for uid in uids[done:end] if uid not in answered]
            answered = {uid for uid in answered if uid > part.through}
            done = end
        yield part._replace(through=None) if missing else part
    if missing and (there := _still_there(connection, missing)):
        _log.info("the mail server left out %d messages; they are asked for again", len(there))
        yield from _again(connection, there, at_once, sent)


def _again(connection: Connection, uids: list[int], at_once: int, sent: bool) -> Iterator[Part]:
    wanted = set(uids)
    for part in fetch_headers(connection, list(uid_sets(uids, at_once)), sent, times=2):
        given = [one for one in part.messages if one.uid in wanted]
        wanted.difference_update(one.uid for one in given)
        yield Part(given, None)
    yield Part([Fetched(0, None, skip) for skip in _named(sorted(wanted))], None)


def _still_there(connection: Connection, uids: list[int]) -> list[int]:
    """Those that were not expunged meanwhile."""
    if uids[-1] - uids[0] < SEARCH_AT_ONCE:
        found = set(connection.search(["UID", f"{uids[0]}:{uids[-1]}"]))
    else:
        found = {uid for part in uid_sets(uids, SEARCH_AT_ONCE) for uid in connection.search(["UID", part.text])}
    return [uid for uid in uids if uid in found]


def _named(uids: list[int]) -> Iterator[Skip]:
    for number, (first, last) in enumerate(runs(uids, len(uids))):
        if number == NAMED:
            yield Skip(f"UID {first}:{uids[-1]}", f"{_NOT_GIVEN}: {len(uids)} messages in all")
            return
        yield Skip(f"UID {first}" if first == last else f"UID {first}:{last}", _NOT_GIVEN)
