"""lasttouch web [login]"""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

import click

from activity.errors import LasttouchError, NotPermitted, UsageError
from lasttouch.commands.opening import loaded_config, named_config
from lasttouch.keeping import reading
from lasttouch.keeping.viewing import is_by_proxy
from lasttouch.local_time import utc_now
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines
from lasttouch.views import web as view

if TYPE_CHECKING:
    from lasttouch.configuration.config import LoadedConfig
    from lasttouch.keeping.login_links import Page


@click.group("web", invoke_without_command=True)
@click.option("--port", type=click.IntRange(0, 65535), help="Listen there [default: 8470, else any that is free].")
@click.option("--no-open", "is_closed", is_flag=True, help="Only print the link; open no browser.")
@json_option
@config_option
@click.pass_context
def command(context: click.Context, port: int | None, is_closed: bool, as_json: bool) -> None:
    """Look at the log in a browser, on this machine alone, until Ctrl-C.

    Prints a link that signs in, and opens it; it is good once, for ten minutes. Another one, also
    for the page of a service (`listen` below [web] in the configuration): lasttouch web login.

    \b
    Examples:
      lasttouch web
      lasttouch web --port 9000 --no-open
      lasttouch web login
    """
    if context.invoked_subcommand is not None:
        return
    if is_by_proxy():
        raise NotPermitted("the service serves its page to everybody, and none for you alone", "lasttouch web login")
    loaded = loaded_config()
    show(loaded, reading.name_of_asker(loaded.path), port, is_closed, as_json)


def show(loaded: LoadedConfig, user: str | None, port: int | None, is_closed: bool, as_json: bool) -> None:
    """Serve the page of this log until Ctrl-C; raises UsageError where the packages for it are
    missing."""
    try:
        from lasttouch.web.listening import on_this_machine  # noqa: PLC0415 - an extra
        from lasttouch.web.serving import serve  # noqa: PLC0415
    except ImportError:
        raise UsageError(
            "the page needs packages that are not installed", "install them beside lasttouch: pipx install '.[web]'"
        ) from None

    def begun(page: Page) -> None:
        link = _link(page, user)
        _tell(link, as_json)
        if not as_json:
            print_lines(["Ctrl-C ends it."])
        sys.stdout.flush()
        if not is_closed:
            click.launch(link)

    with contextlib.suppress(KeyboardInterrupt):
        serve(loaded, on_this_machine(port), begun)


@command.command("login")
@json_option
@config_option
def login(as_json: bool) -> None:
    """Print a link that signs in to the page that runs; it is good once, for ten minutes.

    \b
    Examples:
      lasttouch web login
    """
    from lasttouch.keeping.login_links import running  # noqa: PLC0415 - the page itself does without

    config = named_config()
    user = reading.name_of_asker(config)
    page = running(reading.loaded(config).database)
    if page is None:
        raise LasttouchError(
            "no page runs for this log", "on your own machine: lasttouch web; of a service: `listen` below [web]"
        )
    _tell(_link(page, user), as_json)


def _link(page: Page, user: str | None) -> str:
    from lasttouch.keeping.login_links import new_link  # noqa: PLC0415

    return new_link(page, user, utc_now())


def _tell(link: str, as_json: bool) -> None:
    if as_json:
        print_json(view.as_json(link))
    else:
        print_lines(view.text(link))
