"""Who looks at what is another's leaves a line for them; how many accounts share nothing is said
with each answer."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from colleagues import Colleagues
from team_log import Fed, users

from lasttouch.keeping import viewing
from lasttouch.keeping.seeing import seen_within
from store import access
from store.database import open_for_reading, open_for_writing
from store.transactions import writing

BOB, ZOE = "bob@globex.example", "zoe@hooli.example"
ANA, BEN = "ana@acme.example", "ben@acme.example"


@pytest.fixture
def here(colleagues: Colleagues) -> Colleagues:
    """Ana exchanges with Bob and shares who with Ben, Ben with Zoe; both are listed; Cleo shares
    nothing."""
    colleagues.accounts["ana"]["share"] = "who"
    colleagues.receive("ana", BOB, ANA, 5, message_id="b1@globex.example", subject="The lease")
    colleagues.receive("ana", ANA, BOB, 4, message_id="a1@acme.example", subject="Re: The lease")
    colleagues.receive("ben", ZOE, BEN, 3, message_id="z1@hooli.example", subject="Racks")
    colleagues.sync()
    colleagues.ok("cleo", "contacts", "add", "Bob Stone", BOB, "--company", "Globex")
    colleagues.ok("cleo", "contacts", "add", "Zoe Ray", ZOE)
    return colleagues


def _lines(here: Colleagues, who: str = "ana") -> list[tuple[Any, ...]]:
    return [
        (one["user"], one["command"], one["account"], one["level"], one["items"], one["contact"])
        for one in here.ok(who, "access")
    ]


def test_each_answer_that_tells_of_another_s_account_leaves_one_line_and_one_s_own_none(here: Colleagues) -> None:
    here.ok("ana", "last")
    here.ok("ben", "last", "zoe")
    assert (_lines(here), _lines(here, "ben")) == ([], [])
    here.ok("ben", "last", "bob")
    assert _lines(here) == [("ben", "last", "ana", "who", 1, "Bob Stone")]
    assert _lines(here, "ben") == []
    assert here.run("ben", "contacts", "show", "bob").code == 0
    assert _lines(here)[0] == ("ben", "contacts show", "ana", "who", 3, "Bob Stone")


@pytest.mark.parametrize(
    "arguments",
    [
        ["last"], ["last", "--company"], ["log"], ["why", "bob"], ["contacts", "list"], ["contacts", "export"],
        ["companies", "list"], ["export"], ["stale", "--days", "0"], ["log", "bob", "--csv"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_no_command_tells_of_another_s_account_unseen(here: Colleagues, arguments: list[str]) -> None:
    assert here.run("ben", *arguments).code == 0
    ((user, command, account, *_),) = _lines(here)
    assert (user, account) == ("ben", "ana")
    assert " ".join(arguments).startswith(command)


def test_an_account_of_which_a_mailbox_is_read_is_behind_a_contact_too(fed: Fed) -> None:
    with fed(users("ana", "ben"), ana='user = "ana"\nshare = "dates"\n', ben='user = "ben"\n') as log:
        bob = log.contact("Bob Stone", BOB)
        log.mail(BOB, ANA, 2)
        with writing(log.connection):
            log.connection.execute("INSERT INTO place_reader (place_id, user_id) SELECT min(id), 2 FROM place")
        scope = viewing.scope_of(log.reader, "ben-os")
        with closing(seen_within(log.agent.loaded.database, scope, log.now)) as seen:
            assert access.behind_contacts(seen, [bob], in_full=True) == {(bob, 1)}


def test_every_command_that_reads_content_records_it() -> None:
    """Those that tell of one's own alone, or of the service, are named."""
    commands = Path(__file__).parents[2] / "lasttouch" / "commands"
    own = {"opening", "unmatched", "contacts_suggest", "status", "backup", "demo", "init"}
    for path in commands.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "with reading" in text and path.stem not in own:
            assert "told(log" in text or "tell_everything(log" in text, path.name


def test_how_many_accounts_share_nothing_is_said_to_users_alone(here: Colleagues) -> None:
    (bob,) = here.ok("ben", "last", "bob")
    assert bob["hidden_accounts"] == 1
    assert here.ok("ben", "today")["hidden_accounts"] == 1
    assert here.run("ben", "last").out.endswith("As far as you may see; 1 account shares nothing with you.\n")
    here.ok("ana", "sharing", "set", "none")
    assert "2 accounts share nothing with you" in here.run("ben", "why", "bob").out
    assert "hidden_accounts" not in here.run("ben", "last", "--csv").out
    for options in here.accounts.values():
        options.clear()
    here.users = {}
    here.configure()
    assert "hidden_accounts" not in here.direct("last", "--json").out
    assert "may see" not in here.direct("last").out


def test_who_is_merged_is_found_under_the_other(here: Colleagues) -> None:
    here.ok("cleo", "contacts", "add", "Robert", "rob@globex.example")
    here.ok("ben", "last", "bob")
    here.ok("cleo", "contacts", "merge", "Robert", "Bob Stone")
    assert [line[-1] for line in _lines(here)] == ["Robert"]


def test_what_is_older_than_ninety_days_is_gone(here: Colleagues) -> None:
    here.ok("ben", "last", "bob")
    here.ok("ben", "why", "bob")
    with closing(open_for_writing(here.folder / "log.db")) as log:
        log.execute("UPDATE access SET at = at - 91 * 86400 WHERE command = 'last'")
    assert [line[1] for line in _lines(here)] == ["why"]
    here.sync()
    with closing(open_for_reading(here.folder / "log.db")) as log:
        assert log.execute("SELECT command FROM access").fetchall() == [("why",)]
    with closing(open_for_writing(here.folder / "log.db")) as log:
        log.execute("UPDATE access SET at = 0")
    here.sync()
    with closing(open_for_reading(here.folder / "log.db")) as log:
        assert log.execute("SELECT count(*) FROM access").fetchone() == (0,)
