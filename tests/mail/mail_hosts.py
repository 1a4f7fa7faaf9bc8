"""Servers that the contract of the mail source is for, each with the same few things to do to
it."""

from __future__ import annotations

import itertools
import re
from typing import Protocol

from cyrus_server import CyrusServer
from imapclient.imap_utf7 import decode, encode
from mail_log import server_of

from capture.mail.server import MailServer
from dovecot_server import DovecotServer
from imap_server import ImapServer
from scripted_imap import Box, ScriptedIMAP, Session

_validities = itertools.count(1_000)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')


class Host(Protocol):
    """A mailbox owner's mail; mailboxes go by the names people read."""

    server: MailServer

    def put(self, mailbox: str, *messages: bytes, flags: str = "") -> None:
        """Deliver messages, into a mailbox that is made if it is not there."""

    def expunge(self, mailbox: str, *uids: int) -> None: ...

    def rename(self, old: str, new: str) -> None: ...

    def remove(self, mailbox: str) -> None: ...

    def unflag_draft(self, mailbox: str, uid: int) -> None: ...


class RealHost:
    """A user of a real server."""

    server: MailServer

    def __init__(self, real: ImapServer, user: str) -> None:
        self.real, self.user = real, user

    def put(self, mailbox: str, *messages: bytes, flags: str = "") -> None:
        with self.real.client(self.user) as client:
            client.folder_encode = False  # imapclient leaves quotes in names as they are
            if not client.folder_exists(_wire(mailbox)):
                client.create_folder(_wire(mailbox))
            for one in messages:
                client.append(_wire(mailbox), one, (flags.encode(),) if flags else ())

    def expunge(self, mailbox: str, *uids: int) -> None:
        with self.real.client(self.user) as client:
            client.select_folder(mailbox)
            client.delete_messages(uids)
            client.expunge()

    def rename(self, old: str, new: str) -> None:
        with self.real.client(self.user) as client:
            client.rename_folder(old, new)

    def remove(self, mailbox: str) -> None:
        with self.real.client(self.user) as client:
            client.delete_folder(mailbox)

    def unflag_draft(self, mailbox: str, uid: int) -> None:
        with self.real.client(self.user) as client:
            client.select_folder(mailbox)
            client.remove_flags([uid], [rb"\Draft"])


class DovecotHost(RealHost):
    def __init__(self, dovecot: DovecotServer, user: str) -> None:
        super().__init__(dovecot, user)
        self.server = server_of(dovecot, user)


class CyrusHost(RealHost):
    def __init__(self, cyrus: CyrusServer, user: str) -> None:
        super().__init__(cyrus, user)
        cyrus.add_user(user)
        self.server = MailServer("127.0.0.1", cyrus.port, "none", user, lambda: cyrus.password, None, 20.0)


class MemoryHost(ScriptedIMAP):
    """The in-memory twin: an IMAP server over a dictionary, without a trace of a real one's
    code."""

    def __init__(self) -> None:
        super().__init__({"INBOX": _box()}, capabilities="IMAP4rev1 AUTH=PLAIN SASL-IR LIST-STATUS")
        self.server = MailServer("127.0.0.1", self.port, "none", "ana", lambda: "pw", None, 20.0)

    def put(self, mailbox: str, *messages: bytes, flags: str = "") -> None:
        box = self.boxes.setdefault(mailbox, _box())
        for one in messages:
            uid = box.uidnext
            box.messages[uid] = one.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
            box.flags[uid] = flags
            box.next_uid = uid + 1

    def expunge(self, mailbox: str, *uids: int) -> None:
        for uid in uids:
            del self.boxes[mailbox].messages[uid]

    def rename(self, old: str, new: str) -> None:
        self.boxes[new] = self.boxes.pop(old)

    def remove(self, mailbox: str) -> None:
        del self.boxes[mailbox]

    def unflag_draft(self, mailbox: str, uid: int) -> None:
        self.boxes[mailbox].flags[uid] = ""

    def answer_authenticate(self, session: Session, tag: str, _: str) -> None:
        session.ok(tag)

    def answer_list(self, session: Session, tag: str, arguments: str) -> None:
        parents = {name.rpartition("/")[0] for name in self.boxes} - {"", *self.boxes}
        for name in sorted(parents):
            session.send(b'* LIST (\\Noselect) "/" ' + _quoted(name) + b"\r\n")
        for name in self.boxes:
            session.send(b'* LIST () "/" ' + _quoted(name) + b"\r\n")
            self._status(session, name)
        session.ok(tag)

    def answer_status(self, session: Session, tag: str, arguments: str) -> None:
        self._status(session, _named(arguments))
        session.ok(tag)

    def answer_examine(self, session: Session, tag: str, arguments: str) -> None:
        self.examine(session, tag, _named(arguments))

    def _status(self, session: Session, name: str) -> None:
        box = self.boxes[name]
        numbers = f"MESSAGES {len(box.messages)} UIDNEXT {box.uidnext} UIDVALIDITY {box.validity}"
        session.send(b"* STATUS " + _quoted(name) + f" ({numbers})\r\n".encode())


def _box() -> Box:
    return Box(validity=next(_validities), next_uid=1)


def _wire(name: str) -> bytes:
    return bytes(encode(name))


def _quoted(name: str) -> bytes:
    return b'"' + _wire(name).replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def _named(arguments: str) -> str:
    quoted = _QUOTED.search(arguments)
    assert quoted is not None
    return str(decode(re.sub(r"\\(.)", r"\1", quoted[1]).encode("latin-1")))
