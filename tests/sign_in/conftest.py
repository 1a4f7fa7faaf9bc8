"""A sign-in server, a scripted Graph that takes its tokens, and Ana's configuration for both."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "graph"))

from graph_log import AtMicrosoft
from scripted_graph import ScriptedGraph
from scripted_sign_in import SignInServer

import config_lines
from scripted_dav import Reply, Seen


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SignInServer]:
    double = SignInServer(tmp_path)
    monkeypatch.setenv("BROWSER", double.browser())
    monkeypatch.setattr(webbrowser, "_tryorder", None)  # it reads $BROWSER once in a process
    monkeypatch.setattr(webbrowser, "_browsers", {})
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    yield double
    double.stop()


@pytest.fixture
def graph(server: SignInServer) -> Iterator[ScriptedGraph]:
    double = ScriptedGraph()
    double.tokens = server.issued.keys()  # type: ignore[assignment]
    yield double
    double.stop()
    assert double.wrong == []


class SigningIn(AtMicrosoft):
    """Accounts that sign in."""

    server: SignInServer

    def add(self, name: str, *sections: str, url: str = "", options: str = "", **more: object) -> None:
        said = {"provider": "microsoft", "client_id": "app", "tenant": "acme.example", "url": self.server.url,
                "ca_file": str(self.server.ca_file), **more}  # fmt: skip
        microsoft = config_lines.table("[accounts.microsoft]", url=url or self.graph.host, user=more.pop("user", None))
        said.pop("user", None)
        sign_in = config_lines.table("[accounts.sign_in]", **said)
        self.accounts[name] = config_lines.account(name, options, microsoft, sign_in, *sections, timezone="UTC")
        self.write()


def guarded(server: SignInServer, dav: Callable[[Seen], Reply]) -> Callable[[Seen], Reply]:
    """A server that answers whoever has a token of `server`'s."""

    def answer(seen: Seen) -> Reply:
        token = seen.headers.get("authorization", "").removeprefix("Bearer ")
        return dav(seen) if token in server.issued else Reply(401, headers={"WWW-Authenticate": "Bearer"})

    return answer


@pytest.fixture
def home(tmp_path: Path, graph: ScriptedGraph, server: SignInServer, monkeypatch: pytest.MonkeyPatch) -> SigningIn:
    SigningIn.server = server
    return SigningIn(tmp_path, graph, monkeypatch)
