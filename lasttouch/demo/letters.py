"""Mail as the demo's people write it, before any server has seen it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from activity.address import Address, domain_of
from lasttouch.demo.cast import COLLEAGUES

Headers = tuple[tuple[str, str], ...]


class Filed(NamedTuple):
    """Where a letter lies: the account and the mailbox there."""

    account: str
    mailbox: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One message; `answers` are the ids of the messages before it in its conversation, the oldest
    first.

    `headers` come on top of the usual ones; a Content-Type among them describes `text` as it
    stands. `mailbox` is where it lies with each of us who has it; "" for where such mail usually
    goes.
    """

    message_id: str
    sender: Address
    to: tuple[Address, ...]
    subject: str
    sent: datetime
    text: str
    cc: tuple[Address, ...] = ()
    answers: tuple[str, ...] = ()
    headers: Headers = ()
    mailbox: str = ""

    @property
    def filed(self) -> list[Filed]:
        """With its sender in Sent, with its recipients in INBOX, as far as they are our own."""
        places = []
        for one in COLLEAGUES:
            if self.sender in one.addresses:
                places.append(Filed(one.account, self.mailbox or "Sent"))
            elif set(one.addresses) & {*self.to, *self.cc}:
                places.append(Filed(one.account, self.mailbox or "INBOX"))
        return places


class Said(NamedTuple):
    """One turn of a conversation."""

    sender: Address
    to: Address | tuple[Address, ...]
    sent: datetime
    text: str
    cc: tuple[Address, ...] = ()
    subject: str = ""
    headers: Headers = ()
    mailbox: str = ""


def conversation(subject: str, *turns: Said) -> Iterator[Letter]:
    """The letters of a conversation, each an answer to the one before it.

    Their ids are `<1.words-of-the-subject@the-sender's-domain>`, `<2.…>` and so on.
    """
    words = re.sub(r"[^a-z0-9]+", "-", subject.casefold()).strip("-")
    ids = [f"<{number}.{words}@{domain_of(turn.sender.email)}>" for number, turn in enumerate(turns, 1)]
    for number, turn in enumerate(turns):
        yield Letter(
            message_id=ids[number],
            sender=turn.sender,
            to=(turn.to,) if isinstance(turn.to, Address) else turn.to,
            subject=turn.subject or (f"Re: {subject}" if number else subject),
            sent=turn.sent,
            text=turn.text,
            cc=turn.cc,
            answers=tuple(ids[:number]),
            headers=turn.headers,
            mailbox=turn.mailbox,
        )
