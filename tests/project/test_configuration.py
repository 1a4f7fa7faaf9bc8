"""A configuration that was checked once is read without pydantic, and comes out the same."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activity.errors import ConfigError
from lasttouch.configuration.checking import checked
from lasttouch.configuration.config_file import DEFAULT_DATABASE, ConfigFile
from lasttouch.configuration.options import Config

ROOT = Path(__file__).parents[2]
WHOLE = """
database = "~/log.db"
internal_domains = ["ACME.example", "bücher.example"]
forms = ["Web@acme.example"]
backfill = "18w"
horizon = "12h"
never_log = ["*@Health.example", "lawyer+x@gmail.com", "secret.example"]
broadcast_over = 3
large_meeting_over = 9
unanswered_invitations = "ignore"
titles = "count"
correction_window = "1d"
store_unmatched = false
store_subjects = false
contacts_from = "two-way"
share_at_most = "who"

[metrics]
listen = "[::1]:9464"

[web]
url = "https://touch.acme.example"

[web.provider]
issuer = "https://login.acme.example"
client_id = "lasttouch"
client_secret_env = "PROVIDER_SECRET"

[[users]]
name = "ana"
os_user = "kim"
email = "Ana@ACME.example"
teams = ["sales"]
role = "steward"

[[accounts]]
name = "ana"
owner = "Ana Kim"
addresses = ["Ana@ACME.example", '"ana.kim"@bücher.example']
timezone = "Europe/Berlin"
exclude_mailboxes = ["Private"]
private_events = "time-only"
poll_every = "90s"
keep = "3y"
user = "ana"
readers = ["ana"]
share = { everybody = "dates", sales = "subjects" }

[accounts.imap]
host = "imap.acme.example"
port = 1993
security = "starttls"
username = "ana"
token_command = "token"

[accounts.caldav]
url = "ana@acme.example"
username = "ana"
password_file = "secret"

[accounts.carddav]
url = "https://dav.acme.example/"
username = "ana"
password_env = "SECRET"
address_books = ["Work"]

[[accounts.calendar_urls]]
name = "Team"
url = "webcal://acme.example/team.ics"

[[accounts.calendar_urls]]
name = "Mine"
url_env = "MINE"

[[accounts.files]]
path = "~/Mail"

[[accounts]]
name = "ben"
addresses = ["ben@acme.example"]
share = "none"
[[accounts.files]]
path = "ben"
"""


def checked_and_read(data: dict[str, Any]) -> Config:
    """What comes out of these tables, the same whether they are checked or were before."""
    read = Config.of_checked(data)
    assert asdict(checked(ConfigFile(Path("/x/config.toml"), "", data))) == asdict(read)
    return read


def test_whatever_an_option_may_hold_is_read_as_it_was_checked() -> None:
    read = checked_and_read(tomllib.loads(WHOLE))
    assert read.never_log == ["*@health.example", "lawyer+x@gmail.com", "secret.example"]
    assert read.accounts[0].addresses == ["ana@acme.example", '"ana.kim"@xn--bcher-kva.example'.replace('"', "")]
    assert read.accounts[0].caldav is not None
    assert read.accounts[0].kinds == ["carddav", "imap", "caldav", "calendar_urls", "files"]


def test_the_example_is_read_as_it_was_checked() -> None:
    checked_and_read(tomllib.loads((ROOT / "config.example.toml").read_text(encoding="utf-8")))


_OPTIONS = {
    "backfill": st.builds("{}{}".format, st.integers(1, 900), st.sampled_from("smhdwy")),
    "internal_domains": st.lists(st.from_regex(r"[A-Za-zé]{1,9}\.[a-z]{2,5}", fullmatch=True), max_size=3),
    "never_log": st.lists(st.sampled_from(["*@x.example", "A@B.example", "b.example", "@c.example"]), max_size=3),
    "forms": st.lists(st.from_regex(r"[A-Za-z.+é]{1,5}@[A-Z]{1,5}\.example", fullmatch=True), max_size=3),
    "broadcast_over": st.integers(-1, 60),
    "titles": st.sampled_from(["suggest", "count", "ignore", "other"]),
    "store_subjects": st.booleans(),
}


@settings(deadline=None)
@given(st.fixed_dictionaries({}, optional=_OPTIONS))
def test_what_is_valid_is_read_as_it_was_checked(options: dict[str, Any]) -> None:
    data = {**options, "accounts": [{"name": "a", "addresses": ["a@b.example"], "files": [{"path": "x"}]}]}
    try:
        checked(ConfigFile(Path("/x/config.toml"), "", data))
    except ConfigError:
        return
    checked_and_read(data)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("broadcast_over = 0", "broadcast_over: 0 is too few; write 1 or more"),
        ('broadcast_over = "3"', "broadcast_over: Input should be a valid integer"),
        ("store_subjects = 1", "store_subjects: Input should be a valid boolean"),
        ('titles = "some"', "titles: Input should be 'suggest', 'count' or 'ignore'"),
        ('[metrics]\nlisten = "9464"', "metrics.listen: '9464' is no place to listen"),
    ],
)
def test_a_value_that_may_not_stand_there_is_named_with_its_place(option: str, said: str) -> None:
    text = f'{option}\n[[accounts]]\nname = "a"\naddresses = ["a@b.example"]\nfiles = [{{path = "x"}}]\n'
    with pytest.raises(ConfigError) as caught:
        checked(ConfigFile(Path("/x/config.toml"), text, tomllib.loads(text)))
    assert said in caught.value.message


def test_what_was_checked_is_read_without_pydantic() -> None:
    program = (
        "import sys; from lasttouch.configuration.options import Config;"
        "Config.of_checked({'accounts': [{'name': 'a', 'addresses': ['a@b.example']}]});"
        "sys.exit('pydantic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('database = "x.db"\n[[accounts]]', "x.db"),
        ("  database='~/x.db' # here", "~/x.db"),
        ('# database = "old.db"\n', DEFAULT_DATABASE),
        ('backfill = "2y"\n', DEFAULT_DATABASE),
    ],
)
def test_where_the_log_is_need_not_be_parsed_where_it_is_written_plainly(text: str, named: str) -> None:
    file = ConfigFile(Path("/x/config.toml"), text)
    assert file.apparent_database == Path("/x") / Path(named).expanduser()
    assert "data" not in vars(file)


@pytest.mark.parametrize(
    "text",
    [
        '"database" = "q.db"', "database = 'a\\b.db'", 'database = "a\\tb.db"', "database = 7", 'a.database = "z"',
        '[targets]\ndatabase = "x.db"', '  [targets]\ndatabase = "x.db"', 'titles = """\ndatabase = "x.db"\n"""',
        "titles = '''\ndatabase = 'x.db'\n'''", 'internal_domains = ["database.example"]',
        'database = "x.db" # the database', '# a database\ndatabase = "x.db"\n[t]\ndatabase = "y"',
        'database = """\nx.db"""',
    ],
)  # fmt: skip
def test_what_a_text_looks_like_is_what_it_says(text: str) -> None:
    file = ConfigFile(Path("/x/config.toml"), text)
    assert file.apparent_database == file.database
