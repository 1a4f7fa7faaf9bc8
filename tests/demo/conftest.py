"""One demo for all tests."""

from __future__ import annotations

import pytest
from demo_runs import Kept, demo


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = tmp_path_factory.mktemp("demo") / "new" / "acme world"
    done = demo("--keep", str(folder), umask=0o077)
    assert (done.returncode, done.stderr) == (0, "")
    return Kept(folder, done.stdout)
