"""What the shell offers for a half-typed word. Reads the log, never writes, and never fails."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from activity.errors import LasttouchError
from lasttouch.configuration.config_file import ConfigFile, config_path, read_config
from lasttouch.keeping.reading import as_it_is
from lasttouch.terminal.options import is_answered
from lasttouch.terminal.output import clean

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from lasttouch.answers.offers import Kind
    from lasttouch.answers.question import Log


def complete_who(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The next word of a contact's or company's name, or a contact's address."""
    from lasttouch.answers import offers  # noqa: PLC0415 - only when a shell asks

    before = ctx.params.get(param.name or "") or ()
    with _log(ctx) as log:
        found = {} if log is None else offers.next_words(log, before if isinstance(before, tuple) else (), incomplete)
    return _items(found.items())


def complete_address(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The main address of a contact whose name or address begins so: one word that means one
    contact."""
    from lasttouch.answers import offers  # noqa: PLC0415 - only when a shell asks

    with _log(ctx) as log:
        found = {} if log is None else offers.addresses(log, incomplete)
    return _items(found.items())


def complete_company(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return _words(ctx, "companies", incomplete)


def complete_owner(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return _words(ctx, "owners", incomplete)


def complete_tag(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return _words(ctx, "tags", incomplete)


def complete_account(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The names of the configured accounts."""
    if is_answered(ctx):
        return []  # what accounts there are is no member's business; `sync` is for whoever keeps the server
    begins = incomplete.casefold()
    with contextlib.suppress(LasttouchError):
        return _items(one for one in _file(ctx).accounts if one[0].casefold().startswith(begins))
    return []


def _words(ctx: click.Context, kind: Kind, incomplete: str) -> list[CompletionItem]:
    """One word of each name: any part of a name is enough for these options."""
    from lasttouch.answers import offers  # noqa: PLC0415 - only when a shell asks

    with _log(ctx) as log:
        return _items((word, "") for word in ([] if log is None else offers.words_of(log, kind, incomplete)))


@contextlib.contextmanager
def _log(ctx: click.Context) -> Iterator[Log | None]:
    database = None
    with contextlib.suppress(LasttouchError):
        database = _file(ctx).database
    with as_it_is(database) as log:
        yield log


def _file(ctx: click.Context) -> ConfigFile:
    """The configuration unchecked: that would take several times as long as all the rest."""
    return read_config(config_path(ctx.obj or ctx.find_root().params.get("config")))


def _items(found: Iterable[tuple[str, str]]) -> list[CompletionItem]:
    """Words a shell can take as they are: hostile and odd ones are left out."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415

    return [
        CompletionItem(word, help=clean(meaning) or None)
        for word, meaning in found
        if word == clean(word) and not set(word) & set("\"'`$\\;&|<>(){}*?!#,")
    ]
