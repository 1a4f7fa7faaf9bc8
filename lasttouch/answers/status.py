"""How far was everything read, and what could not be?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from store.health import SourceHealth, counts, left_out_by_mistake, newest_mail_after, sources
from store.rights import Inherited, inherited
from store.settings import has_users
from store.targets import Standing, standings

if TYPE_CHECKING:
    from lasttouch.answers.question import Log, Question  # a sync that finds nothing new asks for what is held alone
    from store.workers import Worker

CANNOT_BE_READ = "it could not be read"
MISTAKES_SHOWN = timedelta(days=7)
AHEAD_OF_SERVERS = timedelta(days=1, minutes=10)  # what a right clock and a right server allow a Date to be


class Holdings(NamedTuple):
    """How much a log holds."""

    activities: int
    contacts: int
    touches: int


class Answer(NamedTuple):
    """How every source is doing, and how much the log holds, as of `now`.

    `mail_ahead`: the date of mail that servers took in while our clock says that it lies ahead, if
    there is any. `mistakes`: what was left out of late by a defect of ours, if that was asked for.
    `daemon`: the process that keeps the log up to date, if one does. `targets`: how those that are told
    of dates are doing. `inherited`: who reads what of the accounts that inherit their readers, told to
    whoever asks of the log as a whole. `workers`: who else keeps it up to date, where hosts share it.
    """

    now: datetime
    sources: list[SourceHealth]
    holdings: Holdings
    mail_ahead: datetime | None
    mistakes: list[str]
    daemon: int | None
    targets: Sequence[Standing] = ()
    inherited: Sequence[Inherited] = ()
    workers: Sequence[Worker] = ()

    def behind(self, allowed: timedelta) -> list[SourceHealth]:
        """The sources that were not read to their end for longer than is `allowed`."""
        return [one for one in self.sources if one.last_success is None or self.now - one.last_success > allowed]


def answer(log: Log, question: Question, daemon: int | None = None, mistakes: bool = False) -> Answer:
    from store.workers import workers  # noqa: PLC0415 - see above

    now = question.now
    return Answer(
        now,
        [_without_content(one) for one in sources(log)] if _is_a_teams(log) else sources(log),
        holdings(log),
        newest_mail_after(log, now + AHEAD_OF_SERVERS),
        left_out_by_mistake(log, now - MISTAKES_SHOWN) if mistakes else [],
        daemon,
        standings(log),
        inherited(log) if log.scope.viewer is None and has_users(log) else [],
        workers(log),
    )


def _is_a_teams(log: Log) -> bool:
    """Is it a team's log, and asked as a whole: of the service's health, not by who sees a part of it?"""
    return log.scope.viewer is None and has_users(log)


def _without_content(one: SourceHealth) -> SourceHealth:
    """What whoever keeps a team's service is told: mailboxes and calendars, and what lies in them, by numbers alone."""
    places = tuple(
        place._replace(
            place=f"#{number}",
            error=place.error and CANNOT_BE_READ,
            hint=None,
            skipped=tuple((item if item.isdecimal() else "", reason) for item, reason in place.skipped),
        )
        for number, place in enumerate(one.places, 1)
    )
    if one.fails_in_part:
        return one._replace(error=CANNOT_BE_READ, hint=None, places=places)
    return one._replace(places=places)


def sources_read(log: Log) -> list[SourceHealth]:
    """The sources alone: what all is held is counted by going through it."""
    return sources(log)


def holdings(log: Log) -> Holdings:
    return Holdings(*counts(log))
