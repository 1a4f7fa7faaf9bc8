"""lasttouch mcp"""

from __future__ import annotations

import gc
import sys
from typing import NoReturn

import click

from activity.errors import LasttouchError, UsageError
from lasttouch.answering.client import is_for_the_service
from lasttouch.commands.opening import named_config
from lasttouch.mcp import asking
from lasttouch.mcp.calls import read_arguments
from lasttouch.terminal.options import config_option, is_answered
from lasttouch.terminal.output import print_json


@click.command("mcp")
@click.option("--call", metavar="TOOL", help="Answer one call of a tool instead, and end.")
@click.option("--arguments", metavar="JSON", default="{}", help="What it is called with; - reads standard input.")
@click.option("--json", "as_json", is_flag=True, help="What --call prints in any case (docs/json.md).")
@config_option
@click.pass_context
def command(ctx: click.Context, call: str | None, arguments: str, as_json: bool) -> None:
    """Let an assistant ask, over standard input and output (Model Context Protocol).

    An assistant's program starts it; docs/assistants.md says how. Six tools, all read-only:
    find_people, last_touch, timeline, who_needs_attention, upcoming, why. It sees what whoever
    starts it sees. What strangers wrote is marked; subjects are told with `[mcp] subjects = true`
    alone.

    \b
    Examples:
      lasttouch mcp
      lasttouch mcp --call last_touch --arguments '{"who": "bob"}'
      lasttouch mcp --call who_needs_attention
    """
    given = read_arguments(sys.stdin.read() if arguments == "-" else arguments)
    if call is None:
        if is_answered(ctx):
            raise UsageError("an assistant is not answered by the service itself", "run lasttouch mcp where you are")
        _serve(asking.of_service if ctx.obj is None and is_for_the_service(["mcp", asking.CALL]) else _of_log())
    else:
        print_json(_as_json(call, given))


def _as_json(call: str, given: dict[str, object]) -> dict[str, object]:
    return _of_log()(call, given)


def _of_log() -> asking.Asking:
    return asking.of_log(named_config())


def _serve(ask: asking.Asking) -> NoReturn:
    gc.disable()  # the SDK is some hundred thousand objects, none of which is garbage
    try:
        from lasttouch.mcp.server import serve_stdio  # noqa: PLC0415 - an extra
    except ImportError:
        raise LasttouchError(
            "assistants need the extra mcp", "install it: pipx install '.[mcp]' in the folder of the project"
        ) from None
    gc.freeze()
    gc.enable()
    serve_stdio(ask)
    sys.exit(0)
