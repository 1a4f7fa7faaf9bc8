"""What every command that writes works with: the configuration, the house rules and the open database."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields
from datetime import timedelta
from functools import cached_property

from activity.address import domain_of
from activity.errors import Superseded
from activity.facts import Facts, Judgement
from activity.subject import has_prefix, topic
from lasttouch.config import Loaded
from lasttouch.forgetting import Forgotten, ensure_key, erase_again, obey_rules, recall
from lasttouch.local_time import Clock, utc_now
from lasttouch.lock_file import LockFile
from lasttouch.options import Config
from matchers.book import AddressBook
from matchers.domains import with_parents
from matchers.house import House
from matchers.judge import judge
from matchers.never_log import NeverLog
from matchers.owners import Colleague, owner_meant
from store import (
    addresses,
    bounces,
    choosing,
    contacts,
    conversations,
    facts,
    ingest,
    mailings,
    places,
    settings,
    threads,
    touches,
)
from store.database import data_version, database_errors, open_for_writing, writing

CLOCK_TOLERANCE = timedelta(minutes=10)  # machines that share a database may differ by a little


MOST_ROUNDS = 6  # of deriving everything, until nothing is different; two or three are what it takes


class Agent:
    """The log as this configuration sees it. Derived data follows the configuration from `opened` on.

    Whoever uses the `connection` while other threads are about holds the `turn`.
    """

    def __init__(
        self,
        loaded: Loaded,
        connection: sqlite3.Connection,
        clock: Clock,
        lock: LockFile,
        turn: threading.RLock | None = None,
    ) -> None:
        self.loaded = loaded
        self.config = loaded.config
        self.connection = connection
        self.clock = clock
        self.lock = lock
        self.turn = turn or threading.RLock()
        self.retired = False
        self.house = house_of(loaded.config)
        ensure_key(connection)
        self.catch_up()

    @property
    def forgotten(self) -> Forgotten:
        """Who was erased; whom the log must never know of follows from it and the rules."""
        return self._forgotten

    @forgotten.setter
    def forgotten(self, forgotten: Forgotten) -> None:
        self._forgotten = forgotten
        self.never_log = NeverLog(self.config.never_log, forgotten if forgotten.hashes else None)

    def is_current(self) -> bool:
        """Is all that we know of the database as it was at `catch_up`, or changed by ourselves?"""
        return data_version(self.connection) == self._version

    def catch_up(self) -> None:
        """Learn what other processes have changed."""
        self._version = data_version(self.connection)
        self.forgotten = recall(self.connection, self.loaded.database)

    def is_superseded(self) -> bool:
        """Does the log follow another configuration than this one by now?"""
        return settings.read(self.connection, "house") != _digest(self.house, self.config.never_log)

    def followed_configuration(self) -> str | None:
        """The digest of the configuration that was taken up last, by whatever process."""
        return settings.read(self.connection, settings.CONFIGURATION)

    def insist_on_being_current(self) -> None:
        """Raises Superseded where what we would store is judged by rules that hold no more."""
        if self.retired or self.is_superseded():
            raise Superseded("the configuration has changed meanwhile", "run it again")

    @cached_property
    def colleagues(self) -> list[Colleague]:
        """The owners of the accounts."""
        return [
            Colleague(account.name, account.owner or account.name, frozenset(account.addresses))
            for account in self.config.accounts
        ]

    def judge(self, one: Facts) -> Judgement:
        return judge(one, self.house)

    def topic_of(self, subject: str) -> int:
        """What is kept of a subject where subjects are not, by this log's own key; see `activity.facts`."""
        text = topic(subject)
        key = self.forgotten.hash(f"subject:{text}")[:7]
        return 2 * int.from_bytes(key, "big") + has_prefix(subject) if text else 0

    def book(self, canonicals: Collection[str] | None = None) -> AddressBook:
        """The address book as it is now; only the part that decides on these canonical addresses, if given."""
        forms = domains = None
        if canonicals is not None:
            forms = list(canonicals)
            domains = sorted({name for domain in set(map(domain_of, forms)) for name in with_parents(domain)})
        return AddressBook(
            contacts.emails(self.connection, forms), contacts.company_domains(self.connection, domains), self.house
        )

    def take_up(self) -> None:
        """Bring what the log holds in line with the configuration, and with who was erased."""
        self.follow_configuration()
        erase_again(self)
        if places.was_read_after(self.connection, self.clock() + CLOCK_TOLERANCE):
            self.correct_touches()  # our clock was ahead then, and has been set right since

    def follow_configuration(self) -> None:
        """Judge, match and erase anew if what that depends on is not as it was last time."""
        digest = _digest(self.house, self.config.never_log)
        if settings.read(self.connection, "house") != digest:
            with writing(self.connection):
                obey_rules(self)
                self.recompute()
                settings.write(self.connection, "house", digest)
        if self.loaded.digest and settings.read(self.connection, settings.CONFIGURATION) != self.loaded.digest:
            with writing(self.connection):
                register_sources(self.connection, self.config)  # a new one was never read, and answers have to say so
                self._know_owners()
                settings.write(self.connection, settings.CONFIGURATION, self.loaded.digest)

    def _know_owners(self) -> None:
        """Owners that were listed in other words than the configuration's are those of the accounts they mean."""
        for owner in choosing.owners_listed(self.connection):
            if (name := owner_meant(owner, self.colleagues)) != owner:
                choosing.rename_owner(self.connection, owner, name)

    def recompute(self) -> int:
        """Derive every judgement, match and touch from the facts, within a transaction; how many were different.

        Bounces, mailings and conversations hang on directions and matches that are decided in the same round: where
        anything was different, another round follows.
        """
        from lasttouch import expectations  # noqa: PLC0415 - queries do without

        different = 0
        for _ in range(MOST_ROUNDS):
            in_this_round = self._derive_once()
            different += in_this_round
            if not in_this_round:
                break
        expectations.relearn(self.connection, self.clock())  # an estimate as of its making: never wrong, only older
        return different

    def _derive_once(self) -> int:
        from lasttouch.meetings import correct_titles, expand_due  # noqa: PLC0415 - it works with an Agent

        mailings.correct(self.connection)  # a judgement that hangs on it is found different below
        different = ingest.rejudge(self.connection, facts.all_ids(self.connection), self.judge)
        # which message a bounce speaks of may depend on directions that were decided just now
        different += ingest.rejudge(self.connection, sorted(bounces.all_concerned(self.connection)), self.judge)
        different += addresses.rematch(self.connection, self.book())
        different += expand_due(self) + correct_titles(self)
        moved = conversations.replace_all(self.connection).messages
        touches.forget_touches(self.connection, moved)
        different += len(moved) + threads.correct(self.connection)
        return different + touches.correct(self.connection, self.clock())

    def correct_touches(self) -> None:
        """Derive all touches anew: the clock went back, and none may lie ahead."""
        with writing(self.connection):
            touches.correct(self.connection, self.clock())

    def refresh(self) -> None:
        """Derive the touches that changed since last time, or that time has made due."""
        with writing(self.connection):
            touches.refresh(self.connection, self.clock())


@contextlib.contextmanager
def opened(loaded: Loaded, clock: Clock = utc_now) -> Iterator[Agent]:
    """The database open for writing. Raises DatabaseError in plain words, whenever it fails."""
    connection = open_for_writing(loaded.database)
    lock = LockFile(loaded.database)
    try:
        with database_errors(loaded.database):
            agent = Agent(loaded, connection, clock, lock)
            agent.take_up()
            yield agent
    finally:
        lock.close()
        connection.close()


def register_sources(connection: sqlite3.Connection, config: Config) -> list[places.SourceRow]:
    """Make the configured sources those that the log shows."""
    return places.register(
        connection,
        {account.name: (account.owner, account.kinds) for account in config.accounts},
        {account.name: account.addresses for account in config.accounts},
    )


def house_of(config: Config) -> House:
    """Who we are and what we count, as configured."""
    return House(
        own_addresses=frozenset(address for account in config.accounts for address in account.addresses),
        internal_domains=frozenset(config.internal_domains),
        broadcast_over=config.broadcast_over,
        large_meeting_over=config.large_meeting_over,
        unanswered_invitations=config.unanswered_invitations,
        titles=config.titles,
        correction_window_seconds=int(config.correction_window.total_seconds()),
        trusted_authserv_ids=frozenset(a.authserv_id.lower() for a in config.accounts if a.authserv_id),
        forms=frozenset(config.forms),
    )


def _digest(house: House, never_log: Sequence[str]) -> str:
    names = [field.name for field in fields(house) if field.init]
    values = {name: sorted(v) if isinstance(v := getattr(house, name), frozenset) else v for name in names}
    return hashlib.sha256(json.dumps([values, list(never_log)], sort_keys=True).encode()).hexdigest()
