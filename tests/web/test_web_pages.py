"""What the pages show is what the commands answer; to look changes nothing, and a button does what
its word says."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest

from household import ago, mail
from lasttouch.answers.heat import heat
from lasttouch.keeping.reading import reading
from web_world import HOSTILE, PAGES, Looked, WebWorld, press

BERLIN = ZoneInfo("Europe/Berlin")
CONTACTS = {"Bob Stone": 1, "Carla Mendes": 2, "Grace Liu": 3}


def _text(page: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", page))


def test_every_page_is_shown_and_no_look_changes_the_log(looked: Looked) -> None:
    client = looked.signed_in()
    before = looked.world.content()
    for path in PAGES:
        answer = client.get(path)
        if path == "/search?q=bob":
            assert answer.headers["location"] == "/contact/1"
            continue
        assert answer.status_code == 200, (path, answer.text)
        assert answer.text.count("<h1>") == 1
    assert looked.world.content() == before


def test_today_is_today(looked: Looked) -> None:
    """Each name, sentence and activity of `today --json`, in its order, and no other."""
    shown = looked.signed_in().get("/").text
    today = looked.world.json("today")
    assert today["reasons"]
    assert re.findall(r'<h3><a href="/contact/(\d+)">', shown) == [str(one["contact"]) for one in today["reasons"]]
    text = _text(shown)
    for one in today["reasons"]:
        sentence = one["because"].replace(HOSTILE, "")
        assert sentence[1:60] in text
        assert f'href="/activity/{one["activity"]}"' in shown
    assert [one["subject"] for one in today["meetings"]] == re.findall(
        r'clock">.*?href="/activity/\d+">(.*?)</a>', shown
    )


def test_the_dates_of_a_contact_are_those_of_last_each_with_its_proof(looked: Looked) -> None:
    client = looked.signed_in()
    for name, number in CONTACTS.items():
        (last,) = looked.world.json("last", name)
        (why,) = looked.world.json("why", name)
        shown = client.get(f"/contact/{number}").text
        for date in ("last_inbound", "last_outbound", "last_meeting", "next_meeting", "last_two_way"):
            if last[date] is not None:
                assert f'datetime="{last[date]}"' in shown, (name, date)
                proof = why["dates"][date]
                assert f'<a href="/activity/{proof["activity"]}">' in shown
                assert proof["reason"] in unescape(shown)


def test_done_takes_somebody_from_today_and_undo_brings_them_back(looked: Looked) -> None:
    client, world = looked.signed_in(), looked.world
    (owed,) = [one for one in world.json("today")["reasons"] if one["name"] == "Grace Liu"]
    answer = press(client, "/done", what=str(owed["activity"]), back="/")
    assert answer.status_code == 303
    shown = client.get("/").text
    assert "Grace Liu" not in shown
    assert f"Done: activity {owed['activity']}." in _text(shown)
    assert f"Done: activity {owed['activity']}." not in _text(client.get("/").text), "it is said once"
    assert "Grace Liu" not in [one["name"] for one in world.json("today")["reasons"]]
    press(client, "/undo", word="done", what=str(owed["activity"]), back="/")
    assert owed in world.json("today")["reasons"]


@pytest.mark.parametrize(
    ("word", "fields"),
    [
        ("snooze", {"days": "14"}),
        ("ignore", {}),
        ("done", {}),
        ("note", {"kind": "call", "about": "lunch"}),
        ("cadence", {"days": "30"}),
    ],
)
def test_each_word_is_kept_as_the_command_keeps_it_and_its_undo_stands_beside_it(
    looked: Looked, word: str, fields: dict[str, str]
) -> None:
    client, world = looked.signed_in(), looked.world
    before = world.json("why", "Bob Stone")[0]
    press(client, f"/{word}", what="#1", back="/contact/1", **fields)
    shown = client.get("/contact/1").text
    said = world.json("why", "Bob Stone")[0]
    if word == "note":
        assert said["last_touch_kind"] == "meeting"
    else:
        assert [one["word"] for one in said["said"]] == [word]
    form = re.search(r'action="/undo">(.*?)</form>', shown)
    assert form is not None
    undo = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[1]))
    assert press(client, "/undo", **{name: unescape(value) for name, value in undo.items()}).status_code == 303
    assert world.json("why", "Bob Stone")[0] == before
    assert world.json("check")["differences"] == 0


@pytest.mark.parametrize(
    ("path", "fields", "words"),
    [
        ("/snooze", {"what": "#1", "days": "x"}, "say for how long"),
        ("/snooze", {"what": "#1", "days": "99999999999999999999"}, "say for how long"),
        ("/snooze", {"what": "#1", "days": "9" * 5000}, "say for how long"),
        ("/snooze", {"days": "7"}, "nobody is named"),
        ("/cadence", {"what": "#1", "days": "0"}, "say how often"),
        ("/cadence", {"what": "#1", "days": "9" * 5000}, "say how often"),
        ("/cadence", {"what": "#1", "days": ""}, "has no cadence"),
        ("/done", {"what": "#4711"}, "there is no contact"),
        ("/done", {"what": "4711"}, "there is no activity"),
        ("/note", {"what": "#1", "kind": "dance"}, "say what it was"),
        ("/note", {"what": "#1", "kind": "call", "at": "yesterday"}, "that is no day"),
        ("/note", {"what": "#1", "kind": "call", "at": "9999-12-31"}, "lies ahead"),
        ("/note", {"what": "#1", "kind": "call", "at": "0001-01-01"}, "no day"),
        ("/note", {"what": "#1", "kind": "call", "about": "x" * 201}, "longer than 200"),
        ("/undo", {"what": "#1", "word": "forget"}, "nothing to take back"),
        ("/undo", {"what": "#1", "word": "ignore"}, "nothing to take back"),
        ("/add", {"what": "bob@globex.example"}, "not among the unmatched"),
        ("/done", {"what": "x" * 70_000}, "nobody is named"),
        ("/sharing/set", {"level": "who"}, "no account here"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    looked: Looked, path: str, fields: dict[str, str], words: str
) -> None:
    client = looked.signed_in()
    before = looked.world.content()
    answer = press(client, path, **fields)
    text = client.get("/").text if answer.status_code == 303 else answer.text
    assert words in _text(text)
    assert looked.world.content() == before


def test_a_cadence_is_kept_changed_and_taken_back(looked: Looked) -> None:
    client = looked.signed_in()
    assert "No cadence" not in client.get("/contact/1").text
    for days in ("30", "45"):
        press(client, "/cadence", what="#1", days=days, back="/contact/1")
        shown = client.get("/contact/1").text
        assert f'name="days" min="1" max="3650" value="{days}"' in shown
        assert [one["days"] for one in looked.world.json("why", "Bob Stone")[0]["said"]] == [int(days)]
    press(client, "/cadence", what="#1", days="", back="/contact/1")
    assert looked.world.json("why", "Bob Stone")[0]["said"] == []


def test_lists_are_narrowed_to_an_owner_and_a_tag_as_the_commands_are(looked: Looked) -> None:
    world, client = looked.world, looked.signed_in()
    assert world.run("contacts", "edit", "Grace Liu", "--owner", "Ben Ode", "--tag", "glass").code == 0
    for path, command in (("/", "today"), ("/awaiting", "awaiting"), ("/stale", "stale"), ("/upcoming", "upcoming")):
        for words in ({"owner": "Ben Ode"}, {"tag": "glass"}, {"owner": "Ana Kim"}):
            shown = client.get(path, params=words).text
            given = world.json(command, *(f"--{name}={value}" for name, value in words.items()))
            told = json.dumps([one for one in given if one["likely"]] if command == "awaiting" else given)
            for name in CONTACTS:
                assert (f">{name}</a>" in shown) == (name in told), (path, words, name)
            (value,) = words.values()
            assert f"<option selected>{value}</option>" in shown
    assert 'href="/awaiting?tag=glass&amp;all=1"' in client.get("/awaiting?tag=glass").text


def test_a_stranger_is_added_with_their_history(looked: Looked) -> None:
    client = looked.signed_in()
    assert "Theo Baker" in client.get("/unmatched").text
    press(client, "/add", what="theo@other.example", back="/unmatched")
    assert "Theo Baker</h3>" not in client.get("/unmatched").text
    assert looked.world.json("last", "Theo Baker")[0]["touches"] > 0


def test_a_stranger_is_ignored(looked: Looked) -> None:
    client = looked.signed_in()
    press(client, "/ignore", what="theo@other.example", back="/unmatched")
    client.get("/")
    assert "theo@other.example" not in client.get("/unmatched").text
    assert looked.world.json("unmatched") == []


def test_what_strangers_wrote_is_shown_and_not_obeyed(looked: Looked) -> None:
    client = looked.signed_in()
    for path in (*PAGES, "/contact/4", "/company/%3Cb%3EEvil%20%26%20Co%3C%2Fb%3E", "/activity/5"):
        shown = client.get(path, follow_redirects=True).text
        assert "<script>document" not in shown
        assert "<b>Evil" not in shown
        assert not re.search("[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e0fff\0]", shown), path
        assert "A" * 400 not in shown
    assert "&lt;script&gt;document" in client.get("/contact/4").text


def test_words_in_the_address_are_shown_and_not_obeyed(looked: Looked) -> None:
    client = looked.signed_in()
    for path in (
        "/search?q=",
        "/contacts?company=",
        "/contacts?tag=",
        "/contacts?owner=",
        "/company/",
        "/contacts?sort=",
        "/?tag=",
    ):
        shown = client.get(path + '"><script>alert(1)</script>\u202e').text
        assert "<script>alert" not in shown, path
        assert "\u202e" not in shown


@pytest.mark.parametrize(
    "path",
    [
        "/contact/999",
        "/contact/99999999999999999999999",
        f"/contact/{'9' * 5000}",
        f"/activity/{'9' * 5000}",
        "/contact/\u0661",
        "/activity/999",
        "/company/nothing",
        "/company/%00",
        "/company/%20",
        "/nowhere",
        "/contact/x",
    ],
)
def test_what_is_not_there_is_said_to_be_not_there(looked: Looked, path: str) -> None:
    answer = looked.signed_in().get(path)
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        f"/contacts?from={'9' * 5000}", "/contacts?from=²", "/search?q=%ed%a0%80%00", f"/search?q={'a' * 60_000}",
        "/?owner=%00", "/?tag=%ff", "/awaiting?owner=nobody", "/static/..%2f..%2fpage.css", "/company/..%2f..%2fetc",
        f"/contacts?company={'x' * 60_000}",
    ],
)  # fmt: skip
def test_nonsense_in_an_address_is_no_mistake_of_ours(looked: Looked, path: str) -> None:
    answer = looked.signed_in().get(path)
    assert answer.status_code in (200, 404), answer.text
    assert "something went wrong" not in answer.text


def test_before_anything_is_read_every_page_says_what_to_do(world: WebWorld) -> None:
    world.configure()
    client = Looked(world).signed_in()
    assert "lasttouch contacts import" in client.get("/").text
    assert "lasttouch contacts import" in client.get("/contacts").text
    assert "lasttouch companies add" in client.get("/companies").text
    for path in ("/awaiting", "/stale", "/upcoming", "/unmatched", "/sources", "/search"):
        assert client.get(path).status_code == 200


def test_who_is_not_found_is_looked_for_on_another_page_and_not_by_a_command(looked: Looked) -> None:
    shown = looked.signed_in().get("/search?q=zzyzx").text
    assert "Nobody and nothing here is called so." in shown
    assert '<a href="/unmatched">new people</a>' in shown
    assert "lasttouch contacts" not in shown


def test_what_is_not_known_stands_on_every_page(looked: Looked) -> None:
    client = looked.signed_in()
    assert "Not everything is known" not in client.get("/").text
    looked.now = datetime.now(UTC) + timedelta(days=3)
    client = looked.signed_in()
    for path in PAGES:
        shown = client.get(path, follow_redirects=True).text
        assert "Not everything is known" in shown, path
        assert "Unknown since" in shown


def test_the_heat_map_counts_what_the_timeline_shows_of_each_day_there(world: WebWorld) -> None:
    """Berlin puts its clocks back on the last Sunday of October, and on in March: days there have
    25 and 23 hours."""
    world.configure()
    (world.folder / "c.csv").write_text("name,email\nBob,bob@globex.example\n")
    assert world.run("contacts", "import", str(world.folder / "c.csv")).code == 0
    changes = [datetime(2026, 10, 25, tzinfo=BERLIN), datetime(2026, 3, 29, tzinfo=BERLIN)]
    for number, day in enumerate(changes):
        midnight = day.astimezone(UTC)
        for minutes in (-1, 1, 90, 150, 23 * 60 - 1, 23 * 60 + 1, 24 * 60 - 1, 24 * 60 + 1, 25 * 60 + 1):
            at = midnight + timedelta(minutes=minutes)
            world.receive("ana", mail("bob@globex.example", "ana@acme.example", at, f"d{number}.{minutes}@x"))
    world.receive("ana", mail("bob@globex.example", "ana@acme.example", ago(days=400), "long-ago@x"))
    world.sync()
    looked = Looked(world)
    with reading(world.config, print, print) as log:
        given = heat(log, 1, looked.clock(), BERLIN)
    told = Counter(
        datetime.fromisoformat(one["at"]).astimezone(BERLIN).date()
        for one in world.json("log", "bob", "--limit", "5000")
    )
    assert dict(given.days) == {day: count for day, count in told.items() if day >= given.begins}
    assert (given.ends - given.begins).days < 52 * 7
    assert given.begins.weekday() == 0
    shown = looked.signed_in().get("/contact/1").text
    table = re.findall(r'<th scope="row">(\d{4}-\d\d-\d\d)</th><td class="number">(\d+)</td>', shown)
    drawn = re.findall(r"<title>(\d{4}-\d\d-\d\d): (\d+)</title>", shown)
    assert dict(table) == dict(drawn) == {f"{day}": str(count) for day, count in given.days.items()}
