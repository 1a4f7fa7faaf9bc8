"""A real Tryton on loopback, as the demo has one, for tests."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

from lasttouch.demo import tryton
from lasttouch.demo.tryton import DATABASE

__all__ = ["DATABASE", "PASSWORD", "TrytonServer"]

PASSWORD = "a-long-and-winding-password"


class TrytonServer(tryton.TrytonServer):
    """`with TrytonServer() as server:`; the user is "admin"."""

    def __init__(self) -> None:
        super().__init__(Path(tempfile.mkdtemp(prefix="ltty")), PASSWORD)

    def __enter__(self) -> TrytonServer:
        self.set_up()
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def party(self, name: str, *emails: str) -> int:
        """A new party with these addresses; its id."""
        mechanisms = [["create", [{"type": "email", "value": email} for email in emails]]]
        (party,) = self.client().call("model.party.party.create", [{"name": name, "contact_mechanisms": mechanisms}])
        return int(party)

    def held(self, party: int, field: str = "lasttouch_at") -> Any:
        """What a field of a party holds; an instant as "YYYY-MM-DDTHH:MM:SSZ"."""
        (row,) = self.client().call("model.party.party.read", [party], [field])
        value = row[field]
        if isinstance(value, dict):
            parts = [value[part] for part in ("year", "month", "day", "hour", "minute", "second")]
            return "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*parts)
        return value

    def edit(self, party: int, **values: Any) -> None:
        self.client().call("model.party.party.write", [party], values)
