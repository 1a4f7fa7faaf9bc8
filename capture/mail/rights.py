"""Who may read a mailbox, by the server's access control list (RFC 4314)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from imapclient.response_parser import parse_response

from activity.rights import PlaceRights
from capture.mail.connection import Connection
from capture.mail.fetch_response import MALFORMED
from capture.mail.mailboxes import Mailbox

NOT_OFFERED = "the mail server does not tell who may read it (it has no ACL)"
REFUSED = "the mail server does not let us ask who may read it (that takes the right 'a')"
NOT_UNDERSTOOD = "the mail server told who may read it in a form that cannot be understood"
_READ = "r"
_MOST_SHOWN = 5
# §3, and how Dovecot and Cyrus write groups, everybody, whoever is signed in, and rights that are set for all mailboxes
_VAGUE = re.compile(r"(anyone|anonymous|authenticated|owner|administrators|group[:=].*|[$!#&%].*)\Z", re.DOTALL)


def rights_of(connection: Connection, mailbox: Mailbox) -> PlaceRights:
    """By GETACL. Groups and `anyone` make nobody a reader; where rights are taken from them, nobody is one."""
    if not connection.has_capability("ACL"):
        return PlaceRights(unknown=NOT_OFFERED)
    try:
        status, lines = connection._imap.getacl(connection._normalise_folder(mailbox.wire))
        if status != "OK":
            return PlaceRights(unknown=REFUSED)
        return read_list(lines)
    except connection._imap.error as error:
        if isinstance(error, connection._imap.abort):
            raise
        return PlaceRights(unknown=REFUSED)


def read_list(lines: list[object]) -> PlaceRights:
    """What the answers to one GETACL say (§3.6). Never raises."""
    granted: set[str] = set()
    barred: set[str] = set()
    try:
        entries = list(_entries(lines))
    except MALFORMED:
        return PlaceRights(unknown=NOT_UNDERSTOOD)
    for identifier, rights in entries:
        if _READ in rights:
            (barred if identifier.startswith("-") else granted).add(identifier.removeprefix("-"))
    vague = sorted(one for one in barred if _VAGUE.match(one))
    if vague:
        return PlaceRights(unknown=f"rights are taken from {vague[0][:80]}, and who that is is not told")
    others = {one for one in granted if _VAGUE.match(one)}
    return PlaceRights(frozenset(granted - barred - others), "", tuple(sorted(others)[:_MOST_SHOWN]))


def _entries(lines: list[object]) -> Iterator[tuple[str, str]]:
    told = [line for line in lines if line is not None]
    if not told:
        raise ValueError("no list")
    name, *pairs = parse_response(told)
    if len(pairs) % 2 or isinstance(name, tuple):
        raise ValueError("no pairs")
    for identifier, rights in zip(pairs[::2], pairs[1::2], strict=True):
        yield _text(identifier).casefold(), _text(rights)


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, int):
        return str(value)
    raise ValueError("no identifier")
