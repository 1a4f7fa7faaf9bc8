"""lasttouch move"""

from __future__ import annotations

import click

from activity.errors import LasttouchError
from lasttouch.commands.opening import loaded_config
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines


@click.command("move")
@click.argument("to")
@click.option("--password-command", metavar="COMMAND", help="Prints the password of the PostgreSQL.")
@click.option("--password-env", metavar="NAME", help="The environment variable it is in.")
@click.option("--password-file", metavar="FILE", help="The file it is in.")
@json_option
@config_option
def command(
    to: str, password_command: str | None, password_env: str | None, password_file: str | None, as_json: bool
) -> None:
    """Copy the log to TO, a new file or a PostgreSQL, compare both row by row, and check the new
    one.

    The log of the configuration stays in force, and nobody writes to it meanwhile: stop what syncs
    first. Whenever this ends early, nothing is there. Afterwards write TO as `database` into the
    configuration, with the way to its password; keep the old log until you have seen the new one
    at work.

    \b
    Examples:
      lasttouch move postgresql://lasttouch@db.acme.example/lasttouch --password-file ~/.secret
      lasttouch move ~/lasttouch.db --json
    """
    from lasttouch.configuration.database_options import a_place  # noqa: PLC0415 - once in a log's life
    from lasttouch.keeping.moving import move  # noqa: PLC0415
    from lasttouch.views import move as view  # noqa: PLC0415
    from lasttouch.wizard.draft import absolute  # noqa: PLC0415

    try:
        database = a_place(to, {})
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="TO") from None
    if "://" not in database:
        database = absolute(database)
    password = {
        "password_command": password_command,
        "password_env": password_env,
        "password_file": absolute(password_file) if password_file else None,
        "password_keyring": None,
    }
    moved = move(loaded_config(), database, password)
    if as_json:
        print_json(view.as_json(moved))
    else:
        print_lines(view.text(moved, database))
    if moved.differences:
        raise LasttouchError(
            f"{moved.differences} differences were found in the new log, and set right",
            "please report this: nothing but a defect can cause it",
        )
