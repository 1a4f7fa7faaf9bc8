"""One source's turn in the daemon: read it, tell what came of it, and say when it is read next."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from activity.errors import DatabaseError, SourceBusy, Superseded
from activity.mistakes import mistake
from lasttouch.daemon.schedule import Lane, Plan
from lasttouch.daemon.watch_policy import few_connections
from lasttouch.daemon.watching import Watching
from lasttouch.keeping.agent import Agent
from lasttouch.passes.pipeline import pass_over, settle
from lasttouch.passes.source_pass import Manner, Report, SourcePass
from lasttouch.passes.sources import mail_source_of
from store import places
from store.database import database_errors
from store.places import SourceRow
from store.transactions import writing

SOON = timedelta(seconds=10)
LATER = timedelta(seconds=30)
MUCH_LATER = timedelta(minutes=5)

_log = logging.getLogger(__name__)


def lane_of(went_well: bool) -> Lane:
    return "steady" if went_well else "doubtful"


class Reading:
    """Reads sources for the schedule; `agent` is set before the first. Never raises."""

    agent: Agent

    def __init__(self, watching: Watching, heard: Callable[[Report], None], outdated: Callable[[], None]) -> None:
        self._watching = watching
        self._heard = heard
        self._outdated = outdated
        self._failing: set[int] = set()
        self._noticed: str | None = None
        self._allowed: dict[int, int | None] = {}

    def read(self, row: SourceRow) -> Plan:
        agent = self.agent
        try:
            with database_errors(agent.loaded.database):
                self._notice_another_configuration(agent)
                one = pass_over(agent, row, self._manner(agent, row))
                report = one.run()
                self._follow_up(agent, one)
        except Superseded:
            if agent is not self.agent:  # the new configuration is in force already
                return Plan(agent.clock(), "steady")
            self._outdated()
            return Plan(agent.clock() + LATER, "steady")
        except DatabaseError as error:
            _log.error("%s %s: %s. %s", row.account, row.kind, error.message, error.hint, extra=_about(row))
            return Plan(agent.clock() + LATER, "steady")
        except Exception as error:  # noqa: BLE001 - a mistake of ours with one source must not stop the others
            _log.error("%s %s: %s", row.account, row.kind, mistake(error), extra=_about(row))
            return Plan(agent.clock() + MUCH_LATER, "doubtful")
        self._tell(row, report, one.next_attempt)
        self._heard(report)
        if one.next_attempt is None:  # somebody else is reading it
            return Plan(agent.clock() + SOON, "steady")
        return Plan(one.next_attempt, lane_of(one.went_through))

    def _notice_another_configuration(self, agent: Agent) -> None:
        """A query that followed a changed file tells us of it; once, as it may not be to our taste."""
        with agent.lock:
            followed = agent.followed_configuration()
        if followed not in (agent.loaded.digest, self._noticed):
            self._noticed = followed
            self._outdated()

    def _follow_up(self, agent: Agent, one: SourcePass) -> None:
        if one.report.new or one.report.removed:
            settle(agent)
        if one.row.kind != "imap":
            return
        self._watching.was_read(one.row.id, brought=bool(one.report.read))
        if one.needed_room:
            self._watching.room_was_needed(one.row.id)
        self._note_allowed(agent, one.row, self._watching.allowed(one.row.id))
        if one.went_through:
            self._watching.keep(one.row.id, mail_source_of(agent.loaded, one.account, one.started.date()))

    def _note_allowed(self, agent: Agent, row: SourceRow, allowed: int | None) -> None:
        """For `status`, once where it changes, and at the first pass: what an earlier daemon learnt
        is no longer so."""
        if row.id in self._allowed and self._allowed[row.id] == allowed:
            return
        self._allowed[row.id] = allowed
        with agent.lock, writing(agent.connection):
            places.note_watches_allowed(agent.connection, row.id, allowed)
        if allowed is not None:
            _log.info("%s %s: %s", row.account, row.kind, few_connections(allowed), extra=_about(row))

    def _manner(self, agent: Agent, row: SourceRow) -> Manner:
        def make_room() -> bool:
            account = next(one for one in agent.config.accounts if one.name == row.account)
            return account.imap is not None and self._watching.make_room(row.id, account.imap.host)

        if row.kind == "imap":
            return Manner(patience_seconds=0.0, repeats=True, make_room=make_room)
        return Manner(patience_seconds=0.0, repeats=True)

    def _tell(self, row: SourceRow, report: Report, next_attempt: datetime | None) -> None:
        error = report.error
        if isinstance(error, SourceBusy):
            _log.debug("%s %s: %s", row.account, row.kind, error.message, extra=_about(row))
            return
        if error is not None:
            when = f"; next attempt {next_attempt:%H:%M:%S} UTC" if next_attempt else ""
            hint = f" ({error.hint})" if error.hint and row.id not in self._failing else ""
            level = logging.INFO if row.id in self._failing else logging.WARNING
            self._failing.add(row.id)
            _log.log(level, "%s %s: %s%s%s", row.account, row.kind, error.message, hint, when, extra=_about(row))
            return
        if row.id in self._failing:
            self._failing.discard(row.id)
            _log.info("%s %s: works again", row.account, row.kind, extra=_about(row))
        level = logging.INFO if report.new or report.removed or report.skipped else logging.DEBUG
        _log.log(
            level, "%s %s: %d read, %d new, %d touches, %d removed, %d skipped", row.account, row.kind,
            report.read, report.new, report.touches, report.removed, report.skipped, extra=_about(row),
        )  # fmt: skip


def _about(row: SourceRow) -> dict[str, str]:
    return {"account": row.account, "source": row.kind}
