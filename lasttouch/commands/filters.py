"""The options that narrow an answer down, and whom they leave."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

import click

from activity.errors import NotFound, UsageError
from lasttouch import moments
from lasttouch.commands.completion_words import complete_company, complete_owner
from lasttouch.commands.options import F, contacts_named, no_company
from lasttouch.local_time import machine_zone, utc_now
from store.choosing import at_companies, companies_of_owner, of_owner, owners_like
from store.people import Person, people

if TYPE_CHECKING:
    from store.companies import Company


def owner_option(function: F) -> F:
    text = "Only contacts of this colleague."
    return click.option("--owner", metavar="NAME", help=text, shell_complete=complete_owner)(function)


def company_option(function: F) -> F:
    text = "Only contacts at this company (its name, a part of it, or a domain)."
    return click.option("--company", metavar="NAME", help=text, shell_complete=complete_company)(function)


def limit_option(default: int | None) -> Callable[[F], F]:
    """--limit; None for no limit unless one is given."""
    shown: dict[str, Any] = {} if default is None else {"default": default, "show_default": True}
    return click.option("--limit", metavar="N", type=click.IntRange(1, 1_000_000), help="At most so many.", **shown)


def sort_option(*orders: str) -> Callable[[F], F]:
    """--sort; the first of `orders` is the default."""
    return click.option("--sort", type=click.Choice(orders), default=orders[0], show_default=True, help="The order.")


def since_option(meaning: str, examples: str = "2026-11-01, or 30d for 30 days ago.") -> Callable[[F], F]:
    return click.option("--since", metavar="DATE", callback=_since, help=f"{meaning} {examples}")


def until_option(help_text: str) -> Callable[[F], F]:
    return click.option("--until", metavar="DATE", callback=_until, help=f"{help_text} That day included.")


def as_of_option(function: F) -> F:
    text = "Answer as of the end of that day, from what is known today."
    return click.option("--as-of", "as_of", metavar="DATE", callback=_as_of, help=text)(function)


def chosen(
    connection: sqlite3.Connection, who: Sequence[str], owner: str | None = None, company: str | None = None
) -> list[int] | None:
    """The ids of the contacts that these words leave; None for everybody. Raises NotFound with near names."""
    left: set[int] | None = None
    if who:
        left = set(contacts_named(connection, " ".join(who)))
    if company is not None:
        left = _both(left, at_companies(connection, companies_named(connection, company)))
    if owner is not None:
        left = _both(left, of_owner(connection, owner_named(connection, owner)))
    return None if left is None else sorted(left)


def companies_named(connection: sqlite3.Connection, company: str) -> list[int]:
    from store.companies import company_ids  # noqa: PLC0415 - contacts are asked for more often

    ids = company_ids(connection, company)
    if not ids:
        raise no_company(connection, company)
    return ids


def people_reader(
    as_of: datetime | None,
) -> Callable[[sqlite3.Connection, datetime, Sequence[int] | None], list[Person]]:
    """How contacts' dates are come by: as they are kept, or for --as-of from the activities."""
    if as_of is None:
        return people
    from store.as_of import people_then  # noqa: PLC0415 - rarely asked for

    return people_then


def owner_named(connection: sqlite3.Connection, owner: str) -> str:
    """The one colleague that is meant, by the whole name or a part of it."""
    fitting = owners_like(connection, owner)
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        everybody = owners_like(connection, "")
        raise NotFound(f"nobody named {owner!r} owns contacts", f"owners are: {', '.join(everybody) or 'nobody yet'}")
    raise UsageError(f"{owner!r} is more than one colleague", f"give one of: {', '.join(fitting)}")


def owned(log: sqlite3.Connection, firms: list[Company], owner: str | None) -> list[Company]:
    """The companies with which this colleague deals; all of them where none is named."""
    if owner is None:
        return firms
    theirs = companies_of_owner(log, owner_named(log, owner))
    return [one for one in firms if one.id in theirs]


def _both(left: set[int] | None, right: set[int]) -> set[int]:
    return right if left is None else left & right


def _since(_: click.Context, parameter: click.Parameter, text: str | None) -> datetime | None:
    return _read(parameter, text, moments.beginning)


def _until(_: click.Context, parameter: click.Parameter, text: str | None) -> datetime | None:
    return _read(parameter, text, moments.end)


def _as_of(_: click.Context, parameter: click.Parameter, text: str | None) -> datetime | None:
    """Not later than now: the end of today has not come yet."""
    begins, ends = _read(parameter, text, moments.beginning), _read(parameter, text, moments.end)
    if begins is None or ends is None:
        return None
    now = utc_now()
    if begins > now:
        raise click.BadParameter("that day lies ahead; what will be said then is not known", param=parameter)
    return min(ends, now)


def _read(
    parameter: click.Parameter, text: str | None, read: Callable[[str, datetime, tzinfo], datetime]
) -> datetime | None:
    if text is None:
        return None
    try:
        return read(text, utc_now(), machine_zone())
    except ValueError as error:
        raise click.BadParameter(str(error), param=parameter) from None
