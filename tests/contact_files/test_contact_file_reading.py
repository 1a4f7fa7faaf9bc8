"""Files that are no contact files, or cannot be read at all."""

import os
from pathlib import Path

import pytest

from activity.errors import LasttouchError, NotFound, UsageError
from capture.contact_files import read_contacts, reading


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="does not exist") as caught:
        read_contacts(tmp_path / "absent.csv")
    assert caught.value.hint
    assert caught.value.exit_code == 6


def test_a_directory(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a directory"):
        read_contacts(tmp_path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(UsageError, match="is a device or pipe"):
        read_contacts(tmp_path / "pipe.csv")


@pytest.mark.parametrize("path", ["a\0b.csv", "x" * 5000, "contacts.csv/inside.csv"])
def test_a_path_that_cannot_be(tmp_path: Path, path: str) -> None:
    (tmp_path / "contacts.csv").write_text("email\n")
    with pytest.raises(LasttouchError):
        read_contacts(tmp_path / path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "The file is empty"),
        ("a.csv", b"\xef\xbb\xbf \r\n", "The file is empty"),
        ("a.csv", b"PK\x03\x04rest", "workbook"),
        ("a.xls", b"\xd0\xcf\x11\xe0rest", "workbook"),
        ("a.vcf", b"hello", "no BEGIN:VCARD"),
        ("a.json", b'[{"email": "a@b.example"}]', "no column with e-mail addresses"),
    ],
)
def test_no_contact_file(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UsageError, match=said) as caught:
        read_contacts(path)
    assert str(path) in caught.value.message


@pytest.mark.parametrize(
    ("limit", "value", "said"),
    [("_MAX_ENTRIES", 9, "over 9 contacts"), ("_MAX_PROBLEMS", 9, "Over 9 rows"), ("_MAX_BYTES", 100, "larger than")],
)
def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, said: str) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text("email\n" + "a@b.example\n" * 10 + "bad\n" * 10)
    assert len(read_contacts(path).entries) == 10
    monkeypatch.setattr(reading, limit, value)
    with pytest.raises(UsageError, match=said):
        read_contacts(path)
