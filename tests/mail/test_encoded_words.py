"""RFC 2047 as it is written, well and badly."""

from __future__ import annotations

import base64

import pytest

from capture.mail.encoded_words import decode_words


def b(text: bytes, charset: str = "utf-8") -> str:
    return f"=?{charset}?B?{base64.b64encode(text).decode()}?="


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("plain", "plain"),
        ("=?utf-8?Q?Gr=C3=BC=C3=9Fe_aus?= Wien", "Grüße aus Wien"),
        ("=?ISO-8859-1?q?Keld_J=F8rn?=", "Keld Jørn"),
        ("=?utf-8*de?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),  # RFC 2231 §5
        ("Re: =?utf-8?q?a?= =?utf-8?q?b?= c", "Re: ab c"),
        ("=?utf-8?q?a?=\t =?iso-8859-1?q?=E9?=", "aé"),
        ("=?utf-8?q?a?= and =?utf-8?q?b?=", "a and b"),
        (b("日".encode()[:2]) + " " + b("日".encode()[2:] + b"x"), "日x"),  # one character in two words
        ("=?utf-8?Q?=E6=97?= =?UTF-8?Q?=A5?=", "日"),
        ("=?utf-8?Q?=E6=97?= =?utf-8?B?pQ==?=", "日"),  # half in Q, half in B
        (b("语".encode("gb18030"), "gb2312"), "语"),
        (b("碁".encode("gb18030"), "gb2312"), "碁"),  # labelled GB 2312, which has no such character
        (b("한".encode("euc-kr"), "ks_c_5601-1987"), "한"),
        ("=?utf-8?q?two words?=", "two words"),  # a space within, against the standard
        ("=?utf-8?B?R3LDvMOfZQ?=", "Grüße"),  # without its padding
        ("=?utf-8?B?R3LD vMOfZQ==?=", "Grüße"),
        ("=?x-nonsense?q?a?=", "=?x-nonsense?q?a?="),
        ("=?zlib?b?eA==?=", "=?zlib?b?eA==?="),  # a codec of Python that is no character set
        ("=?utf-8?B?a?= =?utf-8?q?b?=", "=?utf-8?B?a?= b"),
        ("=?utf-8?q?=FF?=", "\ufffd"),
        ("=?utf-7?q?+2AA-?=", "\ufffd"),  # half a surrogate pair can be neither stored nor shown
        ("=?utf-8?q?open", "=?utf-8?q?open"),
    ],
)
def test_decoding(written: str, meant: str) -> None:
    assert decode_words(written) == meant


def test_only_so_much_is_decoded() -> None:
    assert len(decode_words("=?utf-8?q?" + "a" * 1_000_000 + "?=")) <= 4000
