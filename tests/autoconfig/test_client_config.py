"""A provider's autoconfig file: what it offers is taken, what is unencrypted or hostile is not."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from capture.autoconfig.client_config import read_client_config
from capture.autoconfig.settings import CalendarSettings, MailSettings

ACME = (Path(__file__).parent / "samples" / "acme.xml").read_bytes()


def _with(server: str) -> bytes:
    text = f'<incomingServer type="imap">{server}</incomingServer>'
    return f"<clientConfig><emailProvider>{text}</emailProvider></clientConfig>".encode()


def test_encrypted_imap_servers_in_the_order_of_the_file() -> None:
    servers, calendar = read_client_config(ACME, "ana.kim@acme.example", "test")
    assert servers == [
        MailSettings("imap.acme.example", 143, "starttls", "ana.kim", "test"),
        MailSettings("imap.acme.example", 993, "tls", "ana.kim", "test"),
    ]
    assert calendar == CalendarSettings("https://cal.acme.example/ana.kim/", "ana.kim@acme.example", "test")


@pytest.mark.parametrize(
    "server",
    [
        "<hostname>imap.acme.example</hostname><port>143</port><socketType>plain</socketType>",
        "<hostname>imap.acme.example</hostname><port>0</port><socketType>SSL</socketType>",
        "<hostname>imap.acme.example</hostname><port>99999</port><socketType>SSL</socketType>",
        "<hostname>imap.acme.example</hostname><port>²</port><socketType>SSL</socketType>",
        "<hostname>imap.acme.example</hostname><socketType>SSL</socketType>",
        "<hostname>-oProxyCommand=x.y</hostname><port>993</port><socketType>SSL</socketType>",
        "<hostname>a b.example</hostname><port>993</port><socketType>SSL</socketType>",
        "<hostname>127.0.0.1/x</hostname><port>993</port><socketType>SSL</socketType>",
        "",
    ],
)
def test_what_cannot_be_used_is_left_out(server: str) -> None:
    assert read_client_config(_with(server), "ana@acme.example", "test") == ([], None)


@pytest.mark.parametrize("text", [b"", b"<html>", b"<html></html>", b"\x00\xff", b"<clientConfig>", b"<clientConfig/>"])
def test_what_is_no_autoconfig_file_names_nothing(text: bytes) -> None:
    assert read_client_config(text, "ana@acme.example", "test") == ([], None)


def test_entities_are_neither_expanded_nor_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("imap.secret.example")
    server = "<hostname>&x;</hostname><port>993</port><socketType>SSL</socketType>"
    outside = f'<!DOCTYPE c [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'.encode() + _with(server)
    assert read_client_config(outside, "ana@acme.example", "test") == ([], None)
    bomb = "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 12))
    grows = f'<!DOCTYPE c [<!ENTITY x0 "lol">{bomb}]>'.encode() + _with(server.replace("&x;", "&x11;"))
    began = time.process_time()
    assert read_client_config(grows, "ana@acme.example", "test") == ([], None)
    assert time.process_time() - began < 5
