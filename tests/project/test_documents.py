"""What is written about the program is true of it."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from lasttouch.configuration.cloud_options import Microsoft, SignIn
from lasttouch.configuration.config import load_config
from lasttouch.configuration.options import Account, Config, Files, Mcp, Metrics
from lasttouch.configuration.rights_options import User
from lasttouch.configuration.sections import Section
from lasttouch.configuration.server_options import PASSWORD_WAYS, Caldav, CalendarUrl, Carddav, Imap
from lasttouch.configuration.target_options import Target
from lasttouch.configuration.web_options import Provider, Web
from lasttouch.terminal.command_line import COMMANDS, lasttouch

ROOT = Path(__file__).parents[2]
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
EXAMPLE = (ROOT / "config.example.toml").read_text(encoding="utf-8")
SECTIONS: dict[str, type[Section]] = {
    "": Config,
    "accounts": Account,
    "accounts.imap": Imap,
    "accounts.caldav": Caldav,
    "accounts.carddav": Carddav,
    "accounts.microsoft": Microsoft,
    "accounts.sign_in": SignIn,
    "accounts.calendar_urls": CalendarUrl,
    "accounts.files": Files,
    "mcp": Mcp,
    "metrics": Metrics,
    "web": Web,
    "web.provider": Provider,
    "users": User,
    "targets": Target,
}


def _with_all_options_live() -> str:
    """The example with every commented option made live."""
    return re.sub(r"^# (?=(\[|[a-z_]+ = ))", "", EXAMPLE, flags=re.MULTILINE)


def _sections(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"": set()}
    section = ""
    for line in text.splitlines():
        if match := re.match(r"\[+([a-z._]+)\]+", line):
            section = match[1]
            found.setdefault(section, set())
        elif match := re.match(r"([a-z_]+) = ", line):
            found[section].add(match[1])
    return found


def test_the_example_configuration_is_valid_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(EXAMPLE, encoding="utf-8")
    assert load_config(path).config.accounts[0].name == "ana"


@pytest.mark.parametrize("section", SECTIONS)
def test_the_example_configuration_shows_every_option_and_no_other(section: str) -> None:
    tables = {name.rpartition(".")[2] for name in SECTIONS if name.rpartition(".")[0] == section}
    fields = {field.name for field in dataclasses.fields(SECTIONS[section])} - tables
    assert _sections(_with_all_options_live())[section] == fields


def test_the_defaults_in_the_example_are_the_defaults() -> None:
    shown = tomllib.loads(re.sub(r"^# (?=[a-z_]+ = )", "", EXAMPLE.partition("[[accounts]]")[0], flags=re.MULTILINE))
    examples = {"internal_domains", "never_log", "share_at_most", *PASSWORD_WAYS}
    for name in set(shown) - examples:
        default = getattr(Config(accounts=[]), name)
        made = Config.of_checked({name: shown[name], "accounts": [_ACCOUNT]})
        assert getattr(made, name) == default, name


_ACCOUNT = {"name": "a", "addresses": ["a@b.example"], "files": [{"path": "x"}]}


def _commands() -> list[tuple[str, click.Command]]:
    context = click.Context(lasttouch, info_name="lasttouch")
    found: list[tuple[str, click.Command]] = []
    for name in COMMANDS:
        command = lasttouch.get_command(context, name)
        assert command is not None
        found.append((name, command))
        if isinstance(command, click.Group):
            found += [(f"{name} {sub}", command.commands[sub]) for sub in command.commands]
    return found


@pytest.mark.parametrize(("name", "command"), _commands(), ids=[name for name, _ in _commands()])
def test_every_command_says_in_its_help_how_it_is_used(name: str, command: click.Command) -> None:
    shown = CliRunner().invoke(lasttouch, [*name.split(), "--help"]).output
    assert f"lasttouch {name}" in shown.partition("Examples:")[2], shown
    assert command.help


@pytest.mark.parametrize("name", [name for name, _ in _commands()])
def test_every_command_is_documented(name: str) -> None:
    assert f"lasttouch {name}" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [name for name, command in _commands() if not isinstance(command, click.Group)])
def test_every_command_answers_in_json_and_its_shape_is_documented(name: str) -> None:
    assert "--json" in CliRunner().invoke(lasttouch, [*name.split(), "--help"]).output
    assert f"## {name}\n" in (ROOT / "docs" / "json.md").read_text(encoding="utf-8")


def test_the_links_between_the_documents_lead_somewhere() -> None:
    for page in [ROOT / "README.md", CONTRIBUTING, *(ROOT / "docs").rglob("*.md")]:
        for target, part in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", page.read_text(encoding="utf-8")):
            there = page.parent / target if target else page
            assert there.exists(), f"{page.relative_to(ROOT)} links to {target}"
            assert not part or part in _parts(there), f"{page.relative_to(ROOT)} links to {target}#{part}"


def _parts(page: Path) -> set[str]:
    """What its headings are linked by."""
    titles = re.findall(r"^#+ (.*)", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_decision_is_dated_and_stands_in_their_index() -> None:
    folder = ROOT / "docs" / "decisions"
    decisions = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    index = decisions.pop("README.md")
    assert len(decisions) > 20
    for name, text in decisions.items():
        assert text.startswith(f"# {name[:10]}: "), name
        assert re.search(rf"^\| \[{name[:10]}: .*\]\({name}\) \|", index, re.MULTILINE), name
        assert len(text.splitlines()) <= 90, f"{name} is long: what in it is another decision?"


def test_what_the_architecture_names_is_where_it_says() -> None:
    """A path begins at the top, in `lasttouch/`, or in the folder that its part of the table
    names."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert 60 <= len(page.splitlines()) <= 130
    folder = ""
    for line in page.splitlines():
        if part := re.match(r"\| \*\*.*?\*\* \| (.*)", line):
            named = re.search(r"`([a-z_/]+/)`", part[1])
            folder = named[1] if named else ""
        for name in re.findall(r"`([a-z0-9_/]+(?:\.py|/))`", line):
            assert any((ROOT / start / name).exists() for start in ("", "lasttouch", folder)), name


def test_the_architecture_names_every_room() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = {path.parent for path in ROOT.rglob("__init__.py") if not {".venv", "build"} & set(path.parts)}
    assert len(rooms) > 30
    for room in rooms:
        assert f"{room.name}/" in page, room


def test_the_files_a_contributor_is_sent_to_are_there() -> None:
    """All but those of its examples, a book of letters and `lasttouch owners`."""
    named = re.findall(r"`([a-z_/.]+/[a-z_]*(?:\.[a-z]+)?)`", CONTRIBUTING.read_text(encoding="utf-8"))
    found = [name for name in named if "letter_books" not in name and "owners" not in name]
    assert len(found) > 20
    for name in found:
        assert (ROOT / name).exists(), name
