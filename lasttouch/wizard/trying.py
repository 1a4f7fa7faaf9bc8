"""Trying an account before it is written down."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from capture.credentials import keep_in_keyring
from lasttouch.configuration.config import LoadedConfig
from lasttouch.configuration.server_options import Caldav, Imap
from lasttouch.passes.sources import calendar_account_of, mail_server_of
from lasttouch.private_files import private_output
from lasttouch.wizard.config_text import check_text, new_text
from lasttouch.wizard.draft import CalendarDraft, Draft, MailDraft, Way
from store.database import make_private_folder

if TYPE_CHECKING:
    from capture.dav.listing import Listed
    from capture.mail.survey import MailSurvey


def loaded_draft(path: Path, draft: Draft) -> LoadedConfig:
    """The configuration this account would be, as if it stood at `path`.

    Raises ConfigError with every problem.
    """
    return LoadedConfig(path, check_text(path, new_text(draft)))


def try_mail(loaded: LoadedConfig, mail: MailDraft) -> MailSurvey:
    """Log in and look at the mailboxes. Raises SourceError."""
    from capture.mail.survey import survey  # noqa: PLC0415

    account = loaded.config.accounts[0]
    assert isinstance(account.imap, Imap)
    server = mail_server_of(loaded, account, account.imap)
    if mail.way.typed is not None:
        server = server._replace(password=mail.way.typed)
    return survey(server, account.exclude_mailboxes, account.shared_mailboxes)


def try_calendar(loaded: LoadedConfig, calendar: CalendarDraft) -> list[Listed]:
    """Log in and list the calendars. Raises SourceError."""
    from capture.calendar.source import CalendarSource  # noqa: PLC0415

    account = loaded.config.accounts[0]
    assert isinstance(account.caldav, Caldav)
    tried = calendar_account_of(loaded, account, account.caldav)
    if calendar.way.typed is not None:
        tried = replace(tried, password=calendar.way.typed)
    return CalendarSource(tried).listing()


def keep_typed(draft: Draft) -> None:
    """Store the passwords that were typed where the configuration says they are.

    Raises AuthenticationFailed or DatabaseError.
    """
    for part in (draft.mail, draft.calendar):
        if part is None or part.way.typed is None:
            continue
        if part.way.option == "password_file":
            make_private_folder(Path(part.way.value).parent)
            with private_output(Path(part.way.value), force=True) as new, new.text() as output:
                output.write(part.way.typed() + "\n")
        else:
            keep_in_keyring(part.way.value, part.username, part.way.typed())


def typed_way(entry: str, password: str) -> Way:
    return Way("password_keyring", entry, lambda: password)
