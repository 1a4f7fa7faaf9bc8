"""How an account signs in, from its configuration."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from activity.errors import UsageError
from capture.sign_in.settings import CALENDARS, CONTACTS, IMAP, MAIL, SignInSettings
from lasttouch.configuration.config import LoadedConfig
from lasttouch.configuration.options import Account


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
    database, certificate = loaded.database, loaded.beside(said.certificate)
    return SignInSettings(
        account=account.name,
        provider=said.provider,
        client_id=said.client_id,
        wants=tuple(dict.fromkeys(one for one, does in wants if does)),
        file=database.with_name(f"{database.name}.{quote(account.name, safe='')}.sign-in"),
        tenant=said.tenant or "organizations",
        cloud=said.cloud,
        client_secret=said.client_secret(loaded.folder),
        certificate=None if certificate is None else Path(certificate),
        url=said.url or "",
        ca_file=loaded.beside(said.ca_file),
        names_attachments=loaded.config.store_attachments,
    )


def is_own(account: Account, user: str) -> bool:
    """May this be whose account it is, as far as the provider says an address?"""
    return "@" not in user or user.lower() in account.addresses
