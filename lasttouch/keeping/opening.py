"""The log opened for writing, in line with the configuration and with who was erased."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import timedelta

from lasttouch.configuration.config import LoadedConfig
from lasttouch.keeping.agent import Agent, register_sources
from lasttouch.keeping.lock_file import LockFile
from lasttouch.local_time import Clock, utc_now
from store import erased, places, settings, titles
from store.database import database_errors, open_for_writing
from store.transactions import writing

CLOCK_TOLERANCE = timedelta(minutes=10)  # machines that share a database may differ by a little


@contextlib.contextmanager
def opened(loaded: LoadedConfig, clock: Clock = utc_now) -> Iterator[Agent]:
    """The database open for writing. Raises DatabaseError in plain words, whenever it fails."""
    connection = open_for_writing(loaded.database)
    lock = LockFile(loaded.database)
    try:
        with database_errors(loaded.database):
            agent = Agent(loaded, connection, clock, lock)
            apply_configuration(agent)
            yield agent
            with contextlib.suppress(sqlite3.OperationalError):  # whoever opens the log next sees to it
                _name_by_titles(agent)
    finally:
        lock.close()
        connection.close()


def apply_configuration(agent: Agent) -> None:
    """Bring what the log holds in line with the configuration, and with who was erased."""
    follow_configuration(agent)
    _name_by_titles(agent)
    erase_whoever_came_back(agent)
    if places.was_read_after(agent.log, agent.clock() + CLOCK_TOLERANCE):
        agent.correct_touches()  # our clock was ahead then, and has been set right since


def _name_by_titles(agent: Agent) -> None:
    """Whom titles may name depends on who knows them, which may have changed since."""
    if titles.due(agent.log):
        from lasttouch.keeping.meetings import follow_names  # noqa: PLC0415 - seldom

        with writing(agent.connection):
            follow_names(agent)


def erase_whoever_came_back(agent: Agent) -> None:
    """With a backup that was restored."""
    if agent.forgotten.hashes != erased.hashes(agent.log):
        from lasttouch.keeping.forgetting import erase_again  # noqa: PLC0415 - seldom

        erase_again(agent)


def follow_configuration(agent: Agent) -> None:
    """Judge, match and erase anew if what that depends on is not as it was last time."""
    connection, digest = agent.connection, agent.rules_digest()
    if settings.read(agent.log, settings.POLICY) != digest:
        from lasttouch.keeping.forgetting import obey_rules  # noqa: PLC0415 - once for each change
        from lasttouch.keeping.recomputation import recompute  # noqa: PLC0415

        with writing(connection):
            if agent.loaded.digest:
                register_sources(connection, agent.config)  # whose an address is makes a difference
            obey_rules(agent)
            recompute(agent)
            settings.write(connection, settings.POLICY, digest)
    if agent.loaded.digest and agent.followed_configuration() != agent.loaded.digest:
        from store import attachments  # noqa: PLC0415 - once for each change
        from store.contacts import company_domains  # noqa: PLC0415

        with writing(connection):
            had_users, domains = settings.has_users(agent.log), company_domains(agent.log)
            register_sources(connection, agent.config)  # a new one was never read, and answers have to say so
            _know_owners(agent)
            if not agent.config.store_attachments:
                attachments.erase_all(agent.connection)
            if had_users != settings.has_users(agent.log):  # companies of users' own match nobody
                from lasttouch.keeping.rematching import rematch  # noqa: PLC0415 - once in a log's life

                rematch(agent, [], [], {domain for domain, _ in (*domains, *company_domains(agent.log))})
            settings.write(connection, settings.CONFIGURATION, agent.loaded.digest)


def _know_owners(agent: Agent) -> None:
    """Owners that were listed in other words than the configuration's are those of the accounts they mean."""
    from matchers.owners import owner_meant  # noqa: PLC0415 - once for each change
    from store import choosing, contact_changes  # noqa: PLC0415

    for owner in choosing.owners_listed(agent.log):
        if (name := owner_meant(owner, agent.colleagues)) != owner:
            contact_changes.rename_owner(agent.connection, owner, name)
