"""The sources an account's configuration speaks of. Each kind is imported when it is first used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from activity.batch import Source
from lasttouch.configuration.config import LoadedConfig
from lasttouch.configuration.options import Account
from lasttouch.configuration.server_options import Caldav, Dav, Imap, Login
from lasttouch.late_imports import imported_late, version

if TYPE_CHECKING:
    from capture.address_books.source import AddressBookSource
    from capture.calendar.source import CalendarSource
    from capture.credentials import Secret
    from capture.dav.source import DavAccount
    from capture.graph.account import GraphAccount
    from capture.graph.calendars import GraphCalendars
    from capture.graph.contacts import GraphContacts
    from capture.graph.mail import GraphMail
    from capture.mail.server import MailServer
    from capture.mail.source import MailSource

# A day more than asked for: the server's dates are in a zone of its own.
_SLACK_DAYS = 1


def source_of(loaded: LoadedConfig, account: Account, kind: str, now: datetime) -> Source:
    """The source of this kind; nothing is connected before its batches are asked for."""
    since = date.fromordinal((now - loaded.config.reads_back(account)).toordinal() - _SLACK_DAYS)
    if kind == "imap":
        return mail_source_of(loaded, account, since)
    if kind == "caldav" and account.caldav is not None:
        return calendars_of(loaded, account, account.caldav)
    if kind == "microsoft_mail":
        return graph_mail_of(loaded, account, since)
    if kind == "microsoft_calendars":
        return graph_calendars_of(loaded, account, now)
    if kind == "calendar_urls":
        return _published(loaded, account)
    return _files(loaded, account, since)


def graph_mail_of(loaded: LoadedConfig, account: Account, since: date) -> GraphMail:
    """The account's mail at Microsoft 365; nothing is connected yet."""
    from capture.graph.mail import GraphMail  # noqa: PLC0415

    return GraphMail(_graph_account(loaded, account), since, account.exclude_mailboxes)


def graph_calendars_of(loaded: LoadedConfig, account: Account, now: datetime) -> GraphCalendars:
    """The account's calendars at Microsoft 365; nothing is connected yet."""
    from capture.graph.calendars import GraphCalendars  # noqa: PLC0415
    from capture.graph.window import Window  # noqa: PLC0415

    return GraphCalendars(
        _graph_account(loaded, account),
        Window(now - loaded.config.reads_back(account), now + loaded.config.horizon),
        account.calendars,
        account.exclude_calendars,
        account.private_events,
        account.inherits_readers,
    )


def graph_contacts_of(loaded: LoadedConfig, account: Account) -> GraphContacts:
    """The account's contacts at Microsoft 365; nothing is connected yet."""
    from capture.graph.contacts import GraphContacts  # noqa: PLC0415

    return GraphContacts(_graph_account(loaded, account))


def _graph_account(loaded: LoadedConfig, account: Account) -> GraphAccount:
    """The account's mailbox at Microsoft 365, with the one way to its tokens."""
    from capture.graph.account import GraphAccount  # noqa: PLC0415
    from capture.graph.clouds import CLOUDS  # noqa: PLC0415

    microsoft = account.microsoft
    assert microsoft is not None
    return GraphAccount(
        host=microsoft.url or CLOUDS[microsoft.cloud].graph,
        token=microsoft.command() or _signed_in(loaded, account, "graph"),
        user=microsoft.user or "",
        ca_file=loaded.beside(microsoft.ca_file),
        own_addresses=frozenset(account.addresses),
        sign_in="" if microsoft.token_command else _command_of(account),
        names_attachments=loaded.config.store_attachments,
    )


def _signed_in(loaded: LoadedConfig, account: Account, audience: str) -> Secret:
    """Gives the access tokens of who has signed in."""
    from capture.sign_in.tokens import token_of  # noqa: PLC0415 - few accounts sign in
    from lasttouch.passes.sign_in_settings import settings_of  # noqa: PLC0415

    settings = settings_of(loaded, account)
    return token_of(settings, "google" if settings.provider == "google" else audience)


def _secret_of(loaded: LoadedConfig, account: Account, login: Login) -> Secret:
    return _signed_in(loaded, account, "imap") if login.signs_in else login.secret(loaded.folder)


def _command_of(account: Account) -> str:
    """What signs the account in."""
    from capture.sign_in.settings import command_of  # noqa: PLC0415 - few accounts sign in

    return command_of(account.name)


def address_books_of(loaded: LoadedConfig, account: Account) -> AddressBookSource:
    """The account's address books; nothing is connected before its changes are asked for."""
    from capture.address_books.source import AddressBookSource  # noqa: PLC0415

    carddav = account.carddav
    assert carddav is not None
    return AddressBookSource(
        _dav_account(loaded, account, carddav, carddav.address_books, carddav.exclude_address_books)
    )


def mail_server_of(loaded: LoadedConfig, account: Account, imap: Imap) -> MailServer:
    """The server of an account's mail."""
    from capture.mail.server import MailServer  # noqa: PLC0415

    return MailServer(
        host=imap.host,
        port=imap.effective_port,
        security=imap.security,
        username=imap.username,
        password=_secret_of(loaded, account, imap),
        ca_file=loaded.beside(imap.ca_file),
        by_token=imap.by_token,
        sign_in=_command_of(account) if imap.signs_in else "",
        names_attachments=loaded.config.store_attachments,
    )


def mail_source_of(loaded: LoadedConfig, account: Account, since: date) -> MailSource:
    """The account's IMAP server, to be read or watched from; nothing is connected yet."""
    with imported_late(**{"importlib.metadata": (version,)}):
        from capture.mail.source import MailSource  # noqa: PLC0415

    assert account.imap is not None
    return MailSource(
        mail_server_of(loaded, account, account.imap),
        since,
        account.exclude_mailboxes,
        account.shared_mailboxes,
        account.inherits_readers,
    )


def calendars_of(loaded: LoadedConfig, account: Account, caldav: Caldav) -> CalendarSource:
    """The account's calendars on a server; nothing is connected before something is asked for."""
    from capture.calendar.source import CalendarSource  # noqa: PLC0415

    return CalendarSource(calendar_account_of(loaded, account, caldav), account.private_events)


def calendar_account_of(loaded: LoadedConfig, account: Account, caldav: Caldav) -> DavAccount:
    return _dav_account(loaded, account, caldav, account.calendars, account.exclude_calendars)


def _dav_account(
    loaded: LoadedConfig, account: Account, dav: Dav, only: Sequence[str], exclude: Sequence[str]
) -> DavAccount:
    from capture.dav.choice import Choice  # noqa: PLC0415
    from capture.dav.source import DavAccount  # noqa: PLC0415

    secret, ca_file = _secret_of(loaded, account, dav), loaded.beside(dav.ca_file)
    choice, sign_in = Choice(tuple(only), tuple(exclude)), _command_of(account) if dav.signs_in else ""
    return DavAccount(dav.url, dav.username, secret, ca_file, choice, dav.by_token, sign_in)


def _published(loaded: LoadedConfig, account: Account) -> Source:
    from capture.published.source import PublishedCalendar, PublishedCalendars  # noqa: PLC0415

    calendars = [
        PublishedCalendar(one.name, one.address(loaded.folder), loaded.beside(one.ca_file))
        for one in account.calendar_urls
    ]
    return PublishedCalendars(calendars, account.private_events)


def _files(loaded: LoadedConfig, account: Account, since: date) -> Source:
    from capture.files.source import FileSource  # noqa: PLC0415

    paths = [loaded.folder / Path(files.path).expanduser() for files in account.files]
    return FileSource(
        paths,
        since,
        account.private_events,
        account.exclude_mailboxes,
        names_attachments=loaded.config.store_attachments,
    )
