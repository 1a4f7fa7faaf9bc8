"""What the header of one message says, before any judgement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from activity.address import Address

# Header fields beyond the addresses, the date and the identity that tell a person from a machine.
# They are read, and kept as evidence where present; nothing else of a message is ever asked for.
SIGN_HEADERS: tuple[str, ...] = (
    "return-path",
    "sender",
    "auto-submitted",
    "precedence",
    "x-autoreply",
    "x-autoreply-from",
    "x-autorespond",
    "x-autoresponder",
    "x-apple-action",
    "x-auto-response-suppress",
    "x-failed-recipients",
    "list-id",
    "list-post",
    "list-unsubscribe",
    "content-type",
    "content-class",
    "x-ms-exchange-calendar-series-instance-id",
    "authentication-results",
)


CALENDAR_PART = "calendar-part"
"""A sign that is no header: a part of the message's structure is a scheduling message between calendars."""


@dataclass(slots=True)
class Envelope:
    """One message as its source showed it.

    Instants are aware UTC. An absent header is "", () or None as the type says, never a guess:
    `date` None means missing or unreadable, `internal_date` None that the source gave none.
    `from_` holds every From address seen; more than one From *header* makes `from_headers` > 1.
    `signs` maps the lower-case names of SIGN_HEADERS that were present to their unfolded values,
    several of one name joined by a newline, topmost first; "from" is among them only where the
    From header holds no readable address ("MAILER-DAEMON"), CALENDAR_PART only where the structure has
    such a part ("text/calendar; method=REQUEST"). `in_reply_to` and `references` are
    message ids in angle brackets. `failed_recipients` are normalised addresses named by the
    delivery-status part of a bounce (RFC 3464 §2.3), where that part was read.
    """

    message_id: str
    date: datetime | None
    internal_date: datetime | None
    from_: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    subject: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    signs: Mapping[str, str] = field(default_factory=dict)
    from_headers: int = 1
    failed_recipients: tuple[str, ...] = ()
