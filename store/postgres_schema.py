"""The tables of the log in PostgreSQL, made of the one text that makes them in SQLite.

A new log gets what an empty one in SQLite has by now; one that is there already gets the migrations it has not seen.
Foreign keys are told of in SQLite and not enforced by it; here they are left out, and `check` compares.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator

from store import postgres_functions as functions
from store.engine import NEVER_NULL, Table, closing, translated

_NUMBERED = re.compile(r"\"?\b(id|number)\b\"? INTEGER PRIMARY KEY( AUTOINCREMENT)?")
_READ_AS_FUNCTIONS = ("activity", "participation")
"""Tables whose computed columns are functions: PostgreSQL would keep what they say in every row."""
_COMPUTED = re.compile(r",\s*(\w+) (TEXT|INTEGER) AS \((.*?)\) VIRTUAL", re.DOTALL)
_COLUMNS = re.compile(r"\b(\w+_code|ends|thread|identity_hash)\b")
_WHOLE = re.compile(r"\"?\b(\w+)\b\"? INTEGER\b(?! PRIMARY KEY(?! REFERENCES))")
_CODES = ("role_code", "touch_code", "verdict_code", "direction_code", "kind_code", "before_code")
_SMALL = frozenset((*_CODES, "waits_for", "bits", "has_left", "rank"))
_REFERENCES = frozenset(("activity_id", "address_id", "place_id", "object_id", "contact_id", "company_id"))
"""Columns of large tables that take two and four bytes there; SQLite gives each number what it needs by itself."""
_INDEXES = {
    "participation_address": """
        CREATE INDEX participation_address ON participation (address_id, touch_code NULLS FIRST);
        CREATE INDEX participation_touch ON participation (address_id, touch_code, at) WHERE touch_code IS NOT NULL
    """,
}
"""Indexes that are others there: two thirds of all participations are no touch, a NULL makes an entry wider there, and
what differs in size leaves pages half empty; entries that say the same stand in one."""
_SPARES = re.compile(r"(?<=contact_id), due\)")
_TRIGGER = re.compile(
    r"CREATE TRIGGER (?P<name>\w+)\s+AFTER (?P<event>.*?) ON (?P<table>\w+)\s*(?:WHEN (?P<when>.*?))?\s*"
    r"\bBEGIN\s+(?P<body>.*?);?\s*END;?\s*$",
    re.DOTALL,
)


def no_table(name: str) -> Table:
    """For statements that replace nothing."""
    raise LookupError(name)


def statements(made: sqlite3.Connection) -> Iterator[str]:
    """What makes an empty log in PostgreSQL, from one in SQLite."""
    yield functions.FUNCTIONS + functions.OF_A_LOG
    rows = made.execute(
        "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%' ORDER BY rowid"
    ).fetchall()
    tables = {name: text for kind, name, text in rows if kind == "table"}
    with_numbers: dict[str, str] = {}
    for kind in ("table", "index", "trigger", "view"):
        for of, name, sql in rows:
            if of != kind:
                continue
            yield ddl(sql)
            if name in _READ_AS_FUNCTIONS:
                yield from (_function(name, *found) for found in _COMPUTED.findall(sql))
            if kind == "table" and name != "user" and (found := _NUMBERED.search(sql)):
                with_numbers[name] = found[1]
    for name, column in with_numbers.items():
        yield functions.numbered(name, column)
    yield functions.numbers(with_numbers)
    for name in functions.REVISED_BY:
        if name in tables:
            yield functions.revising(name)
    for name, applied_at in made.execute("SELECT name, applied_at FROM _sqlite_migrations ORDER BY id"):
        values = f"('lasttouch', '{name}', '{applied_at}')"
        yield f"INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES {values}"


def ddl(statement: str, table: Callable[[str], Table] = no_table) -> str:
    """A statement that makes or changes a table, an index, a trigger or a view."""
    if trigger := _TRIGGER.match(statement):
        return _trigger(statement, trigger)
    if dropped := re.match(r"\s*DROP TRIGGER (\w+)", statement):
        return f"DROP FUNCTION log_{dropped[1]}() CASCADE"
    if re.match(r"\s*CREATE (UNIQUE )?INDEX", statement):
        return _index(statement)
    if re.match(r"\s*(CREATE TABLE|ALTER TABLE)", statement):
        return _table(statement)
    return translated(statement, table).text


def _table(statement: str) -> str:
    text = re.sub(r"\)\s*(STRICT|WITHOUT ROWID)(\s*,\s*(STRICT|WITHOUT ROWID))?\s*;?\s*$", ")", statement)
    if named := re.match(r"\s*CREATE TABLE \"?(\w+)", text):
        text = _COMPUTED.sub("", text) if named[1] in _READ_AS_FUNCTIONS else text
        text = _WHOLE.sub(_narrow, text)
    text = _NUMBERED.sub(_numbers_itself, text)
    text = re.sub(r"\s+REFERENCES\s+\w+", "", text)
    text = re.sub(r"\bTEXT\b", 'TEXT COLLATE "C"', text)
    text = re.sub(r"\bAS (\(.*?\)) VIRTUAL", _stored, text, flags=re.DOTALL)
    return translated(text, no_table).text


def _narrow(found: re.Match[str]) -> str:
    """Rows are many, and as wide as their types."""
    kind = "SMALLINT" if found[1] in _SMALL else "INT" if found[1] in _REFERENCES else "INTEGER"
    return f"{found[1]} {kind}"


def _numbers_itself(found: re.Match[str]) -> str:
    kind = "INT" if found[1] == "id" else "INTEGER"
    return f"{found[1]} {kind} GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"


def _function(table: str, name: str, kind: str, said: str) -> str:
    """`a.kind` calls kind(a) where the table has no column of that name, and takes no room in it."""
    text = _COLUMNS.sub(r"$1.\1", said)
    returns = "text" if kind == "TEXT" else "bigint"
    return f"CREATE FUNCTION {name}({table}) RETURNS {returns} IMMUTABLE LANGUAGE sql AS $$ SELECT {text} $$"


def _stored(found: re.Match[str]) -> str:
    """What is true or not is a number in SQLite."""
    what = f"({found[1]}::int)" if re.search(r"\bOR\b", found[1]) else found[1]
    return f"GENERATED ALWAYS AS {what} STORED"


def _index(statement: str) -> str:
    """Where a column may be NULL, it stands where SQLite puts it; what is there to spare a look at the row is not, as
    that is looked at all the same."""
    if (named := re.search(r"INDEX (\w+) ON", statement)) and named[1] in _INDEXES:
        return _INDEXES[named[1]]
    text = _SPARES.sub(")", translated(statement, no_table).text)
    head, opened, rest = text.partition(" (")
    end = closing(rest)
    columns = rest[:end].split(",") if "(" not in rest[:end] else [rest[:end]]
    placed = [one if one.strip() in NEVER_NULL or "(" in one else f"{one} NULLS FIRST" for one in columns]
    return f"{head}{opened}{','.join(placed)}{rest[end:]}"


def _trigger(statement: str, found: re.Match[str]) -> str:
    name, table = found["name"], found["table"]
    body = ";\n".join(translated(one, no_table).text for one in found["body"].split(";") if one.strip())
    when = f" WHEN ({translated(found['when'], no_table).text})" if found["when"] else ""
    said = statement.replace("'", "''")
    return f"""
    CREATE OR REPLACE FUNCTION log_{name}() RETURNS trigger LANGUAGE plpgsql AS $lasttouch$ BEGIN
    {body};
    RETURN NULL; END $lasttouch$;
    CREATE TRIGGER {name} AFTER {found["event"]} ON "{table}" FOR EACH ROW{when} EXECUTE FUNCTION log_{name}();
    COMMENT ON TRIGGER {name} ON "{table}" IS '{said}'"""
