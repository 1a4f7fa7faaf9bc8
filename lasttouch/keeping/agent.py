"""What every command that writes works with: the configuration, the policy and the open database."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import fields
from functools import cached_property, partial
from typing import TYPE_CHECKING

from activity.address import Address, domain_of
from activity.errors import Superseded
from activity.subject import has_prefix, topic
from lasttouch.configuration.config import LoadedConfig
from lasttouch.configuration.options import Config
from lasttouch.configuration.rights_options import by_team
from lasttouch.keeping.forgotten import Forgotten, ensure_key, recall
from lasttouch.keeping.lock_file import LockFile
from lasttouch.keeping.turns import turns_of
from lasttouch.keeping.whose import OF_THE_LIST
from lasttouch.local_time import Clock
from matchers.canonical import canonical
from matchers.never_log import NeverLog
from matchers.owners import Colleague
from matchers.policy import Policy
from store import places, settings, targets, touches, users
from store.database import data_version
from store.log import Log
from store.said import ONE_KEEPER
from store.transactions import writing
from store.users import Grants, Team, UserEntry

if TYPE_CHECKING:
    from activity.facts import Facts, Judgement
    from matchers.book import AddressBook


class Agent:
    """The log as this configuration sees it. Derived data follows the configuration once it is applied
    (`opening.py`).

    Whoever uses the `connection`, or the `log` that reads by it, while other threads are about holds the `lock`.
    A user who changes something is `user_id`, means by their words what is `seen` by them, and lists contacts by their
    `holding`.
    """

    def __init__(
        self,
        loaded: LoadedConfig,
        connection: sqlite3.Connection,
        clock: Clock,
        lock_file: LockFile,
        lock: threading.RLock | None = None,
    ) -> None:
        self.loaded = loaded
        self.config = loaded.config
        self.connection = connection
        self.log = Log(connection)
        self.clock = clock
        self.lock = lock or threading.RLock()
        self.lock_file = lock_file
        self.turns = turns_of(connection, self.lock, lock_file)
        self.retired = False
        self.user_id = ONE_KEEPER
        self.seen = self.log
        self.holding = OF_THE_LIST
        self.policy = policy_of(loaded.config)
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
        self._kept_out: dict[tuple[NeverLog, frozenset[str]], NeverLog] = {}

    def kept_out(self, accounts: Iterable[str]) -> NeverLog:
        """Whom these accounts must never know of: that, and whom their users erased from them alone."""
        if not self._forgotten.hashes:
            return self.never_log
        key = self.never_log, frozenset(accounts)
        if key not in self._kept_out:
            self._kept_out[key] = self.never_log.also(self._forgotten.within(key[1]))
        return self._kept_out[key]

    def is_current(self, judged_by: Forgotten | None = None) -> bool:
        """Is all that we know of the database as it was at `catch_up`, or changed by ourselves?

        What was judged by who was erased then is not, where another thread has caught up since and found more.
        """
        return data_version(self.connection) == self._version and judged_by in (None, self._forgotten)

    def catch_up(self) -> None:
        """Learn what other processes have changed."""
        self._version = data_version(self.connection)
        known = recall(self.log, self.loaded.database)
        if known != getattr(self, "_forgotten", None):
            self.forgotten = known

    def is_superseded(self) -> bool:
        """Does the log follow another configuration than this one by now?"""
        return settings.read(self.log, settings.POLICY) != self.rules_digest()

    def rules_digest(self) -> str:
        """Changes with what judging, matching and erasing depend on."""
        names = [field.name for field in fields(self.policy) if field.init]
        values = {name: sorted(v) if isinstance(v := getattr(self.policy, name), frozenset) else v for name in names}
        owners = [[one.owner, sorted(one.addresses)] for one in self.colleagues]
        rules = [values, list(self.config.never_log), owners]
        return hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()

    def followed_configuration(self) -> str | None:
        """The digest of the configuration that was applied last, by whatever process."""
        return settings.read(self.log, settings.CONFIGURATION)

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

    @property
    def judge(self) -> Callable[[Facts], Judgement]:
        """What this configuration says of facts."""
        from matchers.judge import judge  # noqa: PLC0415 - where something is judged

        return partial(judge, policy=self.policy)

    def topic_of(self, subject: str) -> int:
        """What is kept of a subject where subjects are not, by this log's own key; see `activity.facts`."""
        text = topic(subject)
        key = self.forgotten.hash(f"subject:{text}")[:7]
        return 2 * int.from_bytes(key, "big") + has_prefix(subject) if text else 0

    def book(self, canonicals: Collection[str] | None = None) -> AddressBook:
        """The address book as it is now; only the part that decides on these canonical addresses, if given."""
        from matchers.book import AddressBook  # noqa: PLC0415 - where something is matched
        from matchers.domains import with_parents  # noqa: PLC0415
        from store import contacts  # noqa: PLC0415

        forms = domains = None
        if canonicals is not None:
            forms = list(canonicals)
            domains = sorted({name for domain in set(map(domain_of, forms)) for name in with_parents(domain)})
        return AddressBook(contacts.emails(self.log, forms), contacts.company_domains(self.log, domains), self.policy)

    def address_alone_of(self, contact_id: int, log: Log) -> tuple[Address | None, AddressBook]:
        """The first address by which `log` lists the contact that is theirs alone, None where each is somebody else's
        as well; and the book that decides on them."""
        from store import contacts  # noqa: PLC0415 - where something is matched

        emails = contacts.emails_of_contact(log, contact_id)
        book = self.book(set(map(canonical, emails)))
        email = next((one for one in emails if book.match(one).contact_id == contact_id), None)
        return None if email is None else Address(email), book

    def correct_touches(self) -> None:
        """Derive all touches anew: the clock went back, and none may lie ahead."""
        with writing(self.connection):
            touches.correct(self.connection, self.clock())

    def refresh(self) -> None:
        """Derive the touches that changed since last time, or that time has made due."""
        with writing(self.connection):
            touches.refresh(self.connection, self.clock())


def register_sources(connection: sqlite3.Connection, config: Config) -> list[places.SourceRow]:
    """Make the configured sources those that the log shows, the configured users those who may ask it,
    and the configured targets those that are told of dates."""
    rows = places.register(
        connection,
        {account.name: (account.owner, account.kinds) for account in config.accounts},
        {account.name: account.addresses for account in config.accounts},
    )
    users.keep_team(connection, _team_of(config))
    targets.register(connection, {one.name: (one.kind, one.place) for one in config.targets})
    return rows


def _team_of(config: Config) -> Team:
    return Team(
        [UserEntry(one.name, one.os_user, one.email, one.teams, one.role) for one in config.users],
        {
            one.name: Grants(one.user, one.named_readers, one.inherits_readers, one.share and by_team(one.share))
            for one in config.accounts
        },
        config.share_at_most,
        config.contacts_from == "two-way",
    )


def policy_of(config: Config) -> Policy:
    """Who we are and what we count, as configured."""
    return Policy(
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
