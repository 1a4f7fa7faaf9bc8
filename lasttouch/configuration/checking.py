"""A configuration checked, with all its problems told at once, each with its place in the file."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from pydantic import ValidationError

from activity.errors import ConfigError
from lasttouch.configuration.cloud_options import Microsoft, SignIn, problems_of_sign_in
from lasttouch.configuration.config_file import ConfigFile
from lasttouch.configuration.database_options import problems_of_database
from lasttouch.configuration.models import adapter_of
from lasttouch.configuration.options import Account, Config, Files, Mcp, Metrics
from lasttouch.configuration.rights_options import User, problems_of_team
from lasttouch.configuration.sections import Section
from lasttouch.configuration.server_options import Caldav, CalendarUrl, Carddav, Imap
from lasttouch.configuration.target_options import Target, problems_of_targets
from lasttouch.configuration.web_options import Provider, Web, problems_of_web


def checked(file: ConfigFile) -> Config:
    """Raises ConfigError that lists every problem with its place in the file."""
    config: Config | None = None
    problems: list[str] = []
    try:
        config = adapter_of(Config).validate_python(file.data)
    except ValidationError as error:
        problems = [_problem(one["loc"], one["msg"], one["type"], file.data) for one in error.errors(include_url=False)]
    problems += _problems_of_accounts(file.data.get("accounts"))
    problems += problems_of_database(file.data)
    problems += problems_of_team(file.data)
    problems += problems_of_targets(file.data)
    problems += problems_of_web(file.data)
    if config is None or problems:
        listed = "\n".join(f"  {problem}" for problem in problems)
        hint = "config.example.toml shows every option; lasttouch init writes such a file"
        raise ConfigError(f"{file.path} has {_count(len(problems))}:\n{listed}", hint)
    return config


def _problems_of_accounts(accounts: object) -> list[str]:
    """What no single option shows. A validator of pydantic's would be asked only once every option is right."""
    if not isinstance(accounts, list) or not all(isinstance(one, dict) for one in accounts):
        return []  # and that was said already
    problems = [] if accounts else ["accounts: there is none; write one as [[accounts]]"]
    names: set[object] = set()
    for number, account in enumerate(accounts):
        name = account.get("name")
        where = f"accounts[{number}]" + (f" ({name})" if isinstance(name, str) else "")
        if isinstance(name, str) and name in names:
            problems.append(f"{where}.name: two accounts are named {name!r}; every name must be its own")
        names.add(name if isinstance(name, str) else None)
        if not any(account.get(table) for table in _SOURCES):
            problems.append(
                f"{where}: an account needs [accounts.imap], .caldav, .carddav, .microsoft,"
                " [[accounts.calendar_urls]] or [[accounts.files]]"
            )
        problems += problems_of_sign_in(account, where)
    return problems


_SOURCES = ("imap", "caldav", "carddav", "microsoft", "calendar_urls", "files")


def _count(number: int) -> str:
    return "one problem" if number == 1 else f"{number} problems"


def _problem(location: tuple[int | str, ...], message: str, kind: str, data: Any) -> str:
    """ "accounts[0] (ana).imap.host: missing" – the place in the file, then what is wrong there."""
    where = ""
    at = data
    for part in location:
        try:
            at = at[part]
        except (KeyError, IndexError, TypeError):
            at = None
        if isinstance(part, int):
            name = at.get("name") if isinstance(at, dict) else None
            where += f"[{part}]" + (f" ({name})" if isinstance(name, str) else "")
        else:
            where += f".{part}" if where else part
    if kind == "extra_forbidden":
        message = f"no such option{_nearest(location)}"
    elif kind == "missing":
        message = "missing, but needed"
    if kind == "value_error" and location and location[-1] == "token_command":
        where = where.rpartition(".")[0]
    return f"{where or 'the file'}: {message.removeprefix('Value error, ')}"


_TABLES: dict[str, tuple[type[Section], str]] = {  # key → what it may hold, and how it is written
    "accounts": (Account, "[[accounts]]"),
    "users": (User, "[[users]]"),
    "targets": (Target, "[[targets]]"),
    "imap": (Imap, "[accounts.imap]"),
    "caldav": (Caldav, "[accounts.caldav]"),
    "carddav": (Carddav, "[accounts.carddav]"),
    "microsoft": (Microsoft, "[accounts.microsoft]"),
    "sign_in": (SignIn, "[accounts.sign_in]"),
    "calendar_urls": (CalendarUrl, "[[accounts.calendar_urls]]"),
    "files": (Files, "[[accounts.files]]"),
    "web": (Web, "[web]"),
    "provider": (Provider, "[web.provider]"),
    "mcp": (Mcp, "[mcp]"),
    "metrics": (Metrics, "[metrics]"),
    "": (Config, "the file's beginning"),
}


def _nearest(location: tuple[int | str, ...]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    if location[-1] == "password":
        return "; a password is never kept in this file, use password_command, _env, _file or _keyring"
    tables = [part for part in location[:-1] if part in _TABLES]
    section, _ = _TABLES[str(tables[-1]) if tables else ""]
    near = get_close_matches(str(location[-1]), _options(section), 1)
    if near:
        return f"; did you mean {near[0]}?"
    known = [written for one, written in _TABLES.values() if location[-1] in _options(one)]
    return f" here; it belongs into {known[0]}" if known else ""


def _options(section: type[Section]) -> list[str]:
    return [one.name for one in fields(section)]
