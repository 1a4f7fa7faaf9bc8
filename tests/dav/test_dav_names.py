"""Objects are asked for as they were listed, and known by one name however they are spelled."""

from __future__ import annotations

import re
from html import unescape
from xml.sax.saxutils import escape

import pytest

from capture.dav.hrefs import canonical_path, collection_path, joined, member_name
from dav_log import cursors_of, hrefs
from scripted_collections import ScriptedBook, ScriptedCalendar, ScriptedCollection, syncing
from scripted_dav import Reply, Seen, Start, response

SPELLINGS = ["Q%3D1", "q%2b2", "r%7Es", "team%40x", "caf%C3%A9", "caf%e9", "caf%e8", "a b&c", "50%25", "x%2Fy"]


@pytest.fixture(params=[ScriptedCalendar, ScriptedBook], ids=["calendar", "book"])
def kind(request: pytest.FixtureRequest) -> type[ScriptedCollection]:
    found: type[ScriptedCollection] = request.param
    return found


class Spelling:
    """A collection whose objects have `listed` as hrefs, and are given for these very hrefs only,
    as `given` says."""

    def __init__(self, dav: ScriptedCollection, listed: dict[str, str], given: str = "{path}{name}") -> None:
        self.dav = dav
        self.listed = listed
        self.given = given
        self.asked: list[list[str]] = []
        self.lost: set[str] = set()
        for name in listed:
            dav.put(name, dav.text(len(dav.texts)), f'"{name}"')

    def __call__(self, seen: Seen) -> Reply:
        kind = self.dav.kind(seen)
        if kind == "listing":
            return self.dav(seen)
        if kind != "multiget":
            members = [response(escape(href), self._etag(name)) for name, href in self.listed.items()]
            return self.dav.multistatus(*members, token=self.dav.token)
        asked = [unescape(href) for href in re.findall("<d:href>([^<]*)</d:href>", seen.body)]
        self.asked.append(asked)
        known = {href: name for name, href in self.listed.items() if name not in self.lost}
        return self.dav.multistatus(*(self._answer(href, known.get(href)) for href in asked))

    def _answer(self, href: str, name: str | None) -> str:
        if name is None:
            return response(escape(href), status=404)
        text = self._etag(name) + self.dav.holding(self.dav.texts[name])
        return response(escape(self.given.format(path=self.dav.path, name=name)), text)

    def _etag(self, name: str) -> str:
        return f"<d:getetag>{escape(self.dav.etags[name])}</d:getetag>"


@pytest.mark.parametrize("where", ["{path}", "", "http://dav.example{path}", "//{path}"])
def test_objects_are_asked_for_as_they_were_listed(scripted: Start, kind: type[ScriptedCollection], where: str) -> None:
    dav = kind(objects=0)
    listed = {name: where.format(path=dav.path) + name for name in SPELLINGS}
    server = Spelling(dav, listed)
    batches = dav.sync(scripted(server).url)
    assert [sorted(asked) for asked in server.asked] == [sorted(listed.values())]
    assert len(hrefs(*batches)) == len(set(hrefs(*batches))) == len(SPELLINGS)
    assert not any(batch.skipped or batch.removed or batch.error for batch in batches)


@pytest.mark.parametrize("tells", ["token", "etags"])
def test_another_spelling_of_what_was_read_is_no_news(
    scripted: Start, kind: type[ScriptedCollection], tells: str
) -> None:
    dav = kind(syncing(kind.properties) if tells == "token" else kind.properties, objects=0)
    server = Spelling(dav, {name: dav.path + name for name in ("%7eone", "t%2bo", "three")})
    url = scripted(server).url
    cursors = cursors_of(*dav.sync(url))
    server.listed = {
        "%7eone": "/book/~one" if kind is ScriptedBook else "/cal/~one",
        "t%2bo": "t+o",
        "three": "%74hree",
    }
    dav.listed, dav.token = dav.listed.replace("t0", "t2"), "t2"
    (batch,) = dav.sync(url, cursors)
    assert (hrefs(batch), batch.removed, batch.skipped) == ([], [], [])


def test_what_is_listed_and_never_given_is_asked_for_twice_and_named(
    scripted: Start, kind: type[ScriptedCollection]
) -> None:
    dav = kind(objects=0)
    server = Spelling(dav, {name: dav.path + name for name in ("here", "gone%3F")})
    url = scripted(server).url
    first = cursors_of(*dav.sync(url))
    server.lost, server.asked = {"gone%3F"}, []
    dav.etags = dict.fromkeys(dav.etags, '"changed"')
    dav.token = "t2"
    (batch,) = dav.sync(url, first)
    lost = dav.path + "gone%3F"
    assert [sorted(asked) for asked in server.asked] == [[lost, dav.path + "here"], [lost]]
    assert (hrefs(batch), batch.removed) == (["here"], [])
    assert [(skip.item, skip.reason) for skip in batch.skipped] == [
        ("gone%3F", "listed by the server, but not found when asked for (404)")
    ]
    server.lost.clear()
    (batch,) = dav.sync(url, first | cursors_of(batch))
    assert (hrefs(batch), batch.skipped, batch.settled) == (["gone%3F"], [], ["gone%3F"])


def test_an_answer_that_leaves_some_out_is_asked_for_once_more(scripted: Start, kind: type[ScriptedCollection]) -> None:
    dav = kind()
    dropped = [dav.name(1), dav.name(4)]
    multigets: list[str] = []

    def script(seen: Seen) -> Reply:
        if dav.kind(seen) != "multiget":
            return dav(seen)
        multigets.append(seen.body)
        if len(multigets) == 1:
            return dav.multistatus(*(dav.given(name) for name in dav.etags if name not in dropped))
        return dav(seen)

    batches = dav.sync(scripted(script).url)
    assert sorted(hrefs(*batches)) == [dav.name(number) for number in range(6)]
    assert [body.count("<d:href>") for body in multigets] == [6, 2]
    assert not any(batch.skipped for batch in batches)


def test_a_first_listing_of_nothing_but_itself_gets_a_second_look(
    scripted: Start, kind: type[ScriptedCollection]
) -> None:
    dav = kind()
    dav.faults["full"] = dav.multistatus(response(dav.path, kind.properties), token="t1")
    server = scripted(dav)
    batches = dav.sync(server.url)
    assert len(hrefs(*batches)) == 6
    assert [dav.kind(seen) for seen in server.seen][-3:] == ["full", "etags", "multiget"]
    assert dav.token_in(batches[-1].cursor) == "t1"
    empty = kind(objects=0)
    empty.faults["etags"] = Reply(405)
    assert [batch.error for batch in empty.sync(scripted(empty).url)] == [None, None]


@pytest.mark.parametrize(
    ("read", "listed"),
    [('"a1"', 'W/"a1"'), ('W/"a1"', '"a1"'), ('"a1"', "a1"), ('"a1-gzip"', '"a1"'), ('"a1"', 'W/"a1-gzip"')],
)
def test_a_tag_in_other_clothes_is_no_change(
    scripted: Start, kind: type[ScriptedCollection], read: str, listed: str
) -> None:
    dav = kind(kind.properties)
    dav.etags = dict.fromkeys(dav.etags, read)
    server = scripted(dav)
    cursors = dav.fetched(server.url)
    dav.etags = dict.fromkeys(dav.etags, listed)
    server.seen.clear()
    (batch,) = dav.sync(server.url, cursors)
    assert hrefs(batch) == []
    assert [dav.kind(seen) for seen in server.seen] == ["listing", "etags"]
    dav.etags[dav.name(2)] = listed.replace("a1", "a2")
    (batch,) = dav.sync(server.url, cursors)
    assert hrefs(batch) == [dav.name(2)]


@pytest.mark.parametrize(
    ("href", "path"),
    [
        ("/c/a%3D.ics", "/c/a=.ics"),
        ("/c/a%3d.ics", "/c/a=.ics"),
        ("/c//a%20b.ics", "/c/a%20b.ics"),
        ("https://dav.example:8443/c/%C3%BC", "/c/%C3%BC"),
        ("/c/\N{LATIN SMALL LETTER U WITH DIAERESIS}", "/c/%C3%BC"),
        ("/c/%fc", "/c/%FC"),
        ("/c/a%2Fb", "/c/a%2Fb"),
        ("/c/who?when#where", "/c/who%3Fwhen%23where"),
        ("/", "/"),
        ("", ""),
    ],
)
def test_one_path_has_one_spelling(href: str, path: str) -> None:
    assert canonical_path(href) == path
    assert canonical_path(path) == path


def test_a_collection_is_itself_with_and_without_its_last_slash() -> None:
    assert collection_path("/dav") == collection_path("/dav/") == "/dav/"
    url = "https://dav.example/c/"
    for itself in ("/c", "/c/", "//c/", url, "//dav.example/c/", "https://dav.example/c"):
        assert member_name(url, "/c/", itself) == ""
    assert member_name(url, "/c/", "//dav.example/c/1.ics") == "1.ics"
    assert member_name(url, "/c/", "/elsewhere/1.ics") == "/elsewhere/1.ics"
    assert joined(url, "//c//d/") == "https://dav.example/c//d/"
