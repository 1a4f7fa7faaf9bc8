"""An IMAP server on loopback that says what a test tells it to, for the lies no real one tells."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

HEADER_ITEM = b"BODY[HEADER.FIELDS (FROM)]"

Answer = Callable[["Session", str, str], None]
"""Answers one command: the session, the tag, and the arguments as they were sent."""


def header(number: int, **fields: str) -> bytes:
    """A header block of a message from sender<number>."""
    given = {
        "From": f"sender{number}@client.example",
        "To": "ana@acme.example",
        "Date": "Sun, 22 Nov 2026 10:00:00 +0000",
        "Message-ID": f"<{number}@client.example>",
        "Subject": f"Number {number}",
    } | {name.replace("_", "-"): value for name, value in fields.items()}
    return "".join(f"{name}: {value}\r\n" for name, value in given.items()).encode() + b"\r\n"


def fetch_response(uid: int, block: bytes | None = None, flags: str = "") -> bytes:
    """A well-behaved FETCH response."""
    block = header(uid) if block is None else block
    return (
        f'* {uid} FETCH (UID {uid} INTERNALDATE "22-Nov-2026 10:00:00 +0000" FLAGS ({flags}) '.encode()
        + HEADER_ITEM
        + b" {%d}\r\n" % len(block)
        + block
        + b")\r\n"
    )


class Session:
    """One connection as a script sees it."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.selected = ""
        self._file = sock.makefile("rb")

    def send(self, data: bytes | str) -> None:
        self.sock.sendall(data.encode() if isinstance(data, str) else data)

    def ok(self, tag: str, text: str = "done") -> None:
        self.send(f"{tag} OK {text}\r\n")

    def readline(self) -> bytes:
        return self._file.readline()

    def start_tls(self, context: ssl.SSLContext) -> None:
        self.sock = context.wrap_socket(self.sock, server_side=True)
        self._file = self.sock.makefile("rb")

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()


@dataclass
class Box:
    """A mailbox of the well-behaved part: its messages by UID."""

    messages: dict[int, bytes] = field(default_factory=dict)
    validity: int | None = 7
    next_uid: int | None = None
    flags: dict[int, str] = field(default_factory=dict)

    @property
    def uidnext(self) -> int:
        return self.next_uid if self.next_uid is not None else max(self.messages, default=0) + 1


class ScriptedIMAP:
    """An honest little server over `boxes`, until `scripts` says otherwise for a command ("FETCH",
    "EXAMINE", …).

    `commands` are all command lines received, without their tags, over all connections.
    """

    def __init__(
        self,
        boxes: dict[str, Box] | None = None,
        scripts: dict[str, Answer] | None = None,
        greeting: str = "* OK ready\r\n",
        capabilities: str = "IMAP4rev1 AUTH=PLAIN",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.boxes = boxes if boxes is not None else {"INBOX": Box()}
        self.scripts = scripts or {}
        self.greeting = greeting
        self.capabilities = capabilities
        self.tls = tls
        self.commands: list[str] = []
        self.connections = 0
        self._sessions: list[Session] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> ScriptedIMAP:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for session in self._sessions:
            session.close()

    def count(self, word: str) -> int:
        """How often this command came."""
        return sum(word in command.upper().split()[:2] for command in self.commands)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            session = Session(sock)
            self._sessions.append(session)
            threading.Thread(target=self._serve, args=(session,), daemon=True).start()

    def _serve(self, session: Session) -> None:
        with contextlib.suppress(OSError, ValueError):
            session.send(self.greeting)
            while line := session.readline():
                tag, _, command = line.decode("latin-1").rstrip("\r\n").partition(" ")
                self.commands.append(command)
                words = command.split(" ", 2)
                name = words[1].upper() if words[0].upper() == "UID" and len(words) > 1 else words[0].upper()
                arguments = command.split(" ", 1)[1] if " " in command else ""
                answer = self.scripts.get(name) or getattr(self, f"answer_{name.lower()}", None)
                if answer is None:
                    session.send(f"{tag} BAD what is that?\r\n")
                else:
                    try:
                        answer(session, tag, arguments)
                    except KeyError:
                        session.send(f"{tag} BAD no such mailbox\r\n")
        session.close()

    def answer_capability(self, session: Session, tag: str, _: str) -> None:
        session.send(f"* CAPABILITY {self.capabilities}\r\n")
        session.ok(tag)

    def answer_authenticate(self, session: Session, tag: str, _: str) -> None:
        session.send("+ \r\n")
        self.commands.append(session.readline().decode().strip())
        session.ok(tag)

    def answer_login(self, session: Session, tag: str, _: str) -> None:
        session.ok(tag)

    def answer_starttls(self, session: Session, tag: str, _: str) -> None:
        session.ok(tag)
        assert self.tls is not None
        session.start_tls(self.tls)

    def answer_list(self, session: Session, tag: str, _: str) -> None:
        for name in self.boxes:
            session.send(f'* LIST () "/" "{name}"\r\n')
        session.ok(tag)

    def answer_status(self, session: Session, tag: str, arguments: str) -> None:
        name = arguments.split('"')[1]
        box = self.boxes[name]
        validity = f" UIDVALIDITY {box.validity}" if box.validity is not None else ""
        session.send(f'* STATUS "{name}" (MESSAGES {len(box.messages)} UIDNEXT {box.uidnext}{validity})\r\n')
        session.ok(tag)

    def answer_examine(self, session: Session, tag: str, arguments: str) -> None:
        self.examine(session, tag, arguments.strip('"'))

    def examine(self, session: Session, tag: str, name: str) -> None:
        session.selected = name
        box = self.boxes[name]
        session.send(f"* {len(box.messages)} EXISTS\r\n* 0 RECENT\r\n* FLAGS ()\r\n")
        if box.validity is not None:
            session.send(f"* OK [UIDVALIDITY {box.validity}] valid\r\n")
        session.send(f"* OK [UIDNEXT {box.uidnext}] next\r\n")
        session.ok(tag, "[READ-ONLY] open")

    def answer_search(self, session: Session, tag: str, arguments: str) -> None:
        low, high = (re.findall(r"UID (\d+):(\d+|\*)", arguments) or [("1", "*")])[0]
        uids = sorted(self.boxes[session.selected].messages)
        last = uids[-1] if uids else 0
        found = [u for u in uids if int(low) <= u and (high == "*" or u <= int(high))]
        if high == "*" and not found and uids:
            found = [last]  # RFC 3501 §6.4.8: the order of a range does not matter
        session.send("* SEARCH " + " ".join(map(str, found)) + "\r\n")
        session.ok(tag)

    def answer_fetch(self, session: Session, tag: str, arguments: str) -> None:
        box = self.boxes[session.selected]
        for uid in self.asked(session, arguments):
            session.send(fetch_response(uid, box.messages[uid], box.flags.get(uid, "")))
        session.ok(tag)

    def asked(self, session: Session, arguments: str) -> list[int]:
        """The UIDs of the selected mailbox that a FETCH asks for."""
        ranges = [part.split(":") for part in arguments.split(" ")[1].split(",")]
        return [
            u
            for u in sorted(self.boxes[session.selected].messages)
            if any(int(r[0]) <= u <= int(r[-1]) for r in ranges)
        ]
