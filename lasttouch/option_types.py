"""Single values of the configuration: how each is written, and what it must not be."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from activity.address import normalise, normalise_domain
from lasttouch.durations import parse_duration


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, validate_default=True)


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


def listen_address(text: str) -> tuple[str, int]:
    """Host and port of "127.0.0.1:9464" or "[::1]:9464". Raises ValueError."""
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ValueError(f'{text!r} is no place to listen; write a host and a port, such as "127.0.0.1:9464"')
    return host.strip("[]"), int(port)


Duration = Annotated[timedelta, BeforeValidator(_duration)]
EmailAddress = Annotated[str, BeforeValidator(_address)]
Domain = Annotated[str, BeforeValidator(_domain)]
Port = Annotated[int, Field(ge=1, le=65535)]
Count = Annotated[int, Field(ge=1)]
