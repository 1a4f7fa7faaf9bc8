"""Fault 7: a certificate that has expired, for mail and calendars."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
import trustme

from config_lines import table
from household import Household
from tls_listener import tls_listener


@pytest.mark.parametrize("kind", ["imap", "caldav"])
def test_an_expired_certificate_is_refused_before_any_credential(
    household: Household, tmp_path: Path, kind: str
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    told: list[bytes] = []
    with tls_listener(authority.issue_cert("127.0.0.1", not_after=yesterday), told, b"* OK ready\r\n") as listener:
        port = listener.getsockname()[1]
        where = {"host": "127.0.0.1", "port": port} if kind == "imap" else {"url": f"https://127.0.0.1:{port}/"}
        login = {"username": "ana", "password_env": "MAIL_PASSWORD", "ca_file": f"{tmp_path}/ca.pem"}
        household.set_account("ana", table(f"[accounts.{kind}]", **where, **login))
        outcome = household.run("sync", "--json")
    assert outcome.json["accounts"][0]["error_code"] == "untrusted"
    assert "certificate" in outcome.json["accounts"][0]["error"]
    assert told == []
