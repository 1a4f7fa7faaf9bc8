"""The big providers: their servers, and what they want instead of the account's password.

Sources for each line are in docs/provider-quirks.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from activity.address import domain_of
from capture.autoconfig.settings import CalendarSettings, MailSettings


@dataclass(frozen=True, slots=True)
class Provider:
    """`domains` are those of its addresses, `exchangers` the ends of the names of its mail
    exchangers (MX).

    `login` is "address" or "local part". `secret` is "password", "app password" or "token";
    `advice` says how to get it. `calendar` is its CalDAV URL, "" where a password opens none.
    """

    name: str
    host: str
    domains: tuple[str, ...]
    exchangers: tuple[str, ...] = ()
    calendar: str = ""
    secret: str = "password"  # noqa: S105 - a kind, not a secret
    advice: str = ""
    login: str = "address"
    port: int = 993
    security: str = "tls"

    def mail(self, address: str, found_by: str) -> MailSettings:
        local = address.rpartition("@")[0]
        username = local if self.login == "local part" and domain_of(address) in self.domains else address
        return MailSettings(self.host, self.port, self.security, username, found_by)

    def calendars(self, address: str, found_by: str) -> CalendarSettings | None:
        return CalendarSettings(self.calendar, address, found_by) if self.calendar else None


_GOOGLE = (
    "Google wants an app password (16 letters), not your own: turn on 2-Step Verification, then make one at"
    " https://myaccount.google.com/apppasswords. Where your organisation allows none, give a token_command that prints"
    " an OAuth access token. Google's calendar opens to a sign-in only: docs/google.md."
)
_MICROSOFT = (
    "Microsoft takes no passwords for IMAP any more, app passwords neither: give a token_command that prints an OAuth"
    " access token for https://outlook.office.com/IMAP.AccessAsUser.All. There is no CalDAV."
)
_APPLE = (
    "iCloud wants an app-specific password: https://account.apple.com, Sign-In and Security, App-Specific Passwords."
)
_FASTMAIL = (
    "Fastmail wants an app password: Settings, Privacy & Security, Manage app passwords; Mail and Calendars (or IMAP"
    " and CalDAV) may be the only things it opens."
)
_YAHOO = "Yahoo and AOL want an app password: Account Security, Generate app password."
_SWITCH = "IMAP is off at first: switch it on in the settings of the web mail (POP3/IMAP)."
_PROTON = (
    "Proton needs its Bridge, running on this machine: take user name and password from Bridge, not your own; export"
    " its certificate (Settings, Advanced) and name it with ca_file. There is no CalDAV."
)
_ZOHO = "With two-factor login Zoho wants an app password: https://accounts.zoho.com, Security, App Passwords."
_APP = "app password"

PROVIDERS = (
    Provider("Gmail", "imap.gmail.com", ("gmail.com", "googlemail.com"), ("google.com", "googlemail.com"),
             secret=_APP, advice=_GOOGLE),
    Provider("Microsoft 365", "outlook.office365.com",
             ("outlook.com", "hotmail.com", "live.com", "msn.com", "outlook.de", "hotmail.de", "live.de"),
             ("mail.protection.outlook.com", "mx.microsoft", "olc.protection.outlook.com"),
             secret="token", advice=_MICROSOFT),  # noqa: S106
    Provider("iCloud", "imap.mail.me.com", ("icloud.com", "me.com", "mac.com"), ("mail.icloud.com",),
             "https://caldav.icloud.com/", _APP, _APPLE, "local part"),
    Provider("Fastmail", "imap.fastmail.com", ("fastmail.com", "fastmail.fm", "sent.com"), ("messagingengine.com",),
             "https://caldav.fastmail.com/", _APP, _FASTMAIL),
    Provider("Yahoo", "imap.mail.yahoo.com", ("yahoo.com", "yahoo.de", "yahoo.co.uk", "yahoo.fr", "ymail.com"),
             ("yahoodns.net",), "https://caldav.calendar.yahoo.com/", _APP, _YAHOO),
    Provider("AOL", "imap.aol.com", ("aol.com",), (), "", _APP, _YAHOO),
    Provider("GMX", "imap.gmx.net", ("gmx.net", "gmx.de", "gmx.at", "gmx.ch"), ("gmx.net",),
             "https://caldav.gmx.net/", advice=_SWITCH),
    Provider("GMX", "imap.gmx.com", ("gmx.com", "gmx.us"), ("gmx.com",), "https://caldav.gmx.com/", advice=_SWITCH),
    Provider("WEB.DE", "imap.web.de", ("web.de",), ("web.de",), "https://caldav.web.de/", advice=_SWITCH),
    Provider("mailbox.org", "imap.mailbox.org", ("mailbox.org",), ("mailbox.org",), "https://dav.mailbox.org/caldav/"),
    Provider("Posteo", "posteo.de", ("posteo.de", "posteo.net"), ("posteo.de",), "https://posteo.de:8443/"),
    Provider("Proton", "127.0.0.1", ("proton.me", "protonmail.com", "pm.me"), ("protonmail.ch",),
             advice=_PROTON, port=1143, security="starttls"),
    Provider("Zoho", "imap.zoho.com", ("zoho.com", "zohomail.com"), ("zoho.com",),
             "https://calendar.zoho.com/caldav/", advice=_ZOHO),
    Provider("Zoho", "imap.zoho.eu", ("zoho.eu", "zohomail.eu"), ("zoho.eu",),
             "https://calendar.zoho.eu/caldav/", advice=_ZOHO),
)  # fmt: skip


def provider_of_domain(domain: str) -> Provider | None:
    """The provider whose addresses end in this domain."""
    return next((one for one in PROVIDERS if domain in one.domains), None)


def provider_of_exchangers(names: Iterable[str]) -> Provider | None:
    """The provider that takes the mail of a domain, by the names of its mail exchangers (most
    preferred first)."""
    for name in names:
        host = name.rstrip(".").lower()
        for one in PROVIDERS:
            if any(host == end or host.endswith(f".{end}") for end in one.exchangers):
                return one
    return None


def provider_of_host(host: str) -> Provider | None:
    """The provider whose mail server this is."""
    loopback = host.startswith("127.") or host == "localhost"
    return None if loopback else next((one for one in PROVIDERS if one.host == host.lower()), None)
