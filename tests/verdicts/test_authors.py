"""Who wrote a message, where a server of ours checks its authors (RFC 7489, RFC 8601)."""

from __future__ import annotations

import pytest

from activity.envelope import FROM_DOUBT, Envelope
from capture.mail.headers import parse_header
from matchers.policy import Policy
from matchers.verdicts.evidence import evidence
from matchers.verdicts.mail import judge_message

CHECKED = Policy(frozenset({"ana@acme.example"}), trusted_authserv_ids=frozenset({"mx.acme.example"}))
UNCHECKED = Policy(frozenset({"ana@acme.example"}))
TOM = "tom@widgets.example"


def read(from_: str | bytes, *results: str) -> Envelope:
    lines = [b"Authentication-Results: " + result.encode() for result in results]
    lines += [b"From: " + (from_ if isinstance(from_, bytes) else from_.encode()), b"To: ana@acme.example"]
    return parse_header(b"\r\n".join([*lines, b"Subject: The offer", b"", b""]), None)


def kind(envelope: Envelope, policy: Policy = CHECKED) -> str:
    """The verdict, which is the same from what is stored."""
    verdict = judge_message(envelope, policy).kind
    envelope.signs = evidence(envelope)
    assert judge_message(envelope, policy).kind == verdict
    return verdict


@pytest.mark.parametrize(
    "from_",
    [
        TOM,
        f"<{TOM}>",
        f"Tom Lee <{TOM}>",
        f'"Lee, Tom" <{TOM}>',
        f'"Tom (Sales); Lee" <{TOM}>',
        f"Tom (of Widgets (Inc)) Lee <{TOM}>",
        f"{TOM} (Tom Lee)",
        f"=?utf-8?q?Tom_Lee?= <{TOM}>",
        f"=?utf-8?q?Lee=2C_Tom?= =?utf-8?q?_x?= <{TOM}>",
        f"Dr. Tom J. Lee <{TOM}>",
        f"Tøm Lee <{TOM}>",
        f"{TOM} <{TOM}>",
        f'"eve@evil.example" <{TOM}>',
        f"'Tom Lee' <{TOM}>",
        f'"Tom Lee" <{TOM.upper()}>',
        f'"Tom Lee"\r\n <{TOM}>',
        f"Lee/Tom & Co. [Sales] <{TOM}>",
    ],
)
def test_one_author_who_is_understood_is_a_person(from_: str) -> None:
    assert kind(read(from_)) == "person"


@pytest.mark.parametrize(
    "from_",
    [
        # several mailboxes: which of them was checked?
        f"{TOM}, eve@evil.example",
        f"Eve <eve@evil.example>, Tom <{TOM}>",
        f"{TOM} eve@evil.example",
        f"Eve <eve@evil.example> Tom <{TOM}>",
        f"<{TOM}, eve@evil.example>",
        # text left over, beside which the address may be overlooked
        f"{TOM} and others",
        f"Tom Lee {TOM}",
        f"Tom <{TOM}> Lee",
        f"eve@evil.example <{TOM}>",
        f"Lee, Tom <{TOM}>",
        f"Tom <<{TOM}>>",
        # what does not end
        f"Tom <{TOM}",
        f'"Tom <{TOM}>',
        f"Tom (Lee <{TOM}>",
        f"Tom ) <{TOM}>",
        f"{TOM}; eve",
        f"Friends: {TOM};",
        "=?utf-8?q?Tom_=3Ctom=40widgets=2Eexample=3E?=",
        f"Tom <@evil.example:{TOM}>",
        f"Tom\x01 <{TOM}>",
        "a" * 2000 + f" <{TOM}>",
        # octets that another program reads otherwise
        b"T\xf8m <tom@widgets.example>",
        b"\xff\xfe\x81 <tom@widgets.example>",
    ],
)
def test_an_author_who_may_be_read_otherwise_is_suspect_where_authors_are_checked(from_: str | bytes) -> None:
    assert kind(read(from_)) == "suspect"
    assert kind(read(from_), UNCHECKED) == "person"


FAIL = "dmarc=fail header.from=widgets.example"


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (f"mx.acme.example; {FAIL}", "suspect"),
        ("mx.acme.example; spf=fail; dmarc=pass (p=none; sp=none)", "person"),
        ('mx.acme.example; spf=fail smtp.helo="a(b"; dmarc=pass', "person"),
        # what was planted before the result swallows it
        (f"mx.acme.example; spf=none smtp.helo=x(y; {FAIL}", "suspect"),
        (f'mx.acme.example; spf=none smtp.mailfrom="a; {FAIL}', "suspect"),
        (f"mx.acme.example (; {FAIL}", "suspect"),
        (f'"mx.acme.example; {FAIL}', "suspect"),
        (f"mx.acme.example; spf=none smtp.helo=x(y; {FAIL.replace('fail', 'pass')}", "person"),
        # pushed out of sight
        (f"mx.acme.example; {'dkim=none; ' * 900}{FAIL}", "suspect"),
        (f"mx.acme.example; {'dkim=none; ' * 9000}{FAIL}", "suspect"),
        (f"mx.acme.example; {'dkim=none; ' * 9000}dmarc=pass", "person"),
        # another server's
        (f"mx.other.example; spf=none (; {FAIL}", "person"),
    ],
)
def test_a_result_that_is_cut_or_does_not_end_does_not_pass(field: str, expected: str) -> None:
    envelope = read(f"Tom <{TOM}>", field)
    assert FROM_DOUBT not in envelope.signs
    assert kind(envelope) == expected
    assert kind(read(f"Tom <{TOM}>", field), UNCHECKED) == "person"
