"""Whose mailboxes a server lists, and which of those that are not ours are read."""

from __future__ import annotations

import pytest
from mail_log import Log, log_of
from test_mailbox_choice import box

from capture.mail.mailboxes import FOREIGN, Mailbox, choose, worth_watching
from capture.mail.namespaces import Namespace, namespaces, placed
from scripted_imap import Box, ScriptedIMAP, Session, header

CYRUS = b'(("INBOX." ".")) (("user." ".")) (("" "."))'
CYRUS_AS_UNIX = b'(("" "/")) (("Other Users/" "/")) (("Shared Folders/" "/"))'
COURIER = b'(("INBOX." ".")) NIL (("#shared." ".")("shared." "."))'
UW = b'(("" "/")("#mhinbox" NIL)("#mh/" "/")) (("~" "/")) (("#shared/" "/")("#ftp/" "/")("#news." "."))'


def named(told: bytes, *names: str, delimiter: str = "/") -> list[Mailbox]:
    known = namespaces([told])
    return [placed(box(name, delimiter=delimiter), known) for name in names]


def read(listing: list[Mailbox], *shared: str) -> list[str]:
    return [one.name for one in choose(listing, (), shared=shared).read]


def test_what_servers_tell() -> None:
    assert namespaces([CYRUS_AS_UNIX]) == [
        Namespace("Shared Folders/", "/", foreign=True),
        Namespace("Other Users/", "/", foreign=True, users=True),
        Namespace("", "/"),
    ]
    assert [one.prefix for one in namespaces([COURIER])] == ["#shared.", "shared.", "INBOX."]
    assert namespaces([b'(("" "/" "X-PARAM" ("FLAG1" "FLAG2"))) NIL NIL']) == [Namespace("", "/")]
    assert namespaces([b'(("" "/")) (("&AMQ-ndere/" "/")) NIL'])[0].prefix == "Ändere/"


@pytest.mark.parametrize(
    "told", [b"", b"NIL", b"NIL NIL", b"((", b'"x" 7 (())', b'(NIL) (("Other/")) NIL', b"(" * 5000, b"{3}"]
)
def test_what_is_no_answer_tells_nothing(told: bytes) -> None:
    assert namespaces([told]) == []


def test_what_is_ours_as_well_is_ours() -> None:
    assert namespaces([b'(("" "/")) (("" "/")) (("" "/"))']) == [Namespace("", "/")]
    assert namespaces([b'(("Mail/" "/")) (("Mail/" "/")) NIL']) == [Namespace("Mail/", "/")]


@pytest.mark.parametrize(
    ("told", "delimiter", "ours", "theirs"),
    [
        (CYRUS, ".", ["INBOX", "INBOX.Work"], ["user.ben", "user.ben.Work"]),
        (CYRUS_AS_UNIX, "/", ["INBOX", "Work"], ["Other Users/ben", "Other Users/ben/Work", "Shared Folders/team"]),
        (COURIER, ".", ["INBOX", "INBOX.Work"], ["#shared.team.Inquiries", "shared.team"]),
        (UW, "/", ["INBOX", "#mh/Work"], ["~ben/Work", "#news.comp"]),
    ],
)
def test_others_are_read_when_they_are_named(told: bytes, delimiter: str, ours: list[str], theirs: list[str]) -> None:
    listing = named(told, *ours, *theirs, delimiter=delimiter)
    assert sorted(read(listing)) == sorted(ours)
    assert [why for _, why in choose(listing, ()).left_out] == [FOREIGN] * len(theirs)
    for one in theirs:
        assert set(read(listing, one)) - set(ours) >= {one}
    assert sorted(read(listing, *theirs)) == sorted([*ours, *theirs])


def test_a_colleague_is_named_with_all_that_is_shared_and_exclusions_hold() -> None:
    listing = named(CYRUS_AS_UNIX, "INBOX", "Other Users/ben", "Other Users/ben/Work", "Other Users/eva")
    assert read(listing, "other users/ben") == ["INBOX", "Other Users/ben", "Other Users/ben/Work"]
    assert read(listing, "Other Users/*") == ["INBOX", "Other Users/ben", "Other Users/ben/Work", "Other Users/eva"]
    chosen = choose(listing, ["Other Users/ben/Work"], shared=["Other Users/ben"])
    assert [one.name for one in chosen.read] == ["INBOX", "Other Users/ben"]


@pytest.mark.parametrize(
    ("told", "delimiter", "root"),
    [(CYRUS, ".", "user.ben."), (CYRUS_AS_UNIX, "/", "Other Users/ben/"), (UW, "/", "~ben/"), (UW, "/", "#mh/")],
)
@pytest.mark.parametrize("name", ["Junk", "Bulk Mail", "Papierkorb", "Drafts", "Postausgang", "INBOX{}Trash"])
def test_names_are_judged_below_every_root(told: bytes, delimiter: str, root: str, name: str) -> None:
    name = root + name.format(delimiter)
    listing = named(told, "INBOX", name, f"{root}Clients", f"{name}{delimiter}Old", delimiter=delimiter)
    assert read(listing, root + "*") == ["INBOX", f"{root}Clients"]


def test_a_name_deep_below_a_root_is_a_mailbox_like_any_other() -> None:
    name = "Other Users/ben/Clients/Spam"
    assert read(named(CYRUS_AS_UNIX, name, "INBOX"), "Other Users") == ["INBOX", name]


def test_a_login_without_mailboxes_reads_those_of_the_one_it_is_for() -> None:
    parent = box("Other Users", r"\Noselect")
    known = namespaces([CYRUS_AS_UNIX])
    one = [placed(parent, known), *named(CYRUS_AS_UNIX, "Other Users/ben", "Other Users/ben/Junk")]
    assert read(one) == ["Other Users/ben"]
    assert read([*one, *named(CYRUS_AS_UNIX, "Other Users/eva")]) == []  # an administrator is nobody's deputy
    assert read([*one, *named(CYRUS_AS_UNIX, "INBOX")]) == ["INBOX"]


def test_only_our_own_mailboxes_are_watched() -> None:
    theirs = placed(box("Other Users/ben/Sent", r"\Sent"), namespaces([CYRUS_AS_UNIX]))
    choice = choose([theirs, *named(CYRUS_AS_UNIX, "INBOX", "Sent")], (), shared=["Other Users"])
    assert [one.name for one in worth_watching(choice)] == ["INBOX", "Sent"]


def test_the_question_costs_no_round_trip() -> None:
    boxes = {name: Box({1: header(number)}) for number, name in enumerate(("INBOX", "Andere/ben", "Andere/ben/Spam"))}

    def later(session: Session, tag: str, _: str) -> None:
        held.append(f"{tag} OK done\r\n")

    def both(session: Session, tag: str, _: str) -> None:
        session.send('* NAMESPACE (("" "/")) (("Andere/" "/")) NIL\r\n' + held.pop())
        scripted.answer_list(session, tag, "")

    held: list[str] = []
    scripts = {"NAMESPACE": later, "LIST": both}
    with ScriptedIMAP(boxes, scripts, capabilities="IMAP4rev1 AUTH=PLAIN NAMESPACE") as scripted:
        log = log_of(scripted)
        assert log.try_sync() is None
        assert log.subjects() == ["Number 0"]
        assert log.count() == 1
        named_log = Log(log.server, shared=("Andere/ben",))
        named_log.sync()
        assert named_log.subjects("Andere/ben") == ["Number 1"]
        assert named_log.count() == 2


def test_a_server_that_refuses_the_question_is_read_all_the_same() -> None:
    def refuse(session: Session, tag: str, _: str) -> None:
        session.send(f"{tag} NO not here\r\n")

    scripts = {"NAMESPACE": refuse, "ID": refuse}
    with ScriptedIMAP(
        {"INBOX": Box({1: header(1)})}, scripts, capabilities="IMAP4rev1 AUTH=PLAIN NAMESPACE ID"
    ) as scripted:
        log = log_of(scripted)
        assert log.try_sync() is None
        assert log.count() == 1
