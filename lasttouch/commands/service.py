"""lasttouch service"""

from __future__ import annotations

import pwd
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from activity.errors import NotFound, UsageError
from lasttouch.commands.opening import loaded_config, named_config
from lasttouch.configuration.config import LoadedConfig, load_config
from lasttouch.keeping.lock_file import daemon_pid
from lasttouch.service import launchd, systemd
from lasttouch.service.plan import Installation, Presence, Step, carry_out, executable
from lasttouch.service.reach import check_reach
from lasttouch.terminal.options import F, config_option, json_option
from lasttouch.terminal.output import print_json, print_lines
from lasttouch.views import service as view


@click.group("service")
def command() -> None:
    """Have the system start the daemon, and keep it running.

    \b
    Examples:
      lasttouch service install
      lasttouch service status
    """


def _kind_options(function: F) -> F:
    function = click.option("--launchd", "as_agent", is_flag=True, help="macOS [default there].")(function)
    return click.option("--system", "as_system", is_flag=True, help="A hardened systemd unit for a server.")(function)


@command.command("install")
@_kind_options
@click.option("--print", "only_print", is_flag=True, help="Only show what would be written.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@config_option
def install(as_system: bool, as_agent: bool, only_print: bool, yes: bool, as_json: bool) -> None:
    """Write a service file and start it; first shows what it is about to do, and asks.

    By default a systemd unit of your own user (on macOS a launch agent). With --system a unit for
    a shared server: run it as root, with the configuration in /etc/lasttouch (docs/operations.md).

    \b
    Examples:
      lasttouch service install
      lasttouch service install --print
      sudo lasttouch service install --system
    """
    path, text, steps = _installation(as_system, _is_agent(as_system, as_agent), only_print)
    if only_print and not as_json:
        click.echo(text, nl=False)
        return
    if not as_json:
        print_lines([f"{path}:", "", *(f"    {line}" for line in text.splitlines()), ""])
    if not only_print:
        _do(steps, yes, as_json)
    if as_json:
        print_json(view.as_json(Installation(path, text, steps, not only_print)))
    elif not as_system and not _is_agent(as_system, as_agent):
        print_lines(["Started. To keep it running while you are not logged in: loginctl enable-linger"])


@command.command("uninstall")
@_kind_options
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def uninstall(as_system: bool, as_agent: bool, yes: bool, as_json: bool) -> None:
    """Stop the service and delete its file; the log and the configuration stay.

    \b
    Examples:
      lasttouch service uninstall
      sudo lasttouch service uninstall --system
    """
    agent = _is_agent(as_system, as_agent)
    path = _path(as_system, agent)
    if not path.exists():
        raise NotFound(f"no service is installed at {path}", "see: lasttouch service status")
    steps = launchd.uninstall(path) if agent else systemd.uninstall(path, system=as_system)
    _do(steps, yes, as_json)
    if as_json:
        print_json(view.as_json(Installation(path, None, steps, False)))


@command.command("status")
@_kind_options
@json_option
@config_option
def status(as_system: bool, as_agent: bool, as_json: bool) -> None:
    """Is the service installed, and is a daemon at work on the log?

    \b
    Examples:
      lasttouch service status
    """
    path = _path(as_system, _is_agent(as_system, as_agent))
    found = Presence(path, path.exists(), daemon_pid(_loaded(as_system).database))
    if as_json:
        print_json(view.as_json(found))
    else:
        print_lines(view.text(found))


def _installation(as_system: bool, as_agent: bool, only_print: bool) -> tuple[Path, str, Sequence[Step]]:
    path, start = _path(as_system, as_agent), executable()
    if as_system:
        where = _system_config()
        loaded = None if only_print and not where.exists() else load_config(where)
        if loaded is not None and not only_print:
            check_reach(Path(start[0]), loaded)
        text = systemd.system_unit(start, where, loaded)
        return path, text, systemd.install_system(path, text, where, loaded, make_user=not _user_exists())
    loaded = loaded_config()
    if as_agent:
        text = launchd.agent(start, loaded.path)
        return path, text, launchd.install(path, text)
    text = systemd.user_unit(start, loaded)
    return path, text, systemd.install(path, text)


def _is_agent(as_system: bool, as_agent: bool) -> bool:
    if as_system and as_agent:
        raise UsageError("--system and --launchd exclude each other")
    return as_agent or (sys.platform == "darwin" and not as_system)


def _path(as_system: bool, as_agent: bool) -> Path:
    if as_agent:
        return launchd.agent_path()
    return systemd.system_unit_path() if as_system else systemd.user_unit_path()


def _system_config() -> Path:
    return (named_config() if click.get_current_context().obj else systemd.SYSTEM_CONFIG).absolute()


def _loaded(as_system: bool) -> LoadedConfig:
    return load_config(_system_config()) if as_system else loaded_config()


def _user_exists() -> bool:
    try:
        pwd.getpwnam(systemd.USER)
    except KeyError:
        return False
    return True


def _do(steps: Sequence[Step], yes: bool, quiet: bool) -> None:
    """Show the steps, ask, and take them."""
    if not quiet:
        print_lines(["This will:", *(f"  {step}" for step in steps)])
    if not yes:
        if quiet or not sys.stdin.isatty():
            raise UsageError("nothing was done: there is nobody to ask", "add --yes, or look first with --print")
        click.confirm("Do it?", abort=True)
    carry_out(steps)
    if not quiet:
        print_lines(["Done."])
