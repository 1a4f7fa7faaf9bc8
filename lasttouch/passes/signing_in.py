"""Signing in, as an account's configuration says."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from capture.sign_in.tokens import sign_in
from lasttouch.configuration.options import Account
from lasttouch.keeping.agent import Agent
from lasttouch.passes.pipeline import registered
from lasttouch.passes.sign_in_settings import is_own, settings_of
from store import places
from store.transactions import writing


class SignedIn(NamedTuple):
    """`user` is who the provider says it was, "" where it does not; `kept` is where."""

    account: str
    provider: str
    user: str
    kept: str
    is_own: bool


def sign_in_account(
    agent: Agent, account: Account, tell: Callable[[str], None], by_code: bool, to_file: bool
) -> SignedIn:
    """Sign in, keep it, and let the account's sources be read again at once. Raises SourceError."""
    settings = settings_of(agent.loaded, account)
    user, kept = sign_in(settings, tell, by_code, to_file)
    rows = [row for row in registered(agent) if row.account == account.name]
    with agent.lock, writing(agent.connection):
        for row in rows:
            places.forget_refusals(agent.connection, row.id)
    return SignedIn(account.name, settings.provider, user, kept, is_own(account, user))
