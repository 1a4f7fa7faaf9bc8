"""Whoever reads the log does so by a `Log`: a connection is for what writes, and for the database
itself."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
OF_THE_DATABASE = {"store.database", "store.migrations", "store.transactions"}
"""Modules about connections: they open them, bring them up to date and hold their transactions."""
_WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|VACUUM|PRAGMA)\b|executemany")


def _functions() -> dict[str, ast.FunctionDef]:
    """The functions of the store that take a bare connection, by their full names."""
    return {
        f"store.{path.stem}.{one.name}": one
        for path in (ROOT / "store").glob("*.py")
        for one in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(one, ast.FunctionDef)
        and any(part.annotation and ast.unparse(part.annotation) == "sqlite3.Connection" for part in one.args.args)
    }


def _called(path: Path, within: ast.AST) -> Iterator[str]:
    """The full names of what is called within, as far as they are imported or defined in the same
    file."""
    names = _names(path)
    for node in ast.walk(within):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in names:
                yield names[name]
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=function)) if name in names:
                yield f"{names[name]}.{function}"


@functools.cache
def _names(path: Path) -> dict[str, str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return names | {one.name: f"store.{path.stem}.{one.name}" for one in tree.body if isinstance(one, ast.FunctionDef)}


def test_what_is_handed_a_bare_connection_writes() -> None:
    functions = _functions()
    calls = {
        name: set(_called(ROOT / "store" / f"{name.split('.')[1]}.py", one)) & set(functions)
        for name, one in functions.items()
    }
    writing = {name for name, one in functions.items() if _WRITES.search(ast.unparse(one))}
    writing |= {"store.lists.insert", "store.lists.change_among"}
    writing |= {f"store.members.{name}" for name in ("let_in", "shut_out", "open_door")}  # by the server's own words
    while more := {name for name in set(functions) - writing if calls[name] & writing}:
        writing |= more
    asked = {
        name
        for path in (ROOT / "lasttouch").rglob("*.py")
        for name in _called(path, ast.parse(path.read_text(encoding="utf-8")))
    }
    assert len(asked & writing) > 50, "the calls are found"
    reading = {name for name in asked & set(functions) - writing if name.rpartition(".")[0] not in OF_THE_DATABASE}
    assert not reading, f"they only read: {reading}"
