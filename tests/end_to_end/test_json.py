"""Every field of every answer of --json stands in docs/json.md, under its command."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest

from config_lines import table
from household import NOW, Household, ago, event, mail
from lasttouch.terminal.command_line import COMMANDS, lasttouch

PAGE = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## ([a-z ]+)\n(.*?)(?=^## |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL))
FREE = ("evidence", "tables")  # objects whose keys are data: names of header fields, of tables
LAST = [
    "id", "name", "emails", "company", "owner", "tags", "last_touch", "last_touch_kind", "last_touch_activity",
    "last_touch_by", "last_touch_account", "last_inbound", "last_outbound", "last_meeting", "next_meeting",
    "last_copied", "last_two_way", "touches", "seen_through", "read_back_to",
]  # fmt: skip
ELSEWHERE = {  # tested with the daemon, an assistant, a server to sign in at, the page
    "run", "mcp", "sign-in", "web login", "worker",
}  # fmt: skip
OF_A_TEAM = {  # tested in tests/team
    "access", "accounts let-in", "accounts list", "accounts retire", "sharing show", "sharing set", "sharing private",
    "privacy report", "drift", "handover",
}  # fmt: skip


def documented(section: str, seen: frozenset[str] = frozenset()) -> set[str]:
    """The fields a section names, those of the sections whose shape it takes over among them."""
    text = " ".join(SECTIONS[section].split())
    others = re.findall(r"(?:as of|as in|same as|fields of|array of|`accounts` of) `([a-z ]+?)(?: --[a-z]+)?`", text)
    named = {word for span in re.findall(r"`([^`]*)`", text) for word in re.findall(r"[a-z_]+", span)}
    deeper = {name for name in others if name in SECTIONS} - seen - {section}
    return named.union(*(documented(name, seen | {section}) for name in deeper))


def keys(value: Any) -> Iterator[str]:
    """All names of fields, at any depth."""
    if isinstance(value, list):
        for one in value:
            yield from keys(one)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            if name not in FREE:
                yield from keys(inner)


def commands(group: click.Group = lasttouch, before: str = "") -> Iterator[str]:
    for name in COMMANDS if group is lasttouch else group.commands:
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}"


@pytest.fixture
def home(household: Household, user: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Household:
    """Something of everything: mail both ways, machines, strangers, meetings, and a calendar that
    cannot be read."""
    household.add_account("ana", user, caldav=True)
    inbox = [
        *(mail("Bob <bob@globex.example>", "ana@acme.example", ago(days=d), f"b{d}") for d in (80, 70, 60, 50, 40)),
        mail("kim@globex.example", "ana@acme.example", ago(days=3), "k", Cc="bob@globex.example"),
        mail("eve@hooli.example", "ana@acme.example", ago(days=4), "e1"),
        mail("news@shop.example", "ana@acme.example", ago(days=1), "n", List_Unsubscribe="<https://x>"),
        mail("law@health.example", "ana@acme.example", ago(days=2), "withheld"),
    ]
    sent = [mail("ana@acme.example", "eve@hooli.example", ago(days=2), "e2", In_Reply_To="<e1>")]
    household.dovecot.append(user, "INBOX", inbox)
    household.dovecot.append(user, "Sent", sent)
    times = {"past": ago(days=2), "today": NOW, "ahead": NOW + timedelta(days=5)}
    for uid, start in times.items():
        household.radicale.put(
            user, "work", f"{uid}.ics", event(uid, start, "bob@globex.example", "ana@acme.example;PARTSTAT=ACCEPTED")
        )
    household.radicale.put(user, "work", "broken.ics", event("broken", ago(days=1), RRULE="FREQ=SECONDLY"))
    household.configure('never_log = ["*@health.example"]')
    config = household.folder / "config.toml"
    config.write_text(config.read_text() + table("[[targets]]", name="sheet", kind="folder", path="sheet.csv"))
    household.import_contacts("Bob,bob@globex.example,Globex", "Zoe,zoe@other.example,")
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "systemctl").write_text("#!/bin/sh\n")
    (bin_ / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_}:{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return household


def calls(home: Household, user: str) -> list[tuple[str, str]]:
    """Commands with the words behind them, in an order in which each finds what it needs."""
    file, other = home.folder / "contacts.csv", home.folder / "other.toml"
    init = f"--yes --address ana@acme.example --imap-host 127.0.0.1 --imap-port {home.dovecot.port} --security none"
    init += f" --username {user} --password-env MAIL_PASSWORD --no-caldav --sync --config {other}"
    return [
        ("sync", ""), ("status", ""), ("last", ""), ("last", "--company"), ("last", "--as-of 30d"), ("stale", ""),
        ("stale", "--days 1"), ("awaiting", ""), ("awaiting", "--all"), ("today", ""), ("log", ""), ("upcoming", ""),
        ("snooze", "bob 2w"), ("cadence", "bob 30d"), ("done", "1"), ("note", "bob call"), ("confirm", "<past>"),
        ("ignore", "kim@globex.example"), ("ignore", "kim@globex.example --undo"), ("why", "1"),
        ("why", "bob"), ("why", "<withheld>"), ("unmatched", ""), ("contacts list", ""),
        ("contacts show", "bob"), ("contacts edit", "bob --tag vip"), ("contacts suggest", ""),
        ("contacts export", ""), ("contacts dossier", "bob"),
        ("contacts dossier", "eve@hooli.example"), ("companies list", ""), ("export", ""),
        ("rules test", "--never-log hooli.example --own-address bob@globex.example"), ("doctor", ""), ("check", ""),
        ("backup", str(home.folder / "backup.db")), ("move", str(home.folder / "moved.db")),
        ("completion", "bash"), ("contacts import", str(file)),
        ("contacts add", "Kim kim@globex.example"), ("contacts alias", "Kim kim@home.example"),
        ("contacts add", "Kimmy kimmy@globex.example"), ("contacts merge", "Kim Kimmy"), ("contacts remove", "Zoe"),
        ("contacts forget", "Kim --yes"), ("companies add", "Initech initech.example"), ("init", init),
        ("service install", "--print"), ("service install", "--yes"), ("service status", ""),
        ("service uninstall", "--yes"), ("demo", ""), ("changes", ""), ("changes", "--since 0"), ("push", "sheet"),
        ("push", "sheet --yes"), ("tokens add", "laptop --scope read"), ("tokens list", ""),
        ("tokens revoke", "laptop"),
    ]  # fmt: skip


def test_every_field_of_every_answer_is_documented(home: Household, user: str) -> None:
    left = set(commands()) - ELSEWHERE - OF_A_TEAM
    for command, words in calls(home, user):
        outcome = home.run(*command.split(), *words.split(), "--json")
        assert outcome.out, f"{command} {words}: {outcome.err}"
        answers = [json.loads(line) for line in outcome.out.splitlines()] if command == "export" else outcome.json
        missing = set(keys(answers)) - documented(command)
        assert not missing, f"{command} {words} answers with {missing}, of which docs/json.md says nothing"
        left.discard(command)
    assert not left, f"{left} are not tried here"


def test_last_has_these_fields_and_no_others(home: Household) -> None:
    home.ok("sync")
    for contact in home.ok("last"):
        assert list(contact) == LAST


def test_errors_are_objects_of_three_fields_on_standard_error(home: Household) -> None:
    for words, code, name in [
        ("last nobody", 6, "not-found"),
        ("last --limit x", 2, "usage"),
        ("nonsense", 2, "usage"),
        ("status --config nowhere.toml", 3, "config"),
    ]:
        outcome = home.run(*words.split(), "--json")
        assert (outcome.code, outcome.out) == (code, "")
        error = json.loads(outcome.err)["error"]
        assert list(error) == ["code", "message", "hint"]
        assert error["code"] == name
