"""GNU mailutils' imap4d (3.15) and hoodiecrow (2.1), as they were heard to answer in November
2026."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import pytest
from mail_log import log_of

from activity.shape import Shape
from scripted_imap import Box, ScriptedIMAP, Session, header

STATUS_PART = b"Final-Recipient: rfc822; tom@client.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
REPORTED = b"Reporting-MTA: dns; mx.acme.example\r\n\r\n" + STATUS_PART
BOUNCE = {"Content_Type": "multipart/report; report-type=delivery-status; boundary=b", "Return_Path": "<>"}


class _Serving(ScriptedIMAP):
    """One that has structures of its own for some messages of the inbox, and parts of message 5."""

    structures: ClassVar[dict[int, bytes]]
    plain: bytes
    status_part: bytes
    returned: bytes
    uid_comes_last = False

    def answer_fetch(self, session: Session, tag: str, arguments: str) -> None:
        for uid in self.asked(session, arguments):
            structure = self.structures.get(uid, self.plain) if session.selected == "INBOX" else self.plain
            items = [b"UID %d" % uid]
            if "BODYSTRUCTURE" in arguments:
                date = b'INTERNALDATE "22-Nov-2026 10:00:00 +0000"'
                items.append(date + b" FLAGS (\\Recent) BODYSTRUCTURE " + structure)
            for section, partial in re.findall(r"BODY\.PEEK\[([^]]+)\](<0)?", arguments):
                text = self._section(session, uid, section)
                shown = f"BODY[{section}]{'<0>' if partial else ''}".encode()
                items.append(b"%s {%d}\r\n%s" % (shown, len(text), text))
            if self.uid_comes_last and "BODYSTRUCTURE" not in arguments:
                items.append(items.pop(0))
            session.send(b"* %d FETCH (%s)\r\n" % (uid, b" ".join(items)))
        session.ok(tag, "UID FETCH Completed")

    def _section(self, session: Session, uid: int, section: str) -> bytes:
        parts = {"2.MIME": b"Content-Type: message/delivery-status\r\n\r\n", "2": self.status_part}
        parts["3.HEADER.FIELDS (MESSAGE-ID)"] = self.returned
        return parts[section] if section in parts else self.boxes[session.selected].messages[uid]


class Mailutils(_Serving):
    """Names stand unquoted in STATUS, and in literals in LIST; `n:*` finds nothing by UID SEARCH; a
    folded description is a literal in the structure; the parts of an attached message are not set
    apart; fields are named in capitals."""

    plain = b'("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 8 1 NIL NIL NIL)'
    status_part = REPORTED
    returned = b"MESSAGE-ID: <sent@acme.example>\r\n\r\n"
    structures: ClassVar = {
        4: b'(("text" "plain" NIL NIL NIL "7BIT" 2 0 NIL NIL NIL)("text" "calendar" ("method" "REQUEST") NIL {17}\r\n'
        b'an invitation "x" "7BIT" 30 1 NIL NIL NIL) "mixed" ("boundary" "b") NIL NIL)',
        5: b'(("text" "plain" NIL NIL NIL "7BIT" 6 0 NIL NIL NIL)("message" "delivery-status" NIL NIL NIL "7BIT" 102'
        b' NIL NIL NIL)("message" "rfc822" NIL NIL NIL "7BIT" 76 (NIL "x" ((NIL NIL "ana"'
        b' "acme.example")) NIL NIL NIL NIL'
        b' NIL NIL "<sent@acme.example>")("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 5 0 NIL NIL NIL) 4 NIL'
        b' NIL NIL) "report" ("report-type" "delivery-status" "boundary" "b") NIL NIL)',
        6: b'( "mixed" NIL NIL NIL)',
    }

    def __init__(self, boxes: dict[str, Box]) -> None:
        super().__init__(boxes, greeting="* OK IMAP4rev1\r\n", capabilities="IMAP4rev1 NAMESPACE ID IDLE LITERAL+")

    def answer_login(self, session: Session, tag: str, _: str) -> None:
        session.send(f"{tag} OK LOGIN Completed\n")

    def answer_id(self, session: Session, tag: str, _: str) -> None:
        session.send('* ID ("name" "GNU Mailutils" "version" "3.15")\r\n')
        session.ok(tag)

    def answer_namespace(self, session: Session, tag: str, _: str) -> None:
        session.send('* NAMESPACE (("" "/")) NIL NIL\r\n')
        session.ok(tag)

    def answer_list(self, session: Session, tag: str, _: str) -> None:
        session.send('* LIST (\\NoInferiors) NIL INBOX\r\n* LIST (\\NoSelect) "/" dir\r\n')
        for name in list(self.boxes)[1:]:
            spelt = f"{{{len(name)}}}\r\n{name}" if '"' in name else f'"{name}"' if " " in name else name
            session.send(f'* LIST (\\NoInferiors) "/" {spelt}\r\n')
        session.ok(tag)

    def answer_status(self, session: Session, tag: str, arguments: str) -> None:
        name = _unquoted(arguments.rpartition(" (")[0])
        box = self.boxes[name]
        told = f"MESSAGES {len(box.messages)} UIDNEXT {box.uidnext} UIDVALIDITY {box.validity}"
        session.send(f"* STATUS {name} ({told})\r\n")
        session.ok(tag)

    def answer_examine(self, session: Session, tag: str, arguments: str) -> None:
        self.examine(session, tag, _unquoted(arguments))

    def answer_search(self, session: Session, tag: str, arguments: str) -> None:
        if ":*" in arguments:
            session.send("* SEARCH\r\n")
            session.ok(tag)
        else:
            super().answer_search(session, tag, arguments)


class Hoodiecrow(_Serving):
    """It offers nothing but IMAP4rev1; parts are set apart by blanks, and a delivery report has a
    structure as an attached message has; of the parts of those it gives out all but the first
    paragraph, and none of the header."""

    plain = b'("TEXT" "PLAIN" NIL NIL NIL "7BIT" 8 2 NIL NIL NIL)'
    status_part = STATUS_PART
    returned = b"\r\n"
    uid_comes_last = True
    structures: ClassVar = {
        4: b'(("TEXT" "PLAIN" NIL NIL NIL "7BIT" 2 1 NIL NIL NIL) ("TEXT" "CALENDAR" ("METHOD" "REQUEST") NIL NIL'
        b' "7BIT" 30 2 NIL NIL NIL) "MIXED" ("BOUNDARY" "b") NIL NIL)',
        5: b'(("TEXT" "PLAIN" NIL NIL NIL "7BIT" 6 1 NIL NIL NIL) ("MESSAGE" "DELIVERY-STATUS" NIL NIL NIL "7BIT" 102'
        b' (NIL "" NIL NIL NIL NIL NIL NIL NIL NIL) ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 76 4 NIL NIL NIL) 6 NIL NIL'
        b' NIL) ("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 52 (NIL "x" NIL NIL NIL NIL NIL NIL NIL'
        b' "<sent@acme.example>") ("TEXT"'
        b' "PLAIN" NIL NIL NIL "7BIT" 5 1 NIL NIL NIL) 4 NIL NIL NIL) "REPORT" ("REPORT-TYPE" "delivery-status"'
        b' "BOUNDARY" "b") NIL NIL)',
    }

    def __init__(self, boxes: dict[str, Box]) -> None:
        super().__init__(boxes, greeting="* OK Hoodiecrow ready for rumble\r\n", capabilities="IMAP4rev1")

    def answer_examine(self, session: Session, tag: str, arguments: str) -> None:
        session.selected = _unquoted(arguments)
        box = self.boxes[session.selected]
        session.send(
            f"* FLAGS (\\Answered)\r\n* {len(box.messages)} EXISTS\r\n* 0 RECENT\r\n"
            f"* OK [UIDVALIDITY {box.validity}]\r\n* OK [UIDNEXT {box.uidnext}]\r\n"
        )
        session.ok(tag, "[READ-ONLY] Completed")


def _unquoted(argument: str) -> str:
    return argument[1:-1].replace('\\"', '"') if argument.startswith('"') else argument


def world(capitals: bool) -> dict[str, Box]:
    messages = {uid: header(uid) for uid in (1, 2, 3, 6)}
    messages[4] = header(4, Content_Type="multipart/mixed; boundary=b")
    messages[5] = header(5, **BOUNCE)
    if capitals:
        messages = {uid: re.sub(rb"(?m)^[\w-]+:", lambda m: m[0].upper(), one) for uid, one in messages.items()}
    boxes = {"INBOX": messages, "Two words": {1: header(11)}, "Gr&APw-n": {1: header(12)}, 'Say "so"': {1: header(13)}}
    return {name: Box(dict(sorted(some.items()))) for name, some in boxes.items()}


@pytest.mark.parametrize(
    ("kind", "capitals", "returned"), [(Mailutils, True, "<sent@acme.example>"), (Hoodiecrow, False, "")]
)
def test_all_is_read_and_what_is_new_is_found(kind: Any, capitals: bool, returned: str) -> None:
    boxes = world(capitals)
    if kind is Hoodiecrow:
        del boxes['Say "so"']
    with kind(boxes) as server:
        log = log_of(server)
        assert log.try_sync() is None
        assert sorted(log.subjects()) == [f"Number {n}" for n in range(1, 7)]
        inbox = {envelope.message_id: envelope for envelope in log.seen["INBOX"]}
        assert inbox["<4@client.example>"].signs["calendar-part"] == "text/calendar; method=REQUEST"
        bounce = inbox["<5@client.example>"]
        assert (bounce.failed_recipients, bounce.returned_id) == (("tom@client.example",), returned)
        assert inbox["<1@client.example>"].shape == Shape(1 if capitals else 2, 8)
        assert {place: log.subjects(place) for place in log.seen if place != "INBOX"} == {
            mailbox: [f"Number {number}"]
            for mailbox, number in (("Two words", 11), ("Grün", 12), ('Say "so"', 13))
            if mailbox in (*boxes, "Grün")
        }
        for name, box in boxes.items():
            if name != "INBOX":
                box.messages[2] = header(20)
        assert log.try_sync() is None
        assert {tuple(log.subjects(place)[1:]) for place in log.seen if place != "INBOX"} == {("Number 20",)}
        assert log.skipped == []
