"""From flags, findings and answers to an account that was tried."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from activity.address import domain_of
from activity.errors import AuthenticationFailed, LasttouchError
from capture.autoconfig.finding import Found, find_servers
from capture.autoconfig.providers import Provider, provider_of_domain, provider_of_host
from lasttouch.terminal.output import print_lines
from lasttouch.wizard import dialog, signing_in
from lasttouch.wizard.draft import CalendarDraft, Draft, Keeper, MailDraft, account_name, as_flags, owner_name
from lasttouch.wizard.given import Given, company_domain, given_calendar, given_mail, given_server, missing
from lasttouch.wizard.trying import loaded_draft, try_calendar, try_mail

if TYPE_CHECKING:
    from capture.dav.listing import Listed
    from capture.mail.survey import MailSurvey

MOST_SENDERS = 5
FEWEST_CHECKED = 3  # messages in which a server says that it checked the sender


class Tried(NamedTuple):
    """An account as it will be written; what was seen while trying, None where it was not tried or
    not let in."""

    draft: Draft
    mail: MailSurvey | None
    calendars: list[Listed] | None


def drafted(path: Path, given: Given, taken: set[str], ask: bool, test: bool) -> Tried:
    """The account to write to `path`; `taken` names are those of accounts already there.

    With `ask`, whatever was not given is asked for, and what fails may be mended; else UsageError
    names the flag that is missing, and what fails is raised.
    """
    address = given.address or (dialog.address() if ask else missing("--address"))
    owner = given.owner or (click.prompt("Your name", default=owner_name(address)) if ask else owner_name(address))
    found = _found(address, given, ask)
    provider = found.provider
    name = given.name or account_name(address, taken)
    draft = Draft(
        name,
        owner,
        (address, *given.aliases),
        exclude_mailboxes=given.exclude_mailboxes,
        exclude_calendars=given.exclude_calendars,
        authserv_id=given.authserv_id,
        contacts_from=given.contacts_from or "two-way",
    )
    if (sign_in := signing_in.chosen(given, provider, ask)) is not None:
        draft = signing_in.with_sign_in(draft, sign_in, address, provider)
        domains = _internal(given, address, ask) if not taken else ()
        if test:
            signing_in.tried(path, draft, ask, given.device_code)
        return Tried(replace(draft, internal_domains=domains), None, None)
    folder = path.absolute().parent
    keeper = Keeper(f"lasttouch {address}", folder / f"{name}.password")
    mail = _mail(given, found, address, ask, keeper)
    survey = None
    if test:
        mail, survey = _tried_mail(path, draft, mail, provider, ask, keeper)
    draft = replace(draft, mail=mail)
    if survey is not None and ask:
        draft = _as_the_mail_shows(draft, survey)
    keeper = Keeper(f"lasttouch calendar {mail.username}", folder / f"{name}-calendar.password")
    calendar, calendars = _calendar(given, found, mail, address, ask, keeper), None
    if calendar is not None and test:
        calendar, calendars = _tried_calendar(path, draft, calendar, provider, ask, keeper)
    if calendars is not None and ask:
        draft = _as_the_calendars_show(draft, calendars)
    domains = _internal(given, address, ask) if not taken else ()  # those stand in the configuration already
    draft = replace(draft, calendar=calendar, internal_domains=domains)
    return Tried(draft, survey, calendars)


def _as_the_mail_shows(draft: Draft, survey: MailSurvey) -> Draft:
    """With what only the owner can say of what was seen: aliases, what to leave out, who checks
    senders."""
    draft = replace(draft, addresses=(*draft.addresses, *_further_addresses(draft, survey)))
    more = [one.name for one in survey.choice.read if one.name not in ("INBOX", survey.sent)]
    if more and not draft.exclude_mailboxes:
        draft = replace(draft, exclude_mailboxes=dialog.left_out("mailboxes", more, "a private one"))
    if survey.authserv_ids and draft.authserv_id is None:
        name, count = survey.authserv_ids[0]
        if count >= FEWEST_CHECKED and dialog.trusted(name, count):
            draft = replace(draft, authserv_id=name)
    return draft


def _as_the_calendars_show(draft: Draft, calendars: list[Listed]) -> Draft:
    names = [one.name for one in calendars if one.read]
    if len(names) < 2 or draft.exclude_calendars:
        return draft
    return replace(draft, exclude_calendars=dialog.left_out("calendars", names, "the family's"))


def _found(address: str, given: Given, ask: bool) -> Found:
    if given.needs_lookup():
        if ask:
            print_lines([f"Looking for the servers of {address} …"])
        return find_servers(address)
    assert given.host is not None
    provider = provider_of_host(given.host) or provider_of_domain(domain_of(address))
    return Found(None, None, provider)


def _mail(given: Given, found: Found, address: str, ask: bool, keeper: Keeper) -> MailDraft:
    if not ask or given.host is not None:
        server = given_server(given, address, found)
    else:
        server = dialog.server(found, given.username or address)
        server = server._replace(username=given.username or server.username)
    if ask and given.way is None:
        way = dialog.way(found.provider, keeper, server.host, tokens=True)
        given = replace(given, way=way)
    return given_mail(given, server)


def _calendar(
    given: Given, found: Found, mail: MailDraft, address: str, ask: bool, keeper: Keeper
) -> CalendarDraft | None:
    if not ask or given.no_calendar or given.calendar_url is not None:
        return given_calendar(given, mail, address, found)
    return dialog.calendar(found, mail, keeper)


def _tried_mail(
    path: Path, draft: Draft, mail: MailDraft, provider: Provider | None, ask: bool, keeper: Keeper
) -> tuple[MailDraft, MailSurvey | None]:
    while True:
        try:
            if ask:
                print_lines([f"Trying {mail.host} …"])
            survey = try_mail(loaded_draft(path, replace(draft, mail=mail)), mail)
        except LasttouchError as error:
            if not ask:
                raise _with_advice(error, provider) from None
            what = dialog.after_failure(error, provider)
            if what == "skip":
                return mail, None
            mail = dialog.changed_mail(mail, what, provider, keeper)
        else:
            if ask:
                print_lines(_seen(survey))
            return mail, survey


def _tried_calendar(
    path: Path, draft: Draft, calendar: CalendarDraft, provider: Provider | None, ask: bool, keeper: Keeper
) -> tuple[CalendarDraft, list[Listed] | None]:
    while True:
        try:
            listed = try_calendar(loaded_draft(path, replace(draft, calendar=calendar)), calendar)
        except LasttouchError as error:
            if not ask:
                raise _with_advice(error, provider) from None
            what = dialog.after_failure(error, provider)
            if what == "skip":
                return calendar, None
            calendar = dialog.changed_calendar(calendar, what, provider, keeper)
        else:
            if ask:
                print_lines([f"That works. Calendars: {', '.join(one.name for one in listed) or 'none yet'}."])
            return calendar, listed


def _with_advice(error: LasttouchError, provider: Provider | None) -> LasttouchError:
    """For whoever gave flags."""
    wants = provider.advice if isinstance(error, AuthenticationFailed) and provider is not None else ""
    error.message, error.hint = as_flags(error.message), as_flags(wants or error.hint)
    return error


def _seen(survey: MailSurvey) -> list[str]:
    left_out = [f"{mailbox.name} ({why})" for mailbox, why in survey.choice.left_out]
    lines = [f"That works. Mailboxes to read: {', '.join(one.name for one in survey.choice.read)}."]
    return [*lines, f"Left out: {', '.join(left_out)}."] if left_out else lines


def _further_addresses(draft: Draft, survey: MailSurvey) -> list[str]:
    unknown = [(email, count) for email, count in survey.senders if email not in draft.addresses]
    return dialog.more_addresses(unknown[:MOST_SENDERS])


def _internal(given: Given, address: str, ask: bool) -> tuple[str, ...]:
    domain = company_domain(address)
    if given.internal_domains or domain is None:
        return given.internal_domains
    if ask and not click.confirm(f"Is everybody at {domain} one of you (never a contact)?", default=True):
        return ()
    return (domain,)
