"""Signing in, as an account's configuration says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from activity.errors import NotFound, UsageError
from capture.sign_in.settings import CALENDARS, CONTACTS, IMAP, MAIL, SignInSettings
from capture.sign_in.tokens import sign_in
from lasttouch.configuration.config import LoadedConfig
from lasttouch.configuration.options import Account
from lasttouch.keeping.agent import Agent
from lasttouch.passes.pipeline import registered
from store import places
from store.database import writing


class SignedIn(NamedTuple):
    """`user` is who the provider says it was, "" where it does not; `kept` is where."""

    account: str
    provider: str
    user: str
    kept: str
    is_own: bool


def settings_of(loaded: LoadedConfig, account: Account) -> SignInSettings:
    """How this account signs in. Raises UsageError where the configuration does not say."""
    said = account.sign_in
    if said is None:
        raise UsageError(f"{account.name} signs in nowhere", "say how in [accounts.sign_in]; see config.example.toml")
    microsoft = account.microsoft if account.microsoft and account.microsoft.token_command is None else None
    wants = [
        (MAIL, microsoft is not None and microsoft.mail),
        (CALENDARS, microsoft is not None and microsoft.calendar),
        (CONTACTS, microsoft is not None and microsoft.contacts),
        (IMAP, account.imap is not None and account.imap.signs_in),
        (CALENDARS, account.caldav is not None and account.caldav.signs_in),
        (CONTACTS, account.carddav is not None and account.carddav.signs_in),
    ]
    database = loaded.database
    return SignInSettings(
        account=account.name,
        provider=said.provider,
        client_id=said.client_id,
        wants=tuple(dict.fromkeys(one for one, does in wants if does)),
        file=database.with_name(f"{database.name}.{quote(account.name, safe='')}.sign-in"),
        tenant=said.tenant or "organizations",
        cloud=said.cloud,
        client_secret=said.client_secret(loaded.folder),
        certificate=None if said.certificate is None else loaded.folder / Path(said.certificate).expanduser(),
        url=said.url or "",
        ca_file=None if said.ca_file is None else str(loaded.folder / Path(said.ca_file).expanduser()),
    )


def account_named(loaded: LoadedConfig, name: str) -> Account:
    """Raises NotFound."""
    found = next((one for one in loaded.config.accounts if one.name == name), None)
    if found is None:
        names = ", ".join(one.name for one in loaded.config.accounts)
        raise NotFound(f"there is no account {name!r}", f"the configuration has: {names}")
    return found


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
    is_own = not user or user.lower() in account.addresses or "@" not in user
    return SignedIn(account.name, settings.provider, user, kept, is_own)
