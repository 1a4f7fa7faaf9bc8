"""Which files of a folder were read, in little space."""

from __future__ import annotations

import base64
import hashlib
import json
from array import array
from bisect import bisect_left
from collections.abc import Iterable


def digest(*identifying: str | int) -> int:
    """What stands for a file: 8 bytes, so that a million files take 8 MB and none is taken for another."""
    text = "\n".join(map(str, identifying)).encode("utf-8", "surrogateescape")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")


class KnownFiles:
    """The digests of the files that were read, each once, and the day from which the folder was first read."""

    def __init__(self, since: str, digests: Iterable[int] = ()) -> None:
        self.since = since
        self._digests = array("Q", sorted(set(digests)))

    def __len__(self) -> int:
        return len(self._digests)

    def __contains__(self, one: int) -> bool:
        at = bisect_left(self._digests, one)
        return at < len(self._digests) and self._digests[at] == one

    def with_more(self, digests: Iterable[int]) -> KnownFiles:
        return KnownFiles(self.since, [*self._digests, *digests])

    def cursor(self) -> str:
        return json.dumps(["files", self.since, base64.b64encode(self._digests.tobytes()).decode("ascii")])

    @staticmethod
    def from_cursor(cursor: str | None, since: str) -> KnownFiles:
        """None are known where there is no cursor of ours, or an earlier day is asked for than was before."""
        try:
            kind, from_day, text = json.loads(cursor or "null")
        except (TypeError, ValueError):
            return KnownFiles(since)
        if kind != "files" or since < from_day:
            return KnownFiles(since)
        known = KnownFiles(from_day)
        known._digests.frombytes(base64.b64decode(text))
        return known
