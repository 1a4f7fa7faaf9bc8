"""The files a user of lasttouch would have: a configuration, passwords, and a table of contacts."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from activity.contact import ContactEntry
from lasttouch.demo.cast import COLLEAGUES, INTERNAL_DOMAIN, Colleague
from lasttouch.demo.servers import HOST
from lasttouch.private_files import write_private
from store.database import make_private_folder

_HEAD = """\
# Written by `lasttouch demo`: an ordinary configuration, but for its two servers, which ran on this machine
# while the demo did. `last`, `log`, `why` and all that reads the log work without them; `sync` does not.
database = "lasttouch.db"
internal_domains = [{domain}]
"""
_ACCOUNT = """
[[accounts]]
name = {name}
owner = {owner}
addresses = {addresses}
timezone = {timezone}

[accounts.imap]
host = {host}
port = {mail_port}
security = "none"
username = {name}
password_file = {password_file}

[accounts.caldav]
url = {calendar_url}
username = {name}
password_file = {password_file}
"""


def write_passwords(folder: Path, passwords: Mapping[str, str]) -> None:
    make_private_folder(folder / "passwords")
    for user, password in passwords.items():
        write_private(folder / "passwords" / user, password + "\n")


def write_config(path: Path, mail_port: int, calendar_port: int, zone: ZoneInfo) -> None:
    accounts = [_account(one, mail_port, calendar_port, zone) for one in COLLEAGUES]
    write_private(path, _HEAD.format(domain=_toml(INTERNAL_DOMAIN)) + "".join(accounts))


def write_contacts(path: Path, contacts: Iterable[ContactEntry]) -> None:
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["name", "email", "company", "owner"])
    writer.writerows([one.name, ";".join(one.emails), one.company, one.owner] for one in contacts)
    write_private(path, table.getvalue())


def _account(one: Colleague, mail_port: int, calendar_port: int, zone: ZoneInfo) -> str:
    return _ACCOUNT.format(
        name=_toml(one.account),
        owner=_toml(one.address.name),
        addresses=_toml([address.email for address in one.addresses]),
        timezone=_toml(zone.key),
        host=_toml(HOST),
        mail_port=mail_port,
        calendar_url=_toml(f"http://{HOST}:{calendar_port}/"),
        password_file=_toml(f"passwords/{one.account}"),
    )


def _toml(value: str | list[str]) -> str:
    """JSON's strings and arrays of strings are TOML's, too."""
    return json.dumps(value)
