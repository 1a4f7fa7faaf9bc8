"""lasttouch run"""

from __future__ import annotations

import click

from lasttouch.commands.lasting import journal_options, told_of, until_stopped
from lasttouch.commands.opening import loaded_config
from lasttouch.daemon.journal import Format, keep_journal
from lasttouch.keeping.lock_file import LockFile
from lasttouch.terminal.options import config_option


@click.command("run")
@journal_options
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

    with until_stopped():
        told = told_of(metrics, loaded)
        Daemon(loaded, lock, told, Doors([Answers(form, log_level), Page(form, log_level)])).run()
