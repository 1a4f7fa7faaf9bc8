"""Whose mailboxes show single touches to who asks: of anybody else it cannot be told that they do not talk."""

from __future__ import annotations

from collections.abc import Collection

from activity.sharing import Level
from lasttouch.answers.question import Log
from store.accounts import Account


def are_shown(log: Log, accounts: Collection[Account]) -> bool:
    """By each of these accounts, of which there is one at least."""
    levels = dict(log.scope.levels)
    return bool(accounts) and (
        log.scope.viewer is None or all(levels.get(one.id, Level.NONE) >= Level.WHO for one in accounts)
    )
