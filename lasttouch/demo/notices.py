"""What programs write in people's names, and to them; none of it is an exchange with anybody."""

from __future__ import annotations

from datetime import datetime

from activity.address import Address
from lasttouch.demo.cast import ANA, BEN, ERIN, MAIL_SYSTEM, SHOP, STATEMENTS
from lasttouch.demo.letters import Said


def away(absent: Address, to: Address, at: datetime, subject: str) -> Said:
    """A vacation reply (RFC 3834)."""
    return Said(
        absent, to, at, "I am away, and so are my letters, until Monday week.",
        subject=f"Automatic reply: {subject}",
        headers=(("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All")),
    )  # fmt: skip


def newsletter(at: datetime) -> Said:
    """Bulk mail (RFC 8058), from the very address that a contact writes from."""
    return Said(
        SHOP, ANA, at, "Three new beans, one new cup, and no new prices.",
        headers=(
            ("List-Unsubscribe", "<https://umbrellacoffee.example/goodbye?reader=ana>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ),
    )  # fmt: skip


def statement(at: datetime) -> Said:
    """A notification that nobody can answer."""
    return Said(STATEMENTS, ANA, at, "Log in to see it. Please do not answer this message.")


def invitation(at: datetime) -> Said:
    """An invitation by mail (RFC 6047); the calendar is its record."""
    return Said(
        ERIN, BEN, at, "BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:REQUEST\nEND:VCALENDAR",
        headers=(("Content-Type", 'text/calendar; method=REQUEST; charset="utf-8"'),),
    )  # fmt: skip


def forged(supposed: Address, to: Address, at: datetime) -> Said:
    """Junk in a contact's name, where the server has put it."""
    return Said(supposed, to, at, "Click to claim it before midnight!!", mailbox="Junk")


def bounce(to: Address, unreachable: Address, at: datetime, subject: str) -> Said:
    """A delivery failure (RFC 3464) in answer to what `to` wrote."""
    return Said(
        MAIL_SYSTEM, to, at, _DELIVERY_REPORT.format(to=unreachable.email),
        subject=f"Undelivered: {subject}",
        headers=(
            ("Return-Path", "<>"),
            ("Auto-Submitted", "auto-replied"),
            ("X-Failed-Recipients", unreachable.email),
            ("Content-Type", 'multipart/report; report-type=delivery-status; boundary="part"'),
        ),
    )  # fmt: skip


_DELIVERY_REPORT = """\
--part
Content-Type: text/plain; charset=utf-8

The message did not reach {to}: the mailbox is full.

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.acme.example

Final-Recipient: rfc822; {to}
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 mailbox full

--part--
"""
