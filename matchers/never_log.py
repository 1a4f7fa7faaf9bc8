"""never_log rules: whom the log must never know of."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Sequence

from activity.address import domain_of, normalise, normalise_domain
from matchers.canonical import GMAIL, canonical, gmail_form, without_tag

_NOT_IN_RULE = re.compile(r"[\s<>,;\"]")
_DOMAIN = re.compile(r"[^\s*?@/:,;<>\"]+(?:\.[^\s*?@/:,;<>\"]+)+")


def checked_rule(text: str) -> str:
    """A rule as addresses are compared with it.

    Raises ValueError for one that could never forbid anybody.
    """
    words = text.strip().lower()
    local, at, domain = words.rpartition("@")
    if _is_glob(words):
        labels = (one if _is_glob(one) else normalise_domain(one) for one in domain.strip(".").split("."))
        rule = f"{local}{at}{'.'.join(labels)}"
        good = not _NOT_IN_RULE.search(rule)
    elif local:
        rule = normalise(words) or ""
        good = bool(rule)
    else:
        rule = normalise_domain(domain)
        good = is_domain(rule)
    if not good:
        raise ValueError(f'{text!r} is no address, no domain and no pattern; write for example "*@health.example"')
    return rule


def is_domain(text: str) -> bool:
    """Could this be a normalised domain name, of two labels at least?"""
    return _DOMAIN.fullmatch(text) is not None


def _is_glob(text: str) -> bool:
    return "*" in text or "?" in text


class NeverLog:
    """Rules as `checked_rule` gives them: an address, a domain (with all below it), or a glob over
    addresses.

    An address forbids every spelling that reaches its mailbox: with any +tag where it has none
    itself, at Gmail with dots and under both domains. A glob forbids an address if it fits any
    spelling we know of it. `forgotten` tells of addresses that were erased for good; they are
    forbidden too.
    """

    def __init__(self, rules: Sequence[str], forgotten: Callable[[str], bool] | None = None) -> None:
        self._rules = rules
        self._forgotten = forgotten
        patterns = [_pattern(rule.strip().lower()) for rule in rules if rule.strip()]
        self._pattern = re.compile("|".join(patterns)) if patterns else None
        self._known: dict[str, bool] = {}
        self.has_rules = self._pattern is not None or self._forgotten is not None

    def also(self, forgotten: Callable[[str], bool]) -> NeverLog:
        """The same rules, where more are forgotten."""
        return NeverLog(self._rules, forgotten)

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
        if self._pattern is not None and any(map(self._pattern.fullmatch, _spellings(email))):
            return True
        return self._forgotten is not None and self._forgotten(email)


def _spellings(email: str) -> set[str]:
    """The address as it is and in the forms that rules are compared in."""
    forms = {email, without_tag(email)}
    if domain_of(email) in GMAIL:
        forms |= {gmail_form(email), canonical(email)}
        forms |= {f"{one.rpartition('@')[0]}@{domain}" for one in forms for domain in GMAIL}
    return forms


def _pattern(rule: str) -> str:
    if _is_glob(rule):
        return fnmatch.translate(rule if "@" in rule else f"*@{rule}")
    if "@" in rule and not rule.startswith("@"):
        return re.escape(gmail_form(rule) if domain_of(rule) in GMAIL else rule)
    return rf".*@(?:.*\.)?{re.escape(rule.lstrip('@'))}"
