"""The questions of `lasttouch init`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from activity.address import normalise
from activity.errors import LasttouchError
from capture.autoconfig.finding import Found
from capture.autoconfig.providers import Provider
from capture.autoconfig.settings import MailSettings
from capture.credentials import find_keyring
from lasttouch.configuration.server_options import default_port
from lasttouch.terminal.output import clean, print_lines
from lasttouch.wizard.draft import CalendarDraft, Keeper, MailDraft, Way, absolute, advice, as_choices, likely_cause
from lasttouch.wizard.trying import typed_way

_WAYS = {
    "keyring": "type it now; it is kept in this machine's keyring",
    "command": "a command that prints it, such as: pass show mail/ana",
    "env": "an environment variable that holds it",
    "file": "a file that holds it in its first line; it is made if it is not there",
    "token": "a command that prints an OAuth access token",
}

_PREFERRED = ("keyring", "file")  # what works on any machine; a command needs a store of passwords behind it


def address() -> str:
    while True:
        given: str = click.prompt("Your e-mail address")
        if (known := normalise(given)) is not None:
            return known
        print_lines([f"{given!r} is no e-mail address."])


def server(found: Found, default_username: str) -> MailSettings:
    """The server that was found, if it is the right one, else the one that is typed."""
    known = found.mail
    if known is not None:
        print_lines([f"Found: {known.host}, port {known.port}, {known.security}, user {known.username}"])
        print_lines([f"       ({known.found_by})"])
        if click.confirm("Is that your mail server?", default=True):
            return known
    elif found.tried:
        print_lines(["No server was found by itself:", *(f"  {one}" for one in found.tried)])
    return typed_server(known, default_username)


def typed_server(known: MailSettings | None, default_username: str) -> MailSettings:
    host, typed_port = _host_and_port(click.prompt("Mail server (IMAP)", default=known.host if known else None))
    kinds = click.Choice(["tls", "starttls", "none"])
    security = click.prompt("Encryption", type=kinds, default=known.security if known else "tls")
    same = known is not None and known.security == security
    usual = typed_port or (known.port if known and same else default_port(security))
    port = click.prompt("Port", type=click.IntRange(1, 65535), default=usual)
    username = click.prompt("User name", default=known.username if known else default_username)
    return MailSettings(host, port, security, username.strip(), "")


def _host_and_port(typed: str) -> tuple[str, int | None]:
    """ "imap.acme.example:1993" as people copy it from elsewhere; an IPv6 address stays whole."""
    host, _, port = typed.strip().partition(":")
    return (host, int(port)) if port.isascii() and port.isdigit() else (typed.strip(), None)


def way(provider: Provider | None, keeper: Keeper, what: str, tokens: bool = False) -> Way:
    """Where the secret comes from. One that is typed is not shown."""
    if provider is not None and provider.advice:
        print_lines([as_choices(provider.advice)])
    keyring = find_keyring()
    choices = [name for name in _WAYS if (name != "keyring" or not keyring.refused) and (name != "token" or tokens)]
    print_lines([f"Where does lasttouch get the password for {what}? It never stands in the configuration."])
    if keyring.refused:
        print_lines([f"  (no keyring: {keyring.refused}; {as_choices(keyring.hint)})"])
    print_lines([f"  {name:<8}{_WAYS[name]}" for name in choices])
    wants_token = tokens and provider is not None and provider.secret == "token"  # noqa: S105
    preferred = "token" if wants_token else next(name for name in _PREFERRED if name in choices)
    kind = click.prompt("From", type=click.Choice(choices), default=preferred, show_choices=False)
    if kind == "keyring":
        secret = provider.secret if provider is not None else "password"
        return typed_way(keeper.entry, click.prompt(secret.capitalize(), hide_input=True))
    if kind == "token":
        return Way("token_command", click.prompt("Command"))
    if kind == "file":
        return _from_file(keeper.file)
    return Way(f"password_{kind}", click.prompt("Command" if kind == "command" else "Variable"))


def _from_file(proposed: Path) -> Way:
    """The file that is named; one beside the configuration is made with its folder."""
    path = Path(absolute(click.prompt("File", default=str(proposed))))
    while not path.is_file() and (path.exists() or not (path.parent.is_dir() or path == proposed)):
        print_lines([f"{path} is no file" if path.exists() else f"There is no folder {path.parent}"])
        path = Path(absolute(click.prompt("File", default=str(proposed))))
    if path.exists():
        return Way("password_file", str(path))
    print_lines(["There is no such file. Type what it is to hold, as plain text that nobody but you may read."])
    password: str = click.prompt("Password", hide_input=True)
    return Way("password_file", str(path), lambda: password)


def after_failure(error: LasttouchError, provider: Provider | None) -> str:
    """What to change for the next try: password, user, server, ca-file; or skip, to write it down
    untested."""
    first, *rest = advice(error, provider)
    print_lines(["", f"That did not work: {first}", *rest])
    choices = click.Choice(["password", "user", "server", "ca-file", "skip", "quit"])
    print_lines(["Change what, and try again? (skip writes it down untested)"])
    choice: str = click.prompt("Change", type=choices, default=likely_cause(error))
    if choice == "quit":
        raise click.Abort
    return choice


def changed_mail(mail: MailDraft, what: str, provider: Provider | None, keeper: Keeper) -> MailDraft:
    if what == "password":
        return replace(mail, way=way(provider, _as_before(keeper, mail.way), mail.host, tokens=True))
    if what == "user":
        return replace(mail, username=click.prompt("User name", default=mail.username))
    if what == "ca-file":
        return replace(mail, ca_file=absolute(click.prompt("Certificate of your own authority (PEM file)")))
    typed = typed_server(MailSettings(mail.host, mail.port, mail.security, mail.username, ""), mail.username)
    return replace(mail, host=typed.host, port=typed.port, security=typed.security, username=typed.username)


def changed_calendar(calendar: CalendarDraft, what: str, provider: Provider | None, keeper: Keeper) -> CalendarDraft:
    if what == "password":
        return replace(calendar, way=way(provider, _as_before(keeper, calendar.way), "the calendar"))
    if what == "user":
        return replace(calendar, username=click.prompt("User name", default=calendar.username))
    if what == "ca-file":
        return replace(calendar, ca_file=absolute(click.prompt("Certificate of your own authority (PEM file)")))
    return replace(calendar, url=click.prompt("Calendar URL (or an address to find it from)", default=calendar.url))


def calendar(found: Found, mail: MailDraft, keeper: Keeper) -> CalendarDraft | None:
    """The calendar, if one is wanted; with the mail's user and password unless another is typed."""
    known = found.calendar
    if known is not None:
        print_lines(["", f"Found a calendar server: {known.url} ({known.found_by})"])
    elif found.provider is not None and found.provider.secret != "password" and not found.provider.calendar:  # noqa: S105
        return None  # as its advice says
    question = "Read your calendar (CalDAV) as well (y, n, or its URL)?"
    answer = click.prompt(question, value_proc=_yes_no_or_url, default="y" if known else "n")
    if answer is False:
        return None
    typed = answer if isinstance(answer, str) else None
    url = typed or (known.url if known else click.prompt("Calendar URL (or an address to find it from)"))
    username = click.prompt("User name", default=known.username if known else mail.username)
    same = mail.way.option != "token_command" and click.confirm("With the same password?", default=True)
    chosen = mail.way if same else way(found.provider, keeper, "the calendar")
    if same and chosen.option == "password_keyring" and chosen.typed is not None:
        chosen = replace(chosen, value=keeper.entry)
    return CalendarDraft(url.strip(), username, chosen, mail.ca_file)


def _as_before(keeper: Keeper, way: Way) -> Keeper:
    """A file that was named once is proposed from then on."""
    return keeper._replace(file=Path(way.value)) if way.option == "password_file" else keeper


def _yes_no_or_url(answer: str) -> bool | str:
    """Who has the address of the calendar at hand gives it at once."""
    if "://" in answer or "@" in answer:
        return answer.strip()
    return bool(click.BOOL.convert(answer, None, None))


def left_out(what: str, names: Sequence[str], example: str) -> tuple[str, ...]:
    """Which of these the user does not want read; asked until every name is one of them."""
    known = {name.casefold(): name for name in names}
    print_lines([f"Leave any of these {what} out, such as {example}? Their names, separated by commas."])
    while True:
        typed: str = click.prompt("Leave out", default="none")
        wanted = [one.strip() for one in typed.split(",") if one.strip()]
        if wanted == ["none"] and "none" not in known:
            return ()
        if not (unknown := [one for one in wanted if one.casefold() not in known]):
            return tuple(known[one.casefold()] for one in wanted)
        print_lines([f"There is no {unknown[0]!r} among them."])


def trusted(authserv_id: str, count: int) -> bool:
    """Does the user's own mail server mark forged senders under this name?"""
    lines = [f"{count} of your newest messages say that {authserv_id} checked their senders (SPF, DKIM, DMARC).",
             "If that is your own mail server, what it calls forged will move no date."]  # fmt: skip
    print_lines(["", *lines])
    return click.confirm(clean(f"Is {authserv_id} the mail server that receives your mail?"), default=True)


def private_people(names: Sequence[str], more: int) -> list[int]:
    """Which of these people are private, by their places in `names`; nobody where the question is
    left alone."""
    print_lines(["", "You exchange with these people both ways, and so they are contacts now:"])
    print_lines(f"{number:>4}  {name}" for number, name in enumerate(names, 1))
    if more > 0:
        print_lines([f"      and {more} more: lasttouch contacts list"])
    print_lines(["Is anybody private (family, a doctor)? They will be in no list; lasttouch ignore does it later."])
    while True:
        try:
            typed: str = click.prompt("Their numbers", default="none")
        except click.Abort:  # all is written and read; this can be said at any time
            return []
        words = typed.replace(",", " ").split()
        if words == ["none"]:
            return []
        numbers = [int(word) for word in words if word.isascii() and word.isdigit()]
        if len(numbers) == len(words) and all(1 <= one <= len(names) for one in numbers):
            return [one - 1 for one in dict.fromkeys(numbers)]
        print_lines([f"Give numbers from 1 to {len(names)}."])


def more_addresses(senders: list[tuple[str, int]]) -> list[str]:
    """Which senders of sent mail are the user's own addresses, too."""
    return [
        email
        for email, count in senders
        if click.confirm(clean(f"{count} of your newest sent messages are from {email}. You, too?"), default=True)
    ]
