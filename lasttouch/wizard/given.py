"""What was said on the command line, and the account that makes where nobody is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import urlsplit

from activity.address import domain_of
from activity.errors import UsageError
from capture.autoconfig.finding import PUBLISHED, Found
from capture.autoconfig.settings import MailSettings
from lasttouch.configuration.server_options import default_port
from lasttouch.wizard.draft import CalendarDraft, MailDraft, Way
from matchers.domains import is_free_mail, registrable


@dataclass(frozen=True, slots=True)
class Given:
    """The flags of `lasttouch init`; None or empty where nothing was said."""

    address: str | None = None
    name: str | None = None
    owner: str | None = None
    aliases: tuple[str, ...] = ()
    internal_domains: tuple[str, ...] = ()
    contacts_from: str | None = None
    host: str | None = None
    port: int | None = None
    security: str | None = None
    username: str | None = None
    way: Way | None = None
    ca_file: str | None = None
    exclude_mailboxes: tuple[str, ...] = ()
    authserv_id: str | None = None
    calendar_url: str | None = None
    exclude_calendars: tuple[str, ...] = ()
    calendar_username: str | None = None
    calendar_way: Way | None = None
    no_calendar: bool = False
    client_id: str | None = None
    tenant: str | None = None
    client_secret_command: str | None = None
    client_secret_file: str | None = None
    device_code: bool = False
    sign_in_url: str | None = None
    service_url: str | None = None

    def needs_lookup(self) -> bool:
        """Is anything to be found that was not said?"""
        return self.host is None


def missing(flag: str, why: str = "") -> NoReturn:
    raise UsageError(f"{flag} is missing{why}", "nobody can be asked here; in a terminal `lasttouch init` asks")


def given_server(given: Given, address: str, found: Found) -> MailSettings:
    """The mail server as given, else as found where that can be relied on."""
    known = found.mail
    if given.host is not None:
        security = given.security or "tls"
        port = given.port or default_port(security)
        return MailSettings(given.host, port, security, given.username or address, "")
    if known is None:
        missing("--imap-host", f": no server was found for {address} ({'; '.join(found.tried[:2])} …)")
    if not _is_vouched_for(known.host, known.found_by, address, found):
        missing("--imap-host", f": {known.host} was found by {known.found_by}, which anybody on the way can forge")
    return known._replace(
        port=given.port or known.port,
        security=given.security or known.security,
        username=given.username or known.username,
    )


def _is_vouched_for(host: str, found_by: str, address: str, found: Found) -> bool:
    """RFC 6186 §6: the DNS may be forged; a host of the domain itself, or of a known provider,
    proves itself by TLS."""
    domain = domain_of(address)
    own = registrable(host) is not None and registrable(host) == registrable(domain)
    provider = found.provider
    known = provider is not None and host in (provider.host, urlsplit(provider.calendar).hostname)
    return own or known or found_by.startswith(PUBLISHED)


def given_mail(given: Given, server: MailSettings) -> MailDraft:
    way = given.way or missing("--password-command (or --password-env, --password-file, --password-keyring)")
    return MailDraft(server.host, server.port, server.security, server.username, way, given.ca_file, server.found_by)


def given_calendar(given: Given, mail: MailDraft, address: str, found: Found) -> CalendarDraft | None:
    """The calendar as given, else as found; it takes the mail's user and password where nothing
    else was said."""
    known = found.calendar
    url = given.calendar_url or (known.url if known else None)
    if given.no_calendar or url is None:
        return None
    if given.calendar_url is None and known is not None:
        host = urlsplit(known.url).hostname or ""
        if not _is_vouched_for(host, known.found_by, address, found):
            missing("--caldav-url or --no-caldav", f": {host} was found by {known.found_by}, which can be forged")
    way = given.calendar_way or mail.way
    if way.option == "token_command":
        if given.calendar_url is None:
            return None
        missing("--caldav-password-command", ": a token for mail opens no calendar")
    username = given.calendar_username or (found.calendar.username if found.calendar else mail.username)
    return CalendarDraft(url, username, way, given.ca_file)


def company_domain(address: str) -> str | None:
    """The domain of an address that is its holder's organisation's own, not a mail provider's."""
    domain = domain_of(address)
    return None if is_free_mail(domain) else domain
