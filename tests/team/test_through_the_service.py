"""What colleagues see of each other, asked of the service as each of them."""

from __future__ import annotations

import contextlib
import contextvars
import fcntl
import io
import itertools
import os
import pty
import re
import struct
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from answered import ANA, BEN, CLEO, KEEPER, Outcome, Service, uid
from kept_bytes import kept

import cli
from config_lines import account, files, head, table
from household import ago, event, mail
from lasttouch.keeping import viewing

USERS = {"ana": ("Ana Kim", ANA), "ben": ("Ben Ode", BEN), "cleo": ("Cleo Roy", CLEO)}
SECRET = "an-offer-nobody-else-knows"
QUESTIONS = [
    "last", "last --company", "stale --days 0", "today", "awaiting", "log", "upcoming", "unmatched", "contacts list",
    "contacts suggest", "companies list", "export",
]  # fmt: skip
OF_SOMEBODY = ["last {}", "log {}", "why {}", "upcoming {}", "contacts show {}"]


class Team:
    """Ana, Ben and Cleo with a mailbox each that is a folder, and what stands in the configuration
    of each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.service = Service()
        self.config = folder / "config.toml"
        self.top = ""
        self.head = head()
        self.more = {name: f'user = "{full}"\n' for name, (full, _) in USERS.items()}
        self._numbers = itertools.count()
        for name in self.more:
            (folder / name).mkdir()

    def add_account(self, name: str, more: str) -> None:
        self.more[name] = more
        (self.folder / name).mkdir()

    def receive(self, name: str, message: bytes | str) -> None:
        text = message.encode() if isinstance(message, str) else message
        kind = "ics" if b"BEGIN:VCALENDAR" in text else "eml"
        (self.folder / name / f"{next(self._numbers)}.{kind}").write_bytes(text)

    def sync(self) -> None:
        users = [table("[[users]]", name=full, os_user=os_user) for full, os_user in USERS.values()]
        users.append(table("[[users]]", name="Kim Admin", os_user=KEEPER, role="administrator"))
        accounts = [
            account(name, more, files(name), owner=USERS.get(name, (name.title(), ""))[0])
            for name, more in self.more.items()
        ]
        self.config.write_text("".join([self.head, self.top, *users, *accounts]))
        self.config.chmod(0o600)
        assert cli.run(["--config", str(self.config), "sync"]) == 0

    def ask(self, who: str, *words: str, **more: Any) -> Outcome:
        os_user = KEEPER if who == "admin" else USERS[who][1]
        return self.service.ask(self.config, uid(os_user), *words, **more)

    def ask_here(self, who: str, *words: str) -> Outcome:
        """The same without a service: what a command prints that this user may run beside the
        log."""

        def asked() -> Outcome:
            out, err = io.StringIO(), io.StringIO()
            viewing.ask_as(KEEPER if who == "admin" else USERS[who][1])
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = cli.run(["--config", str(self.config), *words])
            return Outcome(code, out.getvalue(), err.getvalue())

        return contextvars.copy_context().run(asked)

    def ok(self, who: str, *words: str) -> Any:
        outcome = self.ask(who, *words, "--json")
        assert outcome.code == 0, outcome.err
        return outcome.json

    def said(self, who: str, *somebody: str) -> str:
        """Whatever this user is told, asking everything there is to ask, about these people too."""
        asked = [*QUESTIONS, *(question.format(whom) for question in OF_SOMEBODY for whom in somebody)]
        told = [self.ask_here(who, *words.split(), *how) for words in asked for how in ([], ["--json"])]
        told += [self.ask_here(who, "contacts", "export", *how) for how in ([], ["--vcard"])]
        told += [self.complete(who, words) for words in ("last ", "last b", "log z", "stale --owner ", "done ")]
        assert {one.code for one in told} <= {0, 6}, [one.err for one in told if one.code not in (0, 6)]
        return "\n".join(one.out + one.err for one in told)

    def complete(self, who: str, words: str) -> Outcome:
        number = len(words.split(" "))
        settings = {
            "_LASTTOUCH_COMPLETE": "bash_complete", "COMP_WORDS": f"lasttouch {words}", "COMP_CWORD": str(number),
        }  # fmt: skip
        return self.ask(who, settings=settings)


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    """Ana wrote to Bob, who is a contact of hers and of nobody else."""
    team = Team(tmp_path)
    team.receive("ana", mail("ana@acme.example", "bob@globex.example", ago(days=3), "to-bob@acme.example", SECRET))
    team.receive("ana", mail("bob@globex.example", "ana@acme.example", ago(days=2), "of-bob@globex.example", SECRET))
    team.sync()
    team.ok("ana", "contacts", "add", "Bob Stone", "bob@globex.example")
    yield team
    team.service.stop()


def also_bens(team: Team) -> None:
    """Bob is a contact of Ben's as well, who calls him by another name."""
    team.ok("ben", "contacts", "add", "Robert", "bob@globex.example")


def grant(team: Team, name: str, share: str) -> None:
    team.more[name] += f"share = {share}\n"
    team.sync()


def test_where_nothing_is_shared_a_contact_of_anothers_is_as_one_that_does_not_exist(team: Team) -> None:
    assert team.ok("ana", "last", "bob")[0]["touches"] == 2
    for words in OF_SOMEBODY:
        for whom, nobody in (("bob", "rob"), ("bob@globex.example", "rob@globex.example"), ("Stone", "Stine")):
            for how in ([], ["--json"]):
                real = team.ask("ben", *words.format(whom).split(), *how)
                absent = team.ask("ben", *words.format(nobody).split(), *how)
                assert real.code == absent.code == 6, (words, whom, real)
                assert (real.out, real.err) == (absent.out, absent.err.replace(nobody, whom)), words
    said = team.said("ben", "bob", "1")
    for hidden in ("bob@globex", "Stone", SECRET, "of-bob@"):
        assert hidden not in said


def test_dates_are_dates_and_nothing_more(team: Team) -> None:
    grant(team, "ana", '"dates"')
    assert team.ask("ben", "last", "bob").code == 6, "whom Ana alone has is hers"
    also_bens(team)
    (bob,) = team.ok("ben", "last", "bob")
    assert (bob["name"], team.ok("ana", "last", "bob")[0]["name"]) == ("Robert", "Bob Stone")
    assert (bob["last_touch_kind"], bob["last_touch_by"], bob["last_touch_activity"]) == ("inbound", "Ana Kim", None)
    assert bob["last_touch"] == f"{ago(days=2):%Y-%m-%dT%H:%M:%SZ}"
    said = team.said("ben", "bob")
    for hidden in (SECRET, "to-bob@", "of-bob@", "hash:"):
        assert hidden not in said
    assert team.ok("ben", "log", "bob") == []
    assert team.ask("ben", "export").out == ""


def test_a_blind_copy_is_seen_in_the_copy_that_shows_it_alone(team: Team) -> None:
    grant(team, "ana", '"subjects"')
    headers = {"Cc": "ben@acme.example", "Bcc": "Zoe Quill <zoe@initech.example>"}
    team.receive(
        "ana", mail("ana@acme.example", "bob@globex.example", ago(days=1), "b@acme.example", "blind", **headers)
    )
    del headers["Bcc"]
    team.receive(
        "ben", mail("ana@acme.example", "bob@globex.example", ago(days=1), "b@acme.example", "blind", **headers)
    )
    team.sync()
    said = team.said("ben", "zoe", "bob", "b@acme.example")
    assert "blind" in said
    assert "zoe@initech" not in said
    assert "Quill" not in said
    assert "zoe@initech" in team.said("ana", "bob")
    team.ok("ana", "contacts", "add", "Zoe Quill", "zoe@initech.example")
    assert team.ok("ana", "last", "zoe")[0]["last_touch"]
    (zoe,) = team.ok("ben", "last", "zoe")  # a contact of one who shares that, but not that she was written to
    assert (zoe["last_touch"], zoe["touches"]) == (None, 0)
    assert team.ok("ben", "log", "zoe") == []


def test_who_is_private_to_one_is_to_another_what_they_know_themselves(team: Team) -> None:
    grant(team, "ana", '"subjects"')
    team.receive("ben", mail("bob@globex.example", "ben@acme.example", ago(days=9), "to-ben@globex.example", "for Ben"))
    team.sync()
    assert team.ok("ben", "last", "bob")[0]["touches"] == 3
    team.ok("ana", "sharing", "private", "bob@globex.example")
    assert SECRET not in team.said("ben", "bob@globex.example")
    known = team.ok("ben", "why", "bob@globex.example")
    assert "for Ben" in str(team.ok("ben", "log", "bob@globex.example")) + str(known)
    assert team.ok("ana", "last", "bob")[0]["touches"] == 3 - 1


def test_what_is_narrowed_is_gone_from_the_next_answer(team: Team) -> None:
    grant(team, "ana", '"subjects"')
    assert SECRET in str(team.ok("ben", "log", "bob"))
    team.ok("ana", "sharing", "set", "none")
    assert team.ask("ben", "log", "bob").code == 6
    assert SECRET not in team.said("ben", "bob")
    team.ok("ana", "sharing", "set", "--undo")
    assert SECRET in str(team.ok("ben", "log", "bob"))


def test_nobody_shares_more_than_the_ceiling(team: Team) -> None:
    also_bens(team)
    team.top = 'share_at_most = "dates"\n'
    grant(team, "ana", '"subjects"')
    assert team.ok("ben", "last", "bob")[0]["last_touch"]
    assert SECRET not in team.said("ben", "bob")
    (said,) = [one for one in team.ok("admin", "doctor", "--offline") if one["check"] == "sharing"]
    assert (said["account"], said["status"]) == ("ana", "warning")
    assert "'subjects' for everybody is more than share_at_most, so 'dates' holds" in said["message"]


def test_a_shared_mailbox_is_its_readers_in_full_and_nobody_elses(team: Team) -> None:
    team.add_account("info", 'readers = ["Ana Kim", "Ben Ode"]\n')
    team.receive("info", mail("eve@hooli.example", "info@acme.example", ago(days=4), "eve@hooli.example", "an-order"))
    team.sync()
    for name in ("ana", "ben"):
        assert "an-order" in str(team.ok(name, "log"))
        assert "eve@hooli.example" in team.ask(name, "export").out
    said = team.said("cleo", "eve")
    assert "an-order" not in said
    assert "eve@hooli" not in said


def test_a_private_event_is_never_more_than_a_date(team: Team) -> None:
    team.more["ana"] += 'private_events = "time-only"\n'
    grant(team, "ana", '"subjects"')
    meeting = event(
        "m1", ago(days=1), "ana@acme.example;PARTSTAT=ACCEPTED", "bob@globex.example;PARTSTAT=ACCEPTED",
        SUMMARY="the-surgery", CLASS="PRIVATE", organizer="ana@acme.example",
    )  # fmt: skip
    team.receive("ana", meeting)
    team.sync()
    own = team.ok("ana", "last", "bob")[0]
    assert own["last_touch_kind"] == "meeting"
    (bob,) = team.ok("ben", "last", "bob")
    assert (bob["last_touch"], bob["last_touch_kind"]) == (own["last_touch"], "meeting")
    assert bob["last_touch_activity"] is None
    said = team.said("ben", "bob")
    assert "the-surgery" not in said
    assert "m1" not in {str(one.get("activity")) for one in team.ok("ben", "log", "bob")}


def test_an_administrator_sees_how_it_is_and_no_content(team: Team) -> None:
    assert team.ask("admin", "status", "--json").code == 0
    for words in ("last", "last bob", "log", "export", "backup x", "contacts list", "why 1", "done 1", "note bob met"):
        outcome = team.ask("admin", *words.split(), "--json")
        assert (outcome.code, outcome.out, outcome.error["code"]) == (1, "", "not-permitted"), words


def test_own_words_are_whose_they_are(team: Team) -> None:
    grant(team, "ana", '"subjects"')
    team.ok("ben", "snooze", "bob", "30d")
    assert team.ok("ben", "snooze", "bob", "--undo")["by"]
    team.ok("ben", "cadence", "bob", "10d")
    assert team.ask("ana", "cadence", "bob", "--undo").code == 6


def test_a_file_of_contacts_is_read_from_who_names_it(team: Team) -> None:
    rows = b"name,email\nPia Wren,pia@initech.example\nno address,\n"
    outcome = team.ask("ben", "contacts", "import", "pia.csv", given=rows)
    assert outcome.code == 0, outcome.err
    for name in ("/", str(team.config), "nowhere.csv"):  # what lies there where the service is, it does not look at
        again = team.ask("ben", "contacts", "import", name, given=rows)
        assert (again.code, again.out.partition(",")[0]) == (0, "0 added"), again
    assert team.ok("ben", "contacts", "show", "pia")[0]["emails"] == ["pia@initech.example"]
    assert team.ask("ana", "contacts", "show", "pia").code == 6


def test_answers_are_those_of_a_command_that_runs_here(team: Team) -> None:
    for words in ("last", "last bob", "log bob", "why bob", "contacts show bob", "export", "last nobody", "log --json"):
        assert team.ask("ana", *words.split()) == team.ask_here("ana", *words.split())


def test_who_looks_at_what_is_anothers_leaves_one_line_for_them(team: Team) -> None:
    also_bens(team)
    grant(team, "ana", '"dates"')
    assert team.ok("ana", "last", "bob")
    assert team.ok("ana", "access") == []
    assert team.ok("ben", "last", "bob")
    assert team.ask("cleo", "last", "nobody").code == 6
    (line,) = team.ok("ana", "access")
    assert (line["user"], line["command"], line["account"], line["level"]) == ("Ben Ode", "last", "ana", "dates")
    assert team.ok("ben", "access") == []


def test_who_is_erased_is_gone_from_what_is_kept_of_looking(team: Team) -> None:
    also_bens(team)
    grant(team, "ana", '"dates"')
    assert team.ok("ben", "last", "bob")
    assert "Bob" in str(team.ok("ana", "access"))
    assert team.ask("ben", "contacts", "forget", "bob", "--yes").code == 0  # his own, and nothing of hers
    assert "Bob" in team.said("ana", "bob")
    why = ["--reason", "asked for it"]
    assert team.ask("admin", "contacts", "forget", "bob@globex.example", "--yes", *why).code == 0
    assert team.ok("ana", "access") == [], "not even a line without a name"
    assert SECRET not in team.said("ana", "bob")
    assert b"globex" not in kept(team.folder / "lasttouch.db")
    assert not [one for one in team.folder.glob("lasttouch.db.audiences/*/*") if b"globex" in one.read_bytes()]


def test_the_zone_of_one_answer_is_not_that_of_the_next(team: Team) -> None:
    first = team.ask("ana", "log")
    assert team.ask("ana", "log", settings={"TZ": "Asia/Tokyo"}) != first
    assert team.ask("ana", "log") == first


def test_what_was_derived_before_somebody_was_erased_is_held_open_by_nobody_who_asks_again(team: Team) -> None:
    grant(team, "ana", '"dates"')
    for _ in range(2):
        assert team.ask("ben", "last").code == 0
    why = ["--reason", "asked for it"]
    assert team.ask("admin", "contacts", "forget", "bob@globex.example", "--yes", *why).code == 0
    assert any(name.endswith("(deleted)") for name in team.service.open_files(uid(BEN)))
    assert team.ask("ben", "last").code in (0, 6)
    assert not any(".audiences/" in name and name.endswith("(deleted)") for name in team.service.open_files(uid(BEN)))


def test_only_an_administrator_sees_which_accounts_there_are(team: Team) -> None:
    assert [one["account"] for one in team.ok("admin", "accounts", "list")] == ["ana", "ben", "cleo"]
    assert team.ask("ben", "accounts", "list", "--json").error["code"] == "not-permitted"
    assert team.ask("ben", "accounts", "retire", "ana", "--keep", "nothing", "--yes").code == 1
    for words in ("sync --account ", "status "):
        assert team.complete("ben", words).out.strip() == ""


def test_an_account_of_nobody_and_a_user_whom_the_machine_does_not_know_are_told_of(team: Team) -> None:
    assert not {"users", "sharing"} & {one["check"] for one in team.ok("admin", "doctor", "--offline")}
    team.add_account("info", "")
    team.top = table("[[users]]", name="Dan", os_user="nobody-of-that-name")
    team.sync()
    told = [one for one in team.ok("admin", "doctor", "--offline") if one["check"] == "users"]
    assert [(one["account"], one["status"]) for one in told] == [(None, "warning"), ("info", "warning")]


@pytest.mark.parametrize("columns", [50, 120])
def test_a_terminal_shows_what_it_would_show_of_a_command_that_runs_there(team: Team, columns: int) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    settings = {"TERM": "xterm-256color", "TZ": "Asia/Tokyo"}
    assert team.ask("ana", "last", descriptors=[theirs] * 3, settings=settings).code == 0
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown).split("\r\n")
    table_lines = [line for line in lines if line.startswith(" ")]
    assert any("─" in line for line in table_lines)
    assert max(map(len, table_lines)) <= columns
    tokyo = ago(days=2).astimezone(ZoneInfo("Asia/Tokyo"))
    assert (f"{tokyo:%Y-%m-%d %H:%M}" in shown) == (columns == 120)


def test_text_is_written_as_the_terminal_of_who_asks_reads_it(team: Team) -> None:
    team.ok("ana", "contacts", "edit", "bob", "--name", "Bób Stone")
    read, write = os.pipe()
    for encoding, written in (("utf-8", "Bób"), ("latin-1", "Bób"), ("ascii", r"B\xf3b"), ("nonsense", "Bób")):
        assert team.ask("ana", "last", descriptors=[write] * 3, settings={"encoding": encoding}).code == 0
        known = "utf-8" if encoding == "nonsense" else encoding
        assert written.encode(known) in os.read(read, 65536)
    os.close(read)
    os.close(write)


def test_how_many_meetings_others_have_is_told_to_nobody(team: Team) -> None:
    for number in range(3):
        meeting = event(f"s{number}", ago(days=9), f"zoe{number}@nobody.example;PARTSTAT=ACCEPTED")
        team.receive("ana", meeting)
    team.receive("ben", event("own", ago(days=8), "yan@nobody.example;PARTSTAT=ACCEPTED"))
    team.sync()
    ours, theirs = pty.openpty()
    assert team.ask("ben", "unmatched", descriptors=[theirs] * 3, settings={"TERM": "xterm"}).code == 0
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert "working out" not in shown
    assert "zoe" not in shown
    assert "yan@nobody" in shown
