"""lasttouch init"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from activity.address import normalise
from activity.errors import UsageError
from lasttouch.commands.opening import named_config, reading
from lasttouch.commands.options import config_option, json_option
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.output import print_json, print_lines, print_table

if TYPE_CHECKING:
    from lasttouch.config import Loaded
    from lasttouch.source_pass import Report
    from lasttouch.wizard.account import Tried
    from lasttouch.wizard.draft import Way

SHOWN = 20
_SECRETS = ("command", "env", "file", "keyring")


F = TypeVar("F", bound=Callable[..., Any])


def _secret_options(prefix: str, what: str) -> Callable[[F], F]:
    """--password-command and its like, for mail or (with a prefix) for the calendar."""
    told = {
        "command": "a command prints it",
        "env": "an environment variable holds it",
        "file": "a file holds it",
        "keyring": "the keyring has it under this entry",
    }

    def add(function: F) -> F:
        for way in reversed(_SECRETS):
            option = click.option(f"--{prefix}password-{way}", metavar=way.upper(), help=f"{what}: {told[way]}.")
            function = option(function)
        return function

    return add


@click.command("init")
@click.option("--address", help="Your e-mail address.")
@click.option("--alias", "aliases", multiple=True, metavar="ADDRESS", help="Another address of yours; may be repeated.")
@click.option("--owner", metavar="NAME", help="Your name.")
@click.option("--name", help="A short name for the account.")
@click.option("--internal-domain", "domains", multiple=True, help="Whoever writes from there is one of you.")
@click.option("--contacts-from", type=click.Choice(["lists", "two-way"]), help="Where contacts come from.")
@click.option("--imap-host", metavar="HOST", help="The mail server; without it, it is looked for.")
@click.option("--imap-port", metavar="PORT", type=click.IntRange(1, 65535))
@click.option("--security", type=click.Choice(["tls", "starttls", "none"]))
@click.option("--username", help="Who logs in, if it is not the address.")
@_secret_options("", "The password")
@click.option("--token-command", metavar="COMMAND", help="A command prints an OAuth access token.")
@click.option("--ca-file", metavar="PATH", help="The certificate of your own authority (PEM).")
@click.option("--caldav-url", metavar="URL", help="The calendar, or an address to find it from.")
@click.option("--caldav-username", metavar="NAME")
@_secret_options("caldav-", "The calendar's password, if it is another")
@click.option("--no-caldav", is_flag=True, help="Mail only.")
@click.option("--no-test", is_flag=True, help="Write it down without logging in.")
@click.option("--sync/--no-sync", "wanted", default=None, help="Read a month of mail at once, or do not.")
@click.option("--add", is_flag=True, help="Add an account to the configuration there is.")
@click.option("--force", is_flag=True, help="Overwrite the configuration there is.")
@click.option("--yes", is_flag=True, help="Ask nothing; whatever is needed must be given or found.")
@json_option
@config_option
def command(
    wanted: bool | None,
    no_test: bool,
    add: bool,
    force: bool,
    yes: bool,
    as_json: bool,
    **flags: Any,
) -> None:
    """Set up an account: find its servers, test them, write the configuration.

    Asks for an address, looks up the servers that belong to it, logs in and shows what would be
    read, writes a private configuration without any password in it, and offers to read a month of
    mail. With flags, --yes or without a terminal nothing is asked.

    \b
    Examples:
      lasttouch init
      lasttouch init --add
      lasttouch init --yes --address ana@acme.example --password-command 'pass show mail/ana' --no-sync
      lasttouch init --yes --address ana@acme.example --imap-host imap.acme.example --username ana
          --password-env ANA --caldav-url https://cal.acme.example/ana/ --sync --json
    """
    from lasttouch.config import Loaded  # noqa: PLC0415
    from lasttouch.config_file import read_config  # noqa: PLC0415
    from lasttouch.wizard import config_text  # noqa: PLC0415
    from lasttouch.wizard.account import drafted  # noqa: PLC0415 - all that finds servers
    from lasttouch.wizard.trying import keep_typed  # noqa: PLC0415

    logging.lastResort = None  # what goes wrong is told once, by the command
    path = named_config()
    there = path.exists() and not force
    if there and not add:
        config_text.refuse_to_overwrite(path)
    if there and (flags["domains"] or flags["contacts_from"]):
        raise UsageError("--internal-domain and --contacts-from are for a new configuration", f"change them in {path}")
    before = read_config(path) if there else None
    taken = {one.name for one in config_text.check_text(path, before.text).accounts} if before else set()
    ask = can_ask() and not yes and not as_json
    tried = drafted(path, _given(**flags), taken, ask, not no_test)
    text = config_text.added_text(before.text, tried.draft) if before else config_text.new_text(tried.draft)
    checked = config_text.check_text(path, text)
    keep_typed(tried.draft)
    config_text.write_config(path, text)
    if not as_json:
        print_lines([f"Written: {path}"])
    loaded = Loaded(path, checked, read_config(path).digest)
    if wanted is None:
        wanted = ask and click.confirm("Read the last 30 days of mail, and the calendar, now?", default=True)
    reports = _synced(loaded, tried.draft.name, as_json) if wanted else None
    if as_json:
        print_json(_json(path, tried, reports))
    else:
        print_lines(_next_steps(reports is not None))
    _fail_if_any_did(reports)


def can_ask() -> bool:
    """Is there somebody to answer?"""
    return sys.stdin.isatty()


def _given(
    *, address: str | None, aliases: tuple[str, ...], domains: tuple[str, ...], imap_host: str | None,
    imap_port: int | None, ca_file: str | None, caldav_url: str | None, caldav_username: str | None, no_caldav: bool,
    token_command: str | None, **rest: Any,
) -> Any:  # fmt: skip
    from lasttouch.wizard.dialog import absolute  # noqa: PLC0415
    from lasttouch.wizard.given import Given  # noqa: PLC0415

    for one in (address, *aliases):
        if one is not None and normalise(one) is None:
            raise UsageError(f"{one!r} is no e-mail address")
    return Given(
        address=normalise(address) if address else None,
        aliases=tuple(known for one in aliases if (known := normalise(one))),
        name=rest["name"],
        owner=rest["owner"],
        internal_domains=domains,
        contacts_from=rest["contacts_from"],
        host=imap_host,
        port=imap_port,
        security=rest["security"],
        username=rest["username"],
        way=_way("", rest, token_command),
        ca_file=absolute(ca_file) if ca_file else None,
        calendar_url=caldav_url,
        calendar_username=caldav_username,
        calendar_way=_way("caldav_", rest, None),
        no_calendar=no_caldav,
    )


def _way(prefix: str, flags: dict[str, Any], token_command: str | None) -> Way | None:
    from lasttouch.wizard.dialog import absolute  # noqa: PLC0415
    from lasttouch.wizard.draft import Way  # noqa: PLC0415

    named = {f"password_{way}": flags[f"{prefix}password_{way}"] for way in _SECRETS}
    given = [(option, value) for option, value in [*named.items(), ("token_command", token_command)] if value]
    if len(given) > 1:
        raise UsageError("give one way to the password, not several")
    return next((Way(option, absolute(value) if option == "password_file" else value) for option, value in given), None)


def _synced(loaded: Loaded, account: str, as_json: bool) -> list[Report]:
    from lasttouch.commands.progress import shown_progress  # noqa: PLC0415
    from lasttouch.views.health import sync_table  # noqa: PLC0415
    from lasttouch.wizard.first_sync import first_sync  # noqa: PLC0415

    with shown_progress(as_json) as progress:
        reports = first_sync(loaded, account, progress)
    if not as_json:
        print_table(*sync_table(reports))
        _answered(loaded.path)
    return reports


def _answered(path: Path) -> None:
    from lasttouch.views.last import last_table  # noqa: PLC0415
    from store.people import people  # noqa: PLC0415

    now = utc_now()
    with reading(path) as log:
        found = people(log, now)
    headings, rows = last_table(found[:SHOWN], now, machine_zone())
    print_lines([""])
    print_table(headings, rows)
    if not found:
        print_lines(["Nobody to show yet: no contact is listed, and with nobody were messages exchanged both ways."])
    elif len(found) > SHOWN:
        print_lines([f"… and {len(found) - SHOWN} more: lasttouch last"])


def _next_steps(synced: bool) -> list[str]:
    steps = [
        ("lasttouch sync", "reads two years back" if synced else "reads two years back, then what is new"),
        ("lasttouch contacts import FILE.csv", "your contacts, as Google, Outlook or a CRM exports them"),
        ("lasttouch unmatched", "people you exchange with who are no contacts yet"),
        ("lasttouch last", "when did we last talk to them?"),
        ("lasttouch doctor", "whether everything is well"),
    ]
    width = max(len(typed) for typed, _ in steps)
    return ["", "What to type next:", *(f"  {typed:<{width}}  # {meaning}" for typed, meaning in steps)]


def _json(path: Path, tried: Tried, reports: list[Report] | None) -> dict[str, Any]:
    from lasttouch.views.health import sync_json  # noqa: PLC0415
    from lasttouch.wizard.outcome import outcome_json  # noqa: PLC0415

    return {**outcome_json(path, tried), "synced": None if reports is None else sync_json(reports)["accounts"]}


def _fail_if_any_did(reports: list[Report] | None) -> None:
    from lasttouch.commands.progress import fail_if_any_did  # noqa: PLC0415

    if reports is not None:
        fail_if_any_did(reports)
