"""Fault 5: servers whose numbers, listings and greetings are not as they should be."""

from __future__ import annotations

import pytest
from mail_log import Log, log_of, three

from activity.errors import ServerFault, Throttled, Unreachable
from capture.mail.server import MailServer
from scripted_imap import Box, ScriptedIMAP, Session, header

ALL = ["Number 1", "Number 2", "Number 3"]


def test_the_messages_told_of_need_not_be_there() -> None:
    def more_than_there_are(session: Session, tag: str, _: str) -> None:
        session.selected = "INBOX"
        session.send("* 4000000000 EXISTS\r\n* OK [UIDVALIDITY 7] .\r\n* OK [UIDNEXT 9] .\r\n")
        session.ok(tag)

    with ScriptedIMAP({"INBOX": three()["INBOX"]}, {"EXAMINE": more_than_there_are}) as scripted:
        log = log_of(scripted)
        assert log.try_sync() is None
        assert log.subjects() == ALL


def test_without_uidvalidity_nothing_is_trusted_and_nothing_lost() -> None:
    boxes = {"INBOX": Box({1: header(1)}, validity=None)}
    with ScriptedIMAP(boxes) as scripted:
        log = log_of(scripted)
        log.sync()
        boxes["INBOX"].messages = {1: header(9)}  # another mailbox by the same name, to all appearance unchanged
        log.sync()
        assert log.subjects() == ["Number 1", "Number 9"]


def test_uidvalidity_of_one_mailbox_is_not_taken_for_anothers() -> None:
    boxes = {"INBOX": Box({1: header(1)}, validity=7), "Work": Box({1: header(2)}, validity=None)}
    with ScriptedIMAP(boxes) as scripted:
        log = log_of(scripted)
        log.sync()
        assert log.cursors["INBOX"].startswith("[7,")
        assert log.cursors["Work"].startswith("[null,")


@pytest.mark.parametrize("validity", [0, 4294967295])
def test_any_uidvalidity_is_one(validity: int) -> None:
    boxes = {"INBOX": Box({1: header(1)}, validity=validity)}
    with ScriptedIMAP(boxes) as scripted:
        log = log_of(scripted)
        log.sync()
        assert log.sync() == []
        boxes["INBOX"].messages[2] = header(2)
        log.sync()
        assert log.subjects() == ["Number 1", "Number 2"]


def test_without_uidnext_the_last_known_message_is_not_new() -> None:
    def silent_on_uidnext(session: Session, tag: str, arguments: str) -> None:
        session.selected = arguments.strip('"')
        session.send("* 3 EXISTS\r\n* OK [UIDVALIDITY 7] .\r\n")
        session.ok(tag)

    def status(session: Session, tag: str, _: str) -> None:
        session.send('* STATUS "INBOX" (MESSAGES 3 UIDVALIDITY 7)\r\n')
        session.ok(tag)

    boxes = {"INBOX": three()["INBOX"]}
    with ScriptedIMAP(boxes, {"EXAMINE": silent_on_uidnext, "STATUS": status}) as scripted:
        log = log_of(scripted)
        log.sync()
        assert log.sync() == []  # n:* found UID 3 once more
        assert scripted.count("FETCH") == 1
        boxes["INBOX"].messages[4] = header(4)
        log.sync()
        assert log.subjects() == [*ALL, "Number 4"]
        assert all("SINCE 01-Jan-2020" in command for command in scripted.commands if "SEARCH" in command)


def test_uidnext_that_goes_back_means_reading_again() -> None:
    boxes = {"INBOX": Box({uid: header(uid) for uid in (1, 2, 3)}, next_uid=50)}
    with ScriptedIMAP(boxes) as scripted:
        log = log_of(scripted)
        log.sync()
        boxes["INBOX"].messages[4] = header(4)
        boxes["INBOX"].next_uid = 5
        log.sync()
        assert log.subjects()[-1] == "Number 4"
        assert log.sync() == []


@pytest.mark.parametrize(
    "line",
    [
        *("* STATUS INBOX (UIDNEXT\r\n", "* STATUS {5}\r\nINBOX (UIDNEXT 1)\r\n"),
        *("* LIST (\r\n", '* LIST () "/"\r\n', "* LIST 5\r\n", f'* LIST () "/" "{"x" * 5000}"\r\n'),
        '* LIST () "/" "Odd" ("CHILDINFO" ("SUBSCRIBED"))\r\n',
        "* LIST () NIL {3}\r\nOdd\r\n",
    ],
)
def test_an_odd_line_in_a_listing_harms_no_other(line: str) -> None:
    def listing(session: Session, tag: str, arguments: str) -> None:
        session.send(line)
        scripted.answer_list(session, tag, arguments)

    boxes = {**three(), "Odd": Box({1: header(1)})}
    with ScriptedIMAP(boxes, {"LIST": listing}, capabilities="IMAP4rev1 AUTH=PLAIN LIST-STATUS") as scripted:
        log = log_of(scripted)
        assert log.try_sync() is None
        assert set(log.seen) == {"INBOX", "Work", "Odd"}


def test_a_mailbox_name_that_breaks_lines_is_not_sent() -> None:
    def listing(session: Session, tag: str, arguments: str) -> None:
        name = 'Evil"\r\nA9 DELETE "W'
        session.send(f'* LIST () "/" {{{len(name)}}}\r\n{name}\r\n')
        scripted.answer_list(session, tag, arguments)

    with ScriptedIMAP(three(), {"LIST": listing}) as scripted:
        log = log_of(scripted)
        assert isinstance(log.try_sync(), ServerFault)
        assert log.subjects() == ALL
        assert not any("DELETE" in command for command in scripted.commands)


@pytest.mark.parametrize(
    "greeting", ["* BYE Too many connections\r\n", "220 smtp.acme.example ESMTP\r\n", "\r\n", "* NO\r\n", ""]
)
def test_a_greeting_that_is_none(greeting: str) -> None:
    def hang_up(session: Session, tag: str, _: str) -> None:
        session.close()

    with ScriptedIMAP(greeting=greeting, scripts={"CAPABILITY": hang_up}) as scripted:
        error = Log(MailServer("127.0.0.1", scripted.port, "none", "ana", lambda: "pw", None, 0.5)).try_sync()
        assert isinstance(error, Throttled if "Too many" in greeting else ServerFault | Unreachable)


@pytest.mark.parametrize("command", ["LIST", "EXAMINE", "SEARCH", "STATUS", "AUTHENTICATE", "CAPABILITY"])
@pytest.mark.parametrize(
    "words",
    [
        *("{tag} OK\r\n", "{tag} NO\r\n", "{tag} BAD\r\n", "{tag} WHAT\r\n", "\xff\xfe\r\n"),
        *("* SEARCH x\r\n{tag} OK .\r\n", "* OK [UIDVALIDITY x] .\r\n{tag} OK .\r\n", "* CAPABILITY\r\n{tag} OK\r\n"),
    ],
)
def test_nothing_a_server_answers_is_a_crash(command: str, words: str) -> None:
    def answer(session: Session, tag: str, _: str) -> None:
        session.send(words.format(tag=tag).encode("latin-1"))

    with ScriptedIMAP(three(), {command: answer}) as scripted:
        log = Log(MailServer("127.0.0.1", scripted.port, "none", "ana", lambda: "pw", None, 0.3))
        log.cursors = {"INBOX": '[7, 2, "2020-01-01"]'}
        log.try_sync()  # whatever comes of it, it is one of our errors or none
