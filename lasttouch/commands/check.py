"""lasttouch check"""

from __future__ import annotations

import click

from activity.errors import LasttouchError
from lasttouch.commands.opening import changing
from lasttouch.keeping.recomputation import recompute
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines
from store.database import writing
from store.health import counts
from store.inspection import integrity


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
    with changing() as agent:
        soundness = integrity(agent.log)
        with writing(agent.connection):
            different = recompute(agent)
        activities, contacts, touches = counts(agent.log)
    if as_json:
        print_json(
            {
                "differences": different,
                "integrity": soundness,
                "activities": activities,
                "contacts": contacts,
                "touches": touches,
            }
        )
    else:
        print_lines(
            [f"{activities:,} activities, {contacts:,} contacts recomputed: {different} differences; {soundness}."]
        )
    if soundness != "ok":
        said = " ".join(soundness.split())
        raise LasttouchError(f"{agent.loaded.database} is damaged: {said}", "restore a backup")
    if different:
        raise LasttouchError(
            f"{different} differences were found and set right", "please report this: nothing but a defect can cause it"
        )
