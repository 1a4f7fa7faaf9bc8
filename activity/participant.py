"""An address in a role."""

from __future__ import annotations

from typing import Literal, NamedTuple

from activity.address import Address

Role = Literal["from", "to", "cc", "bcc", "organizer", "attendee", "title"]

TITLE: Literal["title"] = "title"
"""The role of who is not listed in a meeting: its title names them."""

ROLES: tuple[Role, ...] = ("from", "to", "cc", "bcc", "organizer", "attendee", TITLE)


class Participant(NamedTuple):
    """Somebody in a message or a meeting.

    `answer` is the PARTSTAT of a meeting's attendee in upper case (RFC 5545 §3.2.12), "" for an
    organizer who did not answer and for everybody in a mail.
    """

    address: Address
    role: Role
    answer: str = ""
