"""The names that servers give to collections and objects, in one spelling (RFC 3986 §6.2, RFC 4918
§8.3)."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

_CANONICAL = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@-]+)+/?")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@-]+")
_SITE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")
_SLASHES = re.compile("/{2,}")


def canonical_path(href: str) -> str:
    """The path of a URL or href, with exactly the characters escaped that need it, and no empty
    segment in it.

    Escapes are undone byte by byte: names in other charsets than UTF-8 stay apart.
    """
    if _CANONICAL.fullmatch(href):
        return href
    path = _SLASHES.sub("/", _SITE.sub("", href, count=1))
    return "/".join(quote(unquote_to_bytes(segment), safe="!$&'()*+,;=:@") for segment in path.split("/"))


def collection_path(href: str) -> str:
    """The canonical path of a collection: `/dav` and `/dav/` are one."""
    return canonical_path(href).rstrip("/") + "/"


def joined(base: str, href: str) -> str:
    """The URL of an href that the server at the URL `base` lists, spelled as it does.

    What begins with two slashes is a path with one too many, unless it names that server.
    """
    if href.startswith("//") and not href.startswith(f"//{urlsplit(base).netloc}/"):
        href = "/" + href.lstrip("/")
    return urljoin(base, href)


def member_name(collection_url: str, path: str, href: str) -> str:
    """An object's name within the collection at this URL and canonical `path`; "" for the
    collection itself.

    A server that lists objects under another path has that path as their name.
    """
    if href.startswith(path) and _PLAIN_NAME.fullmatch(href, len(path)):
        return href[len(path) :]
    found = canonical_path(joined(collection_url, href) if href.startswith("//") else href)
    return "" if found == path.rstrip("/") else found.removeprefix(path)
