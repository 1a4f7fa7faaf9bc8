"""The configuration file: every key known, every value checked, all problems told at once."""

from __future__ import annotations

import ipaddress
import os
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from activity.address import normalise, normalise_domain
from activity.errors import ConfigError
from capture.credentials import Secret, from_command, from_environment, from_file, from_keyring
from lasttouch.durations import parse_duration


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise ValueError('write a length of time in quotes, such as "90d"')
    return parse_duration(value)


def _address(value: object) -> str:
    address = normalise(value) if isinstance(value, str) else None
    if address is None:
        raise ValueError(f"{value!r} is no e-mail address")
    return address


def _domain(value: object) -> str:
    if not isinstance(value, str) or "@" in value or "." not in value.strip("."):
        raise ValueError(f'{value!r} is no domain name; write for example "acme.example"')
    return normalise_domain(value)


Duration = Annotated[timedelta, BeforeValidator(_duration)]
EmailAddress = Annotated[str, BeforeValidator(_address)]
Domain = Annotated[str, BeforeValidator(_domain)]
Port = Annotated[int, Field(ge=1, le=65535)]
Count = Annotated[int, Field(ge=1)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, validate_default=True)


class Login(Section):
    """Who logs in, and the one way to the password; the password itself is never in the file."""

    username: str
    password_command: str | None = None
    password_env: str | None = None
    password_file: str | None = None
    password_keyring: str | None = None

    @field_validator("password_keyring", mode="after")
    @classmethod
    def _one_way_to_the_password(cls, entry: str | None, info: ValidationInfo) -> str | None:
        others = (info.data.get(f"password_{way}") for way in ("command", "env", "file"))
        if sum(way is not None for way in (entry, *others)) != 1:
            raise ValueError("give exactly one of password_command, password_env, password_file or password_keyring")
        return entry

    def secret(self, base: Path) -> Secret:
        """Fetches the password when it is needed; a relative password_file counts from `base`."""
        if self.password_command is not None:
            return from_command(self.password_command)
        if self.password_env is not None:
            return from_environment(self.password_env)
        if self.password_file is not None:
            return from_file(base / Path(self.password_file).expanduser())
        return from_keyring(self.password_keyring or "", self.username)


class Imap(Login):
    host: str
    port: Port | None = None
    security: Literal["tls", "starttls", "none"] = "tls"
    ca_file: str | None = None

    @field_validator("security")
    @classmethod
    def _plain_text_stays_on_this_machine(cls, security: str, info: ValidationInfo) -> str:
        if security == "none" and not is_loopback(info.data.get("host", "localhost")):
            raise ValueError('"none" sends the password in the clear; it is for loopback hosts only')
        return security

    @property
    def effective_port(self) -> int:
        return self.port or (993 if self.security == "tls" else 143)


class Dav(Login):
    url: str
    ca_file: str | None = None

    @field_validator("url")
    @classmethod
    def _encrypted_or_local(cls, url: str) -> str:
        parts = urlsplit(url if "://" in url else f"//{url}")
        if parts.scheme not in ("", "http", "https") or not (parts.hostname or "@" in url):
            raise ValueError("give an https:// address, or an e-mail address or domain to discover it from")
        if parts.username or parts.password:
            raise ValueError("the address holds a user name or password; use username and password_command")
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise ValueError("plain http sends the password in the clear; use https (http is for loopback hosts only)")
        return url


class Caldav(Dav):
    pass


class Carddav(Dav):
    address_books: list[str] = []
    exclude_address_books: list[str] = []


class Files(Section):
    path: str


class Account(Section):
    name: Annotated[str, Field(min_length=1)]
    owner: str = ""
    addresses: Annotated[list[EmailAddress], Field(min_length=1)]
    timezone: str | None = None
    exclude_mailboxes: list[str] = []
    calendars: list[str] = []
    exclude_calendars: list[str] = []
    private_events: Literal["drop", "time-only"] = "drop"
    authserv_id: str | None = None
    poll_every: Duration = timedelta(minutes=5)
    imap: Imap | None = None
    caldav: Caldav | None = None
    carddav: Carddav | None = None
    files: list[Files] = []

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str | None) -> str | None:
        try:
            ZoneInfo(name or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f'{name!r} is no time zone; write for example "Europe/Berlin"') from None
        return name

    @model_validator(mode="after")
    def _something_to_read(self) -> Account:
        if not self.kinds:
            raise ValueError("an account needs [accounts.imap], .caldav, .carddav or [[accounts.files]]")
        return self

    @property
    def kinds(self) -> list[str]:
        """The kinds of source this account has, in the order they are read."""
        return [kind for kind in ("carddav", "imap", "caldav", "files") if getattr(self, kind)]


class Config(Section):
    database: str = "~/.local/share/lasttouch/lasttouch.db"
    internal_domains: list[Domain] = []
    backfill: Duration = timedelta(days=730.5)
    horizon: Duration = timedelta(days=90)
    never_log: list[str] = []
    broadcast_over: Count = 25
    large_meeting_over: Count = 50
    unanswered_invitations: Literal["count", "ignore"] = "count"
    correction_window: Duration = timedelta(days=7)
    store_unmatched: bool = True
    store_subjects: bool = True
    contacts_from: Literal["lists", "two-way"] = "lists"
    accounts: Annotated[list[Account], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_differ(self) -> Config:
        names = [account.name for account in self.accounts]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two accounts are named {', '.join(map(repr, twice))}; every name must be its own")
        return self


class Loaded:
    """A configuration and where it came from."""

    def __init__(self, path: Path, config: Config) -> None:
        self.path = path
        self.config = config

    @property
    def folder(self) -> Path:
        return self.path.absolute().parent

    @property
    def database(self) -> Path:
        return self.folder / Path(self.config.database).expanduser()


def config_path(given: str | None) -> Path:
    """The file to read: `given`, else $LASTTOUCH_CONFIG, else the one in $XDG_CONFIG_HOME."""
    if named := given or os.environ.get("LASTTOUCH_CONFIG"):
        return Path(named).expanduser()
    return Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "lasttouch" / "config.toml"


def load_config(path: Path) -> Loaded:
    """Read and check a configuration. Raises ConfigError that lists every problem with its place in the file."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"there is no configuration at {path}",
            "copy config.example.toml there and fill it in, or name another with --config;"
            " to look around first: lasttouch demo",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}", "strings need quotes, tables need [brackets]") from None
    try:
        return Loaded(path, Config.model_validate(data))
    except ValidationError as error:
        problems = [_problem(one["loc"], one["msg"], one["type"], data) for one in error.errors(include_url=False)]
        raise ConfigError(f"{path} has {_count(len(problems))}:\n" + "\n".join(f"  {p}" for p in problems)) from None


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


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
    if kind == "value_error" and location and location[-1] == "password_keyring":
        where = where.rpartition(".")[0]
    return f"{where or 'the file'}: {message.removeprefix('Value error, ')}"


def _nearest(location: tuple[int | str, ...]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    if location[-1] == "password":
        return "; a password is never kept in this file, use password_command, _env, _file or _keyring"
    models: dict[str, type[BaseModel]] = {
        "imap": Imap,
        "caldav": Caldav,
        "carddav": Carddav,
        "files": Files,
        "accounts": Account,
    }
    parents = [part for part in location[:-1] if isinstance(part, str)]
    model = models.get(parents[-1], Config) if parents else Config
    near = get_close_matches(str(location[-1]), model.model_fields, 1)
    return f"; did you mean {near[0]}?" if near else ""
