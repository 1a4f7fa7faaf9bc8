"""lasttouch init"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from activity.errors import UsageError
from lasttouch.commands.account_options import account_options
from lasttouch.commands.opening import named_config, reading
from lasttouch.configuration.config_file import ConfigFile, read_config
from lasttouch.local_time import machine_zone, utc_now
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines, print_table
from lasttouch.terminal.standard_streams import silence_libraries
from lasttouch.views.next_steps import next_steps

if TYPE_CHECKING:
    from lasttouch.configuration.config import LoadedConfig
    from lasttouch.passes.source_pass import Report
    from lasttouch.wizard.draft import Draft
    from lasttouch.wizard.given import Given

SHOWN = 20


@click.command("init")
@account_options
@click.option("--no-test", is_flag=True, help="Write it down without logging in.")
@click.option("--sync/--no-sync", "wanted", default=None, help="Read a month of mail at once, or do not.")
@click.option("--add", is_flag=True, help="Add an account to the configuration there is.")
@click.option("--force", is_flag=True, help="Overwrite the configuration there is.")
@click.option("--yes", is_flag=True, help="Ask nothing; whatever is needed must be given or found.")
@json_option
@config_option
def command(given: Given, wanted: bool | None, no_test: bool, add: bool, force: bool, yes: bool, as_json: bool) -> None:
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
    from lasttouch.configuration.checking import checked  # noqa: PLC0415
    from lasttouch.wizard.account import drafted  # noqa: PLC0415 - all that finds servers

    silence_libraries()
    path = named_config()
    before = _to_add_to(path, given, add) if path.exists() and not force else None
    taken = {one.name for one in checked(before).accounts} if before else set()
    ask = can_ask() and not yes and not as_json
    tried = drafted(path, given, taken, ask, not no_test)
    loaded = _written(path, before, tried.draft)
    if not as_json:
        print_lines([f"Written: {path}"])
    if wanted is None:
        wanted = ask and click.confirm("Read the last 30 days of mail, and the calendar, now?", default=True)
    reports = _synced(loaded, tried.draft.name, as_json, ask) if wanted else None
    if as_json:
        from lasttouch.views import init as view  # noqa: PLC0415

        print_json(view.as_json(str(path), tried, reports))
    else:
        print_lines(_next_steps(reports is not None))
    if reports is not None:
        from lasttouch.terminal.progress import fail_if_any_did  # noqa: PLC0415

        fail_if_any_did(reports)


def can_ask() -> bool:
    """Is there somebody to answer?"""
    return sys.stdin.isatty()


def _to_add_to(path: Path, given: Given, add: bool) -> ConfigFile:
    """The configuration there is, if another account may be added to it."""
    if not add:
        raise UsageError(
            f"there is a configuration at {path} already",
            "--add adds an account to it, --force writes a new one, --config names another",
        )
    if given.internal_domains or given.contacts_from:
        raise UsageError("--internal-domain and --contacts-from are for a new configuration", f"change them in {path}")
    return read_config(path)


def _written(path: Path, before: ConfigFile | None, draft: Draft) -> LoadedConfig:
    """Write the account down, behind the configuration from before if there is one."""
    from lasttouch.configuration.config import LoadedConfig  # noqa: PLC0415
    from lasttouch.wizard import config_text  # noqa: PLC0415
    from lasttouch.wizard.trying import keep_typed  # noqa: PLC0415

    text = config_text.added_text(before.text, draft) if before else config_text.new_text(draft)
    config = config_text.check_text(path, text)
    keep_typed(draft)
    config_text.write_config(path, text)
    return LoadedConfig(path, config, read_config(path).digest)


def _synced(loaded: LoadedConfig, account: str, as_json: bool, ask: bool) -> list[Report]:
    from lasttouch.terminal.progress import shown_progress  # noqa: PLC0415
    from lasttouch.views import sync as view  # noqa: PLC0415
    from lasttouch.wizard.first_sync import first_sync  # noqa: PLC0415

    with shown_progress(as_json) as progress:
        reports = first_sync(loaded, account, progress)
    if not as_json:
        print_table(*view.table(reports))
        if loaded.config.users:
            return reports  # each of them asks for themselves
        if ask and loaded.config.contacts_from == "two-way":
            from lasttouch.wizard.private_people import put_aside_private_people  # noqa: PLC0415

            put_aside_private_people(loaded, account)
        _answered(loaded.path)
    return reports


def _answered(path: Path) -> None:
    from lasttouch.answers.contacts import answer  # noqa: PLC0415
    from lasttouch.answers.last import vouched_order  # noqa: PLC0415
    from lasttouch.answers.question import Question  # noqa: PLC0415
    from lasttouch.views.people import people_table, read_back_lines  # noqa: PLC0415

    now = utc_now()
    with reading(path) as log:
        given = answer(log, Question(now))
    back = given.back
    everybody = vouched_order(given.people, back)
    found = sorted(everybody, key=lambda one: one.last_touch is None or not back.vouches_for(one.last_touch))
    headings, rows = people_table(found[:SHOWN], now, machine_zone(), back=back)
    print_lines([""])
    print_table(headings, rows)
    print_lines(read_back_lines(found, back, machine_zone()))
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
        ("lasttouch today", "who needs you, and why: for every morning"),
        ("lasttouch doctor", "whether everything is well"),
    ]
    return next_steps(steps)
