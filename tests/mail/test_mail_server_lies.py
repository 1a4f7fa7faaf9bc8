"""Fault 5: servers that say what is not so. No false message, none lost for good, and the other
mailboxes go on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from mail_log import log_of, three

from activity.batch import Skip
from activity.errors import ServerFault, Throttled, Unreachable
from capture.mail import reading, source
from capture.mail.fetch_answer import FetchRefused
from scripted_imap import HEADER_ITEM, Answer, Box, ScriptedIMAP, Session, fetch_response, header

DATED = b'INTERNALDATE "22-Nov-2026 10:00:00 +0000"'


def said(*lines: bytes | str) -> Answer:
    """For INBOX these lines, whatever is asked; for other mailboxes an honest FETCH. `{tag}` is the
    tag."""

    def answer(session: Session, tag: str, arguments: str) -> None:
        if session.selected != "INBOX":
            for uid in (7, 8):
                session.send(fetch_response(uid))
            return session.ok(tag)
        for line in lines:
            session.send(line.replace("{tag}", tag) if isinstance(line, str) else line)
        return None

    return answer


def literal(before: bytes, after: bytes = b"", item: bytes = HEADER_ITEM, size: bytes = b"{%d}") -> bytes:
    """A FETCH response of message 1 with `before` the header and `after` it."""
    block = header(1)
    return b"* 1 FETCH (%s %s %s\r\n%s%s)\r\n" % (before, item, size % len(block), block, after)


ALL = ["Number 1", "Number 2", "Number 3"]
OK = "{tag} OK done\r\n"
NOT_GIVEN = "the mail server did not give it, though it was asked for twice"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ([fetch_response(1), fetch_response(2), fetch_response(3), "{tag} OK\r\n"], ALL),
        ([fetch_response(1), fetch_response(2), fetch_response(3), "{tag} ok done\r\n"], ALL),
        ([fetch_response(3), fetch_response(1), fetch_response(2), OK], ["Number 3", "Number 1", "Number 2"]),
        ([fetch_response(1), fetch_response(1), fetch_response(2), fetch_response(3), OK], ALL),
        # items in any order, the header announced in any way
        ([literal(b"", b" UID 1 FLAGS (\\Seen) " + DATED), OK], ["Number 1"]),
        ([literal(b"FLAGS () UID 1 ", b" " + DATED), OK], ["Number 1"]),
        ([literal(DATED, b" FLAGS () UID 1 MODSEQ (624140003)"), OK], ["Number 1"]),
        ([literal(b"uid 1 ", item=HEADER_ITEM.lower()), OK], ["Number 1"]),
        ([literal(b"UID 1 ", size=b"~{%d}"), OK], ["Number 1"]),
        ([literal(b"UID 1 ", size=b"{%d+}"), OK], ["Number 1"]),
        ([literal(b"UID 1 ", item=HEADER_ITEM + b"<0>"), OK], ["Number 1"]),
        ([literal(b"UID 1 ", item=b'BODY[HEADER.FIELDS ("FROM" "TO")]'), OK], ["Number 1"]),
        # the header as a quoted string
        ([b"* 1 FETCH (UID 1 " + HEADER_ITEM + b' "Subject: Quoted \\"one\\"")\r\n', OK], ['Quoted "one"']),
        ([b"* 1 FETCH (" + HEADER_ITEM + b' "Subject: UID 99 FLAGS (x)" UID 1)\r\n', OK], ["UID 99 FLAGS (x)"]),
        ([b"* 1 FETCH (UID 1 " + DATED + b" " + HEADER_ITEM + b' "")\r\n', OK], [""]),
        # what belongs to no message we asked for
        ([b"* 3 EXPUNGE\r\n* 9 EXISTS\r\n", fetch_response(1), b"* OK still here\r\n* FLAGS ()\r\n", OK], ["Number 1"]),
        ([b"* 2 FETCH (FLAGS (\\Seen))\r\n", fetch_response(1), b"* 2 FETCH (FLAGS (\\Draft))\r\n", OK], ["Number 1"]),
        ([fetch_response(1), b"* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n", OK], ["Number 1"]),
        ([fetch_response(1), fetch_response(77), OK], ["Number 1"]),
        ([b"* 2 FETCH (%s {5}\r\nTo: x)\r\n" % HEADER_ITEM, fetch_response(1), OK], ["Number 1"]),
        ([b"* 2 FETCH (BODY[1] {9}\r\nTo: x@y.z UID 2)\r\n", fetch_response(1), OK], ["Number 1"]),
        ([b"* LIST () NIL {5}\r\nINBOX\r\n", fetch_response(1), OK], ["Number 1"]),
        ([fetch_response(1, flags="\\Seen \\Draft"), fetch_response(2, flags="\\draft"), OK], []),
        ([OK], []),
    ],
)  # fmt: skip
def test_odd_answers_to_a_fetch(answer: list[bytes | str], expected: list[str]) -> None:
    with ScriptedIMAP(three(), {"FETCH": said(*answer)}) as scripted:
        log = log_of(scripted)
        assert log.try_sync() is None
        assert log.subjects() == expected
        assert log.subjects("Work") == ["Number 7", "Number 8"]
        assert {skip.reason for skip in log.skipped} <= {NOT_GIVEN}


def test_a_body_is_never_taken_for_a_header() -> None:
    block = b"Subject: in the body\r\n\r\n"
    lie = b"* 1 FETCH (UID 1 BODY[1] {%d}\r\n%s)\r\n" % (len(block), block)
    with ScriptedIMAP(three(), {"FETCH": said(lie, fetch_response(2), OK)}) as scripted:
        log = log_of(scripted)
        log.sync()
        assert log.subjects() == ["Number 2"]


def test_a_message_without_a_header_is_skipped_and_named() -> None:
    lie = b"* 1 FETCH (UID 1 " + DATED + b" FLAGS () " + HEADER_ITEM + b" NIL)\r\n"
    with ScriptedIMAP(three(), {"FETCH": said(lie, fetch_response(2), fetch_response(3), OK)}) as scripted:
        log = log_of(scripted)
        log.sync()
        assert log.subjects() == ["Number 2", "Number 3"]
        assert log.skipped == [Skip("UID 1", "the mail server gave no header for it")]


def test_a_message_cut_off_behind_its_header_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("capture.mail.fetch.HELD_BYTES", 0)

    def cut_off(session: Session, tag: str, _: str) -> None:
        session.send(literal(b"UID 1", b" FLAGS (\\Draft) " + DATED).partition(b"aft)")[0])
        session.close()

    with ScriptedIMAP({"INBOX": three()["INBOX"]}, {"FETCH": cut_off}) as scripted:
        log = log_of(scripted)
        assert isinstance(log.try_sync(), Unreachable)
        assert log.subjects() == []


def test_a_message_without_internaldate_has_none() -> None:
    with ScriptedIMAP(three(), {"FETCH": said(literal(b"UID 1"), OK)}) as scripted:
        log = log_of(scripted)
        log.sync()
        assert log.seen["INBOX"][0].internal_date is None
        assert log.seen["INBOX"][0].date == datetime(2026, 11, 22, 10, tzinfo=UTC)


SHORT = b"* 1 FETCH (UID 1 " + HEADER_ITEM + b" {20}\r\n" + header(1) + b")\r\n"
INJECTED = header(9, Subject=f"x\r\n* 2 FETCH (UID 2 {HEADER_ITEM.decode()} {{14}}\r\nSubject: false)")


@pytest.mark.parametrize(
    "answer",
    [
        ["{tag} NO not now\r\n"],
        [fetch_response(1), "{tag} BAD what?\r\n"],
        [fetch_response(1), "{tag} NO\r\n"],
        [fetch_response(1), "garbage\r\n", fetch_response(2), OK],
        ["\r\n", OK],
        [b"\x00\xff\xfe\r\n", OK],
        [SHORT, OK],
        [b"* 1 FETCH (UID 1 %s {30}\r\n%s)\r\n" % (HEADER_ITEM, INJECTED), OK],
        [b"* 1 FETCH (UID 1 %s {99999999999999999999}\r\n" % HEADER_ITEM, OK],
        [b"* 1 FETCH (UID 1 " + b"X {1}\r\nx" * 100 + b")\r\n", OK],
        [b"* 1 FETCH (UID 1 " + HEADER_ITEM + b' "' + b"a" * 500_000 + b'")\r\n', OK],
        ["OTHER1 OK done\r\n"],
    ],
)
def test_a_fetch_gone_wrong_gives_nothing_and_stops_nobody(answer: list[bytes | str]) -> None:
    with ScriptedIMAP(three(), {"FETCH": said(*answer)}) as scripted:
        log = log_of(scripted)
        error = log.try_sync()
        assert type(error) in (ServerFault, FetchRefused)
        assert log.subjects() == []
        assert "INBOX" not in log.cursors
        assert log.subjects("Work") == ["Number 7", "Number 8"]
        assert scripted.connections == 2

        scripted.scripts.clear()
        log.sync()
        assert log.subjects() == ALL


def test_a_refusal_amid_pipelined_fetches_keeps_what_came_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH_MESSAGES", 1)

    def refuse_the_second(session: Session, tag: str, arguments: str) -> None:
        if session.selected == "INBOX" and arguments.startswith("FETCH 2 "):
            session.send(f"{tag} NO [SERVERBUG] not this one\r\n")
        else:
            scripted.answer_fetch(session, tag, arguments)

    with ScriptedIMAP(three(), {"FETCH": refuse_the_second}) as scripted:
        log = log_of(scripted)
        assert isinstance(log.try_sync(), ServerFault)
        assert log.subjects() == ["Number 1"]
        assert log.subjects("Work") == ["Number 7", "Number 8"]
        scripted.scripts.clear()
        assert log.try_sync() is None
        assert log.subjects() == ALL


@pytest.mark.parametrize("refusal", ["{tag} BAD what is BODYSTRUCTURE?\r\n", "{tag} NO [CANNOT] no structure\r\n"])
@pytest.mark.parametrize("refused", ["", "FETCH 2 "])
def test_what_is_refused_with_its_structure_is_read_without(
    refusal: str, refused: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BATCH_MESSAGES", 1)

    def without_structure(session: Session, tag: str, arguments: str) -> None:
        if "BODYSTRUCTURE" in arguments and arguments.startswith(refused):
            session.send(refusal.replace("{tag}", tag))
        else:
            scripted.answer_fetch(session, tag, arguments)

    with ScriptedIMAP(three(), {"FETCH": without_structure}) as scripted:
        log = log_of(scripted)
        assert log.try_sync() is None
        assert log.subjects() == ALL
        assert log.subjects("Work") == ["Number 7", "Number 8"]
        assert scripted.connections == 1
        again = [command for command in scripted.commands if "HEADER" in command and "BODYSTRUCTURE" not in command]
        assert len(again) == (2 if refused else 5)  # what was on its way with the refused one is asked for anew too


@pytest.mark.parametrize("moment", ["FETCH", "EXAMINE", "SEARCH"])
@pytest.mark.parametrize("words", ["* BYE going down\r\n", "* BYE\r\n", ""])
def test_a_goodbye_is_a_lost_connection_and_the_next_mailbox_gets_another(moment: str, words: str) -> None:
    def goodbye(session: Session, tag: str, arguments: str) -> None:
        if scripted.connections == 1:
            session.send(words)
            session.close()
        else:
            getattr(scripted, f"answer_{moment.lower()}")(session, tag, arguments)

    with ScriptedIMAP(three(), {moment: goodbye}) as scripted:
        log = log_of(scripted)
        error = log.try_sync()
        assert isinstance(error, Unreachable), error
        assert ("going down" in error.message) == ("going down" in words)
        assert log.subjects("Work") == ["Number 7", "Number 8"]


def test_a_server_asking_for_patience_gets_it() -> None:
    def slow_down(session: Session, tag: str, _: str) -> None:
        session.send(f"{tag} NO [THROTTLED] too fast\r\n")

    with ScriptedIMAP(three(), {"EXAMINE": slow_down}) as scripted:
        assert isinstance(log_of(scripted).try_sync(), Throttled)
        assert scripted.count("EXAMINE") == 1


@pytest.mark.parametrize("backwards", [False, True])
def test_answers_to_commands_on_their_way_together_may_come_mixed(
    monkeypatch: pytest.MonkeyPatch, backwards: bool
) -> None:
    """Dovecot completes several at once, after all their responses; another server might begin with
    the last."""
    monkeypatch.setattr(reading, "BATCH_MESSAGES", 2)
    waiting: list[tuple[str, list[int]]] = []

    def together(session: Session, tag: str, arguments: str) -> None:
        waiting.append((tag, scripted.asked(session, arguments)))
        if len(waiting) < 2:
            return
        uids = sorted(uid for _, asked in waiting for uid in asked)
        for uid in reversed(uids) if backwards else uids:
            session.send(fetch_response(uid))
        for done, _ in reversed(waiting) if backwards else waiting:
            session.ok(done)
        waiting.clear()

    boxes = {"INBOX": Box({uid: header(uid) for uid in range(1, 9)})}
    with ScriptedIMAP(boxes, {"FETCH": together}) as scripted:
        log = log_of(scripted)
        batches = log.sync()
        assert sorted(log.subjects()) == [f"Number {uid}" for uid in boxes["INBOX"].messages]
        assert [str(batch.cursor).split(", ")[1] for batch in batches] == ["3", "5", "7", "9"]


def test_flags_of_another_message_move_no_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH_MESSAGES", 1)

    def with_news(session: Session, tag: str, arguments: str) -> None:
        session.send("* 3 FETCH (UID 3 FLAGS (\\Draft))\r\n")  # somebody begins to edit it just now
        scripted.answer_fetch(session, tag, arguments)

    boxes = {"INBOX": three()["INBOX"]}
    with ScriptedIMAP(boxes, {"FETCH": with_news}) as scripted:
        log = log_of(scripted)
        first = next(source.MailSource(log.server, log.since).batches({}))
        log.cursors["INBOX"] = str(first.cursor)  # the pass ended here
        log.sync()
        assert log.subjects() == ["Number 2", "Number 3"]
