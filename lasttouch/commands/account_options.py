"""The options of `init` that say what the account is, received as one value."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING, Any, cast

import click

from activity.address import normalise
from activity.errors import UsageError
from lasttouch.terminal.options import F

if TYPE_CHECKING:
    from lasttouch.wizard.draft import Way

_SECRETS = {
    "command": "a command prints it",
    "env": "an environment variable holds it",
    "file": "a file holds it",
    "keyring": "the keyring has it under this entry",
}


def account_options(function: F) -> F:
    """All of them, received as `given`, a wizard.given.Given whose fields are named like the
    parameters here."""

    @functools.wraps(function)
    def command(**flags: Any) -> Any:
        from lasttouch.wizard.given import Given  # noqa: PLC0415 - brings in all that finds servers

        flags["way"] = _way(flags, "")
        flags["calendar_way"] = _way(flags, "caldav_")
        given = Given(**{field.name: flags.pop(field.name) for field in fields(Given)})
        return function(given=given, **flags)

    decorated = cast("F", command)
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


def _address(_: click.Context, __: click.Parameter, given: str | None) -> str | None:
    if given is None:
        return None
    address = normalise(given)
    if address is None:
        raise UsageError(f"{given!r} is no e-mail address")
    return address


def _addresses(ctx: click.Context, option: click.Parameter, given: tuple[str, ...]) -> tuple[str | None, ...]:
    return tuple(_address(ctx, option, one) for one in given)


def _absolute(_: click.Context, __: click.Parameter, path: str | None) -> str | None:
    from lasttouch.wizard.draft import absolute  # noqa: PLC0415

    return absolute(path) if path else None


def _secret_options(prefix: str, what: str) -> list[Callable[[Any], Any]]:
    """--password-command and its like, for mail or (with a prefix) for the calendar."""
    return [
        click.option(f"--{prefix}password-{way}", metavar=way.upper(), help=f"{what}: {told}.")
        for way, told in _SECRETS.items()
    ]


def _way(flags: dict[str, Any], prefix: str) -> Way | None:
    """The one way to a secret that the flags give; they are taken from `flags`."""
    from lasttouch.wizard.draft import Way, absolute  # noqa: PLC0415

    options = [*(f"password_{way}" for way in _SECRETS), "token_command"]
    values = {option: flags.pop(f"{prefix}{option}", None) for option in options}
    given = [(option, value) for option, value in values.items() if value]
    if len(given) > 1:
        raise UsageError("give one way to the password, not several")
    return next((Way(option, absolute(value) if option == "password_file" else value) for option, value in given), None)


_OPTIONS: list[Callable[[Any], Any]] = [
    click.option("--address", callback=_address, help="Your e-mail address."),
    click.option(
        "--alias", "aliases", multiple=True, metavar="ADDRESS", callback=_addresses,
        help="Another address of yours; may be repeated.",
    ),
    click.option("--owner", metavar="NAME", help="Your name."),
    click.option("--name", help="A short name for the account."),
    click.option(
        "--internal-domain", "internal_domains", multiple=True, help="Whoever writes from there is one of you."
    ),
    click.option("--contacts-from", type=click.Choice(["lists", "two-way"]), help="Where contacts come from."),
    click.option("--imap-host", "host", metavar="HOST", help="The mail server; without it, it is looked for."),
    click.option("--imap-port", "port", metavar="PORT", type=click.IntRange(1, 65535)),
    click.option("--security", type=click.Choice(["tls", "starttls", "none"])),
    click.option("--username", help="Who logs in, if it is not the address."),
    *_secret_options("", "The password"),
    click.option("--token-command", metavar="COMMAND", help="A command prints an OAuth access token."),
    click.option("--ca-file", metavar="PATH", callback=_absolute, help="The certificate of your own authority (PEM)."),
    click.option(
        "--exclude-mailbox", "exclude_mailboxes", multiple=True, metavar="NAME", help="Leave this mailbox out."
    ),
    click.option("--authserv-id", metavar="NAME", help="Under which name your mail server marks forged senders."),
    click.option("--caldav-url", "calendar_url", metavar="URL", help="The calendar, or an address to find it from."),
    click.option(
        "--exclude-calendar", "exclude_calendars", multiple=True, metavar="NAME", help="Leave this calendar out."
    ),
    click.option("--caldav-username", "calendar_username", metavar="NAME"),
    *_secret_options("caldav-", "The calendar's password, if it is another"),
    click.option("--client-id", metavar="ID", help="Sign in at Microsoft or Google for this app of your organisation."),
    click.option("--tenant", metavar="TENANT", help="Your organisation at Microsoft: an id, or a domain."),
    click.option("--client-secret-command", metavar="COMMAND", help="Prints the secret of Google's client."),
    click.option("--client-secret-file", metavar="PATH", callback=_absolute, help="Holds that secret."),
    click.option("--device-code", is_flag=True, help="Sign in on another machine."),
    click.option("--sign-in-url", metavar="URL", hidden=True),
    click.option("--service-url", metavar="URL", hidden=True),
    click.option("--no-caldav", "no_calendar", is_flag=True, help="Mail only."),
]  # fmt: skip
