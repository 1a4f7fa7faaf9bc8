"""Every field of what only a team asks is named in docs/json.md."""

from __future__ import annotations

from colleagues import Colleagues
from json_page import fields, named_in, section

BOB, ANA = "bob@globex.example", "ana@acme.example"
TEAMS = {"everybody"}
CALLS = [
    ("ana", "sharing set", "dates"),
    ("ana", "sharing private", "Zoe"),
    ("ana", "sharing show", ""),
    ("ana", "access", ""),
    ("root", "accounts list", ""),
    ("root", "privacy report", ""),
]


def test_every_field_is_documented(colleagues: Colleagues) -> None:
    colleagues.accounts["ana"]["share"] = "who"
    colleagues.receive("ana", BOB, ANA, 5)
    colleagues.sync()
    for name, email in (("Bob", BOB), ("Zoe", "zoe@hooli.example")):
        colleagues.ok("cleo", "contacts", "add", name, email)
    colleagues.ok("ben", "last", "Bob")
    for who, command, words in CALLS:
        answer = colleagues.ok(who, *command.split(), *words.split())
        named = set(fields(answer)) - TEAMS
        assert named, command
        text = section(command)
        if "The same" in text:
            text += section("sharing show")
        assert named <= named_in(text), (command, named - named_in(text))
