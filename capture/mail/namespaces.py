"""Whose mailboxes are listed: the user's own, other users', everybody's (NAMESPACE, RFC 2342);
pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from imapclient.exceptions import IMAPClientError
from imapclient.response_parser import parse_response

from capture.mail.mailboxes import Mailbox, mailbox_name, name_octets

NAMESPACES = 100


class Namespace(NamedTuple):
    """Where mailboxes of one kind begin.

    `prefix` as people read it; `users`: next comes a user's name.
    """

    prefix: str
    delimiter: str
    foreign: bool = False
    users: bool = False


def namespaces(answers: Iterable[Any]) -> list[Namespace]:
    """What a NAMESPACE response tells, the longest prefix first; nothing where it cannot be read."""
    found: list[Namespace] = []
    for answer in answers:
        try:
            own, users, shared = parse_response([answer])[:3]
        except (ValueError, TypeError, AssertionError, RecursionError, IMAPClientError):
            continue
        found += [*_of(own), *_of(users, foreign=True, users=True), *_of(shared, foreign=True)]
    # what is said to be one's own and others' at once is one's own, and so is what has no prefix
    own_prefixes = {one.prefix for one in found if not one.foreign} | {""}
    kept = [one for one in found if not one.foreign or one.prefix not in own_prefixes]
    return sorted(kept[:NAMESPACES], key=lambda one: -len(one.prefix))


def placed(mailbox: Mailbox, known: Iterable[Namespace]) -> Mailbox:
    """The mailbox with its `root` and whose it is; `known` has the longest prefix first."""
    for one in known:
        bare = one.prefix.removesuffix(one.delimiter) if one.delimiter else one.prefix
        if one.foreign and mailbox.name == bare:  # what holds them all
            return mailbox._replace(root=one.prefix, foreign=True)
        if mailbox.name.startswith(one.prefix):
            root = one.prefix
            if one.users:
                user = mailbox.name[len(root) :].partition(one.delimiter)[0] if one.delimiter else ""
                root += user + one.delimiter
            return mailbox._replace(root=root, foreign=one.foreign)
    return mailbox


def _of(told: Any, foreign: bool = False, users: bool = False) -> Iterable[Namespace]:
    for one in told if isinstance(told, tuple) else ():
        match one:
            case (bytes() | int() as prefix, bytes() | None as delimiter, *_):
                name = mailbox_name(name_octets(prefix))
                yield Namespace(name, (delimiter or b"").decode("ascii", "replace"), foreign, users)
