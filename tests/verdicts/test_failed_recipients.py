"""Which addresses a bounce gives up on (RFC 3464), and which it only delays."""

from __future__ import annotations

import time

import pytest

from activity.address import Address
from activity.delivery_status import failed_recipients
from activity.envelope import Envelope
from matchers.verdicts.bounces import failed_addresses

_POSTFIX = """Reporting-MTA: dns; mx.acme.example
X-Postfix-Queue-ID: 4A1B2C3D
Arrival-Date: Mon,  3 Jun 2024 10:00:00 +0200 (CEST)

Final-Recipient: rfc822; tom@widgets.example
Original-Recipient: rfc822;tom@widgets.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <other@widgets.example>: Recipient address rejected

Final-Recipient: rfc822; kim@widgets.example
Action: delayed
Status: 4.4.1
"""


def test_only_failed_recipients_are_named() -> None:
    assert failed_recipients(_POSTFIX) == ("tom@widgets.example",)
    assert failed_recipients(_POSTFIX.replace("\n", "\r\n")) == ("tom@widgets.example",)
    assert failed_recipients(_POSTFIX.replace("\n", "\r")) == ("tom@widgets.example",)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", "Delivered (to mailbox)", "x"])
def test_other_actions_are_no_failures(action: str) -> None:
    assert failed_recipients(f"Final-Recipient: rfc822; a@b.example\nAction: {action}\nStatus: 5.0.0\n") == ()


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("Final-Recipient: RFC822; <A@B.Example>\nAction: FAILED", ("a@b.example",)),
        ("final-recipient: a@b.example\naction: failed (bad destination)", ("a@b.example",)),
        ("Final-Recipient: rfc822;\n\ta@b.example\nAction:\n failed", ("a@b.example",)),
        ("Action: failed\nFinal-Recipient: rfc822; a@b.example", ("a@b.example",)),
        ("Final-Recipient: rfc822; a@b.example\nStatus: 5.1.1", ("a@b.example",)),
        ("Final-Recipient: rfc822; a@b.example\nStatus: 4.4.7", ()),
        ("Final-Recipient: rfc822; a@b.example\nStatus: 4.4.7\nAction: failed", ("a@b.example",)),
        ("Final-Recipient: x400; /C=DE/S=tom/@b\nAction: failed", ()),
        ("Final-Recipient: rfc822; nobody\nAction: failed", ()),
        ("Final-Recipient: utf-8; t\\x{F6}m@b.example\nAction: failed", ("töm@b.example",)),
        (
            "Original-Recipient: rfc822; sales@b.example\nFinal-Recipient: rfc822; tom@b.example\nAction: failed",
            ("sales@b.example", "tom@b.example"),
        ),
        (
            "Final-Recipient: rfc822; a@b.example\nAction: failed\nFinal-Recipient: c@d.example\nAction: delayed",
            ("a@b.example",),
        ),
        ("", ()),
        ("Final-Recipient\n: x\n\x00\nAction", ()),
    ],
)
def test_tolerant_reading(group: str, expected: tuple[str, ...]) -> None:
    assert failed_recipients(f"Reporting-MTA: dns; mx\n\n{group}\n") == expected


def test_a_hostile_part_is_bounded() -> None:
    started = time.process_time()
    many = "Final-Recipient: rfc822; {}@b.example\nAction: failed\n\n"
    assert len(failed_recipients("".join(many.format(number) for number in range(20_000)))) == 1000
    failed_recipients("Final-Recipient: " + "(" * 300_000)
    failed_recipients("Final-Recipient: x\n" + " y\n" * 100_000)
    assert time.process_time() - started < 5


def _bounce(subject: str, named: str, failed: tuple[str, ...] = ()) -> Envelope:
    signs = {"x-failed-recipients": named, "return-path": "<>"}
    return Envelope("<1@x>", None, None, subject=subject, signs=signs, failed_recipients=failed)


@pytest.mark.parametrize("path", ["<mal@evil.example>", ""])
def test_only_the_mail_system_is_believed(path: str) -> None:
    believed = _bounce("failure", "a@b.example", ("e@f.example",))
    believed.from_ = (Address("mal@evil.example"),)
    assert failed_addresses(believed) == ("a@b.example", "e@f.example")
    believed.signs = {"x-failed-recipients": "a@b.example", **({"return-path": path} if path else {})}
    assert failed_addresses(believed) == ()
    believed.from_ = (Address("postmaster@b.example"),)
    assert failed_addresses(believed) == ("a@b.example", "e@f.example")


def test_failed_addresses_join_header_and_part() -> None:
    envelope = _bounce("failure", "A@B.example,\tc@d.example <C@d.example>", ("c@d.example", "e@f.example"))
    assert failed_addresses(envelope) == ("a@b.example", "c@d.example", "e@f.example")


def test_a_delay_names_nobody_in_its_header() -> None:
    delayed = _bounce("Delivery Status Notification (Delay)", "a@b.example", ("e@f.example",))
    assert failed_addresses(delayed) == ("e@f.example",)
    assert failed_addresses(_bounce("Delivery Status Notification (Failure)", "a@b.example")) == ("a@b.example",)


def test_failed_addresses_of_nonsense() -> None:
    assert failed_addresses(_bounce("", "nobody, @, a@, \x00 (x")) == ()
    assert len(failed_addresses(_bounce("", ",".join(f"{n}@b.example" for n in range(50_000))))) <= 100
