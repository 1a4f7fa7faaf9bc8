"""What a configuration may say: every option with its type, its default and what it must not be."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator

from activity import source_kind
from lasttouch.configuration.config_file import DEFAULT_DATABASE
from lasttouch.configuration.option_types import Count, Domain, Duration, EmailAddress, FilePath, Rule, Text
from lasttouch.configuration.server_options import Caldav, CalendarUrl, Carddav, Imap, Section


def listen_address(text: str) -> tuple[str, int]:
    """Host and port of "127.0.0.1:9464" or "[::1]:9464". Raises ValueError."""
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ValueError(f'{text!r} is no place to listen; write a host and a port, such as "127.0.0.1:9464"')
    return host.strip("[]"), int(port)


class Files(Section):
    path: FilePath


class Account(Section):
    name: Text
    owner: str = ""
    addresses: Annotated[list[EmailAddress], Field(min_length=1)]
    timezone: str | None = None
    exclude_mailboxes: list[str] = []
    shared_mailboxes: list[str] = []
    calendars: list[str] = []
    exclude_calendars: list[str] = []
    private_events: Literal["drop", "time-only"] = "drop"
    authserv_id: str | None = None
    poll_every: Annotated[Duration, Field(ge=timedelta(seconds=1))] = timedelta(minutes=5)
    imap: Imap | None = None
    caldav: Caldav | None = None
    carddav: Carddav | None = None
    calendar_urls: list[CalendarUrl] = []
    files: list[Files] = []

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str | None) -> str | None:
        try:
            ZoneInfo("UTC" if name is None else name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f'{name!r} is no time zone; write for example "Europe/Berlin"') from None
        return name

    @field_validator("calendar_urls")
    @classmethod
    def _calendars_differ(cls, calendars: list[CalendarUrl]) -> list[CalendarUrl]:
        names = [one.name for one in calendars]
        if len(set(names)) < len(names):
            raise ValueError("every published calendar needs a name of its own")
        return calendars

    @property
    def kinds(self) -> list[str]:
        """The kinds of source this account has, in the order they are read."""
        return [kind for kind in source_kind.KINDS if getattr(self, kind)]


class Metrics(Section):
    """Where Prometheus may ask; nowhere unless told."""

    listen: str | None = None

    @field_validator("listen")
    @classmethod
    def _host_and_port(cls, listen: str | None) -> str | None:
        if listen is not None:
            listen_address(listen)
        return listen


class Config(Section):
    """What accounts must not be beside each other, and as a whole, is checked in `config.py`, with all else at once."""

    database: FilePath = DEFAULT_DATABASE
    internal_domains: list[Domain] = []
    forms: list[EmailAddress] = []
    backfill: Duration = timedelta(days=730.5)
    horizon: Duration = timedelta(days=90)
    never_log: list[Rule] = []
    broadcast_over: Count = 25
    large_meeting_over: Count = 50
    unanswered_invitations: Literal["count", "ignore"] = "count"
    titles: Literal["suggest", "count", "ignore"] = "suggest"
    correction_window: Duration = timedelta(days=7)
    store_unmatched: bool = True
    store_subjects: bool = True
    contacts_from: Literal["lists", "two-way"] = "lists"
    metrics: Metrics = Metrics()
    accounts: list[Account]

    @field_validator("database")
    @classmethod
    def _a_file(cls, database: str) -> str:
        if "://" in database:
            raise ValueError("the log is an SQLite file; give its path")
        return database
