"""Fault 16: whatever stands in names and subjects, no answer moves a terminal or runs in a
spreadsheet."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys

import click
import pytest

from household import NOW, Household, ago, event, mail
from lasttouch.terminal.command_line import COMMANDS, lasttouch
from running_daemon import ROOT

ESCAPES = "\x1b]0;owned\x07\x1b[2J\x9b31m\x00\x7f\u202egnp\u2066\u200f\u061c"
ENCODED = "=?utf-8?q?" + "".join(f"={octet:02X}" for octet in ESCAPES.encode()) + "?="
HARMFUL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
OUR_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# what does not answer with what stands in the log, or needs more than the log to answer
OTHERWISE = {
    "completion", "contacts add", "contacts alias", "contacts forget", "contacts remove", "contacts import",
    "contacts merge", "contacts edit", "cadence", "confirm", "done", "ignore", "note",
    "snooze", "demo", "init", "run", "companies add",
    "service install", "service uninstall", "service status", "rules test", "why", "accounts retire",
    "sharing show", "sharing set", "sharing private", "handover", "push", "sign-in", "mcp", "web login", "tokens add",
    "tokens revoke", "move", "worker", "accounts let-in",
}  # fmt: skip


def _leaves(group: click.Group, before: tuple[str, ...] = ()) -> dict[str, click.Command]:
    context = click.Context(group)
    found: dict[str, click.Command] = {}
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        words = (*before, name)
        found |= _leaves(command, words) if isinstance(command, click.Group) else {" ".join(words): command}
    return found


LEAVES = _leaves(lasttouch)
ANSWERING = sorted(LEAVES.keys() - OTHERWISE)
MORE = {"stale": "--days 1", "awaiting": "--all", "backup": "copy.db --force", "log": "", "sync": ""}
WITH_CSV = [name for name in ANSWERING if any("--csv" in one.opts for one in LEAVES[name].params)]


@pytest.fixture
def hostile(household: Household, user: str) -> Household:
    household.add_account("ana", user, caldav=True)
    box, put = household.dovecot, household.radicale.put
    people = [("bob@globex.example", f'"{ENCODED}"'), ("eve@hooli.example", "=?utf-8?q?=3Dcmd=28=29?=")]
    for days, (address, name) in enumerate(people, 40):
        box.append(
            user, "INBOX", [mail(f"{name} <{address}>", "ana@acme.example", ago(days=days), f"i{days}", ENCODED)]
        )
        box.append(user, "Sent", [mail("ana@acme.example", address, ago(days=days - 9), f"o{days}", "+1+cmd|' /C'!A0")])
    box.append(user, "INBOX", [mail(f"{ENCODED} <fay@x.example>", "ana@acme.example", ago(days=2), "f", "\t@SUM(1)")])
    box.append(user, "Sent", [mail("ana@acme.example", "fay@x.example", ago(days=1), "g", ENCODED)])
    guest = "bob@globex.example;CN=" + ESCAPES.replace("\x00", "").replace("\x07", "")
    for number, day in enumerate((-6, 4)):
        meeting = event(f"m{number}", NOW.replace(microsecond=0) - (ago() - ago(days=day)), guest.split(";")[0])
        put(user, "work", f"m{number}", meeting.replace("END:VEVENT", f"SUMMARY:-{ESCAPES[1:6]}\r\nEND:VEVENT"))
    rows = [f'"=1+1{ESCAPES[9:]}",bob@globex.example,"@Globex"', '"+1",eve@hooli.example,"-Hooli"']
    household.import_contacts(*rows)
    household.ok("sync")
    return household


def test_every_command_is_looked_at_or_is_known_to_show_nothing_of_the_log() -> None:
    assert LEAVES.keys() >= OTHERWISE
    assert {name.split()[0] for name in LEAVES} == set(COMMANDS)


@pytest.mark.parametrize("form", ["", "--json", "--csv"])
def test_no_control_character_leaves_any_command(hostile: Household, form: str) -> None:
    shown_at_all = 0
    for name in ["why bob@globex.example", "why <i40>", *ANSWERING]:
        if (form == "--csv" and name not in WITH_CSV) or (form == "--json" and name == "export"):
            continue
        words = [*name.split(), *MORE.get(name, "").split(), *([form] if form else [])]
        if name in ("contacts show", "contacts dossier"):
            words.append("bob@globex.example")
        if name == "backup":
            words[1] = str(hostile.folder / "copy.db")
        outcome = hostile.run(*words)
        assert outcome.code in (0, 1), (words, outcome.err)
        for text in (outcome.out, outcome.err):
            found = HARMFUL.findall(text.replace("\r\n", "\n") if form == "--csv" else text)
            assert not found, (words, found, text)
        shown_at_all += bool(outcome.out)
    assert shown_at_all > 5


def test_nothing_of_it_reaches_a_terminal(hostile: Household) -> None:
    """Where colours are wanted, those of ours are the only escape codes."""
    environment = {**os.environ, "FORCE_COLOR": "1", "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
    for name in ("last", "log", "stale --days 1", "awaiting", "unmatched", "upcoming", "why bob@globex.example"):
        command = [sys.executable, "-m", "cli", *name.split()]
        done = subprocess.run(command, capture_output=True, env=environment, check=False, cwd=ROOT)
        text = OUR_COLOURS.sub("", (done.stdout + done.stderr).decode())
        assert not HARMFUL.findall(text), (name, text)


@pytest.mark.parametrize("name", WITH_CSV)
def test_no_cell_is_a_formula(hostile: Household, name: str) -> None:
    outcome = hostile.run(*name.split(), *MORE.get(name, "").split(), "--csv")
    assert outcome.code == 0, outcome.err
    for row in csv.reader(io.StringIO(outcome.out)):
        assert not [cell for cell in row if cell.startswith(tuple("=+-@\t\r"))], row
