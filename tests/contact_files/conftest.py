"""Files of contacts, written and read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from capture.contact_files import ContactFile, read_contacts


@pytest.fixture
def read(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str | bytes], ContactFile]:
    """Reads this content of a file with the ending that the test module names in ENDING."""

    def read_text(content: str | bytes) -> ContactFile:
        path = tmp_path / f"contacts{request.module.ENDING}"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_contacts(path)

    return read_text
