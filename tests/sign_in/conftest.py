"""A sign-in server, a scripted Graph that takes its tokens, and Ana's configuration for both."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "graph"))

from scripted_graph import ScriptedGraph
from scripted_sign_in import SignInServer
from signing_in import SigningIn


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


@pytest.fixture
def home(tmp_path: Path, graph: ScriptedGraph, server: SignInServer, monkeypatch: pytest.MonkeyPatch) -> SigningIn:
    SigningIn.server = server
    return SigningIn(tmp_path, graph, monkeypatch)
