"""A link that is good once, for ten minutes, and a session after it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lasttouch.configuration.config import load_config
from lasttouch.keeping import login_links
from lasttouch.keeping.login_links import Page, new_link
from lasttouch.keeping.reading import reading
from lasttouch.local_time import utc_now
from lasttouch.web import sessions
from lasttouch.web.listening import on_this_machine
from lasttouch.web.serving import announced
from store import database
from web_world import BASE, PAGES, Looked, WebWorld, press


@pytest.fixture
def empty(world: WebWorld) -> Looked:
    world.sync()
    return Looked(world)


def test_a_link_signs_in_once(empty: Looked) -> None:
    link = empty.link()
    client = empty.client()
    answer = client.get(link)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert client.get("/").status_code == 200
    again = empty.client()
    assert again.get(link).status_code == 403
    assert again.get("/").status_code == 401


def test_an_old_link_a_forged_one_and_one_of_another_page_are_refused(empty: Looked) -> None:
    old = empty.link()
    empty.now = utc_now() + timedelta(minutes=10, seconds=2)
    client = empty.client()
    assert client.get(old).status_code == 403
    empty.now = None
    other = new_link(Page(BASE, 1, b"o" * 32), None, utc_now()).removeprefix(BASE)
    good = empty.link()
    forged = good[:-2] + ("AA" if good[-2:] != "AA" else "BB")
    for link in (other, forged, "/login/x", "/login/a.b", "/login/é.é", "/login/a.b.c"):
        assert client.get(link).status_code == 403, link
        assert client.get("/").status_code == 401
    assert client.get(good).status_code == 303


def test_nobody_sees_anything_before_they_are_signed_in(looked: Looked) -> None:
    client = looked.client()
    before = looked.world.content()
    for path in PAGES:
        answer = client.get(path)
        assert answer.status_code == 401, path
        assert "Bob" not in answer.text.replace("bob", "")
    for button in ("/done", "/snooze", "/ignore", "/note", "/add", "/undo", "/sharing/set"):
        assert press(client, button, what="#1", days="7", kind="call").status_code == 401
    assert looked.world.content() == before


def test_a_session_ends_with_signing_out_and_when_it_is_not_used(empty: Looked) -> None:
    client = empty.signed_in()
    assert press(client, "/sign-out").status_code == 200
    assert client.get("/").status_code == 401
    client = empty.signed_in()
    empty.now = utc_now() + sessions.IDLE + timedelta(minutes=1)
    assert client.get("/").status_code == 401


def test_too_many_sessions_end_the_one_that_was_not_used_for_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST", 2)
    held, now = sessions.Sessions(), utc_now()
    first, second = held.begin(None, now), held.begin("ana", now)
    assert held.find(first, now) is not None
    held.begin("ben", now)
    assert held.find(second, now) is None
    assert held.find(first, now) is not None


def test_the_page_that_runs_is_found_beside_the_log_and_by_its_owner_alone(world: WebWorld) -> None:
    world.sync()
    assert world.run("web", "login").code == 1
    page = login_links.announce(world.database, "http://127.0.0.1:1")
    beside = login_links.file_beside(world.database)
    assert beside.stat().st_mode & 0o777 == 0o600
    given = world.json("web", "login")
    assert given["url"].startswith("http://127.0.0.1:1/login/")
    assert login_links.Links(page).use(given["url"].rpartition("/")[2], utc_now()) is None
    login_links.announce(world.database, "http://127.0.0.1:2")
    login_links.withdraw(world.database, page)
    assert beside.exists(), "another page has begun since"
    beside.write_text("{")
    assert world.run("web", "login").code == 1


def test_a_page_keeps_little_of_the_log_in_memory(world: WebWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is there for days, and each of its threads has the log open for itself."""
    monkeypatch.setattr(database._Readers, "cache_kib", database.READER_CACHE_KIB)
    world.sync()
    with announced(load_config(world.config), on_this_machine(0)), reading(world.config, str, str) as log:
        (pages,) = log.execute("PRAGMA cache_size").fetchone()
    assert -pages == database.SPARING_CACHE_KIB < database.READER_CACHE_KIB / 4
