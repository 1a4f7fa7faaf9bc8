"""A request's head."""

from __future__ import annotations

import re
from collections.abc import Mapping

from capture.dav.origins import Origin

_LINE = re.compile(r"[\t -~\x80-\xff]+")
_WITH_A_BODY = ("PUT", "POST", "PATCH")


def head(origin: Origin, method: str, target: str, size: int, headers: Mapping[str, str]) -> bytes:
    """The request line and header fields (RFC 9112 §3, §5) before a body of `size` octets.

    http.client writes the same at ten times the work. Raises ValueError for a field that breaks off.
    """
    length = f"Content-Length: {size}\r\n" if size or method in _WITH_A_BODY else ""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {_authority(origin)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if not all(map(_LINE.fullmatch, lines)):
        raise ValueError("a header field breaks off")
    return ("\r\n".join(lines) + f"\r\n{length}\r\n").encode("latin-1")


def _authority(origin: Origin) -> str:
    port = origin.name.removeprefix(origin.host)
    if not origin.host.isascii():
        return origin.host.encode("idna").decode() + port
    return f"[{origin.host.partition('%')[0]}]{port}" if ":" in origin.host else origin.host + port
