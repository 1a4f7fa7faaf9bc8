"""Commands and files that hold a secret, and do not behave."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from activity.errors import AuthenticationFailed
from capture import credentials
from capture.credentials import from_command, from_file


def test_the_first_line_is_the_secret() -> None:
    assert from_command("printf 'pä\"ss%%\\nuser: ana\\n'")() == 'pä"ss%'


def test_what_a_failing_command_says_is_never_repeated() -> None:
    with pytest.raises(AuthenticationFailed) as failed:
        from_command("cat /dev/null; sh -c 'echo + login canary-4711 >&2; exit 3'")()
    assert "exit code 3" in failed.value.message
    assert "run it in a terminal" in failed.value.hint


def test_a_command_whose_children_keep_its_output_open_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "COMMAND_SECONDS", 0.5)
    began = time.monotonic()
    with pytest.raises(AuthenticationFailed, match="gave no answer"):
        from_command("sleep 300 | cat")()
    assert time.monotonic() - began < 60


def test_a_command_that_prints_without_end_is_stopped() -> None:
    with pytest.raises(AuthenticationFailed, match="printed more than"):
        from_command("yes secret", "token_command")()


def test_a_command_that_reads_its_input_finds_none() -> None:
    with pytest.raises(AuthenticationFailed, match="printed nothing"):
        from_command("cat")()


def test_a_file_is_named_by_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(AuthenticationFailed, match=r"the address file .* is empty"):
        from_file(tmp_path / "empty", "address")()


def test_only_the_first_line_of_a_file_is_read() -> None:
    if not os.path.exists("/dev/zero"):
        pytest.skip("no /dev/zero here")
    with pytest.raises(AuthenticationFailed, match="line break or NUL"):
        from_file(Path("/dev/zero"))()
