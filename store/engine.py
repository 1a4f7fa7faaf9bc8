"""One SQL text for both engines: what SQLite understands, as PostgreSQL does.

Statements are written for SQLite. Where PostgreSQL says the same thing in other words, those are put in here, once for
each text; what it has no word for are functions of the log's own schema (postgres_functions.py). What cannot be
translated is written so that both understand it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple


class Table(NamedTuple):
    """The columns that are written to, and those of the primary key."""

    columns: Sequence[str]
    key: Sequence[str]


class Statement(NamedTuple):
    """`lists`: the places of parameters that belong together in one, as (first, how many), in their order."""

    text: str
    lists: Sequence[tuple[int, int]] = ()

    def bound(self, values: Sequence[Any]) -> Sequence[Any]:
        """The values as the text takes them."""
        if not self.lists:
            return values
        packed: list[Any] = []
        at = 0
        for first, length in self.lists:
            packed += values[at:first]
            packed.append(list(values[first : first + length]))
            at = first + length
        return [*packed, *values[at:]]


NEVER_NULL = frozenset(
    (
        "id", "at", "activity_id", "address_id", "place_id", "source_id", "target_id",
        "position", "rank", "hash", "identity_hash", "identity", "email", "canonical", "domain", "number", "tag",
        "noted_at", "said_at", "uid", "href", "role_code", "ref",
    )
)  # fmt: skip
"""Columns that are never NULL in any table: their indexes need not say where that would stand."""
TRUTHS = frozenset(("active", "from_book", "merged", "has_left", "prompt", "unsure", "by_itself"))
"""Columns of 0 and 1 that statements ask for as they are; PostgreSQL wants a comparison."""

_TOKEN = re.compile(
    r"\s+|--[^\n]*|'(?:[^']|'')*'|\"[^\"]*\"|\?\d*|[A-Za-z_]\w*|\d+(?:\.\d+)?|<>|<=|>=|\|\||.",
    re.DOTALL,
)
_LIST = re.compile(r"(\bNOT\s+)?\bIN\s*\((\?(?:\s*,\s*\?)*)?\s*\)")
_OWN = re.compile(r"\bmain\.")
_BITS = re.compile(r"((?:\b\w\.)?\bbits & \d+)(?=\s*(?:AND|OR|\)|;|$))")
_WORDS = {
    "user": '"user"', "group_concat": "string_agg", "char": "chr", "LIKE": "ILIKE", "GLOB": "@~", "INTEGER": "BIGINT",
    "REAL": "DOUBLE PRECISION", "BLOB": "BYTEA",
}  # fmt: skip
_ENDS_TERM = frozenset(("LIMIT", "UNION", "RETURNING", "ROWS", "RANGE", "END", "GROUP", "OFFSET"))
_ENDS_SOURCE = frozenset(
    ("", ")", ",", ";", "WHERE", "GROUP", "ORDER", "LIMIT", "UNION", "JOIN", "LEFT", "CROSS", "INNER", "ON", "EXCEPT",
     "HAVING")
)  # fmt: skip
_BEFORE_TRUTH = frozenset(("WHERE", "AND", "OR", "NOT", "ON", "WHEN", "HAVING"))
_AFTER_TRUTH = frozenset(("AND", "OR", ")", "", "THEN", "ORDER", "GROUP", "LIMIT", "UNION", ";", "RETURNING", "LEFT",
                          "JOIN", "WHERE"))  # fmt: skip


def translated(statement: str, table: Callable[[str], Table]) -> Statement:
    """A statement in PostgreSQL's words; `table` tells of one that is written to."""
    text, lists = _with_arrays(_BITS.sub(r"(\1 <> 0)", _OWN.sub("", statement)))
    words = _numbered(_TOKEN.findall(text))
    _joins(words)
    _comparisons(words)
    _truths(words)
    _orders(words)
    _names(words)
    words = [_WORDS.get(word, word) for word in words]
    return Statement(with_conflicts("".join(words), table), lists)


def _with_arrays(statement: str) -> tuple[str, list[tuple[int, int]]]:
    """Lists of parameters as one each, so that a statement is the same for lists of any length."""
    if "?1" in statement or "{" in statement:
        return statement, []
    lists: list[tuple[int, int]] = []
    parts: list[str] = []
    at = seen = 0
    for found in _LIST.finditer(statement):
        before = statement[at : found.start()]
        parts.append(before)
        seen += before.count("?")
        how = "<> ALL" if found[1] else "= ANY"
        if found[2] is None:
            parts.append(f"{how} ('{{}}')")
        else:
            length = found[2].count("?")
            lists.append((seen, length))
            seen += length
            parts.append(f"{how} (?)")
        at = found.end()
    parts.append(statement[at:])
    return "".join(parts), lists


def _numbered(words: list[str]) -> list[str]:
    """In SQLite a parameter without a number comes after the highest one so far."""
    highest = 0
    numbered = []
    for word in words:
        if word[0] == "?":
            number = int(word[1:] or highest + 1)
            highest = max(highest, number)
            word = f"${number}"  # noqa: PLW2901
        numbered.append(word)
    return numbered


def closing(text: str) -> int:
    """Where the parenthesis closes in which this text stands."""
    depth = 1
    for found in re.finditer(r"'[^']*'|[()]", text):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0:
            return found.start()
    raise ValueError(text)


def _next(words: Sequence[str], at: int, step: int = 1) -> int:
    """The place of the next word that is no space; one past the end where there is none."""
    at += step
    while 0 <= at < len(words) and (words[at].isspace() or words[at].startswith("--")):
        at += step
    return at


def _word(words: Sequence[str], at: int) -> str:
    return words[at] if 0 <= at < len(words) else ""


def _joins(words: list[str]) -> None:
    """SQLite's CROSS JOIN takes a condition, and says in which order tables are read."""
    for at, word in enumerate(words):
        if word != "CROSS":
            continue
        depth, look = 0, at
        while (look := _next(words, look)) < len(words):
            one = words[look]
            depth += (one == "(") - (one == ")")
            if depth < 0 or (depth == 0 and one in ("WHERE", "GROUP", "ORDER", "LIMIT", ",", "LEFT", "CROSS")):
                break
            if depth == 0 and one == "ON":
                words[at] = "INNER"
                break


def _names(words: list[str]) -> None:
    """Every subquery that is read from needs a name in PostgreSQL."""
    for at, word in enumerate(words):
        if word not in ("FROM", "JOIN") or _word(words, inner := _next(words, at)) != "(":
            continue
        depth, look = 1, inner
        while depth and (look := _next(words, look)) < len(words):
            depth += words[look].startswith("(") - words[look].startswith(")")
        after = _word(words, _next(words, look))
        if after in _ENDS_SOURCE:
            words[look] += f" AS unnamed_{at}"


def _comparisons(words: list[str]) -> None:
    """IS compares anything in SQLite, in PostgreSQL with NULL only."""
    for at, word in enumerate(words):
        if word != "IS":
            continue
        after = _next(words, at)
        negated = _word(words, after) == "NOT"
        what = _next(words, after) if negated else after
        if _word(words, what) in ("NULL", "DISTINCT", "TRUE", "FALSE"):
            continue
        words[at] = "IS DISTINCT FROM" if negated else "IS NOT DISTINCT FROM"
        if negated:
            words[after] = " "


def _truths(words: list[str]) -> None:
    for at, word in enumerate(words):
        if word not in TRUTHS:
            continue
        first = _next(words, at, -1)
        if _word(words, first) == ".":
            first = _next(words, first - 1, -1)
        before, after = _word(words, first), _word(words, _next(words, at))
        opened = before == "(" and _word(words, _next(words, first, -1)) in _BEFORE_TRUTH
        if (before in _BEFORE_TRUTH or opened) and after in _AFTER_TRUTH:
            words[at] = f"{word} <> 0"
            if before == "NOT":
                words[first], words[at] = " ", f"{word} = 0"


def _orders(words: list[str]) -> None:
    """NULL is less than anything in SQLite, and more in PostgreSQL."""
    for at, word in enumerate(words):
        if word == "ORDER" and _word(words, _next(words, at)) == "BY":
            _order(words, _next(words, at))


def _order(words: list[str], by: int) -> None:
    start, depth, at = by + 1, 0, by
    while True:
        at = _next(words, at)
        one = _word(words, at)
        depth += (one == "(") - (one == ")")
        if depth < 0 or (depth == 0 and (one in _ENDS_TERM or one in (",", "", ";"))):
            _term(words, start, at)
            if one != ",":
                return
            start = at + 1


def _term(words: list[str], start: int, end: int) -> None:
    last = _next(words, end, -1)
    descending = _word(words, last) == "DESC"
    parts = [word for word in words[start:end] if not word.isspace() and word not in ("ASC", "DESC")]
    if "NULLS" in parts or (parts[-1] in NEVER_NULL and (len(parts) == 1 or (len(parts) == 3 and parts[1] == "."))):
        return
    words[last] += " NULLS LAST" if descending else " NULLS FIRST"


_INSERT = re.compile(r"\s*INSERT OR (IGNORE|REPLACE) INTO (\w+)\s*(?:\(([^)]*)\))?")


_UPDATE = re.compile(r"\s*UPDATE OR IGNORE (\w+) SET (\w+) = (.*?) WHERE (.*)", re.DOTALL)


def with_conflicts(text: str, table: Callable[[str], Table]) -> str:
    """What is done about a row whose key is taken."""
    if change := _UPDATE.match(text):
        name, column, value, where = change.groups()
        others = "".join(f" AND taken.{one} = {name}.{one}" for one in table(name).key if one != column)
        return (
            f"UPDATE {name} SET {column} = {value} WHERE {where}"
            f" AND NOT EXISTS (SELECT 1 FROM {name} taken WHERE taken.{column} = {value}{others})"
        )
    found = _INSERT.match(text)
    if found is None:
        return text
    how, name, listed = found.groups()
    body, returning, rest = text.partition(" RETURNING ")
    body = re.sub(r"INSERT OR (IGNORE|REPLACE)", "INSERT", body, count=1).rstrip()
    if how == "IGNORE":
        return f"{body} ON CONFLICT DO NOTHING{returning}{rest}"
    about = table(name)
    given = [one.strip() for one in listed.split(",")] if listed else list(about.columns)
    sets = [
        f"{column} = excluded.{column}" if column in given else f"{column} = DEFAULT"
        for column in about.columns
        if column not in about.key
    ]
    action = f"UPDATE SET {', '.join(sets)}" if sets else "NOTHING"
    return f"{body} ON CONFLICT ({', '.join(about.key)}) DO {action}{returning}{rest}"
