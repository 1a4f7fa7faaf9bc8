"""A real Tryton on loopback, with SQLite, the module `party` and a field of ours on parties."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

from deliver.tryton import Tryton
from loopback_process import _free_port
from running_daemon import until

DATABASE = "acme"
PASSWORD = "a-long-and-winding-password"
_MODULE = {
    "lasttouch_party/__init__.py": (
        "from trytond.pool import Pool\n\n\ndef register():\n"
        "    from . import party\n    Pool.register(party.Party, module='lasttouch_party', type_='model')\n"
    ),
    "lasttouch_party/party.py": (
        "from trytond.model import fields\nfrom trytond.pool import PoolMeta\n\n\n"
        "class Party(metaclass=PoolMeta):\n    __name__ = 'party.party'\n"
        "    lasttouch_at = fields.DateTime('Last touch')\n"
        "    lasttouch_how = fields.Char('Last touch by')\n"
        "    lasttouch_by = fields.Char('Last touch of')\n"
    ),
    "lasttouch_party/tryton.cfg": "[tryton]\nversion=8.2.0\ndepends:\n    party\n",
    "lasttouch_party-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: lasttouch-party\nVersion: 1.0\n",
    "lasttouch_party-1.0.dist-info/entry_points.txt": "[trytond.modules]\nlasttouch_party = lasttouch_party\n",
}
"""The ten lines of docs/targets.md, as a package that Tryton finds."""


class TrytonServer:
    """`with TrytonServer() as server:`; the user is "admin"."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ltty"))
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> TrytonServer:
        for name, text in _MODULE.items():
            path = self.folder / "modules" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (self.folder / "data").mkdir()
        (self.folder / "data" / f"{DATABASE}.sqlite").touch()
        (self.folder / "password").write_text(PASSWORD)
        self._config = self.folder / "trytond.conf"
        self._config.write_text(
            f"[database]\nuri = sqlite://\npath = {self.folder}/data\n[web]\nlisten = 127.0.0.1:{self.port}\n"
            "[session]\ntimeout = 86400\n"
        )
        self._run("trytond-admin", "--all", "--email", "admin@acme.example")
        self._run("trytond-admin", "-u", "lasttouch_party", "--activate-dependencies")
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._words("trytond"), "-c", self._config, "-d", DATABASE], env=self._environment(),
                stdout=log, stderr=log,
            )  # fmt: skip
        until(self._answers)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def client(self) -> Tryton:
        return Tryton(self.url, DATABASE, "admin", PASSWORD)

    def party(self, name: str, *emails: str) -> int:
        """A new party with these addresses; its id."""
        call = self.client()._call
        mechanisms = [["create", [{"type": "email", "value": email} for email in emails]]]
        (party,) = call("model.party.party.create", [{"name": name, "contact_mechanisms": mechanisms}])
        return int(party)

    def held(self, party: int, field: str = "lasttouch_at") -> Any:
        """What a field of a party holds; an instant as "YYYY-MM-DDTHH:MM:SSZ"."""
        (row,) = self.client()._call("model.party.party.read", [party], [field])
        value = row[field]
        if isinstance(value, dict):
            parts = [value[part] for part in ("year", "month", "day", "hour", "minute", "second")]
            return "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*parts)
        return value

    def edit(self, party: int, **values: Any) -> None:
        self.client()._call("model.party.party.write", [party], values)

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.url}/", timeout=5).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [*self._words(program), "-c", self._config, "-d", DATABASE, *words], env=self._environment(),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    @staticmethod
    def _words(program: str) -> list[str]:
        return [sys.executable, str(Path(sys.executable).with_name(program))]

    def _environment(self) -> dict[str, str]:
        found = [str(self.folder / "modules"), *filter(None, [os.environ.get("PYTHONPATH")])]
        return {**os.environ, "PYTHONPATH": os.pathsep.join(found), "TRYTONPASSFILE": str(self.folder / "password")}
