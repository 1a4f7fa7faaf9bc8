"""The commands by name, and what becomes of whatever goes wrong in one. Each is imported when it is called."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from activity.errors import ConfigError, LasttouchError, in_json
from lasttouch.terminal import standard_streams

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# command → what `lasttouch --help` says of it; the module of the same name is imported when it is called
COMMANDS = {
    "demo": "Look around: a little world on servers of its own, synced and answered for real.",
    "init": "Set up an account: find its servers, test them, write the configuration.",
    "sign-in": "Sign in at Microsoft or Google, once, in the browser.",
    "sync": "Read mail and calendars once and bring the log up to date.",
    "run": "The daemon: keeps the log up to date until it is stopped.",
    "worker": "One of any number, on any hosts, that keep a log in PostgreSQL up to date.",
    "today": "The page for the morning: owed answers, the day's meetings, whom to get back to.",
    "last": "When did we last talk to them? The longest silent first.",
    "stale": "Whom to get back to: those silent for longer than is usual with them.",
    "awaiting": "Conversations that wait for an answer: ours, then theirs.",
    "done": "Settle it: a conversation, or all that waits with somebody now.",
    "snooze": "Put somebody off for a while.",
    "ignore": "Put somebody aside for good: in no list any more.",
    "note": "Note a call, a meeting or a letter by hand.",
    "cadence": "How often you mean to be in touch with somebody, or with a company.",
    "confirm": "Say of a meeting that it did take place.",
    "log": "The activities with somebody, or with everybody, newest first.",
    "upcoming": "The next meetings with contacts.",
    "why": "The proof of a date: what was recorded, by which rule, and why not.",
    "unmatched": "People you really exchange with who are no contacts yet.",
    "drift": "Whose contacts on paper are talked to by somebody else.",
    "handover": "What a colleague takes over from another: whom, what is open, what ends.",
    "contacts": "Import, list, add, show, merge, alias, remove, export and forget contacts.",
    "companies": "List and add companies and their domains.",
    "mcp": "Let an assistant ask: six read-only tools (Model Context Protocol).",
    "tokens": "Tokens by which programs ask over HTTP: add, list, revoke.",
    "sharing": "What colleagues see of your accounts, and whom you keep to yourself.",
    "accounts": "List the accounts of the log, and give one up when a colleague leaves.",
    "access": "Who looked at what is yours.",
    "privacy": "What is kept of whom, for how long, and who sees it.",
    "rules": "Try out a never_log rule, an own address or an internal domain before it holds.",
    "status": "How far every source has been read, and what could not be.",
    "changes": "Every last date that moved since, back as well as forward.",
    "web": "Look at the log in a browser.",
    "push": "Tell a target what moved: show it first, then do it.",
    "export": "The whole log as JSON lines or CSV.",
    "backup": "A consistent copy of the database, even while a sync writes.",
    "move": "Move the log into a file or a PostgreSQL, compared row by row.",
    "completion": "Print the completion script for bash, zsh or fish.",
    "doctor": "Test everything, and say what to do about each finding.",
    "service": "Have the system start the daemon: install, uninstall, status.",
    "check": "Recompute everything from the facts and report any difference.",
}


class LateCommands(click.Group):
    """A group whose commands are imported only when they are called.

    `guard` makes of a command what whoever asks may give; a process that answers for others sets it.
    """

    guard: Callable[[str, click.Command], click.Command] | None = None

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"lasttouch.commands.{cmd_name.replace('-', '_')}").command
        return command if self.guard is None else self.guard(cmd_name, command)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only when a shell asks

        names = [CompletionItem(name, help=text) for name, text in COMMANDS.items() if name.startswith(incomplete)]
        return names or super().shell_complete(ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS:
            from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

            near = get_close_matches(args[0], COMMANDS, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise click.UsageError(f"There is no command {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=LateCommands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="To look around: lasttouch demo. With your own mail: lasttouch init.",
)
@click.option("--config", metavar="PATH", help="The configuration file [default: ~/.config/lasttouch/config.toml].")
@click.version_option(package_name="lasttouch")
@click.pass_context
def lasttouch(ctx: click.Context, config: str | None) -> None:
    """When did we last talk to them, and who needs attention today?

    lasttouch reads your mailboxes and calendars, works out which messages and meetings were real
    exchanges with which contact, and keeps a local log of them.
    """
    if config:
        from lasttouch.terminal.options import note_config  # noqa: PLC0415 - where one is named

        note_config(ctx, None, config)


def complete(asked: str, config: str | None = None) -> int:
    """Offer the shell what could be typed next, by this configuration if it is given; nothing where what stands there
    already is wrong."""
    from click.shell_completion import shell_complete  # noqa: PLC0415 - only when a shell asks

    try:
        return shell_complete(lasttouch, {"obj": config}, "lasttouch", "_LASTTOUCH_COMPLETE", asked)
    except click.UsageError:
        return 1


def run(arguments: list[str], config: str | None = None) -> int:
    """Run a command, by this configuration if it names none, and return its exit code.

    What went wrong is said on standard error.
    """
    as_json = "--json" in arguments
    if not all(map(_is_text, arguments)):
        return fail("usage", "an argument is no text in this terminal's encoding", "write it in UTF-8", 2, as_json)
    try:
        # not lasttouch.main(): that turns a closed pipe into an exit code of its own
        with lasttouch.make_context("lasttouch", list(arguments), obj=config) as context:
            lasttouch.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        return done.exit_code
    except LasttouchError as error:
        if config is not None and isinstance(error, ConfigError):  # what stands there is not for whoever asks
            error = ConfigError(
                "the configuration of the service has mistakes", "whoever keeps the server can see them"
            )
        return fail(error.code, error.message, error.hint, error.exit_code, as_json)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "lasttouch"
        return fail("usage", error.format_message(), f"see: {path} --help", 2, as_json)
    except click.ClickException as error:
        return fail("failed", error.format_message(), "", 1, as_json)
    except (click.Abort, KeyboardInterrupt):
        return fail("interrupted", "interrupted; what was read so far is kept", "", 130, as_json)
    except BrokenPipeError:
        standard_streams.discard()
        return 0
    except Exception as error:  # noqa: BLE001 - told in words, whatever it is
        if isinstance(error, OSError) and standard_streams.is_of_output(error):
            standard_streams.discard()
            hint = "make room where the output goes, or send it elsewhere"
            return fail("output", f"the answer could not be written: {error.strerror}", hint, 1, as_json)
        if os.environ.get("LASTTOUCH_DEBUG"):
            from activity.mistakes import traceback_of  # noqa: PLC0415 - only then

            click.echo(traceback_of(error), err=True)
        hint = "this is a mistake of ours; run it again with LASTTOUCH_DEBUG=1 and report what it prints"
        return fail("internal", "internal error", hint, 1, as_json)
    return 0


def _is_text(argument: str) -> bool:
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True


def fail(code: str, message: str, hint: str, exit_code: int, as_json: bool) -> int:
    """Say it on standard error, as people read it or programs do; the exit code."""
    from lasttouch.terminal.output import clean  # noqa: PLC0415 - only when something went wrong

    if as_json:
        import json  # noqa: PLC0415

        text = json.dumps(in_json(code, message, hint), ensure_ascii=True)
    else:
        lines = [f"lasttouch: {message}", *([f"hint: {hint}"] if hint else [])]
        text = "\n".join(clean(part) for line in lines for part in line.split("\n"))
    click.echo(text, err=True)
    return exit_code
