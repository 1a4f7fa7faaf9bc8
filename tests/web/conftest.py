"""Worlds to look at."""

from __future__ import annotations

from pathlib import Path

import pytest

from web_world import Looked, WebWorld, filled


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WebWorld:
    """With nothing in it."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    return WebWorld(tmp_path)


@pytest.fixture
def looked(world: WebWorld) -> Looked:
    return Looked(filled(world))
