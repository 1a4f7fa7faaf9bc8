"""A pass over a server like Gmail: labels are mailboxes, All Mail holds everything (X-GM-EXT-1)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from imapclient.imap_utf7 import encode
from mail_log import Log, log_of

from scripted_imap import Box, ScriptedIMAP, Session, fetch_response, header

ALL = "[Gmail]/Tous les messages"
CAPABILITIES = "IMAP4rev1 AUTH=PLAIN X-GM-EXT-1 LIST-STATUS SPECIAL-USE CONDSTORE IDLE"


@dataclass
class Gmail:
    """Messages by UID, each with its labels as Gmail writes them; answers as its IMAP server was
    seen to."""

    labels: dict[int, list[str]]
    flags: dict[int, str] = field(default_factory=dict)
    searches_labels: bool = True

    def server(self) -> ScriptedIMAP:
        scripts = {"LIST": self.listing, "SEARCH": self.search, "FETCH": self.fetch}
        self.scripted = ScriptedIMAP({}, scripts, capabilities=CAPABILITIES)
        self.scripted.boxes[ALL] = self.box
        return self.scripted

    @property
    def box(self) -> Box:
        return Box({uid: header(uid) for uid in self.labels})

    def listing(self, session: Session, tag: str, arguments: str) -> None:
        for flags, name in [
            ("", "INBOX"), ("", "Work"), ("", "Privé"), ("", "Privé/Enfants"), (r"\Noselect", "[Gmail]"),
            (r"\All", ALL), (r"\Drafts", "[Gmail]/Brouillons"), (r"\Sent", "[Gmail]/Messages envoyés"),
            (r"\Junk", "[Gmail]/Spam"), (r"\Trash", "[Gmail]/Corbeille"), (r"\Flagged", "[Gmail]/Suivis"),
        ]:  # fmt: skip
            session.send(f'* LIST (\\HasNoChildren {flags}) "/" "{encode(name).decode()}"\r\n')
        numbers = f"MESSAGES {len(self.labels)} UIDNEXT {self.box.uidnext} UIDVALIDITY 7"
        session.send(f'* STATUS "{ALL}" ({numbers})\r\n')
        session.ok(tag)

    def search(self, session: Session, tag: str, arguments: str) -> None:
        if "X-GM-LABELS" not in arguments:
            self.scripted.answer_search(session, tag, arguments)
        elif not self.searches_labels:
            session.send(f"{tag} BAD Could not parse command\r\n")
        else:
            assert arguments.endswith(r'X-GM-LABELS "\\Draft"')
            drafts = [uid for uid, labels in self.labels.items() if r'"\\Draft"' in labels]
            session.send("* SEARCH " + " ".join(map(str, drafts)) + "\r\n")
            session.ok(tag)

    def fetch(self, session: Session, tag: str, arguments: str) -> None:
        for uid in self.scripted.asked(session, arguments):
            if "X-GM-LABELS" in arguments:
                session.send(f"* {uid} FETCH (X-GM-LABELS ({' '.join(self.labels[uid])}) UID {uid})\r\n")
            else:
                session.send(fetch_response(uid, flags=self.flags.get(uid, "")))
        session.ok(tag)


def read_by(log: Log) -> list[str]:
    assert log.try_sync() is None
    assert set(log.seen) <= {ALL}
    return log.subjects(ALL)


@pytest.fixture
def gmail() -> Gmail:
    prive, enfants = (encode(name).decode() for name in ("Privé", "Privé/Enfants"))
    return Gmail({
        1: [r'"\\Inbox"', r'"\\Important"'], 2: [], 3: [r'"\\Sent"'], 4: [r'"\\Draft"'],
        5: [prive, r'"\\Inbox"'], 6: [f'"{enfants}"'], 7: ["Work", "123"],
    })  # fmt: skip


def test_every_message_is_read_once_from_all_mail_and_drafts_are_not(gmail: Gmail) -> None:
    with gmail.server() as scripted:
        log = log_of(scripted)
        assert read_by(log) == [f"Number {uid}" for uid in (1, 2, 3, 5, 6, 7)]
        assert scripted.count("EXAMINE") == 1
        assert not any("X-GM-LABELS" in command for command in scripted.commands if "FETCH" in command)
        assert log.sync() == []


def test_a_draft_is_known_by_its_flag_as_well(gmail: Gmail) -> None:
    gmail.searches_labels = False
    gmail.flags[4] = r"\Draft \Seen"
    with gmail.server() as scripted:
        assert "Number 4" not in read_by(log_of(scripted))


@pytest.mark.parametrize(
    ("exclude", "left_out"),
    [
        (("Privé",), {5, 6}),
        (("Privé/Enfants",), {6}),
        (("INBOX",), {1, 5}),
        (("[Gmail]/Messages*",), {3}),
        (("work",), {7}),
        (("Nowhere",), set()),
    ],
)
def test_excluded_labels(gmail: Gmail, exclude: tuple[str, ...], left_out: set[int]) -> None:
    with gmail.server() as scripted:
        log = log_of(scripted)
        log.exclude = exclude
        assert read_by(log) == [f"Number {uid}" for uid in (1, 2, 3, 5, 6, 7) if uid not in left_out]
        gmail.labels |= {8: ["Work"], 9: []}
        scripted.boxes[ALL] = gmail.box
        assert read_by(log)[-1] == "Number 9"
        assert ("Number 8" in log.subjects(ALL)) == ("work" not in exclude)
        assert log.sync() == []


def test_all_mail_hidden_from_imap_leaves_the_labels(gmail: Gmail) -> None:
    def without_all(session: Session, tag: str, arguments: str) -> None:
        session.send('* LIST () "/" "INBOX"\r\n* LIST () "/" "Work"\r\n')
        session.ok(tag)

    with gmail.server() as scripted:
        scripted.scripts["LIST"] = without_all
        scripted.boxes |= {"INBOX": Box({1: header(1)}), "Work": Box({7: header(7)})}
        log = log_of(scripted)
        assert log.try_sync() is None
        assert log.ids() == {("INBOX", "<1@client.example>"), ("Work", "<7@client.example>")}


def test_only_what_is_there_is_asked_for(gmail: Gmail) -> None:
    with gmail.server() as scripted:
        log = log_of(scripted)
        log.exclude = ("Work",)
        read_by(log)
        words = [re.sub(r"^UID ", "", command).split()[0] for command in scripted.commands]
        wanted = ["LIST", "EXAMINE", "SEARCH", "SEARCH", "FETCH", "FETCH"]
        assert [word for word in words if word in wanted] == wanted
