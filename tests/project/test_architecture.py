"""The house holds: who may import whom, and what a wheel contains."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("activity", "capture", "matchers", "store", "lasttouch")
MAY_IMPORT = {
    "activity": set(),
    "capture": {"activity"},
    "matchers": {"activity"},
    "store": {"activity"},
    "lasttouch": {"activity", "capture", "matchers", "store"},
}


def _imports(path: Path) -> set[str]:
    """The first parts of all modules a file imports, at its top or anywhere within."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found.add((node.module or "").partition(".")[0])
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_it_may(room: str) -> None:
    files = list((ROOT / room).rglob("*.py"))
    assert files
    for path in files:
        others = (_imports(path) & {*ROOMS, "cli"}) - {room}
        assert others <= MAY_IMPORT[room], f"{path.relative_to(ROOT)} imports {others - MAY_IMPORT[room]}"


def test_the_nouns_need_nothing_but_the_standard_library_and_idna() -> None:
    for path in (ROOT / "activity").rglob("*.py"):
        foreign = _imports(path) - set(sys.stdlib_module_names) - {"activity", "idna"}
        assert not foreign, f"{path.name} imports {foreign}"


def test_nothing_but_the_store_speaks_sql() -> None:
    for room in set(ROOMS) - {"store"}:
        for path in (ROOT / room).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            assert "SELECT " not in text, path


def test_the_wheel_holds_every_module_and_nothing_else(tmp_path: Path) -> None:
    tree = tmp_path / "tree"  # a copy: what an earlier build left behind must not get in
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__"))
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", tmp_path, tree]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("lasttouch-*.whl")
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    tracked = {path.relative_to(ROOT).as_posix() for room in ROOMS for path in (ROOT / room).rglob("*.py")}
    assert names == tracked | {"cli.py"}
