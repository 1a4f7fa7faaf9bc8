"""Which files of a folder were read, in little space."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from array import array
from bisect import bisect_left

_BYTES = 8


def digest(*identifying: str | int) -> int:
    """What stands for a file: 8 bytes, so that a million files take 8 MB and none is taken for
    another."""
    text = "\n".join(map(str, identifying)).encode("utf-8", "surrogateescape")
    return int.from_bytes(hashlib.blake2b(text, digest_size=_BYTES).digest(), "big")


class KnownFiles:
    """The digests of the files that were read, and the day from which the folder was first read."""

    def __init__(self, since: str, digests: array[int] | None = None) -> None:
        self.since = since
        self._sorted = array("Q", sorted(digests or ()))

    def __len__(self) -> int:
        return len(self._sorted)

    def __contains__(self, one: int) -> bool:
        at = bisect_left(self._sorted, one)
        return at < len(self._sorted) and self._sorted[at] == one

    def cursor_with(self, more: array[int]) -> str:
        """The cursor for these files and `more`."""
        return cursor_for(self.since, self._sorted + more)

    @staticmethod
    def from_cursor(cursor: str | None, since: str) -> KnownFiles:
        """None are known where there is no cursor of ours, or an earlier day is asked for than was
        before."""
        digests = array("Q")
        try:
            kind, from_day, text = json.loads(cursor or "null")
            if kind == "files" and from_day <= since:
                digests.frombytes(base64.b64decode(text))
                return KnownFiles(from_day, digests)
        except (TypeError, ValueError, binascii.Error):
            pass
        return KnownFiles(since)


def cursor_for(since: str, digests: array[int]) -> str:
    return json.dumps(["files", since, base64.b64encode(digests).decode("ascii")])
