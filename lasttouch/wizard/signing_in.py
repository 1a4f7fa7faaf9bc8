"""An account at Microsoft or Google that signs in, tried before it is written down."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from activity.errors import LasttouchError, UsageError
from capture.autoconfig.providers import Provider
from lasttouch.configuration.config import LoadedConfig
from lasttouch.configuration.options import Account
from lasttouch.local_time import utc_now
from lasttouch.passes.sign_in_settings import is_own, settings_of
from lasttouch.passes.sources import calendars_of, graph_calendars_of, graph_mail_of, mail_source_of
from lasttouch.terminal.output import print_lines
from lasttouch.wizard.draft import SIGNS_IN, CalendarDraft, Draft, MailDraft, SignInDraft, Way, absolute
from lasttouch.wizard.given import Given
from lasttouch.wizard.trying import loaded_draft
from store.database import make_private_folder

GOOGLE_CALENDAR = "https://apidata.googleusercontent.com/caldav/v2/{}/user"
_PROVIDERS = {"Microsoft 365": "microsoft", "Gmail": "google"}
_SAYS_HOW = {"microsoft": "docs/microsoft365.md", "google": "docs/google.md"}
_WITHOUT = {
    "microsoft": "Without that, mail alone can be read, with a program that prints tokens.",
    "google": "Without that, mail alone can be read, with an app password; Google opens no calendar to one.",
}


def chosen(given: Given, provider: Provider | None, ask: bool) -> SignInDraft | None:
    """How the account is to sign in; None for one that does not."""
    name = _PROVIDERS.get(provider.name) if provider is not None else None
    client_id, tenant, secret = given.client_id, given.tenant, _secret(given)
    if client_id is None:
        if not ask or name is None or given.way is not None or given.host is not None:
            return None
        print_lines(["You can sign in there once, in the browser, for an app that your organisation registers",
                     f"({_SAYS_HOW[name]}). {_WITHOUT[name]}"])  # fmt: skip
        client_id = click.prompt("Its client id (none to go on without)", default="none").strip()
        if client_id == "none":
            return None
        if name == "microsoft":
            tenant = click.prompt("Your organisation's tenant (an id, or a domain)", default="organizations").strip()
        elif secret is None:
            secret = Way("client_secret_file", _file("A file that holds its client secret, and nothing else"))
    if name is None:
        raise UsageError("--client-id is for addresses at Microsoft 365 or Google", "leave it out, or give --imap-host")
    return SignInDraft(
        name, client_id, tenant if name == "microsoft" else None, secret if name == "google" else None,
        given.sign_in_url, given.service_url, given.ca_file,
    )  # fmt: skip


def with_sign_in(draft: Draft, sign_in: SignInDraft, address: str, provider: Provider | None) -> Draft:
    """The account with what it reads there."""
    draft = replace(draft, sign_in=sign_in)
    if sign_in.provider == "microsoft":
        return draft
    assert provider is not None
    mail = (
        None if sign_in.service_url else MailDraft(provider.host, provider.port, provider.security, address, SIGNS_IN)
    )
    url = sign_in.service_url or GOOGLE_CALENDAR.format(address)
    return replace(draft, mail=mail, calendar=CalendarDraft(url, address, SIGNS_IN))


def tried(path: Path, draft: Draft, ask: bool, by_code: bool) -> None:
    """Sign in and look at what is there; asked again as long as the user wants. Raises SourceError."""
    from capture.sign_in.tokens import sign_in  # noqa: PLC0415

    loaded = loaded_draft(path, draft)
    account = loaded.config.accounts[0]
    settings = settings_of(loaded, account)
    make_private_folder(settings.file.parent)
    while True:
        try:
            user, kept = sign_in(settings, lambda line: click.echo(line, err=True), by_code, False)
            if ask:
                print_lines([f"Signed in{f' as {user}' if user else ''}; kept in {kept}."])
                if not is_own(account, user):
                    print_lines([f"That is none of {', '.join(account.addresses)}: was it you, and not somebody else?"])
            lines = _looked(loaded, account)
            if ask:
                print_lines(lines)
        except LasttouchError as error:
            if not ask:
                raise
            print_lines(["", f"That did not work: {error.message}", *([error.hint] if error.hint else [])])
            if not click.confirm("Try again? (if not, it is written down, and you sign in later)", default=True):
                return
        else:
            return


def _looked(loaded: LoadedConfig, account: Account) -> list[str]:
    """What would be read."""
    lines = []
    if account.microsoft is not None:
        choice = graph_mail_of(loaded, account, utc_now().date()).choice()
        lines.append(f"That works. Folders to read: {', '.join(one.name for one in choice.read)}.")
        left_out = [f"{mailbox.name} ({why})" for mailbox, why in choice.left_out]
        lines += [f"Left out: {', '.join(left_out)}."] if left_out else []
        listed = [one.name for one in graph_calendars_of(loaded, account, utc_now()).listing() if one.read]
        return [*lines, f"Calendars: {', '.join(listed) or 'none yet'}."]
    if account.imap is not None:
        choice = mail_source_of(loaded, account, utc_now().date()).choice()
        lines.append(f"That works. Mailboxes to read: {', '.join(one.name for one in choice.read)}.")
    if account.caldav is not None:
        found = calendars_of(loaded, account, account.caldav).listing()
        lines.append(f"Calendars: {', '.join(one.name for one in found if one.read) or 'none yet'}.")
    return lines


def _file(question: str) -> str:
    """The path of one that is there."""
    while not Path(path := absolute(click.prompt(question))).is_file():
        print_lines([f"There is no file {path}."])
    return path


def _secret(given: Given) -> Way | None:
    if given.client_secret_command is not None:
        return Way("client_secret_command", given.client_secret_command)
    return None if given.client_secret_file is None else Way("client_secret_file", given.client_secret_file)
