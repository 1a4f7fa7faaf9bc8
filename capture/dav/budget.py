"""What one pass over a DAV server may cost while it gives nothing that was asked for."""

from __future__ import annotations

from activity.errors import ServerFault

WHOLE_SECONDS = 70.0  # with what looking a server up may take, two minutes at most
SECONDS_AN_OBJECT = 0.5
SECONDS_A_COLLECTION = 2.0
SECONDS_A_REQUEST = 0.02
SECONDS_A_MEGABYTE = 0.02
_MEGABYTE = 1 << 20


class Exhausted(ServerFault):
    """The server keeps answering, and hardly anything of it is what we came for: nothing ends such
    a pass but we."""


class Budget:
    """Seconds for waiting, for requests and for reading; every useful thing earns some of them
    back.

    A server that is slow but gives what it has is never given up, however much that is. One that
    redirects, trickles or lists without end uses up the whole, over all requests of a pass, and so
    within WHOLE_SECONDS.
    """

    def __init__(self, noun: str = "calendar", seconds: float = WHOLE_SECONDS) -> None:
        self.left = seconds
        self._noun = noun
        self._whole = seconds

    def spend(self, seconds: float, octets: int = 0) -> None:
        """A request took so long, and so many octets (unpacked) came.

        Raises Exhausted when nothing is left.
        """
        self.left -= seconds + SECONDS_A_REQUEST + octets * (SECONDS_A_MEGABYTE / _MEGABYTE)
        if self.left <= 0:
            raise self.exhausted()

    def earn(self, objects: int = 0, collections: int = 0) -> None:
        """So many new objects came, so many collections were read to their end."""
        earned = objects * SECONDS_AN_OBJECT + collections * SECONDS_A_COLLECTION
        self.left = min(self.left + earned, self._whole)

    def exhausted(self) -> Exhausted:
        return Exhausted(
            f"the {self._noun} server kept us busy and gave next to nothing of what was asked for",
            "it is tried again; if this lasts, ask who runs the server",
        )
