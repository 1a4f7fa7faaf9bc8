"""One pass over the sources: batch → judgement → log, with the cursor in the same transaction."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from activity import source_kind
from activity.address import domain_of
from activity.batch import Batch
from activity.errors import Superseded
from activity.mark import FLAGGED
from lasttouch.configuration.options import Account
from lasttouch.keeping.agent import Agent, register_sources
from lasttouch.keeping.lessons_due import is_anything_unjudged, is_lesson_due
from lasttouch.passes.source_pass import ONCE, Manner, Report, SourcePass
from lasttouch.passes.sources import source_of
from matchers.domains import is_free_mail
from store import access, changes, deferred, marks
from store.places import SourceRow
from store.rows import timestamp
from store.said import ONE_KEEPER
from store.server_place import server_of
from store.transactions import writing
from store.unmatched import unmatched

if TYPE_CHECKING:
    from lasttouch.passes.storing import Storing

EXPAND_AGAIN_AFTER = timedelta(days=1)
# A batch is some 200,000 objects that are all alive and in no cycle; to look for cycles among them at every
# 700th, as Python does by default, took a tenth of a first pass.
OBJECTS_BETWEEN_COLLECTIONS = 250_000

Progress = Callable[[Report, Batch], None]


def sync(
    agent: Agent, only: str | None = None, progress: Progress | None = None, manner: Manner = ONCE
) -> Iterator[Report]:
    """Read every source of every account (or of the one named `only`) once; a report each, as it is done.

    A source that fails is reported and noted in the database; the others are read all the same.
    """
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, 20, 20)
    rows = [row for row in registered(agent) if only in (None, row.account)]
    for row in sorted(rows, key=lambda row: row.kind not in source_kind.CONTACTS):  # what follows is matched to them
        yield pass_over(agent, row, manner, progress).run()
    settle(agent)


def registered(agent: Agent) -> list[SourceRow]:
    """The sources of the configuration, which from now on are those the log shows."""
    with agent.lock, writing(agent.connection):
        return register_sources(agent.connection, agent.config)


def pass_over(agent: Agent, row: SourceRow, manner: Manner = ONCE, progress: Progress | None = None) -> SourcePass:
    """One pass over one source, yet to be run. Raises Superseded where the configuration knows it no more."""
    account = next((account for account in agent.config.accounts if account.name == row.account), None)
    if account is None or row.kind not in account.kinds:
        raise Superseded(f"the configuration has no {row.kind} of {row.account} any more")
    if row.kind in source_kind.CONTACTS:
        from lasttouch.passes.book_pass import AddressBookPass  # noqa: PLC0415 - where there is an address book

        return AddressBookPass(agent, account, row, manner)
    return _ActivityPass(agent, account, row, manner, progress)


def settle(agent: Agent) -> None:
    """What follows from new activities, or from time, once they are in the log: contacts, and touches that are due."""
    with agent.lock:
        if agent.config.contacts_from == "two-way":
            met = unmatched(agent.log, agent.clock(), two_way=True, to_be_listed=True, aside_of=ONE_KEEPER)
            at_work = [one for one in met if one.company or not is_free_mail(domain_of(one.address))]
            if at_work:  # private mailboxes are for the user to choose among: contacts suggest
                from lasttouch.keeping.met import add_met  # noqa: PLC0415 - where there is anybody new

                add_met(agent, at_work)
        if any(one.keep is not None for one in agent.config.accounts):
            from lasttouch.keeping.retention import keep_no_longer  # noqa: PLC0415 - few have a limit

            keep_no_longer(agent)
        agent.refresh()
        if is_lesson_due(agent.log) or is_anything_unjudged(agent.log, agent.clock()):
            from lasttouch.keeping import learning  # noqa: PLC0415 - where there is anything new

            lesson = learning.lesson_due(agent.log, agent.clock())
            with writing(agent.connection):
                learning.keep_up(agent.connection, agent.clock(), lesson)
        with writing(agent.connection):
            marks.prune(agent.connection, timestamp(agent.clock() - marks.KEPT), FLAGGED)
            access.prune(agent.connection, agent.clock())
            changes.prune(agent.connection)
        if server_of(agent.loaded.database) is not None:
            from lasttouch.keeping.letting_in import keep_doors  # noqa: PLC0415 - of a log on a server

            keep_doors(agent)


class _ActivityPass(SourcePass):
    """Mail or a calendar."""

    def __init__(
        self, agent: Agent, account: Account, row: SourceRow, manner: Manner, progress: Progress | None
    ) -> None:
        super().__init__(agent, account, row, manner)
        self.progress = progress

    @cached_property
    def _storing(self) -> Storing:
        from lasttouch.passes.storing import Storing  # noqa: PLC0415 - where nothing is new, nothing is judged

        return Storing(self)

    def read(self) -> None:
        source = source_of(self.agent.loaded, self.account, self.row.kind, self.started)
        for batch in source.batches(self.cursors()):
            self._storing.store(batch)
            if self.progress is not None:
                self.progress(self.report, batch)
        self._expand_further()

    def _expand_further(self) -> None:
        """As the window moves, further occurrences of series come into it, and earlier meetings where it grows, without
        any change on the server."""
        known_to = self.started + self.agent.config.horizon - EXPAND_AGAIN_AFTER
        known_from = self.started - self.agent.config.reads_back(self.account) + EXPAND_AGAIN_AFTER
        while True:
            with self.agent.lock:
                due = deferred.to_expand_again(self.agent.log, self.row.id, known_from, known_to)
                read_with = self.agent.forgotten
            if not due or self._storing.expand(due, read_with):
                return
