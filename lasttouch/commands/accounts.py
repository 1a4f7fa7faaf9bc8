"""lasttouch accounts list|retire"""

from __future__ import annotations

import click

from activity.errors import UsageError
from lasttouch.commands.opening import administering
from lasttouch.local_time import machine_zone
from lasttouch.terminal.form import Form, form_options, print_answer
from lasttouch.terminal.options import config_option, json_option
from lasttouch.terminal.output import print_json, print_lines
from lasttouch.views import columns


@click.group("accounts")
def command() -> None:
    """The accounts of the log, and giving one up when a colleague leaves.

    Of a team it is for administrators, who see no content.

    \b
    Examples:
      lasttouch accounts list
      lasttouch accounts retire ana --keep dates --yes
    """


@command.command("list")
@form_options
@config_option
def list_(form: Form) -> None:
    """Every account the log knows, those that are read no more as well.

    \b
    Examples:
      lasttouch accounts list
    """
    from lasttouch.keeping.accounts import accounts_listed  # noqa: PLC0415 - what writes takes longer to import
    from lasttouch.views import accounts as view  # noqa: PLC0415

    with administering() as agent:
        given = accounts_listed(agent)
    print_answer(
        form,
        columns.ACCOUNTS,
        lambda: view.as_json(given),
        lambda: view.table(given, machine_zone()),
        lambda: [] if given else ["No account was read yet."],
    )


@command.command("let-in")
@click.argument("user")
@click.option("--role", metavar="ROLE", help="The role of the PostgreSQL that is theirs.")
@click.option("--undo", is_flag=True, help="Let them in no more.")
@json_option
@config_option
def let_in(user: str, role: str | None, undo: bool, as_json: bool) -> None:
    """Let a user read the log's PostgreSQL by a role of their own.

    They find what they may see in a schema of theirs, LOG_as_ROLE, and nothing in any other. It is
    kept up by whatever reads mail and calendars; as soon as somebody shares more or less it is
    empty until then.

    \b
    Examples:
      lasttouch accounts let-in ben --role ben
      lasttouch accounts let-in ben --undo
    """
    from lasttouch.keeping import letting_in  # noqa: PLC0415 - what writes takes longer to import
    from lasttouch.views import accounts as view  # noqa: PLC0415

    if (role is None) != undo:
        raise UsageError("say which role it is, or --undo", "lasttouch accounts let-in USER --role ROLE")
    with administering() as agent:
        done = letting_in.let_in(agent, user, role)
    if as_json:
        print_json(view.let_in_as_json(done))
    else:
        print_lines([view.let_in_text(done)])


@command.command("retire")
@click.argument("name")
@click.option("--keep", type=click.Choice(["dates", "nothing"]), required=True, help="What is left of it.")
@click.option("--yes", is_flag=True, help="Needed: it cannot be undone.")
@json_option
@config_option
def retire(name: str, keep: str, yes: bool, as_json: bool) -> None:
    """Give up an account that the configuration names no more.

    What another account holds stays with that. Of the rest `dates` keeps what sets a contact's
    dates, without subjects and headers, for colleagues as far as its user shared them; `nothing`
    keeps nothing. This cannot be undone.

    \b
    Examples:
      lasttouch accounts retire ana --keep dates --yes
      lasttouch accounts retire ana --keep nothing --yes --json
    """
    from lasttouch.keeping import accounts  # noqa: PLC0415 - what writes takes longer to import
    from lasttouch.views import accounts as view  # noqa: PLC0415

    if not yes:
        raise UsageError("this cannot be undone, so --yes is needed", "nothing was changed")
    with administering() as agent:
        done = accounts.retire(agent, name, keep == "dates")
    if as_json:
        print_json(view.retired_as_json(done))
    else:
        print_lines([view.retired_text(done)])
