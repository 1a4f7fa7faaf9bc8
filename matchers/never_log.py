"""never_log rules: whom the log must never know of."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Sequence


class NeverLog:
    """Rules in the user's words: an address, a domain (with all below it), or a glob over addresses.

    `forgotten` tells of addresses that were erased for good; they are forbidden too.
    """

    def __init__(self, rules: Sequence[str], forgotten: Callable[[str], bool] | None = None) -> None:
        self._forgotten = forgotten
        patterns = [_pattern(rule.strip().lower()) for rule in rules if rule.strip()]
        self._pattern = re.compile("|".join(patterns)) if patterns else None
        self._known: dict[str, bool] = {}
        self.has_rules = self._pattern is not None or self._forgotten is not None

    def __call__(self, email: str) -> bool:
        """Does a rule forbid this normalised address?"""
        if not self.has_rules:
            return False
        known = self._known.get(email)
        if known is None:
            if len(self._known) > 100_000:
                self._known.clear()
            known = self._known[email] = self._forbids(email)
        return known

    def _forbids(self, email: str) -> bool:
        if self._pattern is not None and self._pattern.fullmatch(email):
            return True
        return self._forgotten is not None and self._forgotten(email)


def _pattern(rule: str) -> str:
    if "*" in rule or "?" in rule:
        return fnmatch.translate(rule if "@" in rule else f"*@{rule}")
    if "@" in rule and not rule.startswith("@"):
        return re.escape(rule)
    return rf".*@(?:.*\.)?{re.escape(rule.lstrip('@'))}"
