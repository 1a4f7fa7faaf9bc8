"""What commands have in common that go on until they are stopped: how they say what happens, and their end."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Callable, Iterator

import click

from activity.errors import LasttouchError
from lasttouch.configuration.config import LoadedConfig
from lasttouch.local_time import utc_now
from lasttouch.passes.source_pass import Report
from lasttouch.terminal.options import F


def journal_options(function: F) -> F:
    """--log-format, --json for short, --log-level and --metrics."""
    options = (
        click.option(
            "--log-format",
            type=click.Choice(["text", "json"]),
            default="text",
            show_default=True,
            help="Log lines for people, or for programs.",
        ),
        click.option("--json", "as_json", is_flag=True, help="The same as --log-format json (docs/json.md)."),
        click.option(
            "--log-level",
            type=click.Choice(["debug", "info", "warning", "error"]),
            default="info",
            show_default=True,
            help="The least that is logged.",
        ),
        click.option(
            "--metrics", metavar="HOST:PORT", help="Serve Prometheus metrics here [default: as configured, else not]."
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def told_of(named: str | None, loaded: LoadedConfig) -> Callable[[Report], None]:
    """Who is told of every pass: the metrics, if they are wanted, at the `named` place or at the configured one."""
    config = loaded.config
    listen = named or config.metrics.listen
    if listen is None:
        return lambda _: None
    from lasttouch.daemon.metrics import serve  # noqa: PLC0415 - an extra

    token = config.metrics.token(loaded.folder)
    return serve(listen, loaded.database, utc_now, token and token(), bool(config.users))


@contextlib.contextmanager
def until_stopped() -> Iterator[None]:
    """The process ends with what is done within, at once: threads that wait for a server would be waited for."""
    code = 0
    try:
        yield
    except LasttouchError as error:
        logging.getLogger(__name__).critical("%s. %s", error.message, error.hint)
        code = error.exit_code
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
