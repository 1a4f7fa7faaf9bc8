"""`readers = "inherit"`: who may read a mailbox where it lives may read it here, tried on Dovecot
and Cyrus."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date

import pytest
from colleagues import Colleagues
from cyrus_server import CyrusServer
from hypothesis import given
from hypothesis import strategies as st

from activity.rights import PlaceRights
from capture.mail.rights import NOT_OFFERED, REFUSED, read_list
from capture.mail.server import MailServer
from capture.mail.source import MailSource
from config_lines import account, files, head, imap
from dovecot_server import DovecotServer
from household import ago, mail
from loopback_process import server_folder
from matchers.readers import known_as, readers_of

BOB, TOM = "bob@globex.example", "tom@initech.example"
_ACL = """
mail_plugins = acl
protocol imap {
  mail_plugins = acl imap_acl
}
plugin {
  acl = vfile
  acl_anyone = allow
}
"""


@pytest.fixture(scope="module")
def guarded() -> Iterator[DovecotServer]:
    """A Dovecot that tells who may read what."""
    base = server_folder("ltac")
    server = DovecotServer(base, extra=_ACL)
    try:
        yield server.start()
    finally:
        server.stop()
        shutil.rmtree(base, ignore_errors=True)


class Shared(Colleagues):
    """Info's mailboxes on a server; Ben, Cleo and the administrator Root are known there by their
    own names."""

    def __init__(self, base: Colleagues, server: DovecotServer | CyrusServer, user: str) -> None:
        super().__init__(base.folder)
        self.server, self.user = server, user
        self.readers: object = "inherit"
        self.users["ben"] = {"email": f"{user}ben@acme.example"}

    def account_tables(self) -> list[str]:
        password = f"printf %s {self.server.password}"
        info = imap(self.server.port, self.user, password_env=None, password_command=password)
        ben = files("ben") + imap(self.server.port, f"{self.user}ben", password_env=None, password_command=password)
        return [
            account("info", info, owner="Info", user="ana", readers=self.readers),
            account("ben", ben, owner="Ben", user="ben"),
        ]

    def allow(self, mailbox: str, who: str, rights: str) -> None:
        with self.server.client(self.user) as client:
            client.setacl(mailbox, who, rights)

    def put(self, mailbox: str, sender: str, days: float, subject: str) -> None:
        letter = mail(sender, "info@acme.example", ago(days=days), f"{subject}@x.example", subject)
        self.server.append(self.user, mailbox, [letter])

    def seen(self, who: str) -> list[str]:
        return sorted(one["subject"] for one in self.ok(who, "log"))


@pytest.fixture(params=["guarded", "cyrus"])
def shared(request: pytest.FixtureRequest, colleagues: Colleagues, user: str) -> Shared:
    made = Shared(colleagues, request.getfixturevalue(request.param), user)
    if isinstance(made.server, CyrusServer):
        made.server.add_user(f"{user}ben")
    for mailbox in ("Deals", "Staff"):
        with made.server.client(user) as client:
            client.create_folder(mailbox)
    made.put("Deals", BOB, 5, "lease")
    made.put("Staff", TOM, 4, "salaries")
    return made


def test_who_may_read_a_mailbox_there_reads_it_here_and_nothing_beside_it(shared: Shared) -> None:
    shared.allow("Deals", f"{shared.user}ben", "lrs")
    shared.allow("Staff", f"{shared.user}ben", "l")
    shared.sync()
    assert shared.seen("ana") == ["lease", "salaries"]
    assert shared.seen("ben") == ["lease"]
    assert shared.seen("cleo") == []
    assert shared.ok("ben", "last", BOB)[0]["last_touch_account"] == "info"
    assert shared.run("ben", "last", TOM).code == shared.run("ben", "last", "nobody@x.example").code == 6
    shared.allow("Deals", f"{shared.user}ben", "l")  # withdrawn: the past is closed with it
    shared.put("Deals", BOB, 1, "price")
    shared.sync()
    assert (shared.seen("ben"), shared.seen("ana")) == ([], ["lease", "price", "salaries"])
    shared.allow("Deals", f"{shared.user}ben", "lr")
    shared.sync()
    assert shared.seen("ben") == ["lease", "price"]
    shared.readers = ["cleo"]
    shared.sync()
    assert (shared.seen("ben"), shared.seen("cleo")) == ([], ["lease", "price", "salaries"])


def test_anyone_makes_nobody_a_reader_and_doctor_lists_who_is_one(shared: Shared) -> None:
    shared.allow("Deals", f"{shared.user}ben", "lrs")
    shared.allow("Staff", "anyone", "lrs")
    shared.sync()
    assert (shared.seen("ben"), shared.seen("cleo")) == (["lease"], [])
    told = [one for one in shared.direct("doctor", "--json").json if one["check"] == "inherited-rights"]
    assert {one["account"] for one in told} == {"info"}
    (read,) = [one["message"] for one in told if "by ben" in one["message"]]
    assert read == "Deals: may be read there, and so here, by ben"
    assert any("Staff" in one["message"] and "anyone is not told" in one["message"] for one in told)
    (source,) = [one for one in shared.direct("status", "--json").json["accounts"] if one["account"] == "info"]
    assert {"places": 1, "readers": ["ben"], "unknown": None} in source["inherited"]
    (report,) = [
        one for one in shared.direct("privacy", "report", "--json").json["sources"] if one["account"] == "info"
    ]
    assert report["readers"] == ["ben"]
    (listed,) = [one for one in shared.direct("accounts", "list", "--json").json if one["account"] == "info"]
    assert listed["readers"] == ["ben"]


def test_a_password_that_is_refused_closes_it_and_a_network_that_fails_does_not(
    shared: Shared, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared.allow("Deals", f"{shared.user}ben", "lrs")
    shared.sync()
    port, shared.server.port = shared.server.port, 1
    shared.configure()
    assert shared.direct("sync", "--account", "info").code != 0
    assert shared.seen("ben") == ["lease"]
    shared.server.port = port
    monkeypatch.setattr(type(shared.server), "password", "wrong")
    shared.configure()
    assert shared.direct("sync", "--account", "info").code != 0
    assert shared.seen("ben") == []


def test_a_server_that_does_not_tell_leaves_it_to_its_user(
    colleagues: Colleagues, dovecot: DovecotServer, user: str
) -> None:
    made = Shared(colleagues, dovecot, user)
    made.put("INBOX", BOB, 5, "lease")
    made.sync()
    assert (made.seen("ana"), made.seen("ben")) == (["lease"], [])
    told = made.direct("status").out
    assert NOT_OFFERED in told
    (found,) = [one for one in made.direct("doctor", "--json").json if one["check"] == "inherited-rights"]
    assert (found["status"], NOT_OFFERED in found["message"]) == ("warning", True)


def test_whoever_may_not_ask_is_told_nothing(cyrus: CyrusServer, user: str) -> None:
    """A colleague's mailbox, read by whom it is shared with: GETACL takes the right to change
    it."""
    cyrus.append(user, "Deals", [mail(BOB, "info@acme.example", ago(days=1), "1@x.example")])
    cyrus.add_user(f"{user}ben")
    cyrus.share(user, "Deals", f"{user}ben")
    theirs = f"{cyrus.others}{user}{cyrus.delimiter}Deals"
    server = MailServer("127.0.0.1", cyrus.port, "none", f"{user}ben", lambda: cyrus.password, None, 20.0)
    told = MailSource(server, date(2020, 1, 1), shared=(theirs,)).rights()
    assert told[theirs] == PlaceRights(unknown=REFUSED)
    assert not told["INBOX"].unknown


@pytest.mark.parametrize(
    ("line", "readers", "unknown"),
    [
        (b"INBOX ana lrswipkxtea ben lr zoe l", {"ana", "ben"}, False),
        (b'"Other Users/info" "Ben@Acme.example" "lrs"', {"ben@acme.example"}, False),
        (b"INBOX ben lrs -ben r", set(), False),
        (b"INBOX ben lrs anyone lrs $sales lr #cleo lr group:staff r", {"ben"}, False),
        (b"INBOX ben lrs -anyone r", set(), True),
        (b"INBOX ben lrs -group:staff lr", set(), True),
        (b"INBOX ben lrs -$sales lr", set(), True),
        (b"INBOX ben lrs -group:staff w", {"ben"}, False),
        (b"INBOX ben", set(), True),
        (b"INBOX", set(), False),
        (b"", set(), True),
        (b"INBOX (ben lrs)", set(), True),
        (b"INBOX 17 lr", {"17"}, False),
    ],
)  # fmt: skip
def test_what_a_list_says(line: bytes, readers: set[str], unknown: bool) -> None:
    told = read_list([line])
    assert (set(told.readers), bool(told.unknown)) == (readers, unknown)


@given(st.binary())
def test_no_list_is_taken_for_more_than_it_says(line: bytes) -> None:
    told = read_list([line])
    assert not (told.unknown and told.readers)


def test_a_name_that_two_users_go_by_is_neithers() -> None:
    known = known_as({"ana": ["ana@acme.example", "shared"], "ben": ["Ben@acme.example", "shared", ""]})
    assert readers_of(PlaceRights(frozenset(("shared", "ben@acme.example", ""))), known) == {"ben"}
    assert readers_of(PlaceRights(frozenset(("ben@acme.example",)), "not told"), known) == set()
    assert "shared" not in known


@pytest.mark.parametrize("said", ['"everybody"', "7", '["inherit"]', '[""]', "{}"])
def test_nothing_else_is_taken_for_it(colleagues: Colleagues, said: str) -> None:
    colleagues.top = head("log.db")
    colleagues.configure()
    text = colleagues.config.read_text().replace('user = "ana"', f'user = "ana"\nreaders = {said}', 1)
    colleagues.config.write_text(text)
    outcome = colleagues.direct("status")
    assert (outcome.code, "readers" in outcome.err) == (3, True)
