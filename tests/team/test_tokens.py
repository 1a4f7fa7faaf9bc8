"""Tokens of programs: what they are good for, for how long, and that they go with whom they
concern."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from colleagues import Colleagues

from lasttouch.keeping.tokens import Unauthorized, bearer
from lasttouch.local_time import utc_now
from store.database import open_for_reading

BOB, ANA = "bob@globex.example", "ana@acme.example"


@pytest.fixture
def here(colleagues: Colleagues) -> Colleagues:
    colleagues.receive("ana", BOB, ANA, 5, message_id="b1@globex.example")
    colleagues.sync()
    return colleagues


def _made(here: Colleagues, who: str, name: str, *more: str) -> str:
    return str(here.ok(who, "tokens", "add", name, *(more or ("--scope", "read")))["token"])


def _whose(here: Colleagues, secret: str, scope: str = "read", later: timedelta = timedelta()) -> str | None:
    """Whose token it is; "nobody's" where it is not good."""
    try:
        return bearer(here.config, secret, scope, utc_now() + later)
    except Unauthorized:
        return "nobody's"


def _tokens(here: Colleagues) -> list[Any]:
    with closing(open_for_reading(here.folder / "log.db")) as log:
        return [name for (name,) in log.execute("SELECT name FROM token ORDER BY id")]


def test_a_token_is_its_users_for_what_it_was_made_for_until_it_expires(here: Colleagues) -> None:
    secret = _made(here, "ana", "crm", "--scope", "mcp", "--scope", "read", "--expires", "2d")
    assert [_whose(here, secret, scope) for scope in ("read", "mcp", "feed")] == ["ana", "ana", "nobody's"]
    assert _whose(here, secret, later=timedelta(days=1, hours=23)) == "ana"
    assert _whose(here, secret, later=timedelta(days=2, minutes=1)) == "nobody's"
    for other in ("", "x", secret[:-1], secret + "A", secret.swapcase(), "lt_" + "A" * 43):
        assert _whose(here, other) == "nobody's"


def test_nothing_from_which_a_token_could_be_had_is_kept_or_shown_again(here: Colleagues) -> None:
    secret = _made(here, "ana", "crm")
    kept = b"".join(path.read_bytes() for path in here.folder.rglob("*") if path.is_file())
    assert secret.encode() not in kept
    assert secret.removeprefix("lt_").encode() not in kept
    (listed,) = here.ok("ana", "tokens", "list")
    assert (listed["name"], listed["user"], listed["scopes"]) == ("crm", "ana", ["read"])
    assert secret not in str(listed)


def test_a_revoked_token_is_good_for_nothing_from_then_on(here: Colleagues) -> None:
    secret, other = _made(here, "ana", "crm"), _made(here, "ana", "phone")
    assert [one["name"] for one in here.ok("ana", "tokens", "revoke", "crm")] == ["crm"]
    assert [_whose(here, secret), _whose(here, other)] == ["nobody's", "ana"]
    assert here.run("ana", "tokens", "revoke", "crm").code == 6


def test_each_has_their_own_and_an_administrator_takes_any_back(here: Colleagues) -> None:
    secret = _made(here, "ana", "crm")
    assert here.ok("ben", "tokens", "list") == []
    assert here.run("ben", "tokens", "revoke", "crm").code == 6
    (known,) = here.ok("root", "tokens", "list")
    assert known["user"] == "ana"
    assert here.run("ben", "tokens", "revoke", str(known["id"])).code == 6
    here.ok("root", "tokens", "revoke", str(known["id"]))
    assert _whose(here, secret) == "nobody's"
    assert here.direct("tokens", "add", "mine", "--scope", "read").code == 1  # whose would it be?
    here.refused(None, "tokens", "list")


@pytest.mark.parametrize("expires", ["0s", "5y", "soon", "-1d"])
def test_a_token_is_good_for_a_year_at_most(here: Colleagues, expires: str) -> None:
    assert here.run("ana", "tokens", "add", "crm", "--scope", "read", "--expires", expires).code == 2
    assert _tokens(here) == []


def test_a_name_is_given_once(here: Colleagues) -> None:
    _made(here, "ana", "crm")
    _made(here, "ben", "crm")
    assert here.run("ana", "tokens", "add", "crm", "--scope", "read").code == 2
    assert here.run("ana", "tokens", "add", "a\nb", "--scope", "read").code == 2


def test_who_is_no_user_any_more_has_no_token_and_once_retired_none_is_left(here: Colleagues) -> None:
    secret, bens = _made(here, "ana", "crm"), _made(here, "ben", "bens")
    del here.accounts["ana"], here.users["ana"]
    here.sync()
    assert [_whose(here, secret), _whose(here, bens)] == ["nobody's", "ben"]
    assert sorted(_tokens(here)) == ["bens", "crm"]
    here.ok("root", "accounts", "retire", "ana", "--keep", "dates", "--yes")
    assert _tokens(here) == ["bens"]


def test_a_token_named_after_somebody_is_gone_with_them(here: Colleagues) -> None:
    here.ok("ana", "contacts", "add", "Bob Stone", BOB)
    for name in (f"about {BOB}", "for bob stone", "crm"):
        _made(here, "ana", name)
    here.ok("ana", "contacts", "forget", BOB, "--yes")
    assert _tokens(here) == ["crm"]


def test_one_keepers_token_is_nobodys_once_there_are_users(tmp_path: Path) -> None:
    here = Colleagues(tmp_path)
    users, here.users = here.users, {}
    accounts, here.accounts = here.accounts, {"ana": {}}
    here.receive("ana", BOB, ANA, 5)
    here.sync()
    secret = str(here.direct("tokens", "add", "crm", "--scope", "read", "--json").json["token"])
    assert _whose(here, secret) is None
    here.users, here.accounts = users, accounts
    here.sync()
    assert _whose(here, secret) == "nobody's"
