"""Each of a team sees on the page what the service would answer them, and no more."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from household import ago, mail
from web_world import PAGES, Looked, WebWorld, press

SECRET = "an-offer-nobody-else-knows"


@pytest.fixture
def team(world: WebWorld) -> WebWorld:
    """Ana knows Bob; Ben has a contact of his own, and Ada administers."""
    world.users = {"ana": {}, "ben": {}, "ada": {"role": "administrator"}}
    world.accounts = {"ana": {"owner": "Ana Kim", "user": "ana"}, "ben": {"owner": "Ben Ode", "user": "ben"}}
    world.exchange("ana", "Bob Stone <bob@globex.example>", 40, 4, subject=SECRET)
    world.exchange("ben", "Dana Fox <dana@foxes.example>", 30, 3)
    zoe = mail("ana@acme.example", "ben@acme.example", ago(days=2), "z1@x", "Zoe", Bcc="zoe@hidden.example")
    world.receive("ana", zoe)
    world.sync()
    for user, address, name in (("ana", "bob@globex.example", "Bob Stone"), ("ben", "dana@foxes.example", "Dana Fox")):
        outcome = world.run("contacts", "add", name, address, who=user)
        assert outcome.code == 0, outcome.err
    world.sync()
    return world


def _id(team: WebWorld, user: str, name: str) -> int:
    return int(team.json("last", name, who=user)[0]["id"])


def test_what_is_shared_with_nobody_is_not_there_for_a_colleague(team: WebWorld) -> None:
    looked = Looked(team)
    ben, bob = looked.signed_in("ben"), _id(team, "ana", "Bob Stone")
    for path in (*PAGES, f"/contact/{bob}", "/search?q=Bob+Stone"):
        shown = ben.get(path, follow_redirects=True).text
        assert SECRET not in shown, path
        assert "bob@globex" not in shown, path
        assert "zoe@" not in shown, path
        assert "Bob Stone" not in shown.replace("Search: Bob Stone", "").replace('value="Bob Stone"', ""), path
    absent, hidden = ben.get("/contact/4711"), ben.get(f"/contact/{bob}")
    assert (absent.status_code, hidden.status_code) == (404, 404)
    assert absent.text.replace("4711", "N") == hidden.text.replace(f"#{bob}", "#N")
    assert (
        "1 account shares nothing with you" in hidden.text or "1 account shares nothing with you" in ben.get("/").text
    )
    assert looked.signed_in("ana").get(f"/contact/{bob}").status_code == 200


def test_a_button_reaches_no_further_than_what_is_seen(team: WebWorld) -> None:
    looked = Looked(team)
    ben, bob = looked.signed_in("ben"), _id(team, "ana", "Bob Stone")
    mine = {str(one["activity"]) for one in team.json("log", who="ben")}
    other = next(str(one["activity"]) for one in team.json("log", who="ana") if str(one["activity"]) not in mine)
    before = team.content()
    for path in ("/done", "/snooze", "/ignore", "/note"):
        press(ben, path, what=f"#{bob}", days="7", kind="call")
        press(ben, path, what=other, days="7", kind="call")
    assert team.content() == before


def test_narrowing_holds_for_the_next_look(team: WebWorld) -> None:
    team.accounts["ana"]["share"] = "subjects"
    team.sync()
    looked = Looked(team)
    ana, ben = looked.signed_in("ana"), looked.signed_in("ben")
    bob = _id(team, "ana", "Bob Stone")
    assert team.run("contacts", "edit", "Bob Stone", "--publish", who="ana").code == 0
    assert SECRET in ben.get(f"/contact/{bob}").text
    press(ana, "/sharing/set", level="dates", account="ana", back="/sharing")
    shown = ben.get(f"/contact/{bob}").text
    assert SECRET not in shown
    assert "Ana Kim" in shown
    press(ana, "/sharing/private", what="Bob Stone", back="/sharing")
    assert "Ana Kim" not in ben.get(f"/contact/{bob}").text
    assert "Bob Stone" in ana.get("/sharing").text


def test_what_is_set_without_a_choice_is_what_holds(team: WebWorld) -> None:
    """Nobody takes a share back by pressing the button of a list that they did not touch."""
    ana = Looked(team).signed_in("ana")
    assert '<option value="" selected>' in ana.get("/sharing").text
    press(ana, "/sharing/set", level="dates", account="ana", back="/sharing")
    shown = ana.get("/sharing").text
    assert '<option value="dates" selected>' in shown
    assert shown.count(" selected>") == 1


def test_who_looked_is_shown_to_whom_it_concerns(team: WebWorld) -> None:
    team.accounts["ana"]["share"] = "who"
    team.sync()
    assert team.run("contacts", "edit", "Bob Stone", "--publish", who="ana").code == 0
    looked = Looked(team)
    bob = _id(team, "ana", "Bob Stone")
    looked.signed_in("ana").get(f"/contact/{bob}")
    assert [one for one in team.json("access", who="ana") if one["user"] == "ana"] == []
    looked.signed_in("ben").get(f"/contact/{bob}")
    (line, *_) = team.json("access", who="ana")
    assert (line["user"], line["contact"], line["level"]) == ("ben", "Bob Stone", "who")
    assert line["command"].startswith("web ")
    assert "ben" in looked.signed_in("ana").get("/sharing").text


def test_what_ben_sees_today_is_his_today(team: WebWorld) -> None:
    team.receive("ben", mail("Dana Fox <dana@foxes.example>", "ben@acme.example", ago(days=1), "d9@x", "Again?"))
    team.sync()
    shown = Looked(team).signed_in("ben").get("/").text
    reasons = team.json("today", who="ben")["reasons"]
    assert reasons
    assert re.findall(r'<h3><a href="/contact/(\d+)">', shown) == [str(one["contact"]) for one in reasons]


def test_an_administrator_without_a_mailbox_and_who_is_no_user_any_more_see_no_content(team: WebWorld) -> None:
    looked = Looked(team)
    ada, ben = looked.signed_in("ada"), looked.signed_in("ben")
    for path in ("/", "/contacts", "/sharing"):
        assert ada.get(path).status_code == 403
    assert looked.signed_in("nobody").get("/").status_code == 403
    del team.users["ben"]
    team.accounts["ben"].pop("user")
    team.configure()
    assert ben.get("/").status_code == 403
    assert "Dana" not in ben.get("/contacts").text


def test_each_sees_times_in_the_zone_of_their_own_account(team: WebWorld) -> None:
    """The machine's is Berlin's; what the configuration says of a zone holds at the next look."""
    team.accounts["ben"]["timezone"] = "Asia/Tokyo"
    team.sync()
    at = datetime.fromisoformat(team.json("last", "Dana Fox", who="ben")[0]["last_touch"])
    looked, dana = Looked(team), _id(team, "ben", "Dana Fox")
    ben = looked.signed_in("ben")
    for zone in ("Asia/Tokyo", "America/Lima"):
        team.accounts["ben"]["timezone"] = zone
        team.configure()
        assert f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" in ben.get(f"/contact/{dana}").text
    at = datetime.fromisoformat(team.json("last", "Bob Stone", who="ana")[0]["last_touch"])
    shown = looked.signed_in("ana").get(f"/contact/{_id(team, 'ana', 'Bob Stone')}").text
    assert f"{at.astimezone(ZoneInfo('Europe/Berlin')):%Y-%m-%d %H:%M}" in shown


def test_a_link_is_of_whoever_asks_for_it(team: WebWorld) -> None:
    from lasttouch.keeping.login_links import Links, announce
    from lasttouch.local_time import utc_now

    page = announce(team.database, "http://127.0.0.1:1")
    for who in ("ana", "ben", "ada"):
        url = team.json("web", "login", who=who)["url"]
        assert Links(page).use(url.rpartition("/")[2], utc_now()) == who
    assert team.run("web", "login", who="stranger").code == 1
    assert team.run("web", who="ana").code == 1
