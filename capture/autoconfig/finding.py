"""From a mail address to its servers: what is known, what the domain publishes, what its DNS says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from activity.address import domain_of
from activity.errors import in_words
from capture.at_once import at_once
from capture.autoconfig import fetching
from capture.autoconfig.client_config import read_client_config
from capture.autoconfig.fetching import NotFetched, Service
from capture.autoconfig.providers import Provider, provider_of_domain, provider_of_exchangers, provider_of_host
from capture.autoconfig.settings import CalendarSettings, MailSettings

PATIENCE_SECONDS = 10.0
PUBLISHED = "published at"


@dataclass(frozen=True, slots=True)
class Network:
    """What is asked of the network; a test has answers of its own."""

    fetch: Callable[[str], bytes] = fetching.fetch
    service: Callable[[str], Service | None] = fetching.service
    exchangers: Callable[[str], list[str]] = fetching.exchangers
    exists: Callable[[str], bool] = fetching.exists


@dataclass(frozen=True, slots=True)
class Found:
    """The servers of an address; None for what was not found.

    `tried` says of every source that gave nothing, why.
    """

    mail: MailSettings | None
    calendar: CalendarSettings | None
    provider: Provider | None
    tried: tuple[str, ...] = ()


def find_servers(address: str, network: Network | None = None) -> Found:
    """`address` is normalised.

    Never fails: what cannot be asked is told in `tried`. Takes PATIENCE_SECONDS at most.
    """
    domain = domain_of(address)
    if provider := provider_of_domain(domain):
        return _of_provider(provider, address, f"{provider.name} is known", ())
    answers = at_once(_questions(address, network or Network()), PATIENCE_SECONDS)
    tried = tuple(f"{name}: {_why(answer)}" for name, answer in answers.items() if isinstance(answer, Exception))
    mail, calendar = _published(address, answers)
    mail = mail or _by_service(address, answers)
    calendar = calendar or _calendar_by_service(address, answers)
    named = answers[f"MX {domain}"]
    provider = provider_of_host(mail.host) if mail else None
    provider = provider or (provider_of_exchangers(named) if isinstance(named, list) else None)
    if provider is not None:
        known = _of_provider(provider, address, f"{provider.name} takes the mail of {domain}", tried)
        return Found(mail or known.mail, calendar or known.calendar, provider, tried)
    return Found(mail or _guess(address, answers), calendar, None, tried)


def _of_provider(provider: Provider, address: str, found_by: str, tried: tuple[str, ...]) -> Found:
    return Found(provider.mail(address, found_by), provider.calendars(address, found_by), provider, tried)


def _autoconfig_urls(address: str) -> list[str]:
    domain, asked = domain_of(address), quote(address)
    return [
        f"https://autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={asked}",
        f"https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml",
    ]


def _questions(address: str, network: Network) -> dict[str, Callable[[], Any]]:
    domain = domain_of(address)
    questions: dict[str, Callable[[], Any]] = {
        url.partition("?")[0]: partial(network.fetch, url) for url in _autoconfig_urls(address)
    }
    for name in ("_imaps._tcp", "_imap._tcp", "_caldavs._tcp"):
        questions[f"SRV {name}.{domain}"] = partial(network.service, f"{name}.{domain}")
    questions[f"MX {domain}"] = partial(network.exchangers, domain)
    for host in (f"imap.{domain}", f"mail.{domain}"):
        questions[host] = partial(network.exists, host)
    return questions


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, NotFetched | TimeoutError) else in_words(error)


def _published(address: str, answers: Mapping[str, Any]) -> tuple[MailSettings | None, CalendarSettings | None]:
    for url in _autoconfig_urls(address):
        name = url.partition("?")[0]
        if isinstance(answers[name], bytes):
            servers, calendar = read_client_config(answers[name], address, f"{PUBLISHED} {name}")
            if servers:
                return min(servers, key=lambda one: one.security != "tls"), calendar
    return None, None


def _by_service(address: str, answers: Mapping[str, Any]) -> MailSettings | None:
    """RFC 6186 §3.2: _imaps is implicit TLS, _imap may be upgraded; we insist on that."""
    domain = domain_of(address)
    for name, security in (("_imaps._tcp", "tls"), ("_imap._tcp", "starttls")):
        place = answers[f"SRV {name}.{domain}"]
        if isinstance(place, Service):
            return MailSettings(place.host, place.port, security, address, f"SRV record {name}.{domain}")
    return None


def _calendar_by_service(address: str, answers: Mapping[str, Any]) -> CalendarSettings | None:
    """RFC 6764 §4; where on that server the calendars are is found when they are read (§5,
    well-known)."""
    domain = domain_of(address)
    place = answers[f"SRV _caldavs._tcp.{domain}"]
    if not isinstance(place, Service):
        return None
    port = "" if place.port == 443 else f":{place.port}"
    return CalendarSettings(f"https://{place.host}{port}/", address, f"SRV record _caldavs._tcp.{domain}")


def _guess(address: str, answers: Mapping[str, Any]) -> MailSettings | None:
    domain = domain_of(address)
    for host in (f"imap.{domain}", f"mail.{domain}"):
        if answers[host] is True:
            return MailSettings(host, 993, "tls", address, "a guess: that name exists")
    return None
