"""lasttouch check"""

from __future__ import annotations

import click

from activity.errors import LasttouchError
from lasttouch.commands.opening import maintaining
from lasttouch.keeping.checking import check
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines


@click.command("check")
@json_option
@config_option
def command(as_json: bool) -> None:
    """Recompute everything from the facts and report any difference; 0 is the only good answer.

    Differences are set right. The database itself is checked as well.

    \b
    Examples:
      lasttouch check
      lasttouch check --json
    """
    with maintaining() as agent:
        found = check(agent)
        database = agent.loaded.database
    if as_json:
        print_json(found._asdict())
    else:
        what = f"{found.activities:,} activities, {found.contacts:,} contacts recomputed"
        print_lines([f"{what}: {found.differences} differences; {found.integrity}."])
    if found.integrity != "ok":
        said = " ".join(found.integrity.split())
        raise LasttouchError(f"{database} is damaged: {said}", "restore a backup")
    if found.differences:
        raise LasttouchError(
            f"{found.differences} differences were found and set right",
            "please report this: nothing but a defect can cause it",
        )
