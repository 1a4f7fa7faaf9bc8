"""A configuration as text: commented, private, and checked before it is written."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from activity.errors import ConfigError
from lasttouch.configuration.checking import checked
from lasttouch.configuration.config_file import ConfigFile
from lasttouch.configuration.options import Config
from lasttouch.private_files import write_private
from lasttouch.wizard.draft import SIGNS_IN, CalendarDraft, Draft, MailDraft, SignInDraft, Way
from store.database import make_private_folder
from store.file_owner import as_owner_of

_HEAD = """\
# The configuration of lasttouch, written by `lasttouch init`. Every option there is, with its default, is in
# config.example.toml. Paths are relative to this file. No password stands here.

{domains}
# How far back the first sync reads.
# backfill = "2y"

# Whom the log must never know of: addresses, domains, or patterns with *. Applied before anything is stored.
# never_log = ["*@health.example"]

# Where contacts come from: "lists" (contacts import, address books), or "two-way": whoever you exchange with
# both ways becomes a contact by itself.
contacts_from = {contacts_from}
"""
_OURS = "# Whoever writes from there, or from below, is one of you, never a contact.\ninternal_domains = {}\n"
_NONE_OF_OURS = (
    "# Your own domains: whoever writes from there is one of you, never a contact.\n"
    '# internal_domains = ["acme.example"]\n'
)


def new_text(draft: Draft) -> str:
    """A whole configuration with one account."""
    domains = _OURS.format(_toml(draft.internal_domains)) if draft.internal_domains else _NONE_OF_OURS
    return _HEAD.format(domains=domains, contacts_from=_toml(draft.contacts_from)) + account_text(draft)


def added_text(text: str, draft: Draft) -> str:
    """The configuration as it stands, with another account behind."""
    return text.rstrip("\n") + "\n" + account_text(draft)


def account_text(draft: Draft) -> str:
    """The [[accounts]] block of one account."""
    return "\n".join(_account(draft)) + "\n"


def check_text(path: Path, text: str) -> Config:
    """Raises ConfigError where what would be written to `path` is no valid configuration."""
    try:
        return checked(ConfigFile(path, text, tomllib.loads(text)))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} would not be valid TOML: {error}", "nothing was written") from None


def write_config(path: Path, text: str) -> None:
    """Write the configuration, in a folder of mode 0700 where that is missing.

    Raises ConfigError.
    """
    try:
        with as_owner_of(path):
            make_private_folder(path.parent)
            write_private(path.resolve(), text)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}", "name another with --config") from None


def _account(draft: Draft) -> Iterator[str]:
    yield ""
    yield "[[accounts]]"
    yield f"name = {_toml(draft.name)}"
    yield f"owner = {_toml(draft.owner)}"
    yield f"addresses = {_toml(draft.addresses)}  # all addresses and aliases of this person"
    if draft.exclude_mailboxes:
        yield f"exclude_mailboxes = {_toml(draft.exclude_mailboxes)}"
    else:
        yield '# exclude_mailboxes = ["Private"]  # Drafts, Junk and Trash are left out anyway'
    if draft.exclude_calendars:
        yield f"exclude_calendars = {_toml(draft.exclude_calendars)}"
    if draft.authserv_id is not None:
        yield f"authserv_id = {_toml(draft.authserv_id)}  # whose word on forged senders counts"
    if draft.sign_in and draft.sign_in.provider == "microsoft":
        yield from _microsoft(draft.sign_in)
    if draft.mail:
        yield from _mail(draft.mail)
    if draft.calendar:
        yield from _calendar(draft.calendar)
    if draft.sign_in:
        yield from _sign_in(draft.sign_in)


def _mail(mail: MailDraft) -> Iterator[str]:
    yield ""
    yield "[accounts.imap]" + (f"  # {_comment(mail.found_by)}" if mail.found_by else "")
    yield f"host = {_toml(mail.host)}"
    yield f"port = {mail.port}"
    yield f"security = {_toml(mail.security)}"
    yield f"username = {_toml(mail.username)}"
    yield from _secret(mail.way, mail.ca_file)


def _calendar(calendar: CalendarDraft) -> Iterator[str]:
    yield ""
    yield "[accounts.caldav]"
    yield f"url = {_toml(calendar.url)}"
    yield f"username = {_toml(calendar.username)}"
    yield from _secret(calendar.way, calendar.ca_file)


def _microsoft(sign_in: SignInDraft) -> Iterator[str]:
    yield ""
    yield "[accounts.microsoft]  # mail, calendars and contacts; see docs/microsoft365.md"
    if sign_in.service_url is not None:
        yield f"url = {_toml(sign_in.service_url)}"


def _sign_in(sign_in: SignInDraft) -> Iterator[str]:
    yield ""
    yield "[accounts.sign_in]"
    yield f"provider = {_toml(sign_in.provider)}"
    yield f"client_id = {_toml(sign_in.client_id)}"
    if sign_in.tenant is not None:
        yield f"tenant = {_toml(sign_in.tenant)}"
    if sign_in.secret is not None:
        yield f"{sign_in.secret.option} = {_toml(sign_in.secret.value)}"
    if sign_in.url is not None:
        yield f"url = {_toml(sign_in.url)}"
    if sign_in.ca_file is not None:
        yield f"ca_file = {_toml(sign_in.ca_file)}"


def _secret(way: Way, ca_file: str | None) -> Iterator[str]:
    if way != SIGNS_IN:
        yield f"{way.option} = {_toml(way.value)}"
    if ca_file is not None:
        yield f"ca_file = {_toml(ca_file)}"


def _comment(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)[:100]


def _toml(value: str | Sequence[str]) -> str:
    """JSON's strings and arrays of strings are TOML's too, but for DEL (TOML 1.0, String)."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
