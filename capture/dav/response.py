"""An answer's head, read at a glance where it is one as most are."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterable

_SUCCESS = re.compile(rb"HTTP/1\.1 (200|207) ([ -~]*)\r\n((?:[A-Za-z0-9-]+:[\t -~]*\r\n)+)\r\n")
_LENGTH = re.compile(r"[0-9]{1,18}")


class Response(http.client.HTTPResponse):
    """http.client has the parser of e-mail read every head, which takes a third of a small request."""

    _fields: dict[str, str] | None = None

    def fields(self) -> dict[str, str]:
        """The values by their names in lower case, several of one name joined (RFC 9110 §5.3)."""
        return _joined(self.getheaders()) if self._fields is None else self._fields

    def begin(self) -> None:
        """As there; of a success on a connection that stays, without folded fields, by less work."""
        if not self._begins_at_a_glance():
            super().begin()

    def _begins_at_a_glance(self) -> bool:
        found = _SUCCESS.match(self.fp.peek())
        if found is None:
            return False
        told = _joined(line.partition(":")[::2] for line in found[3].decode("ascii").splitlines())
        is_chunked = told.get("transfer-encoding", "").lower() == "chunked"
        length = _LENGTH.fullmatch(told.get("content-length", ""))
        if is_chunked == (length is not None) or "connection" in told:
            return False
        self.fp.read(found.end())
        self.version, self.status, self.reason = 11, int(found[1]), found[2].decode("ascii")
        self._fields = told
        self.chunked, self.chunk_left = is_chunked, None
        self.length, self.will_close = int(length[0]) if length else None, False
        return True


def _joined(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in fields:
        key = name.lower()
        joined[key] = f"{joined[key]}, {value.strip()}" if key in joined else value.strip()
    return joined
