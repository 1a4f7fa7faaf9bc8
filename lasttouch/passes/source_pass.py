"""One source, read once: what every kind of source has in common."""

from __future__ import annotations

import logging
import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from activity import source_kind
from activity.errors import (
    AuthenticationFailed,
    LasttouchError,
    LeaseLost,
    OurMistake,
    SourceBusy,
    SourceError,
    Throttled,
    Unreachable,
)
from activity.mistakes import mistake
from lasttouch.configuration.options import Account
from lasttouch.keeping.agent import Agent
from lasttouch.passes import pacing
from store import places
from store.places import SourceRow
from store.transactions import writing

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Report:
    """What one pass did with one source. `read` counts items the source gave, `new` activities added to the log,
    `touches` those of them that touch a contact. `error` is the first of the pass; `failed` those of single places,
    by their names: all the others were read.
    """

    account: str
    source: str
    read: int = 0
    new: int = 0
    touches: int = 0
    removed: int = 0
    skipped: int = 0
    error: SourceError | None = None
    failed: dict[str, SourceError] = field(default_factory=dict)

    @property
    def trouble(self) -> str:
        """The error in words, with the place it is of where others were read; "" if all is well."""
        if self.error is None or not self.failed:
            return "" if self.error is None else self.error.message
        place, error = next(iter(self.failed.items()))
        more = len(self.failed) - 1
        return f"{place}: {error.message}" + (f" (and {more} more, see: lasttouch status)" if more else "")


@dataclass(frozen=True, slots=True)
class Manner:
    """How a pass is made. `patience_seconds`: how long to wait for another process that reads the source.

    `repeats`: there will be a next pass after `poll_every`, as a daemon makes them. `insists`: it is made though the
    server has refused us as often as it may in an hour, for somebody says that the password is another now.
    `make_room` is called where no connection can be made; it gives up others that we hold, and says whether there were.
    """

    patience_seconds: float = 10.0
    repeats: bool = False
    insists: bool = False
    make_room: Callable[[], bool] = field(default=lambda: False)
    chance: random.Random = field(default_factory=random.Random)


ONCE = Manner()


class SourcePass:
    """Reads a source, keeps to the limits after refusals, and notes in the database how it went.

    `next_attempt` is when it may, or in a daemon will be, read next; None where there is no saying. `went_through`:
    the source as a whole was read, though single places of it may have failed. `needed_room`: only after other
    connections were given up.
    """

    def __init__(self, agent: Agent, account: Account, row: SourceRow, manner: Manner = ONCE) -> None:
        self.agent = agent
        self.account = account
        self.row = row
        self.manner = manner
        self.started = agent.clock()
        self.next_attempt: datetime | None = None
        self.went_through = False
        self.needed_room = False
        self.report = Report(row.account, row.kind)
        self._visited: set[str] = set()
        self._expects_refusal = False

    def run(self) -> Report:
        """What is wrong with the source stands in the report. Raises sqlite3.Error, DatabaseError and Superseded."""
        with self.agent.turns.alone(self.row.id, self.manner.patience_seconds) as alone:
            try:
                if alone:
                    return self._run()
            except LeaseLost:
                self.next_attempt = None
            self.report.error = SourceBusy(
                f"another lasttouch is reading {self.row.kind} of {self.row.account} right now",
                "what it reads will be in the log; see: lasttouch status",
            )
        return self.report

    @contextmanager
    def storing(self) -> Iterator[None]:
        """A transaction of this pass. Raises LeaseLost where somebody else reads the source by now."""
        with self.agent.lock, writing(self.agent.connection):
            self.agent.turns.insist(self.row.id)
            yield

    def _run(self) -> Report:
        with self.agent.lock:
            if self.account.inherits_readers:
                from lasttouch.passes.inheriting import lapse  # noqa: PLC0415 - few accounts do

                with self.storing():
                    lapse(self.agent.connection, self.row.id, self.started)
            refused = self._refusals()
            self.report.error = self._waits_as_asked() or self._waits_after(refused)
            if self.report.error is None and refused:
                self._expect_refusal()
        if self.report.error is not None:
            return self.report
        try:
            self._read_making_room()
            self.went_through = True
        except SourceError as error:
            self.report.error = error
        except (LasttouchError, sqlite3.Error):
            raise
        except Exception as error:  # noqa: BLE001 - a mistake of ours with one source must not stop the others
            said = mistake(error)
            _log.error("%s %s: %s", self.row.account, self.row.kind, said)
            self.report.error = OurMistake(said, "report that line; it tells nothing of your mail")
        with self.agent.lock:
            self._note_outcome()
        return self.report

    def _read_making_room(self) -> None:
        """Where our own watches hold all the connections that a server allows, every pass would be refused for ever."""
        try:
            self.read()
        except (Throttled, Unreachable):
            if self._visited or not self.manner.make_room():
                raise
            self.read()
            self.needed_room = True

    def read(self) -> None:
        """Read what is new, store it and count it in the report. May raise SourceError, or leave one in the report."""
        raise NotImplementedError

    def visited(self, place: str, error: SourceError | None) -> None:
        """A batch of this place was taken in; `error` is why there is no more of it."""
        self._visited.add(place)
        if self._expects_refusal:
            self._expects_refusal = False
            with self.agent.lock:
                self._forget_refusals()
        if error is not None:
            self.report.failed.setdefault(place, error)
            self.report.error = self.report.error or error

    def cursors(self) -> dict[str, str]:
        with self.agent.lock:
            return places.cursors(self.agent.log, self.row.id)

    def _waits_as_asked(self) -> SourceError | None:
        """The standing error, where the server asked to be left alone for longer than until now."""
        until = places.throttled_until(self.agent.log, self.row.id)
        if until is None or until <= self.started:
            return None
        message, hint = places.standing_error(self.agent.log, self.row.id)
        self.next_attempt = until
        return Throttled(f"{message}; not tried again before {until:%H:%M} UTC", hint)

    def _refusals(self) -> list[datetime]:
        """When our credentials were refused since they were last taken; who insists has others now."""
        if self.manner.insists:
            self._forget_refusals()
        return places.refusals(self.agent.log, self.row.id)

    def _waits_after(self, refused: Sequence[datetime]) -> SourceError | None:
        """The standing error, where the server has refused our credentials as often as it may in an hour."""
        free = pacing.free_again(refused, self.started)
        if free is None:
            return None
        self.next_attempt = free
        message, hint = places.standing_error(self.agent.log, self.row.id)
        return AuthenticationFailed(
            f"{message}; refused {pacing.REFUSALS_AN_HOUR} times within the hour,"
            f" so not tried again before {free:%H:%M} UTC",
            f"{hint}; then: lasttouch sync --retry" if hint else "when it is corrected: lasttouch sync --retry",
        )

    def _expect_refusal(self) -> None:
        """After a refusal the next attempts count before they are made: the answer may be lost, or we be killed."""
        self._expects_refusal = True
        with self.storing():
            places.note_refusal(self.agent.connection, self.row.id, self.started)

    def _forget_refusals(self) -> None:
        with self.storing():
            places.forget_refusals(self.agent.connection, self.row.id)

    def _note_outcome(self) -> None:
        connection, now = self.agent.connection, self.agent.clock()
        error = self.report.error = self._in_view_of_refusals(self.report.error)
        with self.storing():
            if self.went_through and self.manner.repeats:
                self.next_attempt = pacing.after_success(now, self.account.poll_every, self.manner.chance)
            if error is None:
                places.note_success(connection, self.row.id, self.started, now, self.next_attempt)
            else:
                # where only single places were closed to us, the credentials had been taken
                refused = isinstance(error, AuthenticationFailed) and not self.went_through
                if refused and not self._expects_refusal:
                    places.note_refusal(connection, self.row.id, now)
                places.note_failure(connection, self.row.id, error, now, None)
                self._plan(error, now)
            if self.account.inherits_readers and not self.went_through:
                from lasttouch.passes.inheriting import close_after  # noqa: PLC0415 - few accounts do

                close_after(connection, self.row.id, error)
            if self.went_through:
                read = self._visited if self.row.kind in source_kind.COLLECTIONS else None
                places.note_places(
                    connection, self.row.id, self.started, now, read, self.report.failed, self._back_to()
                )

    def _back_to(self) -> datetime:
        """From when on the source is read; meetings by the window of the whole configuration, as `init` reads them."""
        meetings = self.row.kind in source_kind.CALENDARS
        config = self.agent.config if meetings else self.agent.loaded.config
        return self.started - config.reads_back(self.account)

    def _in_view_of_refusals(self, error: SourceError | None) -> SourceError | None:
        """What keeps us from trying again is the password, though the last we saw was a connection that ended."""
        if not (self._expects_refusal and isinstance(error, Unreachable)):
            return error
        if pacing.free_again(places.refusals(self.agent.log, self.row.id), self.started) is None:
            return error
        return AuthenticationFailed(
            f"{error.message}, after the user name or password had been refused", "correct the user name or password"
        )

    def _plan(self, error: SourceError, now: datetime) -> None:
        connection, row_id = self.agent.connection, self.row.id
        if not self.went_through or isinstance(error, Throttled):
            since = places.standing(self.agent.log, row_id).failing_since
            refused = places.refusals(self.agent.log, row_id)
            self.next_attempt = pacing.after_failure(
                now, error, since, refused, self.account.poll_every, self.manner.chance
            )
        places.plan(connection, row_id, self.next_attempt)
