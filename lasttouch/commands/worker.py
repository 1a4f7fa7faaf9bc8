"""lasttouch worker"""

from __future__ import annotations

import click

from lasttouch.commands.lasting import journal_options, told_of, until_stopped
from lasttouch.commands.opening import loaded_config
from lasttouch.daemon.journal import Format, keep_journal
from lasttouch.terminal.options import config_option


@click.command("worker")
@click.option(
    "--at-once", type=click.IntRange(1, 64), default=16, show_default=True, help="How many sources it reads at once."
)
@click.option(
    "--per-server",
    type=click.IntRange(1),
    default=8,
    show_default=True,
    help="How many sources of one server are read at once by all workers together; the same for each of them.",
)
@click.option("--no-files", is_flag=True, help="Leave files and folders to workers on the host that has them.")
@click.option("--no-watch", is_flag=True, help="Leave watching for new mail (IDLE) to the other workers.")
@journal_options
@config_option
def command(
    at_once: int,
    per_server: int,
    no_files: bool,
    no_watch: bool,
    log_format: Format,
    as_json: bool,
    log_level: str,
    metrics: str | None,
) -> None:
    """Keep a log in PostgreSQL up to date, together with any number of others on whatever hosts.

    Each source is read every `poll_every` by one of them, and each mailbox whose server tells of
    new mail is watched by one. When a worker ends, however it ends, the others take over what it
    had; nothing is lost, and nothing is stored twice. All hosts have the same configuration. A log
    in a file is kept up to date by: lasttouch run.

    \b
    Examples:
      lasttouch worker
      lasttouch worker --at-once 4 --no-files
      lasttouch worker --log-format json --metrics 127.0.0.1:9464
    """
    loaded = loaded_config()
    keep_journal("json" if as_json else log_format, log_level)
    from lasttouch.work.opening import queue_of  # noqa: PLC0415 - --help does without
    from lasttouch.work.worker import Worker  # noqa: PLC0415

    with until_stopped():
        told = told_of(metrics, loaded)
        Worker(loaded, queue_of(loaded.database), told, at_once, per_server, not no_files, not no_watch).run()
