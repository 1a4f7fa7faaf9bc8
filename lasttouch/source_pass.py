"""One source, read once: what every kind of source has in common."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta

from activity.errors import AuthenticationFailed, SourceError, Throttled
from lasttouch.agent import Agent
from lasttouch.options import Account
from store import places
from store.database import writing
from store.places import SourceRow

REFUSALS_AN_HOUR = 3
LONGEST_PAUSE_SECONDS = 3600
NAMES_ITS_PLACES = ("caldav", "calendar_urls", "carddav")  # in every pass; of others those with news only

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


class SourcePass:
    """Reads a source, keeps to the limits after refusals, and notes in the database how it went."""

    def __init__(self, agent: Agent, account: Account, row: SourceRow) -> None:
        self.agent = agent
        self.account = account
        self.row = row
        self.started = agent.clock()
        self.report = Report(row.account, row.kind)
        self._visited: set[str] = set()

    def run(self) -> Report:
        self.report.error = self._waits_as_asked() or self._waits_after_refusals()
        if self.report.error is not None:
            return self.report
        try:
            self.read()
        except SourceError as error:
            self.report.error = error
            self._note_outcome(went_through=False)
        else:
            self._note_outcome(went_through=True)
        return self.report

    def read(self) -> None:
        """Read what is new, store it and count it in the report. May raise SourceError, or leave one in the report."""
        raise NotImplementedError

    def visited(self, place: str, error: SourceError | None) -> None:
        """A batch of this place was taken in; `error` is why there is no more of it."""
        self._visited.add(place)
        if error is not None:
            self.report.failed.setdefault(place, error)
            self.report.error = self.report.error or error

    def _waits_as_asked(self) -> SourceError | None:
        """The standing error, where the server asked to be left alone for longer than until now."""
        until = places.throttled_until(self.agent.connection, self.row.id)
        if until is None or until <= self.started:
            return None
        message, hint = places.standing_error(self.agent.connection, self.row.id)
        return Throttled(f"{message}; not tried again before {until:%H:%M} UTC", hint)

    def _waits_after_refusals(self) -> SourceError | None:
        """The standing error, where the server has refused our credentials as often as it may in an hour."""
        recent = [
            at for at in places.refusals(self.agent.connection, self.row.id) if at > self.started - timedelta(hours=1)
        ]
        if len(recent) < REFUSALS_AN_HOUR:
            return None
        message, hint = places.standing_error(self.agent.connection, self.row.id)
        free = recent[0] + timedelta(hours=1)
        return AuthenticationFailed(
            f"{message}; refused {len(recent)} times within the hour, so not tried again before {free:%H:%M} UTC", hint
        )

    def _note_outcome(self, went_through: bool) -> None:
        connection, now, error = self.agent.connection, self.agent.clock(), self.report.error
        with writing(connection):
            if error is None:
                places.note_success(connection, self.row.id, self.started, now)
            else:
                _log.warning("%s of account %s: %s", self.row.kind, self.row.account, self.report.trouble)
                # where only single places were closed to us, the credentials had been taken
                refusal = isinstance(error, AuthenticationFailed) and not went_through
                places.note_failure(connection, self.row.id, error, now, now + self._pause(error), refusal)
            if went_through:
                read = self._visited if self.row.kind in NAMES_ITS_PLACES else None
                places.note_places(connection, self.row.id, self.started, now, read, self.report.failed)

    def _pause(self, error: SourceError) -> timedelta:
        asked = error.retry_after if isinstance(error, Throttled) else None
        return max(self.account.poll_every, timedelta(seconds=min(asked or 0, LONGEST_PAUSE_SECONDS)))
