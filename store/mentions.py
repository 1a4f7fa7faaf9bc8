"""Addresses and names within texts: of addresses there may be thousands, without a text being read
for each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator


def named_within(text: str, names: Collection[str]) -> bool:
    """Does a text hold one of these names, which are case folded, in whatever case?"""
    if not names:
        return False
    folded = text.casefold()
    return any(name in folded for name in names)


class Mentions:
    """Where texts hold one of these normalised addresses, in whatever case, within other words too."""

    def __init__(self, emails: Iterable[str]) -> None:
        self._at: dict[str, set[str]] = {}
        for email in emails:
            local, _, domain = email.rpartition("@")
            self._at.setdefault(domain, set()).add(local)
        self._domain_lengths = sorted({len(domain) for domain in self._at}, reverse=True)
        self._local_lengths = sorted({len(local) for some in self._at.values() for local in some}, reverse=True)

    def within(self, text: str) -> bool:
        return next(self._spans(text), None) is not None

    def blotted_out(self, text: str) -> str:
        """The text with an ellipsis in place of each."""
        kept = []
        end = 0
        for start, behind in self._spans(text):
            kept.append(text[end:start])
            end = behind
        return "…".join([*kept, text[end:]])

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        lowered = text.lower()
        if len(lowered) != len(text):
            lowered = "".join([small if len(small := one.lower()) == 1 else one for one in text])
        end = 0
        at = lowered.find("@")
        while at >= 0:
            span = self._around(lowered, at, end)
            if span is not None:
                yield span
                end = span[1]
            at = lowered.find("@", at + 1)

    def _around(self, lowered: str, at: int, first: int) -> tuple[int, int] | None:
        for length in self._domain_lengths:
            local_parts = self._at.get(lowered[at + 1 : at + 1 + length])
            for before in self._local_lengths if local_parts else ():
                if at - before >= first and lowered[at - before : at] in (local_parts or ()):
                    return at - before, at + 1 + length
        return None
