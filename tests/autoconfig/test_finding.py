"""From an address to its servers, with a network of our own."""

from __future__ import annotations

import http.server
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from capture.autoconfig import fetching, finding
from capture.autoconfig.fetching import NotFetched, Service, fetch
from capture.autoconfig.finding import Found, Network, find_servers
from capture.autoconfig.providers import PROVIDERS, provider_of_exchangers

ACME = (Path(__file__).parent / "samples" / "acme.xml").read_bytes()
WELL_KNOWN = "https://acme.example/.well-known/autoconfig/mail/config-v1.1.xml"


def _network(
    files: dict[str, bytes] | None = None,
    services: dict[str, Service | None] | None = None,
    exchangers: list[str] | None = None,
    hosts: tuple[str, ...] = (),
) -> Network:
    def of(known: dict[str, Any]) -> Callable[[str], Any]:
        def ask(name: str) -> Any:
            if name not in known:
                raise NotFetched("there is no such name")
            return known[name]

        return ask

    mx = {"acme.example": exchangers} if exchangers is not None else {}
    return Network(of(files or {}), of(services or {}), of(mx), lambda host: host in hosts)


def _find(network: Network, address: str = "ana@acme.example") -> Found:
    return find_servers(address, network)


@pytest.mark.parametrize(
    ("address", "host", "username", "calendar"),
    [
        ("ana@gmail.com", "imap.gmail.com", "ana@gmail.com", None),
        ("ana@outlook.com", "outlook.office365.com", "ana@outlook.com", None),
        ("ana@icloud.com", "imap.mail.me.com", "ana", "https://caldav.icloud.com/"),
        ("ana@fastmail.com", "imap.fastmail.com", "ana@fastmail.com", "https://caldav.fastmail.com/"),
        ("ana@gmx.de", "imap.gmx.net", "ana@gmx.de", "https://caldav.gmx.net/"),
        ("ana@posteo.de", "posteo.de", "ana@posteo.de", "https://posteo.de:8443/"),
        ("ana@proton.me", "127.0.0.1", "ana@proton.me", None),
    ],
)
def test_the_big_providers_are_known_without_asking_anybody(
    address: str, host: str, username: str, calendar: str | None
) -> None:
    def never(name: str) -> Any:
        raise AssertionError(name)

    found = _find(Network(never, never, never, never), address)
    assert found.mail is not None
    assert (found.mail.host, found.mail.username) == (host, username)
    assert (found.calendar.url if found.calendar else None) == calendar


def test_what_a_domain_publishes_comes_first_and_implicit_tls_before_starttls() -> None:
    found = _find(_network({WELL_KNOWN: ACME}, {"_imaps._tcp.acme.example": Service("other.example", 993)}))
    assert found.mail is not None
    assert (found.mail.host, found.mail.port, found.mail.username) == ("imap.acme.example", 993, "ana")
    assert found.mail.found_by == f"published at {WELL_KNOWN}"
    assert found.calendar is not None
    assert found.calendar.url == "https://cal.acme.example/ana/"


def test_service_records_with_a_port_of_their_own() -> None:
    services = {
        "_imap._tcp.acme.example": Service("mx.acme.example", 143),
        "_imaps._tcp.acme.example": None,  # "there is none", RFC 6186
        "_caldavs._tcp.acme.example": Service("dav.acme.example", 8443),
    }
    found = _find(_network(services=services))
    assert found.mail is not None
    assert (found.mail.host, found.mail.port, found.mail.security) == ("mx.acme.example", 143, "starttls")
    assert found.calendar is not None
    assert found.calendar.url == "https://dav.acme.example:8443/"


def test_a_companys_domain_at_a_big_provider_is_told_by_its_mail_exchangers() -> None:
    found = _find(_network(exchangers=["acme-example.mail.protection.outlook.com."], hosts=("imap.acme.example",)))
    assert found.provider is not None
    assert found.provider.name == "Microsoft 365"
    assert found.mail is not None
    assert found.mail.host == "outlook.office365.com"
    assert found.mail.found_by == "Microsoft 365 takes the mail of acme.example"
    assert any(WELL_KNOWN in one for one in found.tried)


def test_a_name_that_only_ends_alike_is_another_company() -> None:
    assert provider_of_exchangers(["mx.notgoogle.com"]) is None
    assert provider_of_exchangers(["mx.acme.example", "ASPMX.L.GOOGLE.COM."]) is PROVIDERS[0]


def test_where_nothing_is_published_a_name_that_exists_is_a_guess() -> None:
    found = _find(_network(hosts=("mail.acme.example",)))
    assert found.mail is not None
    assert (found.mail.host, found.mail.found_by) == ("mail.acme.example", "a guess: that name exists")


def test_offline_nothing_is_found_and_it_is_said_why() -> None:
    def broken(name: str) -> Any:
        raise OSError(name)

    found = _find(Network(broken, broken, broken, broken))
    assert (found.mail, found.calendar, found.provider) == (None, None, None)
    assert len(found.tried) == 8


def test_a_source_that_hangs_does_not_keep_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "PATIENCE_SECONDS", 0.3)
    forever = threading.Event()
    network = _network(services={"_imaps._tcp.acme.example": Service("imap.acme.example", 993)})
    found = _find(Network(lambda _: bytes(forever.wait(60)), network.service, network.exchangers, network.exists))
    forever.set()
    assert found.mail is not None
    assert found.mail.host == "imap.acme.example"
    assert f"{WELL_KNOWN}: no answer within 0.3 s" in found.tried


class Site:
    """A web server with TLS of an authority of its own."""

    def __init__(self, folder: Path) -> None:
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.seen: list[dict[str, str]] = []
        ca = trustme.CA()
        self.ca_file = str(folder / "ca.pem")
        ca.cert_pem.write_to_path(self.ca_file)
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.seen.append({name.lower(): value for name, value in self.headers.items()})
                status, headers, body = site.answers.get(self.path, (404, {}, b""))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ca.issue_cert("127.0.0.1").configure_cert(context)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    one = Site(tmp_path)
    yield one
    one.server.shutdown()
    one.server.server_close()


def test_a_file_is_fetched_over_tls_following_redirects_and_with_nothing_secret(site: Site) -> None:
    site.answers = {"/a?x=1": (302, {"Location": "/b"}, b""), "/b": (200, {}, ACME)}
    assert fetch(f"{site.url}/a?x=1", site.ca_file) == ACME
    assert all(set(seen) == {"host", "accept-encoding", "user-agent"} for seen in site.seen)


def test_what_is_not_fetched(site: Site) -> None:
    site.answers = {
        "/plain": (302, {"Location": "http://127.0.0.1:1/"}, b""),
        "/circle": (302, {"Location": "/circle"}, b""),
        "/huge": (200, {}, b"x" * (fetching.MOST_BYTES + 1)),
        "/nowhere": (302, {}, b""),
    }
    for path, why in (("/plain", "https"), ("/circle", "without end"), ("/huge", "too long"), ("/none", "status 404")):
        with pytest.raises(NotFetched, match=why):
            fetch(site.url + path, site.ca_file)
    with pytest.raises(NotFetched, match="status 302"):
        fetch(f"{site.url}/nowhere", site.ca_file)
    with pytest.raises(NotFetched, match="https"):
        fetch("http://127.0.0.1:1/")
    with pytest.raises(NotFetched):  # its authority is nobody we know
        fetch(f"{site.url}/huge")


def test_the_dns_is_asked_through_dnspython(monkeypatch: pytest.MonkeyPatch) -> None:
    import dns.rdata
    import dns.rdataclass
    import dns.rdatatype
    import dns.resolver

    zone = {
        ("_imaps._tcp.acme.example", "SRV"): ["10 1 993 b.acme.example.", "0 1 9993 A.acme.example."],
        ("_caldavs._tcp.acme.example", "SRV"): ["0 0 0 ."],
        ("acme.example", "MX"): ["20 b.acme.example.", "10 a.acme.example."],
    }

    def resolve(name: str, kind: str, **options: Any) -> list[Any]:
        assert options["lifetime"] == fetching.SECONDS
        if (name, kind) not in zone:
            raise dns.resolver.NXDOMAIN
        return [dns.rdata.from_text("IN", kind, text) for text in zone[name, kind]]

    monkeypatch.setattr(dns.resolver, "resolve", resolve)
    assert fetching.service("_imaps._tcp.acme.example") == Service("a.acme.example", 9993)
    assert fetching.service("_caldavs._tcp.acme.example") is None
    assert fetching.exchangers("acme.example") == ["a.acme.example.", "b.acme.example."]
    assert not fetching.exists("imap.acme.example")
    with pytest.raises(NotFetched, match="no such name"):
        fetching.service("_imap._tcp.acme.example")
