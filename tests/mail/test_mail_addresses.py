"""Address lists (RFC 5322 §3.4), and what is found in their place."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mail_log import is_normalised

from capture.mail.addresses import parse_addresses

ANA, BEN = "ana@x.example", "ben@y.example"


def read(value: str) -> list[tuple[str, str]]:
    return [(address.email, address.name) for address in parse_addresses(value)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        # RFC 5322 §3.4 and appendix A
        (ANA, [(ANA, "")]),
        (f"<{ANA}>", [(ANA, "")]),
        (f"Ana Kim <{ANA}>", [(ANA, "Ana Kim")]),
        (f'"Kim, Ana" <{ANA}>', [(ANA, "Kim, Ana")]),
        (f'"Joe \\"Q\\" \\\\ Public" <{ANA}>', [(ANA, 'Joe "Q" \\ Public')]),
        (f"Ana <{ANA}>, {BEN}", [(ANA, "Ana"), (BEN, "")]),
        (f"A Group:Ana <{ANA}>,{BEN};", [(ANA, "Ana"), (BEN, "")]),
        ("Undisclosed recipients:;", []),
        (f"Friends: {ANA}; , {BEN}", [(ANA, ""), (BEN, "")]),
        (f"Pete(A nice \\) chap) <{ANA}>", [(ANA, "Pete")]),
        (f"{ANA} (Ana Kim)", [(ANA, "Ana Kim")]),
        (f"(all (nested (comments))) {ANA}", [(ANA, "all (nested (comments))")]),
        ('"john smith"@x.example', [("john smith@x.example", "")]),
        ("Who? <one@[192.0.2.1]>", [("one@[192.0.2.1]", "Who?")]),
        # §4.4, the obsolete syntax
        (f"Ana <@relay.example,@other.example:{ANA}>", [(ANA, "Ana")]),
        ("John Doe <jdoe@machine(comment).  example>", [("jdoe@machine.example", "John Doe")]),
        (
            "Mary Smith <@machine.tld:mary@example.net>, , jdoe@test   . example",
            [("mary@example.net", "Mary Smith"), ("jdoe@test.example", "")],
        ),
        ("< ana @ x . example >", [(ANA, "")]),
        (f"Ana K. {ANA}", [(ANA, "Ana K.")]),
        (f",, {ANA},, ,{BEN},", [(ANA, ""), (BEN, "")]),
        (f"Dr. A. Kim <{ANA}>", [(ANA, "Dr. A. Kim")]),
        (f"Ana  Maria   Kim <{ANA}>", [(ANA, "Ana Maria Kim")]),
        # found in the wild
        (f"{ANA}; {BEN}", [(ANA, ""), (BEN, "")]),
        (f"Ana <{ANA}", [(ANA, "Ana")]),
        (f"Ana {ANA}", [(ANA, "Ana")]),
        (f'"Ana" {ANA}', [(ANA, "Ana")]),
        (f"'{ANA}' <{ANA}>", [(ANA, f"'{ANA}'")]),
        (f"<mailto:{ANA}>", [(ANA, "")]),
        (f"mailto:{ANA}", [(ANA, "")]),
        (f"MAILTO:{ANA}", [(ANA, "")]),
        (f"< {ANA} >", [(ANA, "")]),
        (f"Ana (Sales <{ANA}>, Ben <{BEN}>", [(ANA, "Ana Sales"), (BEN, "Ben")]),  # a comment without end
        (f'Ana "the boss <{ANA}>, {BEN}', [(ANA, 'Ana "the boss'), (BEN, "")]),  # a quote without end
        (f"=?utf-8?q?Kim=2C_Ana?= <{ANA}>", [(ANA, "Kim, Ana")]),
        (f'"=?utf-8?q?J=C3=B8rn?=" <{ANA}>', [(ANA, "Jørn")]),
        ("Ana <ANA@X.Example>", [(ANA, "Ana")]),
        ("Ana <ana@bücher.example>", [("ana@xn--bcher-kva.example", "Ana")]),
        (f"Ana\0\x1b[31m <{ANA}>", [(ANA, "Ana [31m")]),
        # a display name is never an address
        (f'"{ANA}" <{BEN}>', [(BEN, ANA)]),
        (f"{ANA} <{BEN}>", [(BEN, ANA)]),
        (f"{ANA} <>", []),
        (f'"{ANA}" <not an address>', []),
        (f"=?utf-8?q?{ANA.replace('@', '=40')}?= <{BEN}>", [(BEN, ANA)]),
        (f"=?utf-8?q?=3C{ANA.replace('@', '=40')}=3E=2C?= <{BEN}>", [(BEN, f"<{ANA}>,")]),
        (f'"<{ANA}>, " <{BEN}>', [(BEN, f"<{ANA}>,")]),
        # nobody is lost where commas, quotes or brackets are
        (f"{ANA} {BEN}", [(ANA, ""), (BEN, "")]),
        (f"Ana {ANA}  Ben {BEN}", [(ANA, ""), (BEN, "")]),
        (f"Ana <{ANA}> Ben <{BEN}>", [(ANA, "Ana"), (BEN, "Ben")]),
        (f"<{ANA}><{BEN}>", [(ANA, ""), (BEN, "")]),
        (f"<{ANA}, {BEN}>", [(ANA, ""), (BEN, "")]),
        (f"<{ANA} {BEN}>", [(ANA, ""), (BEN, "")]),
        (f"Ana <<{ANA}>>", [(ANA, "Ana")]),
        (f"Ana [{ANA}]", [(ANA, "Ana")]),
        (f"Ana [mailto:{ANA}]", [(ANA, "")]),
        (f'"Ana Kim <{ANA}>, "Ben" <{BEN}>', [(ANA, "Ana Kim"), (BEN, "Ben")]),
        (f'"Kim, Ana <{ANA}>, "Cho, Ben" <{BEN}>', [(ANA, "Ana"), (BEN, "Cho, Ben")]),
        (f'"Ana {ANA}, "Ben" <{BEN}>, c@z.example', [(ANA, "Ana"), (BEN, "Ben"), ("c@z.example", "")]),
        ("=?utf-8?q?Ana_Kim_=3Cana=40x=2Eexample=3E?=", [(ANA, "Ana Kim")]),
        ("=?utf-8?b?QW5hIEtpbSA8YW5hQHguZXhhbXBsZT4=?=", [(ANA, "Ana Kim")]),
        (f"=?utf-8?q?Ana_=3Cana=40x=2Eexample=3E?=, {BEN}", [(ANA, "Ana"), (BEN, "")]),
        ("Ana <=?utf-8?q?ana=40x=2Eexample?=>", [(ANA, "Ana")]),
        # one way to write an accent
        ("Bjo\u0308rn <bjo\u0308rn@x.example>", [("bj\u00f6rn@x.example", "Bjo\u0308rn")]),
        ("bj\u00f6rn@x.example", [("bj\u00f6rn@x.example", "")]),
        # nothing there
        ("", []),
        ("MAILER-DAEMON", []),
        ("Ana Kim", []),
        ("@x.example", []),
        ("ana@", []),
        ("a b@", []),
        (",;:<>()", []),
        ('""@x.example', []),
        ('" " <" "@x.example>', []),
    ],
)
def test_reading(value: str, expected: list[tuple[str, str]]) -> None:
    assert read(value) == expected


def test_what_was_written_is_kept_beside_the_normalised_form() -> None:
    (address,) = parse_addresses("Ana <Ana.Kim@X.Example>")
    assert (address.email, address.seen) == ("ana.kim@x.example", "Ana.Kim@X.Example")


def test_a_list_without_end_is_cut() -> None:
    started = time.process_time()
    assert len(parse_addresses("a@b," * 500_000)) == 20_000
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "unit", ['"', '"a', "<", "(", "()", "\\", ":", "a:", "@", "a@b ", '"\\"', "<a", "=?", "(\\)", "<a@b>", '<a@b>"']
)
def test_what_is_said_a_hundred_thousand_times_takes_no_longer_than_that(unit: str) -> None:
    started = time.process_time()
    parse_addresses("Ana " + unit * 100_000)
    assert time.process_time() - started < 2


TOKENS = [*'"<>(),;:@\\ a\0é[]', "b.example", "a@b.example", "=?utf-8?q?=40?=", "mailto:"]


@settings(max_examples=500, deadline=None)
@given(
    st.one_of(
        st.text(max_size=300),
        st.lists(st.sampled_from(TOKENS), max_size=80).map("".join),
    )
)
@example("0@/\xdf")
def test_never_raises_and_gives_only_normalised_addresses(value: str) -> None:
    for address in parse_addresses(value):
        assert is_normalised(address.email)
        assert len(address.name) <= 200
        assert len(address.seen) <= 200


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60).filter(lambda t: not set(t) & set('"\\')))
def test_whatever_is_quoted_before_an_address_is_its_name(name: str) -> None:
    assert [address.email for address in parse_addresses(f'"{name}" <{ANA}>')] == [ANA]


def test_a_backslash_before_the_closing_quote_is_a_character_of_the_name() -> None:
    (one,) = parse_addresses(r""""; ):a@'>';)\\" <tom@acme.example>""")
    assert (one.email, one.name) == ("tom@acme.example", "; ):a@'>';)\\")
