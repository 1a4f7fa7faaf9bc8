"""Letters as mail programs write them: text, what they quote, a signature, attachments, in real
MIME."""

from __future__ import annotations

import random
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from bench.attention_cast import Hand

_PROSE = """
we would like to know whether the delivery of the second line can be moved to next week and who on your side
takes care of it because our plant has asked twice about the paper work and the price per unit as it was agreed
in spring please have a look at the numbers and tell me what you think about them before the end of the month
"""
_WORDS = _PROSE.split()
Name = tuple[str, str]


@dataclass
class Letter:
    """A message of the world. `text` is its whole text part, quotes included; `asks` whether it
    wants an answer."""

    message_id: str
    at: datetime
    sender: Name
    to: Sequence[Name]
    subject: str
    text: str
    asks: bool
    cc: Sequence[Name] = ()
    bcc: Sequence[Name] = ()
    answers: Letter | None = None
    references: bool = True
    attachments: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    layout: str = "plain"
    encoding: str = "7bit"
    flags: str = ""
    mailbox: str = ""

    def octets(self) -> bytes:
        """As it stands on a server."""
        message = EmailMessage()
        message["From"] = formataddr(self.sender)
        message["To"] = ", ".join(map(formataddr, self.to)) or "undisclosed-recipients:;"
        for name, people in (("Cc", self.cc), ("Bcc", self.bcc)):
            if people:
                message[name] = ", ".join(map(formataddr, people))
        message["Subject"] = self.subject
        message["Date"] = format_datetime(self.at)
        message["Message-ID"] = self.message_id
        if self.answers is not None and self.references:
            message["In-Reply-To"] = self.answers.message_id
            message["References"] = " ".join(_chain(self.answers))
        for name, value in self.headers.items():
            message[name] = value
        if self.layout == "html":
            message.set_content(_html(self.text), subtype="html", cte=self.encoding)
        else:
            message.set_content(self.text, cte=self.encoding)
            if self.layout == "alternative":
                message.add_alternative(_html(self.text), subtype="html", cte="quoted-printable")
        for number in range(self.attachments):
            data = b"%PDF-1.4 " + b"x" * (9_000 * (number + 1))
            message.add_attachment(data, maintype="application", subtype="pdf", filename=f"paper{number}.pdf")
        return message.as_bytes()


def text_of(chance: random.Random, hand: Hand, words: int, answered: Letter | None, name: str) -> str:
    """So many words, a greeting, a signature, and below it what the hand quotes of the answered
    letter."""
    mobile = chance.random() < hand.mobile
    body = []
    left = max(1, words)
    while left > 0:
        paragraph = chance.choices(_WORDS, k=min(left, chance.randrange(18, 60)))
        left -= len(paragraph)
        line = " ".join(paragraph).capitalize() + "."
        body += [*(textwrap.wrap(line, hand.wrap) if hand.wrap else [line]), ""]
    greeting = [f"Hi {name.split(maxsplit=1)[0]},", ""] if chance.random() < 0.8 and words > 2 else []
    signature = ["Sent from my phone"] if mobile else ["--", *_signature(hand.signature)] if hand.signature else []
    lines = [*greeting, *body, *signature]
    if answered is not None and hand.quotes != "none" and not (mobile and chance.random() < 0.5):
        lines += ["", f"On {answered.at:%a, %d %b %Y at %H:%M}, {answered.sender[0]} wrote:"]
        quoted = answered.text.splitlines()
        lines += [f"> {line}" for line in (quoted[:6] if hand.quotes == "trimmed" else quoted[:400])]
    return "\n".join(lines) + "\n"


def _signature(lines: int) -> list[str]:
    full = (
        "Best regards", "", "Sales and Service", "Phone +49 30 1234567", "Some Street 12, 10115 Berlin",
        "www.firm.example", "Registered office Berlin, HRB 12345", "This mail may be confidential.", "",
    )  # fmt: skip
    return list(full[:lines])


def _chain(letter: Letter) -> list[str]:
    found: list[str] = []
    one: Letter | None = letter
    while one is not None and len(found) < 20:
        found.append(one.message_id)
        one = one.answers if one.references else None
    return found[::-1]


def _html(text: str) -> str:
    rows = "<br>\n".join(line.replace(">", "&gt;") for line in text.splitlines())
    return f'<html><head><meta charset="utf-8"></head><body style="font-family:Calibri">{rows}</body></html>\n'
