"""Every field of what only a team asks is named in docs/json.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from colleagues import Colleagues

BOB, ANA = "bob@globex.example", "ana@acme.example"
PAGE = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
TEAMS = {"everybody"}
CALLS = [
    ("ana", "sharing set", "dates"),
    ("ana", "sharing private", "Zoe"),
    ("ana", "sharing show", ""),
    ("ana", "access", ""),
    ("root", "accounts list", ""),
    ("root", "privacy report", ""),
]


def _keys(value: Any) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            for name, inner in one.items():
                yield name
                yield from _keys(inner)


def test_every_field_is_documented(colleagues: Colleagues) -> None:
    colleagues.accounts["ana"]["share"] = "who"
    colleagues.receive("ana", BOB, ANA, 5)
    colleagues.sync()
    for name, email in (("Bob", BOB), ("Zoe", "zoe@hooli.example")):
        colleagues.ok("cleo", "contacts", "add", name, email)
    colleagues.ok("ben", "last", "Bob")
    for who, command, words in CALLS:
        answer = colleagues.ok(who, *command.split(), *words.split())
        named = set(_keys(answer)) - TEAMS
        assert named, command
        section = PAGE.partition(f"## {command}\n")[2].partition("\n## ")[0]
        if "The same" in section:
            section += PAGE.partition("## sharing show\n")[2].partition("\n## ")[0]
        told = {word for span in re.findall(r"`([^`]*)`", section) for word in re.findall(r"[a-z_]+", span)}
        assert named <= told, (command, named - told)
