"""What a provider's autoconfig file says (Mozilla's ISPDB format, clientConfig version 1.1).

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree  # type: ignore[import-untyped]

from capture.autoconfig.settings import CalendarSettings, MailSettings

_SECURITY = {"SSL": "tls", "STARTTLS": "starttls"}
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+", re.ASCII)
_USERNAME_LENGTH = 320


def read_client_config(text: bytes, address: str, found_by: str) -> tuple[list[MailSettings], CalendarSettings | None]:
    """The IMAP servers it names, in its order, and the calendar; none of what is unencrypted,
    broken or hostile.

    No entity is expanded and nothing is fetched. An XML that cannot be read names nothing.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError):
        return [], None
    if root.tag != "clientConfig" or root.getroottree().docinfo.doctype:
        return [], None
    return list(_servers(root, address, found_by)), _calendar(root, address, found_by)


def _servers(root: etree._Element, address: str, found_by: str) -> Iterator[MailSettings]:
    for server in root.iterfind("emailProvider/incomingServer"):
        host = _filled(_text(server, "hostname"), address).lower()
        security = _SECURITY.get(_text(server, "socketType").upper())
        port = _text(server, "port")
        if server.get("type") != "imap" or security is None or not _HOST.fullmatch(host):
            continue
        number = int(port) if port.isascii() and port.isdigit() and len(port) < 6 else 0
        if 0 < number < 65536:
            yield MailSettings(host, number, security, _username(server, address), found_by)


def _calendar(root: etree._Element, address: str, found_by: str) -> CalendarSettings | None:
    for server in root.iterfind(".//calendar"):
        url = _filled(_text(server, "serverURL"), address)
        if server.get("type") == "caldav" and re.fullmatch(r"https://[^\s@]+", url):
            return CalendarSettings(url, _username(server, address), found_by)
    return None


def _username(server: etree._Element, address: str) -> str:
    name = _filled(_text(server, "username"), address)
    return name if name and len(name) <= _USERNAME_LENGTH and name.isprintable() else address


def _text(server: etree._Element, name: str) -> str:
    return (server.findtext(name) or "").strip()


def _filled(text: str, address: str) -> str:
    local, _, domain = address.rpartition("@")
    for name, value in (("EMAILADDRESS", address), ("EMAILLOCALPART", local), ("EMAILDOMAIN", domain)):
        text = text.replace(f"%{name}%", value)
    return text
