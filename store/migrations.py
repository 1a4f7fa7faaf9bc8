"""How a database of an older version becomes one of this; a new one is made of what they come to, by new_log.py."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from store.codes import ROLE_COLUMN
from store.schema import (
    ACCOUNT_ADDRESSES,
    BOUNCES,
    CARDS,
    CARDS_SO_FAR,
    CHANGES,
    CONVERSATIONS,
    EXPECTATION,
    OTHER_IDS,
    OWN_WORDS,
    TABLES,
    TAGS,
    TITLES,
    TITLES_OF_A_TEAM,
    WHO_EXCHANGES,
)
from store.transactions import writing

if TYPE_CHECKING:
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a database to this version; safe when several processes do it at once.

    sqlite-utils keeps the ledger. Its own transaction begins deferred and fails under a second
    writer, so everything happens within one of ours.
    """
    from sqlite_utils import Database  # noqa: PLC0415 - costs 100 ms, and only writers need it

    with writing(connection):
        _migrations().apply(Database(connection))


def in_order() -> Iterator[tuple[str, Callable[[Database], object]]]:
    """All migrations with their names, the first one first."""
    from sqlite_utils import Database  # noqa: PLC0415

    for one in _migrations().pending(Database(memory=True)):
        yield one.name, one.fn


def _migrations() -> Migrations:
    from sqlite_utils.migrations import Migrations  # noqa: PLC0415

    migrations = Migrations("lasttouch")  # their names stand in store.database.MIGRATIONS too

    @migrations()
    def first_light(db: Database) -> None:
        from store.public_views import VIEWS  # noqa: PLC0415 - only for a new database

        _create(db, TABLES + VIEWS)

    @migrations()
    def own_words(db: Database) -> None:
        _create(db, OWN_WORDS)

    @migrations()
    def account_addresses(db: Database) -> None:  # filled when the configuration is followed next
        _create(db, ACCOUNT_ADDRESSES)

    @migrations()
    def few_connections(db: Database) -> None:
        # how many watches a mail server bears beside a pass; NULL where it was never too many
        db.conn.execute("ALTER TABLE source ADD COLUMN watches_allowed INTEGER")

    @migrations()
    def conversations(db: Database) -> None:
        from store.conversations import take_over  # noqa: PLC0415 - only where there is something to take over

        _create(db, CONVERSATIONS)
        take_over(db.conn)

    @migrations()
    def shown_by_cards(db: Database) -> None:
        _create(db, CARDS)
        db.conn.execute("ALTER TABLE contact_email ADD COLUMN given_up_at INTEGER")
        db.conn.execute("DROP INDEX contact_email_canonical")
        db.conn.execute("CREATE INDEX contact_email_canonical ON contact_email (canonical, given_up_at)")
        db.conn.execute(CARDS_SO_FAR)

    @migrations()
    def companies_by_itself(db: Database) -> None:  # NULL: listed by the user
        db.conn.execute("ALTER TABLE company ADD COLUMN by_itself INTEGER")

    @migrations()
    def tags(db: Database) -> None:
        _create(db, TAGS)

    @migrations()
    def read_back(db: Database) -> None:  # NULL: not known; a place that is read to its end again says it
        db.conn.execute("ALTER TABLE place ADD COLUMN read_back_to INTEGER")

    @migrations()
    def who_exchanges(db: Database) -> None:
        from store.exchanges import keep  # noqa: PLC0415 - only where there is something to take over

        _create(db, WHO_EXCHANGES)
        touched = "SELECT contact_id, touches > 0 OR next_meeting IS NOT NULL FROM contact_touch"
        keep(db.conn, {row_id: bool(has_touches) for row_id, has_touches in db.conn.execute(touched)})

    @migrations()
    def views_with_accounts(db: Database) -> None:
        _renew_views(db)

    @migrations()
    def other_ids(db: Database) -> None:
        _create(db, OTHER_IDS)

    @migrations()
    def believable_bounces(db: Database) -> None:
        from store.identities import identity_hash  # noqa: PLC0415

        db.conn.create_function("identity_hash", 1, identity_hash, deterministic=True)
        _create(db, BOUNCES)
        db.conn.execute("DELETE FROM setting WHERE name = 'house'")  # what follows is derived at the next opening

    @migrations()
    def expanded_from(db: Database) -> None:  # NULL: not known; such objects are expanded once more
        db.conn.execute("ALTER TABLE calendar_object ADD COLUMN expanded_from INTEGER")

    @migrations()
    def record_keys(db: Database) -> None:  # ids of Salesforce records were kept as they were written
        from activity.record_keys import record_key  # noqa: PLC0415 - only where there is something to take over

        keys = [key for (key,) in db.conn.execute("SELECT key FROM contact_key WHERE key GLOB '00[3Q]*'")]
        renamed = [(record_key("", key), key) for key in keys if record_key("", key) != key]
        db.conn.executemany("UPDATE OR IGNORE contact_key SET key = ? WHERE key = ?", renamed)

    for later in (
        expectation, titles, thread_index, team, changes, retired, outward, holders_words, tokens, attachments,
        inherited_rights, strangers_set_wise, leases, watch_shards, signed_names, titles_of_a_team,
    ):  # fmt: skip
        migrations()(later)
    return migrations


def expectation(db: Database) -> None:
    _create(db, EXPECTATION)


def titles(db: Database) -> None:
    """A generated column says the word of a role; that of an older log has to learn the newest one."""
    for (name,) in db.conn.execute("SELECT name FROM sqlite_schema WHERE type = 'view'").fetchall():
        db.conn.execute(f"DROP VIEW {name}")
    (made_by,) = db.conn.execute("SELECT sql FROM sqlite_schema WHERE name = 'participation'").fetchone()
    if ROLE_COLUMN not in made_by:
        db.conn.execute("ALTER TABLE participation DROP COLUMN role")
        db.conn.execute(f"ALTER TABLE participation ADD COLUMN role {ROLE_COLUMN}")
    _renew_views(db)
    _create(db, TITLES)
    db.conn.execute("DELETE FROM setting WHERE name = 'house'")  # what follows is derived at the next opening


def thread_index(db: Database) -> None:
    """NULL: none, or not known of what was read before; see `Facts.thread_index`."""
    db.conn.execute("ALTER TABLE activity ADD COLUMN thread_index INTEGER")


def team(db: Database) -> None:
    from store.team_tables import TEAM  # noqa: PLC0415 - once for each log

    _create(db, TEAM)


def retired(db: Database) -> None:
    from store.team_tables import RETIRED  # noqa: PLC0415 - once for each log

    _create(db, RETIRED)


def outward(db: Database) -> None:
    from store.outward_tables import OUTWARD, SO_FAR  # noqa: PLC0415 - once for each log

    _create(db, OUTWARD)
    db.conn.execute(SO_FAR)


def holders_words(db: Database) -> None:
    """Companies of people whom accounts alone hold were everybody's to see before."""
    from store.changes import are_noted, note_from_now_on  # noqa: PLC0415 - once for each log
    from store.held_companies import keep_to_holders  # noqa: PLC0415
    from store.team_tables import WORDS  # noqa: PLC0415

    _create(db, WORDS)
    keep_to_holders(db.conn)
    if are_noted(db.conn):
        note_from_now_on(db.conn, True)
        db.conn.execute("DELETE FROM setting WHERE name = 'house'")  # what follows is derived at the next opening


def tokens(db: Database) -> None:
    from store.tokens import TOKENS  # noqa: PLC0415 - once for each log

    _create(db, TOKENS)


def attachments(db: Database) -> None:
    """Empty, unless `store_attachments` says otherwise; nothing is known of what was read before."""
    from store.attachments import ATTACHMENTS  # noqa: PLC0415 - once for each log

    _create(db, ATTACHMENTS)


def inherited_rights(db: Database) -> None:
    """Empty, unless an account has `readers = "inherit"`."""
    from store.rights import RIGHTS  # noqa: PLC0415 - once for each log

    _create(db, RIGHTS)


def strangers_set_wise(db: Database) -> None:
    """Whoever adds addresses adds their rows of `stranger`, all of a batch by one statement; see addresses.py."""
    db.conn.execute("DROP TRIGGER address_added")


def leases(db: Database) -> None:
    """Nobody holds any, and no worker is about."""
    from store.leases import LEASES  # noqa: PLC0415 - once for each log
    from store.workers import WORKERS  # noqa: PLC0415

    _create(db, LEASES)
    _create(db, WORKERS)


def watch_shards(db: Database) -> None:
    """None is there yet, and nobody watches any."""
    from store.shards import TABLES  # noqa: PLC0415 - once for each log

    _create(db, TABLES)


def signed_names(db: Database) -> None:
    """Nobody knows from whose copy the names are that were read before."""
    from store.signed import SIGNED  # noqa: PLC0415 - once for each log

    _create(db, SIGNED)


def titles_of_a_team(db: Database) -> None:
    """Titles name nobody any more whom not all know."""
    _create(db, TITLES_OF_A_TEAM)
    db.conn.execute("INSERT OR IGNORE INTO name_due SELECT contact_id FROM contact_holder")


def changes(db: Database) -> None:
    """Empty, unless several people read the log; see changes.py. Numbers are never given twice."""
    _create(db, CHANGES)


def _renew_views(db: Database) -> None:
    from store.public_views import VIEWS  # noqa: PLC0415

    for (name,) in db.conn.execute("SELECT name FROM sqlite_schema WHERE type = 'view'").fetchall():
        db.conn.execute(f"DROP VIEW {name}")
    _create(db, VIEWS)


def _create(db: Database, statements: str) -> None:
    for statement in re.split(r"(?<=;)\n+(?=CREATE|DROP|ALTER|UPDATE|INSERT)", statements.strip()):
        db.conn.execute(statement)
