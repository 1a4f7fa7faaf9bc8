"""Users of a configuration: what may stand there, what the log keeps of it, and who may ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from activity.errors import ConfigError, NotPermitted
from activity.sharing import Level
from config_lines import account, files, head, table
from lasttouch.configuration.config import load_config
from lasttouch.keeping.opening import opened
from lasttouch.keeping.viewing import scope_of
from store import own_words, settings
from store.database import open_for_reading
from store.log import EVERYTHING, Log, Scope
from store.own_words import Speaker
from store.transactions import writing
from store.viewers import granted_to

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
Configured = Callable[..., Path]


@pytest.fixture
def configured(tmp_path: Path) -> Configured:
    """Writes a configuration of accounts "ana", "ben", "info", and follows it."""

    def write(*users: str, top: str = "", ana: str = "", ben: str = "", info: str = "") -> Path:
        config = tmp_path / "config.toml"
        accounts = [account(name, more, files("x")) for name, more in (("ana", ana), ("ben", ben), ("info", info))]
        config.write_text(head("log.db") + top + "".join(accounts) + "".join(users))
        with opened(load_config(config), lambda: NOW):
            return config

    return write


def user(name: str, **more: object) -> str:
    return table("[[users]]", **{"name": name, "os_user": f"{name}-os", **more})


THREE = user("ana", teams=["sales"]), user("ben", teams=["sales", "support"]), user("cleo")
OWN = {"ana": 'user = "ana"\n', "ben": 'user = "ben"\n'}


def _scope(config: Path, name: str) -> Scope:
    log = open_for_reading(config.with_name("log.db"))
    try:
        return scope_of(log, name)
    finally:
        log.close()


def test_without_users_one_keeper_sees_everything(configured: Configured) -> None:
    config = configured()
    assert _scope(config, "anybody") is EVERYTHING


def test_each_sees_their_own_and_a_shared_mailbox_and_of_others_what_these_grant(configured: Configured) -> None:
    config = configured(
        *THREE,
        ana=OWN["ana"] + 'share = {everybody = "dates", support = "who"}\n',
        ben=OWN["ben"],
        info='readers = ["ana", "ben"]\n',
    )
    ana, ben, cleo = (_scope(config, f"{name}-os") for name in ("ana", "ben", "cleo"))
    assert (ana.viewer, ana.levels, ana.hidden_accounts) == ("ana", ((1, Level.OWN), (3, Level.OWN)), 1)
    assert (ben.levels, ben.hidden_accounts) == (((1, Level.WHO), (2, Level.OWN), (3, Level.OWN)), 0)
    assert (cleo.levels, cleo.hidden_accounts) == (((1, Level.DATES),), 2)


def test_no_share_goes_beyond_the_ceiling_and_a_change_holds_at_once(configured: Configured) -> None:
    share = OWN["ana"] + 'share = "subjects"\n'
    config = configured(*THREE, ana=share, top='share_at_most = "dates"\n')
    assert _scope(config, "ben-os").levels == ((1, Level.DATES),)
    config = configured(*THREE, ana=share)
    assert _scope(config, "ben-os").levels == ((1, Level.SUBJECTS),)
    config = configured(*THREE, ana=OWN["ana"])
    assert _scope(config, "ben-os").levels == ()


def test_whoever_is_no_user_learns_nothing_and_an_administrator_without_a_mailbox_no_content(
    configured: Configured,
) -> None:
    config = configured(*THREE, user("root", role="administrator"), ana=OWN["ana"] + 'share = "who"\n')
    told = set()
    for stranger in ("nobody", "ana", "", "root", None):
        with pytest.raises(NotPermitted) as caught:
            _scope(config, stranger)  # type: ignore[arg-type] # the system may have no name for who asks
        told.add((str(caught.value), caught.value.hint))
    assert len(told) == 1
    with pytest.raises(NotPermitted, match="administrator"):
        _scope(config, "root-os")
    config = configured(*THREE, user("root", role="administrator"), ben='user = "root"\n')
    assert _scope(config, "root-os").levels == ((2, Level.OWN),)


def test_a_user_who_is_named_no_more_asks_no_more(configured: Configured) -> None:
    config = configured(*THREE)
    assert _scope(config, "cleo-os").viewer == "cleo"
    config = configured(*THREE[:2])
    with pytest.raises(NotPermitted):
        _scope(config, "cleo-os")
    config = configured()
    assert _scope(config, "cleo-os") is EVERYTHING


@pytest.mark.parametrize(
    ("granted", "narrowed", "at_most", "level"),
    [
        ({"": "who"}, {}, None, "who"),
        ({"": "dates", "sales": "subjects"}, {}, None, "subjects"),
        ({"": "who", "support": "subjects"}, {}, None, "who"),
        ({"": "who"}, {"": "dates"}, None, "dates"),
        ({"": "who"}, {"": "subjects"}, None, "who"),  # nobody widens what the configuration says
        ({"": "who"}, {"sales": "none"}, None, "none"),
        ({"": "who"}, {"": "none", "sales": "dates"}, None, "dates"),
        ({"": "who"}, {"support": "none"}, None, "who"),
        ({"": "subjects"}, {"": "who"}, "dates", "dates"),
        (None, {}, "who", "none"),
        (None, {"": "subjects"}, "dates", "dates"),  # within a ceiling it is for the account's user to say
        (None, {"": "subjects"}, None, "none"),
    ],
)
def test_what_is_granted_is_narrowed_and_never_widened(
    granted: dict[str, str] | None, narrowed: dict[str, str], at_most: str | None, level: str
) -> None:
    def levels(names: dict[str, str]) -> dict[str, Level]:
        return {team: Level[name.upper()] for team, name in names.items()}

    found = granted_to(
        {"", "sales"},
        None if granted is None else levels(granted),
        levels(narrowed),
        None if at_most is None else Level[at_most.upper()],
    )
    assert found == Level[level.upper()]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (user("ana") + user("ana", os_user="x"), "users[1] (ana).name: two users are named 'ana'"),
        (user("ana") + user("ben", os_user="ana-os"), "users[1] (ben).os_user: two users have the system's user"),
        (user("ana", role="king"), "users[0] (ana).role: Input should be 'member', 'steward' or 'administrator'"),
        (user("ana", rank=1), "users[0] (ana).rank: no such option"),
    ],
)
def test_what_is_wrong_with_users_is_told(configured: Configured, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        configured(text)
    assert said in str(caught.value)


def test_what_is_wrong_with_shares_is_told_with_all_else(configured: Configured) -> None:
    with pytest.raises(ConfigError) as caught:
        configured(
            user("ana"),
            ana='user = "dora"\nshare = "all"\n',
            ben='readers = ["ana", "eve"]\nshare = {sales = "who"}\n',
        )
    told = str(caught.value)
    for said in (
        "accounts[0] (ana).user: there is no user 'dora'",
        "accounts[0] (ana).share: 'all' is no level; write one of none, dates, who, subjects",
        "accounts[1] (ben).readers: there is no user 'eve'",
        "accounts[1] (ben).share: no user is in a team 'sales'",
    ):
        assert said in told
    with pytest.raises(ConfigError) as caught:
        configured(top='share_at_most = "who"\n', ana='share = "who"\n', ben='user = "ben"\n')
    told = str(caught.value)
    for where in ("share_at_most", "accounts[0] (ana).share", "accounts[1] (ben).user"):
        assert f"{where}: it says nothing without users" in told


def _cadences(log: Log) -> list[tuple[int, int]]:
    return log.execute("SELECT user_id, value FROM said_of_contact ORDER BY user_id").fetchall()


def test_words_said_before_there_were_users_are_the_account_s_user_s_and_come_back(configured: Configured) -> None:
    config = configured()
    with opened(load_config(config), lambda: NOW) as agent, writing(agent.connection):
        agent.connection.execute("INSERT INTO contact (id, name) VALUES (7, 'Bob')")
        own_words.say_of_contact(agent.connection, agent.log, 7, "cadence", Speaker(NOW, 2), 30)
        own_words.set_default_cadence(agent.connection, 90)
    config = configured(*THREE, ben=OWN["ben"])
    with opened(load_config(config), lambda: NOW) as agent:
        assert _cadences(agent.log) == [(2, 30)]
        assert [settings.read(agent.log, f"cadence:{number}") for number in (1, 2, 3)] == ["90"] * 3
    config = configured()
    with opened(load_config(config), lambda: NOW) as agent:
        assert _cadences(agent.log) == [(0, 30)]
        assert [settings.read(agent.log, name) for name in ("cadence", "cadence:2")] == ["90", None]
