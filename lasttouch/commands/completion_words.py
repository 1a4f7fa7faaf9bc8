"""What the shell offers for a half-typed word. Reads the log, never writes, and never fails."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from activity.errors import LasttouchError
from lasttouch.configuration.config_file import ConfigFile, config_path, read_config
from lasttouch.terminal.output import clean
from store.database import open_for_reading
from store.log import Log

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

OFFERED = 50


def complete_who(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The next word of a contact's or company's name, or a contact's address."""
    from store.finding import company_names_like, contacts_like  # noqa: PLC0415 - only when a shell asks

    before = ctx.params.get(param.name or "") or ()
    words = [*before, incomplete] if isinstance(before, tuple) else [incomplete]
    with _log(ctx) as log:
        if log is None:
            return []
        found = contacts_like(log, " ".join(words), OFFERED)
        offers = {} if before else {email: name for name, email in found if _begins(email, incomplete)}
        for name, email in [*found, *((name, "company") for name in company_names_like(log, " ".join(words), OFFERED))]:
            if (word := _next_word(name, words)) is not None:
                offers.setdefault(word, email)
    return _items(offers.items())


def complete_address(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The main address of a contact whose name or address begins so: one word that means one contact."""
    from store.finding import contacts_like  # noqa: PLC0415 - only when a shell asks

    with _log(ctx) as log:
        found = [] if log is None else contacts_like(log, incomplete, OFFERED)
    return _items((email, name) for name, email in found if email)


def complete_company(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from store.finding import company_names_like  # noqa: PLC0415 - only when a shell asks

    return _whole_names(ctx, incomplete, lambda log: company_names_like(log, incomplete, OFFERED))


def complete_owner(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from store.choosing import owners_like  # noqa: PLC0415 - only when a shell asks

    return _whole_names(ctx, incomplete, lambda log: owners_like(log, incomplete))


def complete_tag(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from store.tags import all_tags  # noqa: PLC0415 - only when a shell asks

    return _whole_names(ctx, incomplete, all_tags)


def complete_account(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The names of the configured accounts."""
    with contextlib.suppress(LasttouchError):
        return _items(one for one in _file(ctx).accounts if _begins(one[0], incomplete))
    return []


def _whole_names(ctx: click.Context, incomplete: str, names: Callable[[Log], Sequence[str]]) -> list[CompletionItem]:
    """One word of each name: any part of a name is enough for these options."""
    with _log(ctx) as log:
        if log is None:
            return []
        words = (next((w for w in name.split() if _begins(w, incomplete)), None) for name in names(log))
        return _items((word, "") for word in dict.fromkeys(words) if word is not None)


@contextlib.contextmanager
def _log(ctx: click.Context) -> Iterator[Log | None]:
    log = None
    with contextlib.suppress(LasttouchError, sqlite3.Error):
        if (path := _file(ctx).database) is not None:
            log = open_for_reading(path)
    try:
        yield log
    finally:
        if log is not None:
            log.close()


def _file(ctx: click.Context) -> ConfigFile:
    """The configuration unchecked: that would take several times as long as all the rest."""
    return read_config(config_path(ctx.obj or ctx.find_root().params.get("config")))


def _next_word(name: str, words: Sequence[str]) -> str | None:
    """The word of `name` that stands where the last of `words` is being typed; None if the others do not fit."""
    parts = name.split()
    for start in range(len(parts) - len(words) + 1):
        if all(
            part.casefold() == word.casefold() for part, word in zip(parts[start:], words[:-1], strict=False)
        ) and _begins(parts[start + len(words) - 1], words[-1]):
            return parts[start + len(words) - 1]
    return None


def _begins(text: str, word: str) -> bool:
    return text.casefold().startswith(word.casefold())


def _items(offers: Iterable[tuple[str, str]]) -> list[CompletionItem]:
    """Words a shell can take as they are: hostile and odd ones are left out."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415

    return [
        CompletionItem(word, help=clean(meaning) or None)
        for word, meaning in offers
        if word == clean(word) and not set(word) & set("\"'`$\\;&|<>(){}*?!#,")
    ]
