"""lasttouch run"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

import click

from activity.errors import LasttouchError
from lasttouch.commands.opening import loaded_config
from lasttouch.daemon.journal import Format, keep_journal
from lasttouch.keeping.lock_file import LockFile
from lasttouch.local_time import utc_now
from lasttouch.passes.source_pass import Report
from lasttouch.terminal.options import config_option


@click.command("run")
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Log lines for people, or for programs.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --log-format json (docs/json.md).")
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="info",
    show_default=True,
    help="The least that is logged.",
)
@click.option(
    "--metrics", metavar="HOST:PORT", help="Serve Prometheus metrics here [default: as configured, else not]."
)
@config_option
def command(log_format: Format, as_json: bool, log_level: str, metrics: str | None) -> None:
    """Keep the log up to date until stopped: each source every `poll_every`, new mail at once.

    Logs to standard error. SIGHUP reloads the configuration, SIGTERM and Ctrl-C stop it. Only one
    runs for a database; all other commands, sync too, work beside it. To have it started by the
    system: lasttouch service install.

    \b
    Examples:
      lasttouch run
      lasttouch run --log-format json --log-level warning
    """
    loaded = loaded_config()
    lock = LockFile(loaded.database)
    lock.become_daemon()
    form: Format = "json" if as_json else log_format
    keep_journal(form, log_level)
    from lasttouch.daemon.answers import Answers  # noqa: PLC0415 - a second daemon says so without loading all this
    from lasttouch.daemon.daemon import Daemon  # noqa: PLC0415
    from lasttouch.daemon.doors import Doors  # noqa: PLC0415
    from lasttouch.daemon.page import Page  # noqa: PLC0415

    try:
        told = _told(metrics or loaded.config.metrics.listen, loaded.database)
        Daemon(loaded, lock, told, Doors([Answers(form, log_level), Page(form, log_level)])).run()
    except LasttouchError as error:
        logging.getLogger(__name__).critical("%s. %s", error.message, error.hint)
        _end(error.exit_code)
    _end(0)


def _told(listen: str | None, database: Path) -> Callable[[Report], None]:
    """Who is told of every pass: the metrics, if they are wanted."""
    if listen is None:
        return lambda _: None
    from lasttouch.daemon.metrics import serve  # noqa: PLC0415 - an extra

    return serve(listen, database, utc_now)


def _end(code: int) -> None:
    """At once: threads that wait for a server would be waited for."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
