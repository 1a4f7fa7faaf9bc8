"""lasttouch check"""

from __future__ import annotations

import click

from activity.errors import LasttouchError
from lasttouch.commands.opening import maintaining
from lasttouch.keeping.checking import check
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines
from lasttouch.views import check as view


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
        print_json(view.as_json(found))
    else:
        print_lines([view.text(found)])
    if found.integrity != "ok":
        said = " ".join(found.integrity.split())
        raise LasttouchError(f"{database} is damaged: {said}", "restore a backup")
    if found.differences:
        raise LasttouchError(
            f"{found.differences} differences were found and set right",
            "please report this: nothing but a defect can cause it",
        )
