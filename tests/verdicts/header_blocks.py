"""Written samples: header blocks in text files, read with the standard library into Envelopes."""

from __future__ import annotations

from email import message_from_string
from email.header import decode_header, make_header
from email.utils import getaddresses
from pathlib import Path
from typing import NamedTuple

from activity.address import Address, normalise
from activity.envelope import SIGN_HEADERS, Envelope
from matchers.policy import Policy

SAMPLES = Path(__file__).parent / "samples"
POLICY = Policy(
    own_addresses=frozenset({"ana@acme.example", "ana.kim@gmail.example"}),
    internal_domains=frozenset({"acme.example"}),
    broadcast_over=3,
    trusted_authserv_ids=frozenset({"mx.acme.example"}),
)


class Sample(NamedTuple):
    expected: str
    name: str
    envelope: Envelope

    def __str__(self) -> str:
        return f"{self.expected}: {self.name}"


def samples() -> list[Sample]:
    """All samples of all files; a block begins with "== class: name"."""
    found = []
    for path in sorted(SAMPLES.glob("*.txt")):
        for block in path.read_text(encoding="utf-8").split("\n== ")[1:]:
            title, _, header = block.partition("\n")
            expected, _, name = title.partition(": ")
            found.append(Sample(expected, name, envelope_of(header.strip("\n") + "\n\n")))
    return found


def envelope_of(header: str) -> Envelope:
    """An Envelope of a header block; without To it is addressed to ana@acme.example."""
    message = message_from_string(header)
    signs = {}
    for name in SIGN_HEADERS:
        values = message.get_all(name)
        if values:
            signs[name] = "\n".join(" ".join(value.split()) for value in values)
    from_headers = message.get_all("From", [])
    senders = _addresses(from_headers)
    if from_headers and not senders:
        signs["from"] = from_headers[0]
    return Envelope(
        message_id="<sample@widgets.example>",
        date=None,
        internal_date=None,
        from_=senders,
        to=_addresses(message.get_all("To", ["ana@acme.example"])),
        cc=_addresses(message.get_all("Cc", [])),
        bcc=_addresses(message.get_all("Bcc", [])),
        subject=str(make_header(decode_header(message.get("Subject", "")))),
        in_reply_to=tuple((message.get("In-Reply-To") or "").split()),
        references=tuple((message.get("References") or "").split()),
        signs=signs,
        from_headers=len(from_headers),
    )


def _addresses(values: list[str]) -> tuple[Address, ...]:
    addresses = []
    for name, seen in getaddresses(values):
        email = normalise(seen)
        if email:
            addresses.append(Address(email, name, seen))
    return tuple(addresses)
