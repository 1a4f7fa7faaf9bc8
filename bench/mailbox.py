"""A mailbox like people have, made from a seed, and a Dovecot that holds it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import imapclient

OWNER = "ana@acme.example"
END = datetime(2026, 11, 1, tzinfo=UTC)
_NAMES = ("Ada Adler", "Bo Costa", "Carl Dubois", "Dora Ito", "Emil Kovac", "Fay Lopez", "Gus Meyer", "Hana Novak")
_WORDS = (
    "offer", "for", "the", "new", "line", "your", "question", "about", "delivery", "dates", "contract", "draft",
    "next", "steps", "invoice", "visit", "plan", "sample", "order", "price", "meeting", "notes",
)  # fmt: skip
_BODY = (b"x" * 70 + b"\r\n") * 20
_PARTS = b"".join(
    b"--b1\r\nContent-Type: text/%b; charset=utf-8\r\n\r\n%b" % (kind, _BODY) for kind in (b"plain", b"html")
)


def messages(count: int, seed: int = 1) -> Iterator[bytes]:
    """`count` messages of about 3 KB: 60 % people, 30 % newsletters, 10 % machines; the oldest
    first."""
    chance = random.Random(seed)
    people = [f"person{n}@company{n % 400}.example" for n in range(4000)]
    for number in range(count):
        at = END - timedelta(minutes=8 * (count - number))
        kind = chance.random()
        sender = people[min(int(chance.expovariate(1 / 400)), 3999)]
        yield _message(number, at, kind, sender, chance)


def _message(number: int, at: datetime, kind: float, sender: str, chance: random.Random) -> bytes:
    relay = f"mx{number % 7}.example"
    lines = [
        f"Return-Path: <{sender}>",
        f"Received: from {relay} ({relay} [192.0.2.{number % 250}])\r\n\tby mail.acme.example; {format_datetime(at)}",
        f"DKIM-Signature: v=1; a=rsa-sha256; d=company.example; s=s1;\r\n\tb={'Qm9v' * 40}",
        "Authentication-Results: mail.acme.example; dkim=pass header.d=company.example; dmarc=pass",
        f"Date: {format_datetime(at)}",
        f"Message-ID: <{number:x}.{chance.getrandbits(48):x}@{sender.partition('@')[2]}>",
        "MIME-Version: 1.0",
    ]
    if kind < 0.6:
        name = sender.partition("@")[0].title()
        lines += [
            f'From: "{name} von Example" <{sender}>',
            f"To: Ana Kim <{OWNER}>" + (",\r\n\tBen <ben@acme.example>" if kind < 0.2 else ""),
            f"Subject: Re: =?utf-8?q?Angebot_f=C3=BCr?= {number}" if kind < 0.3 else f"Subject: About {number}",
            'Content-Type: multipart/alternative; boundary="b1"',
        ]
        if kind < 0.4:
            lines += [
                f"In-Reply-To: <{number - 9:x}@acme.example>",
                f"References: <{number - 30:x}@x.example> <{number - 9:x}@acme.example>",
            ]
    elif kind < 0.9:
        lines += [
            f"From: News <news@company{number % 90}.example>",
            f"To: {OWNER}",
            f"Subject: The week in number {number}",
            f"List-Unsubscribe: <https://company.example/u/{number}>, <mailto:u@company.example>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            "Precedence: bulk",
            "Content-Type: text/html; charset=utf-8",
        ]
    else:
        lines += [
            f"From: no-reply@service{number % 50}.example",
            f"To: {OWNER}",
            f"Subject: Notice {number}",
            "Auto-Submitted: auto-generated",
            "Content-Type: text/plain",
        ]
    body = _PARTS + b"--b1--\r\n" if kind < 0.6 else _BODY
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def of_many_people(count: int, seed: int = 1) -> Iterator[bytes]:
    """`count` messages of about 3 KB between people, with somebody new in each, and a second one in
    every fifth."""
    chance = random.Random(seed)
    for number in range(count):
        at = END - timedelta(minutes=8 * (count - number))
        them = f"{chance.choice(_NAMES)} <person{number}@company{chance.randrange(count // 5 + 1)}.example>"
        other = (
            f",\r\n\tEva <other{number}@company{chance.randrange(count // 5 + 1)}.example>" if number % 5 == 0 else ""
        )
        sender, to = (OWNER, them) if chance.random() < 0.3 else (them, OWNER)
        lines = [
            f"Return-Path: <{sender.rpartition('<')[2].rstrip('>')}>",
            f"Received: from mx.example (mx.example [192.0.2.9])\r\n\tby mail.acme.example; {format_datetime(at)}",
            f"DKIM-Signature: v=1; a=rsa-sha256; d=company.example; s=s1;\r\n\tb={'Qm9v' * 40}",
            f"Date: {format_datetime(at)}",
            f"Message-ID: <{number:x}.{chance.getrandbits(48):x}@many.example>",
            "MIME-Version: 1.0",
            f"From: {sender}",
            f"To: {to}{other}",
            f"Subject: {' '.join(chance.choices(_WORDS, k=4))}",
            'Content-Type: multipart/alternative; boundary="b1"',
        ]
        yield "\r\n".join(lines).encode() + b"\r\n\r\n" + _PARTS + b"--b1--\r\n"


def fill(client: imapclient.IMAPClient, mailbox: str, count: int) -> None:
    """Append `count` messages as people have them."""
    append(client, mailbox, messages(count))


def append(client: imapclient.IMAPClient, mailbox: str, given: Iterable[bytes]) -> None:
    """Append messages, many to a command."""
    batch: list[bytes] = []
    for message in given:
        batch.append(message)
        if len(batch) == 500:
            client.multiappend(mailbox, batch)
            batch = []
    if batch:
        client.multiappend(mailbox, batch)
