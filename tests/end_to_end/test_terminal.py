"""What a terminal shows, narrow or wide, and what a shell offers."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import unicodedata
from pathlib import Path

import pytest
from rich.cells import cell_len

from config_lines import files
from household import Household, ago, event, mail

ROOT = Path(__file__).parents[2]
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def ana(household: Household, user: str) -> Household:
    household.add_account("ana", user)
    household.receive(
        user,
        mail("bob@globex.example", "ana@acme.example", ago(days=9), "b1", "An offer for the garden centre"),
        mail("Zoe Nobody <zoe.nobody.of.nowhere@a-long-domain-name.example>", "ana@acme.example", ago(days=2), "z1"),
        mail("yuki@hooli.example", "ana@acme.example", ago(days=4), "y1", "=?utf-8?b?44GT44KT44Gr44Gh44Gv?="),
    )
    household.import_contacts("Bob Stone,bob@globex.example,Globex", "山田 雪,yuki@hooli.example,富士商事")
    household.ok("sync")
    return household


def _on_a_terminal(columns: int, *words: str, **environment: str) -> str:
    """What `lasttouch` prints on a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR")}
    with subprocess.Popen(
        [sys.executable, "-m", "cli", *words], cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs,
        env={**kept, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT), **environment},
    ):  # fmt: skip
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other side is closed
                break
            if not piece:
                break
            shown += piece
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")


def test_a_terminal_shows_how_far_the_meetings_among_strangers_are(household: Household) -> None:
    meetings = (event(f"m{n}", ago(days=9), f"zoe{n}@nobody.example;PARTSTAT=ACCEPTED") for n in range(3))
    for number, text in enumerate(meetings):
        (household.folder / f"{number}.ics").write_text(text)
    household.set_account("ana", files(*(f"{number}.ics" for number in range(3))))
    household.ok("sync")
    assert "working out meetings among strangers" in _on_a_terminal(100, "unmatched")
    assert "working out" not in _on_a_terminal(100, "unmatched")


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 200])
@pytest.mark.parametrize("words", ["last", "log", "stale --days 1", "awaiting", "unmatched", "status"])
def test_no_table_is_wider_than_the_terminal(ana: Household, words: str, columns: int) -> None:
    shown = ESCAPES.sub("", _on_a_terminal(columns, *words.split()))
    table = [line for line in shown.splitlines() if line.startswith(" ")]
    assert len(table) >= 3
    assert max(cell_len(line) for line in table) <= columns


def test_wide_characters_align(ana: Household) -> None:
    lines = [line for line in ESCAPES.sub("", _on_a_terminal(80, "last")).splitlines() if " ago" in line]
    assert len(lines) == 2
    places = {cell_len(line[: re.search(r"\d+ days ago", line).start()]) for line in lines}  # type: ignore[union-attr]
    assert len(places) == 1
    assert any(unicodedata.east_asian_width(c) == "W" for c in lines[1] + lines[0])


def test_weeks_are_drawn_where_there_is_room(ana: Household) -> None:
    assert "12 weeks" not in _on_a_terminal(99, "last")
    assert "12 weeks" in _on_a_terminal(120, "last")
    assert "··········▂" in _on_a_terminal(120, "last")
    assert "12 weeks" in _on_a_terminal(120, "stale", "--days", "1")
    assert "1 touch, 1 in the fullest week" in _on_a_terminal(80, "log", "bob")
    assert "fullest" not in _on_a_terminal(80, "log")


def test_no_color_and_a_dumb_terminal_are_respected(ana: Household) -> None:
    assert not re.search(r"\x1b\[(3[0-9]|4[0-9]|38)", _on_a_terminal(80, "last", NO_COLOR="1"))
    assert "\x1b" not in _on_a_terminal(80, "last", TERM="dumb")
    assert "\x1b" not in ana.run("last").out
    assert "\t" in ana.run("last").out


def _offered(household: Household, *words: str) -> list[str]:
    """What bash is offered for the last of these words."""
    done = subprocess.run(
        [sys.executable, "-m", "cli"], cwd=ROOT, capture_output=True, text=True, check=False,
        env={
            **os.environ, "PYTHONPATH": str(ROOT), "_LASTTOUCH_COMPLETE": "bash_complete",
            "COMP_WORDS": " ".join(["lasttouch", *words]), "COMP_CWORD": str(len(words)),
        },
    )  # fmt: skip
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.splitlines() if line]


def test_a_shell_is_offered_commands_contacts_companies_and_accounts(ana: Household) -> None:
    assert _offered(ana, "sta") == ["stale", "status"]
    assert "last" in _offered(ana, "")
    assert _offered(ana, "last", "b") == ["bob@globex.example", "Bob"]
    assert _offered(ana, "last", "Bob", "s") == ["Stone"]
    assert _offered(ana, "log", "glo") == ["Globex"]
    assert _offered(ana, "stale", "--company", "glo") == ["Globex"]
    assert _offered(ana, "stale", "--owner", "a") == ["Ana"]
    assert _offered(ana, "contacts", "forget", "bob") == ["bob@globex.example"]
    assert _offered(ana, "sync", "--account", "a") == ["ana"]
    assert _offered(ana, "nonsense", "b") == []


def test_completion_fails_silently(ana: Household, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LASTTOUCH_CONFIG", "/nowhere")
    assert _offered(ana, "last", "b") == []
    assert _offered(ana, "sync", "--account", "a") == []


def test_a_hostile_name_is_not_offered_to_a_shell(ana: Household) -> None:
    ana.import_contacts("$(reboot),r@evil.example,", "Bella `id`,b@evil.example,")
    offered = [*_offered(ana, "last", "$"), *_offered(ana, "last", "Bella", ""), *_offered(ana, "last", "B")]
    assert not [word for word in offered if set(word) & set("$`(")]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_is_printed(ana: Household, shell: str) -> None:
    assert "_LASTTOUCH_COMPLETE" in ana.run("completion", shell).out
    assert ana.ok("completion", shell)["shell"] == shell
    assert ana.run("completion", "ksh").code == 2


def test_who_is_meant_is_asked_back_with_names(ana: Household) -> None:
    assert "there is no activity 99999" in ana.run("why", "99999").err
    assert ana.run("why", "99999").code == 6
    ana.import_contacts("Bob Stein,stein@globex.example,Globex")
    asked = ana.run("contacts", "forget", "bob st", "--yes")
    assert asked.code == 2
    assert "Bob Stone <bob@globex.example>" in asked.err
    assert "Bob Stein <stein@globex.example>" in asked.err
    for words in (["last"], ["log"], ["why"], ["upcoming"], ["awaiting"], ["contacts", "show"], ["contacts", "forget"]):
        missed = ana.run(*words, "Bobb")
        assert missed.code == 6, words
        assert "did you mean Bob Stone" in missed.err or "did you mean Bob Stein" in missed.err, words
    assert ana.run("last", "Bob", "Stone").code == 0


@pytest.mark.parametrize(
    "question", ["last", "stale", "stale --days 9", "awaiting", "upcoming", "today", "contacts list", "last bob"]
)
def test_a_log_without_contacts_says_how_to_get_some(household: Household, user: str, question: str) -> None:
    household.add_account("ana", user)
    household.ok("sync")
    outcome = household.run(*question.split())
    assert "lasttouch contacts import FILE.csv" in outcome.out + outcome.err
    assert "No companies yet" in household.run("last", "--company").out


def test_who_could_be_meant_stands_in_lines_of_their_own(ana: Household) -> None:
    ana.import_contacts("Bob Ohm,ohm@globex.example,")
    said = ana.run("contacts", "show", "bob").out + ana.run("contacts", "merge", "bob", "bob").err
    assert "'bob' is 2 contacts:\n  #" in said


def test_a_company_is_mistaken_for_a_company(ana: Household) -> None:
    ana.import_contacts("Globus Pink,pink@other.example,Initech")
    assert "hint: did you mean Globex?" in ana.run("last", "--company", "globux").err


def test_however_narrow_a_terminal_is_dates_are_whole(ana: Household) -> None:
    date = f"{ago(days=2).astimezone():%Y-%m-%d %H:%M}"
    assert date in _on_a_terminal(40, "log")
