"""What a configuration may say: every option with its type, its default and what it must not be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from activity import source_kind
from capture.credentials import Secret
from lasttouch.configuration.cloud_options import Microsoft, SignIn
from lasttouch.configuration.config_file import DEFAULT_DATABASE
from lasttouch.configuration.database_options import a_place
from lasttouch.configuration.option_types import Count, Domain, Duration, EmailAddress, FilePath, Rule, Text
from lasttouch.configuration.rights_options import INHERIT, Granted, Readers, Share, User
from lasttouch.configuration.sections import Check, Checked, Section, field, section
from lasttouch.configuration.server_options import Caldav, CalendarUrl, Carddav, Imap, named_secret, one_way_to
from lasttouch.configuration.target_options import Target
from lasttouch.configuration.web_options import Web, listen_address


def _at_least_one(addresses: list[str]) -> list[str]:
    if not addresses:
        raise ValueError("there is none; write every address the mailbox is reached by")
    return addresses


def _a_second_at_least(interval: timedelta) -> timedelta:
    if interval < timedelta(seconds=1):
        raise ValueError("it is too short; write 1s or more")
    return interval


def _a_day_at_least(length: timedelta) -> timedelta:
    if length < timedelta(days=1):
        raise ValueError("it is too short; write 1d or more")
    return length


def _known_zone(name: str | None, _: Mapping[str, Any]) -> str | None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - only to check

    try:
        ZoneInfo("UTC" if name is None else name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'{name!r} is no time zone; write for example "Europe/Berlin"') from None
    return name


def _calendars_differ(calendars: list[CalendarUrl], _: Mapping[str, Any]) -> list[CalendarUrl]:
    names = [one.name for one in calendars]
    if len(set(names)) < len(names):
        raise ValueError("every published calendar needs a name of its own")
    return calendars


def _host_and_port(listen: str | None, _: Mapping[str, Any]) -> str | None:
    if listen is not None:
        listen_address(listen)
    return listen


@section
class Files(Section):
    """Mail and calendars in a file or a folder."""

    path: FilePath


@section
class Account(Section):
    """A person or a shared mailbox: its addresses, and where its mail and meetings are."""

    name: Text
    owner: str = ""
    addresses: Annotated[list[EmailAddress], Checked(_at_least_one)]
    timezone: str | None = None
    exclude_mailboxes: list[str] = field(default_factory=list)
    shared_mailboxes: list[str] = field(default_factory=list)
    calendars: list[str] = field(default_factory=list)
    exclude_calendars: list[str] = field(default_factory=list)
    private_events: Literal["drop", "time-only"] = "drop"
    authserv_id: str | None = None
    poll_every: Annotated[Duration, Checked(_a_second_at_least)] = timedelta(minutes=5)
    user: Text | None = None
    readers: Readers = field(default_factory=list)
    share: Share | None = None
    keep: Annotated[Duration, Checked(_a_day_at_least)] | None = None
    imap: Imap | None = None
    caldav: Caldav | None = None
    carddav: Carddav | None = None
    microsoft: Microsoft | None = None
    sign_in: SignIn | None = None
    calendar_urls: list[CalendarUrl] = field(default_factory=list)
    files: list[Files] = field(default_factory=list)

    checks: ClassVar[Mapping[str, Check]] = {"timezone": _known_zone, "calendar_urls": _calendars_differ}

    @property
    def kinds(self) -> list[str]:
        """The kinds of source this account has, in the order they are read."""
        return [kind for kind in source_kind.KINDS if getattr(self, kind)]

    @property
    def inherits_readers(self) -> bool:
        """Are its readers those who may read it where it lives?"""
        return bool(self.readers == INHERIT)

    @property
    def named_readers(self) -> list[str]:
        return [] if self.inherits_readers else list(self.readers)

    @property
    def microsoft_mail(self) -> bool:
        return self.microsoft is not None and self.microsoft.mail

    @property
    def microsoft_calendars(self) -> bool:
        return self.microsoft is not None and self.microsoft.calendar

    @property
    def microsoft_contacts(self) -> bool:
        return self.microsoft is not None and self.microsoft.contacts


@section
class Metrics(Section):
    """Where Prometheus may ask; nowhere unless told. With a token only who sends it is answered, and with users nobody
    is without one."""

    listen: str | None = None
    token_command: Text | None = None
    token_env: Text | None = None
    token_file: FilePath | None = None

    checks: ClassVar[Mapping[str, Check]] = {"listen": _host_and_port, "token_file": one_way_to("token")}

    def token(self, base: Path) -> Secret | None:
        """Fetches it; None where there is none. A relative file counts from `base`."""
        return named_secret(self, "token", base)


@section
class Mcp(Section):
    """What assistants are told; subjects are text that strangers wrote."""

    subjects: bool = False


@section
class Config(Section):
    """What accounts must not be beside each other, and as a whole, is asked in `checking.py`, with all else at once."""

    database: FilePath = DEFAULT_DATABASE
    password_command: Text | None = None
    password_env: Text | None = None
    password_file: FilePath | None = None
    password_keyring: Text | None = None
    internal_domains: list[Domain] = field(default_factory=list)
    forms: list[EmailAddress] = field(default_factory=list)
    backfill: Duration = timedelta(days=730.5)
    horizon: Duration = timedelta(days=90)
    never_log: list[Rule] = field(default_factory=list)
    broadcast_over: Count = 25
    large_meeting_over: Count = 50
    unanswered_invitations: Literal["count", "ignore"] = "count"
    titles: Literal["suggest", "count", "ignore"] = "suggest"
    correction_window: Duration = timedelta(days=7)
    store_unmatched: bool = True
    store_subjects: bool = True
    store_attachments: bool = False
    contacts_from: Literal["lists", "two-way"] = "lists"
    metrics: Metrics = field(default_factory=Metrics)
    web: Web = field(default_factory=Web)
    mcp: Mcp = field(default_factory=Mcp)
    share_at_most: Granted | None = None
    users: list[User] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    accounts: list[Account]

    checks: ClassVar[Mapping[str, Check]] = {"database": a_place}

    def reads_back(self, account: Account) -> timedelta:
        """How far back an account is read: no further than is kept of it."""
        return self.backfill if account.keep is None else min(self.backfill, account.keep)
