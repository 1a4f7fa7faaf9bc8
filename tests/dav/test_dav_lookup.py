"""The server of an address, a domain or a host, as DNS announces it (RFC 6764)."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import dns.flags
import dns.message
import dns.rrset
import pytest

from activity.errors import ServerFault, Unreachable
from capture.address_books.service import ADDRESS_BOOKS
from capture.calendar.service import CALENDARS
from capture.dav import lookup
from capture.dav.lookup import look_up

Zone = dict[tuple[str, str], str]


@pytest.fixture
def announce(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Zone], None]]:
    """A name server on loopback that knows these records, and nothing else, and is the only one
    that is asked."""
    records: Zone = {}
    service = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    service.bind(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                packet, sender = service.recvfrom(4096)
            except OSError:
                return
            query = dns.message.from_wire(packet)
            question = query.question[0]
            answer = dns.message.make_response(query)
            kind = dns.rdatatype.to_text(question.rdtype)
            if record := records.get((question.name.to_text().rstrip("."), kind)):
                answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *record.split("|")))
            service.sendto(answer.to_wire(), sender)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    asked_here = (
        "import dns.resolver\n"
        "dns.resolver.default_resolver = resolver = dns.resolver.Resolver(configure=False)\n"
        f"resolver.nameservers, resolver.port = ['127.0.0.1'], {service.getsockname()[1]}\n"
    )
    monkeypatch.setattr(lookup, "_PROGRAM", asked_here + lookup._PROGRAM)
    yield records.update
    service.close()


def test_the_host_the_port_and_the_path_are_those_announced(announce: Callable[[Zone], None]) -> None:
    announce(
        {
            ("_caldavs._tcp.acme.invalid", "SRV"): "10 1 443 late.acme.invalid.|0 1 8443 cal.acme.invalid.",
            ("_caldavs._tcp.acme.invalid", "TXT"): '"path=/dav/"',
            ("_carddavs._tcp.acme.invalid", "SRV"): "0 1 443 people.acme.invalid.",
        }
    )
    assert look_up(CALENDARS, "ana@acme.invalid", None) == "https://cal.acme.invalid:8443/dav/"
    assert look_up(CALENDARS, "acme.invalid", None) == "https://cal.acme.invalid:8443/dav/"
    assert look_up(ADDRESS_BOOKS, "ana@acme.invalid", None) == "https://people.acme.invalid/"


def test_a_server_without_tls_or_of_another_domain_is_none(announce: Callable[[Zone], None]) -> None:
    announce(
        {
            ("_caldav._tcp.acme.invalid", "SRV"): "0 1 80 cal.acme.invalid.",
            ("_caldavs._tcp.umbrella.invalid", "SRV"): "0 1 443 evil.invalid.",
        }
    )
    for address in ("ana@acme.invalid", "ana@umbrella.invalid"):
        with pytest.raises(ServerFault, match="no calendar server is announced for"):
            look_up(CALENDARS, address, None)


def test_a_host_of_which_nothing_is_announced_is_asked_itself(announce: Callable[[Zone], None]) -> None:
    announce({})
    assert look_up(CALENDARS, "cal.acme.invalid", None) == "https://cal.acme.invalid/"


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("cal.acme.invalid:8443", "https://cal.acme.invalid:8443/"),
        ("192.0.2.1", "https://192.0.2.1/"),
        ("[2001:db8::1]:8443", "https://[2001:db8::1]:8443/"),
        ("cal.acme.invalid/dav/", "https://cal.acme.invalid/dav/"),
    ],
)
def test_a_place_is_not_looked_up(monkeypatch: pytest.MonkeyPatch, written: str, url: str) -> None:
    monkeypatch.setattr(lookup, "_PROGRAM", "print('https://wrong.invalid/')")
    assert look_up(CALENDARS, written, None) == url


def test_neither_netrc_nor_proxies_are_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example/")
    monkeypatch.setenv("NETRC", "/some/netrc")
    names = "[name for name in ('https_proxy', 'HTTPS_PROXY') if name in os.environ]"
    program = f"import os, sys; print('https://' + sys.argv[1] + os.environ['NETRC'] + str({names}))"
    monkeypatch.setattr(lookup, "_PROGRAM", program)
    assert look_up(CALENDARS, "ana@b.example", None) == "https://ana@b.example/dev/null[]"


def test_it_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "_PROGRAM", "import threading; threading.Event().wait()")
    monkeypatch.setattr(lookup, "_SECONDS", 0.5)
    with pytest.raises(Unreachable, match=r"b\.example"):
        look_up(CALENDARS, "b.example", None)


@pytest.mark.parametrize("answer", ["print('')", "print('http://b.example/')", "raise SystemExit(1)"])
def test_an_answer_without_tls_or_without_any_is_an_error(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr(lookup, "_PROGRAM", answer)
    with pytest.raises(ServerFault, match=r"b\.example"):
        look_up(CALENDARS, "ana@b.example", None)


@pytest.mark.parametrize("identifier", ["-x", "a\x1bb.invalid", "a b"])
def test_what_is_neither_url_nor_address_is_an_error(identifier: str) -> None:
    with pytest.raises(ServerFault, match="neither"):
        look_up(CALENDARS, identifier, None)
