"""A scripted Graph, whose every answer is as Microsoft's own types say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from graph_log import AtMicrosoft
from scripted_graph import ScriptedGraph


def _double() -> Iterator[ScriptedGraph]:
    double = ScriptedGraph()
    yield double
    double.stop()
    assert double.wrong == []


@pytest.fixture
def graph() -> Iterator[ScriptedGraph]:
    yield from _double()


@pytest.fixture
def other() -> Iterator[ScriptedGraph]:
    """Another one, for who is not Ana."""
    yield from _double()


@pytest.fixture
def home(tmp_path: Path, graph: ScriptedGraph, monkeypatch: pytest.MonkeyPatch) -> AtMicrosoft:
    """Ana's configuration: all that is hers is at Microsoft."""
    return AtMicrosoft(tmp_path, graph, monkeypatch)
