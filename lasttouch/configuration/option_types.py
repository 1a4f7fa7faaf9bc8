"""The types of single options: what a value must be, and what is said of one that is not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from activity.address import normalise, normalise_domain
from lasttouch.configuration.durations import parse_duration
from lasttouch.configuration.sections import Checked, Converted
from matchers.never_log import checked_rule, is_domain


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
    domain = normalise_domain(value) if isinstance(value, str) else ""
    if not is_domain(domain):
        raise ValueError(f'{value!r} is no domain name; write for example "acme.example"')
    return domain


def _rule(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("write an address, a domain or a pattern in quotes")
    return checked_rule(value)


def _something(text: str) -> str:
    if not text.strip():
        raise ValueError("it is empty")
    return text


def _path(text: str) -> str:
    try:
        Path(text).expanduser()
    except RuntimeError:  # "~nobody/mail", or there is no home directory at all
        raise ValueError(f"{text!r}: there is no such home directory; write the whole path") from None
    if "\0" in text:
        raise ValueError(f"{text!r} is no path")
    return text


def _positive(number: int) -> int:
    if number < 1:
        raise ValueError(f"{number} is too few; write 1 or more")
    return number


def _port(number: int) -> int:
    if not 1 <= number <= 65535:
        raise ValueError(f"{number} is no port; they go from 1 to 65535")
    return number


Duration = Annotated[timedelta, Converted(_duration)]
EmailAddress = Annotated[str, Converted(_address)]
Domain = Annotated[str, Converted(_domain)]
Rule = Annotated[str, Converted(_rule)]
Text = Annotated[str, Checked(_something)]
FilePath = Annotated[Text, Checked(_path)]
Port = Annotated[int, Checked(_port)]
Count = Annotated[int, Checked(_positive)]
