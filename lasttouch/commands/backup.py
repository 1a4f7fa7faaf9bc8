"""lasttouch backup"""

from __future__ import annotations

from pathlib import Path

import click

from activity.errors import NotFound
from lasttouch.commands.opening import loaded_config, reading
from lasttouch.keeping.forgotten import file_beside
from lasttouch.private_files import private_output
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines
from store.backup import copy
from store.database import is_begun
from store.health import counts


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
    if not is_begun(database):
        raise NotFound(f"there is no log at {database} yet", "run: lasttouch sync")
    beside = file_beside(database)
    with reading() as log:
        with private_output(file, force) as new:
            copy(log, new.path)
        activities, contacts, _ = counts(log)
    if beside.exists():
        forgotten = beside.read_text(encoding="ascii")
        with private_output(file_beside(file), force=True) as new, new.text() as output:
            output.write(forgotten)
    size = file.stat().st_size
    if as_json:
        print_json({"file": str(file), "bytes": size, "activities": activities, "contacts": contacts})
    else:
        print_lines([f"{activities:,} activities and {contacts:,} contacts in {file} ({size / 1e6:,.1f} MB); checked."])
