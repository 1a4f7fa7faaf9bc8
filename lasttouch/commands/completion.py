"""lasttouch completion"""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from activity.errors import LasttouchError
from lasttouch.terminal.output import print_json
from lasttouch.views import completion as view

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_LASTTOUCH_COMPLETE"


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON (docs/json.md).")
@click.pass_context
def command(ctx: click.Context, shell: str, as_json: bool) -> None:
    """Print the script that makes a shell complete commands, options, contacts, companies and
    accounts.

    \b
    Examples:
      eval "$(lasttouch completion bash)"     # in ~/.bashrc
      eval "$(lasttouch completion zsh)"      # in ~/.zshrc, after compinit
      lasttouch completion fish > ~/.config/fish/completions/lasttouch.fish
    """
    kind = get_completion_class(shell)
    root = ctx.find_root().command
    assert kind is not None
    try:
        script = kind(root, {}, "lasttouch", VARIABLE).source()
    except RuntimeError as error:
        raise LasttouchError(str(error)) from None
    if as_json:
        print_json(view.as_json(shell, script))
    else:
        click.echo(script)
