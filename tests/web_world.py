"""A log to look at in a browser: mail and meetings in folders, of one keeper or of a team, and the
page over it."""

from __future__ import annotations

import contextlib
import contextvars
import io
import itertools
import json
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

import cli
from config_lines import account, files, head, table
from household import Outcome, ago, event, mail
from lasttouch.keeping.login_links import Links, Page, new_link
from lasttouch.keeping.reading import follow
from lasttouch.keeping.viewing import ask_as
from lasttouch.local_time import utc_now
from lasttouch.web.app import application
from lasttouch.web.listening import trust_of
from lasttouch.web.provider import Provider
from lasttouch.web.site import Site

BASE = "http://127.0.0.1:8470"
PAGES = (
    "/", "/?more=1", "/contacts", "/contacts?sort=name", "/contact/1", "/contact/1?more=1", "/activity/1", "/awaiting",
    "/awaiting?all=1", "/stale", "/upcoming", "/companies", "/company/Globex", "/unmatched", "/sources", "/search",
    "/search?q=bob", "/search?q=o", "/search?q=nobody-at-all",
)  # fmt: skip
HOSTILE = "<script>document.title='owned'</script> \u202egnp.exe\u2066 \U000e0041"


class WebWorld:
    """Accounts are folders of files; "ana" is there from the start. `users`: name → further options
    of [[users]]."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "config.toml"
        self.database = folder / "lasttouch.db"
        self.top = ""
        self.accounts: dict[str, dict[str, object]] = {"ana": {"owner": "Ana Kim"}}
        self.users: dict[str, dict[str, object]] = {}
        self._numbers = itertools.count()

    def configure(self) -> None:
        written = []
        for name, options in self.accounts.items():
            (self.folder / name).mkdir(exist_ok=True)
            written.append(account(name, files(name), **options))
        users = [
            table("[[users]]", **{"name": name, "os_user": f"{name}-os", **more}) for name, more in self.users.items()
        ]
        self.config.write_text("".join([head(), self.top, *users, *written]))
        self.config.chmod(0o600)

    def receive(self, name: str, content: bytes | str) -> None:
        (self.folder / name).mkdir(exist_ok=True)
        kind = "ics" if isinstance(content, str) else "eml"
        path = self.folder / name / f"{next(self._numbers)}.{kind}"
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def exchange(self, name: str, who: str, *days: float, subject: str = "Racks") -> None:
        """They wrote and were answered, so many days ago."""
        ours = f"{name}@acme.example"
        for day in days:
            number = next(self._numbers)
            self.receive(name, mail(who, ours, ago(days=day + 0.5), f"in{number}@x", subject))
            self.receive(
                name, mail(ours, who, ago(days=day), f"out{number}@x", f"Re: {subject}", In_Reply_To=f"<in{number}@x>")
            )

    def sync(self) -> None:
        self.configure()
        outcome = self.run("sync")
        assert outcome.code == 0, outcome.err

    def run(self, *words: str, who: str | None = None) -> Outcome:
        """A command, as this user asks it of the service where one is named."""

        def asked() -> Outcome:
            if who is not None:
                ask_as(f"{who}-os")
            out, err = io.StringIO(), io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = cli.run(["--config", str(self.config), *words])
            return Outcome(code, out.getvalue(), err.getvalue())

        return contextvars.copy_context().run(asked)

    def json(self, *words: str, who: str | None = None) -> Any:
        outcome = self.run(*words, "--json", who=who)
        assert outcome.code == 0, outcome.err
        return outcome.json

    def content(self) -> dict[str, list[Any]]:
        """All rows of all tables of the log."""
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in sorted(tables)}


class Looked:
    """The application over a world; `get` and `post` as a browser that is signed in sends them."""

    def __init__(self, world: WebWorld, provider: Provider | None = None) -> None:
        from lasttouch.configuration.config import load_config

        follow(world.config)
        self.world = world
        self.now: datetime | None = None
        self.page = Page(BASE, 1, b"k" * 32)
        self.site = Site(
            world.config, BASE, Links(self.page), frozenset((BASE.partition("://")[2],)),
            trust_of(load_config(world.config).config), self.clock, provider,
        )  # fmt: skip
        self.app = application(self.site)

    def clock(self) -> datetime:
        return self.now or utc_now()

    def client(self, peer: str = "127.0.0.1") -> TestClient:
        """A browser that nobody is signed in with."""
        return TestClient(self.app, BASE, client=(peer, 50_000), follow_redirects=False)

    def link(self, user: str | None = None) -> str:
        return new_link(self.page, user, self.clock()).removeprefix(BASE)

    def signed_in(self, user: str | None = None) -> TestClient:
        client = self.client()
        answer = client.get(self.link(user))
        assert answer.status_code == 303, answer.text
        return client


def press(client: TestClient, path: str, **fields: str) -> Any:
    """As a form of ours sends it, with no-referrer."""
    return client.post(path, data=fields, headers={"Origin": "null", "Sec-Fetch-Site": "same-origin"})


def filled(world: WebWorld) -> WebWorld:
    """A world in which every page has something to show."""
    world.configure()
    (world.folder / "contacts.csv").write_text(
        "name,email,company,owner\n"
        "Bob Stone,bob@globex.example,Globex,Ana Kim\n"
        "Carla Mendes,carla@globex.example,Globex,Ana Kim\n"
        "Grace Liu,grace@books.example,Books,Ana Kim\n"
        f'{json.dumps(HOSTILE + " Hostile")},evil@evil.example,"<b>Evil & Co</b>",\n'
    )
    world.exchange("ana", "Bob Stone <bob@globex.example>", *range(60, 340, 20))
    world.exchange("ana", "Carla Mendes <carla@globex.example>", 30, 3)
    world.receive(
        "ana", mail("Grace Liu <grace@books.example>", "ana@acme.example", ago(days=2), "g1@x", "Window display?")
    )
    world.exchange("ana", "Theo Baker <theo@other.example>", 12, 5)
    world.receive("ana", mail("evil@evil.example", "ana@acme.example", ago(days=1), "e1@x", HOSTILE))
    world.receive("ana", mail("evil@evil.example", "ana@acme.example", ago(days=1.2), "e2@x", "A" * 10_000))
    world.receive(
        "ana",
        event(
            "soon",
            ago(days=-3),
            "carla@globex.example;PARTSTAT=ACCEPTED",
            organizer="ana@acme.example",
            SUMMARY="Plan the spring",
        ),
    )
    world.receive(
        "ana",
        event(
            "met", ago(days=9), "carla@globex.example;PARTSTAT=ACCEPTED", organizer="ana@acme.example", SUMMARY="Review"
        ),
    )
    assert world.run("contacts", "import", str(world.folder / "contacts.csv")).code == 0
    world.sync()
    world.run("unmatched")
    return world
