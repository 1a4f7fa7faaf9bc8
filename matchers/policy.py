"""The policy: who "we" are, and the rules we judge by, as configured."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from activity.address import domain_of
from matchers.canonical import is_among

if TYPE_CHECKING:
    from activity.facts import Judgement  # where nothing is new, nothing is judged

_REMEMBERED = 30_000
_JUDGEMENTS_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Policy:
    """Everything about us that a judgement may depend on.

    `own_addresses` are the normalised addresses of all accounts, `internal_domains` normalised
    domains; an address at one of them, or at a subdomain of one, is ours. `trusted_authserv_ids`
    are the authserv-ids (RFC 8601 §2.5) whose Authentication-Results we believe, lower case; with
    none, nothing is inferred from that header. `forms` are the normalised addresses of contact
    forms: who wrote into one is in Reply-To.

    `judged` holds judgements on messages, by all that decides on them.
    """

    own_addresses: frozenset[str] = frozenset()
    internal_domains: frozenset[str] = frozenset()
    broadcast_over: int = 25
    large_meeting_over: int = 50
    unanswered_invitations: str = "count"
    titles: str = "suggest"
    correction_window_seconds: int = 7 * 86400
    trusted_authserv_ids: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    _known: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)
    judged: dict[tuple[object, ...], Judgement] = field(default_factory=dict, init=False, repr=False, compare=False)

    def remember(self, decides: tuple[object, ...], judgement: Judgement) -> None:
        """Keep the judgement on messages of which this decides, and nothing else."""
        if len(self.judged) >= _JUDGEMENTS_REMEMBERED:
            self.judged.clear()
        self.judged[decides] = judgement

    def is_self(self, email: str) -> bool:
        """Is this normalised address one of ours?

        A +tag, and Gmail's dots, do not make it another's.
        """
        known = self._known.get(email)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[email] = self._is_self(email)
        return known

    def _is_self(self, email: str) -> bool:
        return self.is_internal_domain(domain_of(email)) or is_among(email, self.own_addresses)

    def is_internal_domain(self, domain: str) -> bool:
        """Is this domain, or a parent of it, an internal one?"""
        if not self.internal_domains:
            return False
        while domain:
            if domain in self.internal_domains:
                return True
            domain = domain.partition(".")[2]
        return False
