"""A real Tryton beside the demo: set up with the demo's people as parties, then told of their dates."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from activity.contact import ContactEntry
from activity.errors import LasttouchError, Unreachable
from deliver.tryton import Tryton
from lasttouch.demo import bound_server
from lasttouch.demo.servers import HOST, free_port
from lasttouch.private_files import write_private

DATABASE = "acme"
USER = "admin"
TARGET = "tryton"
_START_SECONDS = 60.0
_MODULE = {
    "lasttouch_party/__init__.py": """\
from trytond.pool import Pool


def register():
    from . import party

    Pool.register(party.Party, module="lasttouch_party", type_="model")
""",
    "lasttouch_party/party.py": """\
from trytond.model import fields
from trytond.pool import PoolMeta


class Party(metaclass=PoolMeta):
    __name__ = "party.party"
    lasttouch_at = fields.DateTime("Last touch")
    lasttouch_how = fields.Char("Last touch by")
    lasttouch_by = fields.Char("Last touch of")
""",
    "lasttouch_party/tryton.cfg": "[tryton]\nversion=8.2.0\ndepends:\n    party\n",
    "lasttouch_party-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: lasttouch-party\nVersion: 1.0\n",
    "lasttouch_party-1.0.dist-info/entry_points.txt": "[trytond.modules]\nlasttouch_party = lasttouch_party\n",
}
"""The module of docs/targets.md, as a package that Tryton finds."""


class TrytonServer:
    """`password` is that of the user "admin"; `folder` holds all of it, and is there."""

    def __init__(self, folder: Path, password: str) -> None:
        self.folder = folder
        self.password = password
        self.port = free_port()
        self.url = f"http://{HOST}:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def set_up(self) -> None:
        """The database with the module and its field; takes some seconds. Raises LasttouchError."""
        for name, text in _MODULE.items():
            path = self.folder / "modules" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (self.folder / "data").mkdir()
        (self.folder / "data" / f"{DATABASE}.sqlite").touch(mode=0o600)
        write_private(self.folder / "password", self.password)
        write_private(
            self.folder / "trytond.conf",
            f"[database]\nuri = sqlite://\npath = {self.folder / 'data'}\n[web]\nlisten = {HOST}:{self.port}\n",
        )
        self._administer("--all", "--email", "admin@acme.example")
        self._administer("-u", "lasttouch_party", "--activate-dependencies")

    def start(self) -> None:
        """Raises LasttouchError where it does not come to answer."""
        self._process = self._run("trytond.cli:main")
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(Unreachable):
                client = self.client()
                client.check()
                client.close()
                return
            time.sleep(0.2)
        self.stop()
        raise LasttouchError("the demo's Tryton does not start", f"see: {self.folder / 'tryton.log'}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def client(self) -> Tryton:
        return Tryton(self.url, DATABASE, USER, self.password)

    def add_parties(self, contacts: Iterable[ContactEntry]) -> None:
        """Each with its addresses, as somebody would have typed them there."""
        rows = [
            {
                "name": one.name,
                "contact_mechanisms": [["create", [{"type": "email", "value": email} for email in one.emails]]],
            }
            for one in contacts
        ]
        client = self.client()
        client.call("model.party.party.create", rows)
        client.close()

    def _administer(self, *words: str) -> None:
        if self._run("trytond.cli.admin:main", *words).wait() != 0:
            raise LasttouchError("the demo's Tryton could not be set up", f"see: {self.folder / 'tryton.log'}")

    def _run(self, program: str, *words: str) -> subprocess.Popen[bytes]:
        """It ends when this process does, however that ends."""
        bound = [sys.executable, "-P", str(bound_server.__file__), program]
        with (self.folder / "tryton.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - what came with the extra
                [*bound, "-c", str(self.folder / "trytond.conf"), "-d", DATABASE, *words],
                env=self._environment(), stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def _environment(self) -> dict[str, str]:
        found = [str(self.folder / "modules"), *filter(None, [os.environ.get("PYTHONPATH")])]
        return {**os.environ, "PYTHONPATH": os.pathsep.join(found), "TRYTONPASSFILE": str(self.folder / "password")}


def check_tryton_installed() -> None:
    """Raises LasttouchError."""
    if any(importlib.util.find_spec(name) is None for name in ("trytond", "trytond.modules.party")):
        raise LasttouchError("demo --tryton needs Tryton", "run: pip install '.[demo,tryton]'")


@contextlib.contextmanager
def beside(folder: Path, config: Path, contacts: Iterable[ContactEntry]) -> Iterator[TrytonServer]:
    """A Tryton with these parties, while the context lasts, as a target of this configuration."""
    home = folder / "tryton"
    home.mkdir(mode=0o700)
    server = TrytonServer(home, secrets.token_urlsafe(16))
    server.set_up()
    server.start()
    try:
        server.add_parties(contacts)
        target = (
            f'\n[[targets]]\nname = "{TARGET}"\nkind = "tryton"\nurl = "{server.url}"\ndatabase = "{DATABASE}"\n'
            f'username = "{USER}"\npassword_file = "tryton/password"\n'
        )
        write_private(config, config.read_text(encoding="utf-8") + target)
        yield server
    finally:
        server.stop()
