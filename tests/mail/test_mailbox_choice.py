"""Which mailboxes are read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient.imap_utf7 import encode

from capture.mail.mailboxes import Mailbox, choose, mailbox_name
from capture.mail.well_known_names import KIND_BY_NAME, SENT_NAMES, comparable


def box(name: str, *flags: str, delimiter: str = "/") -> Mailbox:
    return Mailbox(encode(name), name, delimiter, frozenset(flag.lower() for flag in flags))


def read(*boxes: Mailbox, exclude: tuple[str, ...] = ()) -> list[str]:
    return [mailbox.name for mailbox in choose(boxes, exclude).read]


@pytest.mark.parametrize(
    "flag",
    [r"\Drafts", r"\Junk", r"\Trash", r"\All", r"\Flagged", r"\Important", r"\Scheduled", r"\Templates"],
)
def test_special_use_decides_whatever_the_name(flag: str) -> None:
    assert read(box("INBOX"), box("Etwas", flag), box("Sent", r"\Sent"), box("Archive", r"\Archive")) == [
        "INBOX", "Archive", "Sent",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        *("Drafts", "DRAFTS", "Entwürfe", "Brouillons", "Borradores", "Черновики", "草稿箱", "下書き"),
        *("Junk E-mail", "Spam", "Courrier indésirable", "Нежелательная почта", "垃圾邮件"),
        *("Trash", "Deleted Items", "Deleted Messages", "Papierkorb", "Gelöschte Elemente", "Gelo\u0308schte Elemente"),
        *("Junk-E-Mail", "Junk_Mail", "junk  email", "Deleted_Items", "스팸", "임시 보관함", "Søppel-epost"),
        *("Corbeille", "Éléments supprimés", "Lixeira", "Корзина", "ゴミ箱"),
        *("Bulk", "bulk_mail", "Outbox", "OUTBOX", "Unsent Messages", "Postausgang", "Boîte d'envoi", "送信トレイ"),
        *("Queue", "Templates", "Vorlagen", "Шаблоны", "postponed-msgs", "Postponed", "Scheduled", "Geplant"),
    ],
)
def test_well_known_names_where_special_use_is_silent(name: str) -> None:
    assert read(box("INBOX"), box(name), box(f"INBOX/{name}"), box(f"INBOX.{name}", delimiter=".")) == ["INBOX"]


def test_what_is_marked_as_sent_mail_is_that_whatever_its_name() -> None:
    assert read(box("INBOX"), box("outbox", r"\Sent"), box("INBOX/Queue", r"\Sent")) == [
        "INBOX", "INBOX/Queue", "outbox",
    ]  # fmt: skip


def test_the_well_known_names_are_written_as_they_are_looked_up() -> None:
    """So that nothing has to be done to a thousand names before every poll."""
    assert [name for name in (*KIND_BY_NAME, *SENT_NAMES) if name != comparable(name) or not name] == []


def test_a_well_known_name_further_down_is_a_mailbox_like_any_other() -> None:
    assert read(box("Customers"), box("Customers/Trash"), box("Customers/Bin")) == [
        "Customers", "Customers/Bin", "Customers/Trash",
    ]  # fmt: skip


def test_what_lies_below_a_mailbox_left_out_is_left_out() -> None:
    assert read(box("Trash"), box("Trash/2024/May"), box("Trashed"), box("Müll", r"\Trash"), box("Müll/Alt")) == [
        "Trashed"
    ]
    assert read(box("INBOX.Trash.x", delimiter="."), box("INBOX.Trash", delimiter=".")) == []


def test_gmail_is_read_by_its_mailboxes_and_not_by_its_views() -> None:
    gmail = ["All Mail", "Drafts", "Important", "Spam", "Starred", "Trash"]
    flags = [r"\All", r"\Drafts", r"\Important", r"\Junk", r"\Flagged", r"\Trash"]
    listing = [box(f"[Gmail]/{name}", flag) for name, flag in zip(gmail, flags, strict=True)]
    listing += [box("[Gmail]", r"\Noselect"), box("[Gmail]/Sent Mail", r"\Sent"), box("INBOX"), box("Work")]
    assert read(*listing) == ["INBOX", "Work", "[Gmail]/Sent Mail"]


@pytest.mark.parametrize("name", ["All Mail", "Todos", "Tous les messages", "Alle Nachrichten"])
def test_all_mail_goes_by_its_name_only_at_gmail(name: str) -> None:
    assert read(box(f"[Gmail]/{name}"), box(f"[Google Mail]/{name}"), box(name)) == [name]


def test_no_delimiter_means_no_hierarchy() -> None:
    assert read(box("Trash", delimiter=""), box("Trash/kept", delimiter="")) == ["Trash/kept"]


@pytest.mark.parametrize(
    ("exclude", "expected"),
    [
        (("Private",), ["INBOX", "Work", "[Gmail]/Travel"]),
        (("private*",), ["INBOX", "Work", "[Gmail]/Travel"]),
        (("P?ivate",), ["INBOX", "Work", "[Gmail]/Travel"]),
        (("inbox",), ["Private", "Private/Kids", "Work", "[Gmail]/Travel"]),
        (("[Gmail]/Travel",), ["INBOX", "Private", "Private/Kids", "Work"]),
        (("Private/*",), ["INBOX", "Private", "Work", "[Gmail]/Travel"]),
        (("*",), []),
        (("rivate",), ["INBOX", "Private", "Private/Kids", "Work", "[Gmail]/Travel"]),
    ],
)
def test_what_the_user_excludes(exclude: tuple[str, ...], expected: list[str]) -> None:
    listing = [box("INBOX"), box("Work"), box("Private"), box("Private/Kids"), box("[Gmail]/Travel")]
    assert read(*listing, exclude=exclude) == expected


def test_a_mailbox_that_cannot_be_opened_hides_none_of_its_children() -> None:
    assert read(box("Folders", r"\Noselect"), box("Gone", r"\NonExistent"), box("Folders/Work")) == ["Folders/Work"]


def test_every_mailbox_is_read_or_left_out_with_a_reason() -> None:
    choice = choose([box("Trash"), box("Trash/x"), box("Work"), box("Dir", r"\Noselect"), box("Own")], ["own"])
    assert {mailbox.name: reason for mailbox, reason in choice.left_out} == {
        "Trash": "trash",
        "Trash/x": "lies in a mailbox that is left out",
        "Dir": "cannot be opened",
        "Own": "excluded in the configuration",
    }


@pytest.mark.parametrize(
    ("wire", "name"),
    [
        (b"INBOX", "INBOX"),
        (b"InBox", "INBOX"),
        (b"Entw&APw-rfe", "Entwürfe"),
        (b"R&-D", "R&D"),
        (b"&U,BTF2XlZyyKng-", "台北日本語"),
        (b"Entw\xc3\xbcrfe", "Entwürfe"),  # raw UTF-8, against the standard
        (b"&2AA-", "\ufffd"),  # half a surrogate pair
    ],
)
def test_names_as_people_read_them(wire: bytes, name: str) -> None:
    assert mailbox_name(wire) == name


@given(st.binary(max_size=60))
def test_any_name_can_be_read_and_stored(wire: bytes) -> None:
    mailbox_name(wire).encode("utf-8")


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=30).filter(lambda name: name.upper() != "INBOX"))
def test_names_survive_modified_utf7(name: str) -> None:
    assert mailbox_name(encode(name)) == name


def test_where_mailboxes_are_labels_all_mail_alone_is_read() -> None:
    def mailbox(name: str, *flags: str) -> Mailbox:
        return Mailbox(name.encode(), name, "/", frozenset(flags))

    listing = [
        mailbox("INBOX"),
        mailbox("Customers"),
        mailbox("[Gmail]/Alle Nachrichten", "\\all"),
        mailbox("[Gmail]/Spam", "\\junk"),
    ]
    choice = choose(listing, (), labels=True)
    assert [one.name for one in choice.read] == ["[Gmail]/Alle Nachrichten"]
    assert {one.name: reason for one, reason in choice.left_out}["[Gmail]/Spam"] == "junk"
    assert (choice.labels, choice.unwanted) == (True, frozenset())
    assert [one.name for one in choose(listing[:2], (), labels=True).read] == ["INBOX", "Customers"]


def test_excluded_labels_are_left_out_of_all_mail() -> None:
    listing = [
        *(box("INBOX"), box("Customers"), box("Private"), box("Private/Kids"), box("[Gmail]/All Mail", r"\All")),
        *(box("[Gmail]/Sent Mail", r"\Sent"), box("[Gmail]", r"\Noselect")),
    ]
    choice = choose(listing, ("private", "[Gmail]/Sent*"), labels=True)
    assert [one.name for one in choice.read] == ["[Gmail]/All Mail"]
    assert choice.unwanted == {"Private", "Private/Kids", "\\Sent"}
    assert choose(listing, ("INBOX",), labels=True).unwanted == {"\\Inbox"}
    # All Mail itself excluded: label by label
    assert [one.name for one in choose(listing, ("*/All Mail",), labels=True).read] == [
        *("INBOX", "Customers", "Private", "Private/Kids"),
        "[Gmail]/Sent Mail",
    ]
