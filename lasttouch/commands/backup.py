"""lasttouch backup"""

from __future__ import annotations

from pathlib import Path

import click

from lasttouch.commands.opening import loaded_config, reading
from lasttouch.keeping.backup import back_up, insist_on_a_log
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines
from lasttouch.views import backup as view


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@json_option
@config_option
def command(file: Path, force: bool, as_json: bool) -> None:
    """Copy the database to FILE, consistent even while a sync writes, and check the copy.

    The list of erased people, if there is one, is copied beside it as FILE.forgotten. To restore:
    stop what syncs, delete the database with its -wal and -shm files, copy FILE to its place, and
    copy FILE.forgotten only where there is no such file beside the database: the newer one knows
    of everybody who was erased since, and keeps them out of the restored log.

    \b
    Examples:
      lasttouch backup ~/backups/lasttouch-2026-11-22.db
      lasttouch backup --force /mnt/usb/lasttouch.db --json
    """
    database = loaded_config().database
    insist_on_a_log(database)
    with reading(whole=True) as log:
        copied = back_up(log, database, file, force)
    if as_json:
        print_json(view.as_json(copied))
    else:
        print_lines([view.text(copied)])
