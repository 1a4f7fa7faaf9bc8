"""What becomes of a password that calendar and address book servers do not take."""

from __future__ import annotations

from typing import Any

import pytest

from activity.errors import AuthenticationFailed
from capture.address_books.source import AddressBookSource
from capture.calendar.source import CalendarSource
from capture.dav.source import DavAccount
from radicale_server import RadicaleServer


@pytest.fixture(params=[CalendarSource, AddressBookSource])
def kind(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_a_wrong_password_is_one_attempt_and_raises(
    radicale: RadicaleServer, user: str, kind: Any, requests: list[str]
) -> None:
    source = kind(DavAccount(radicale.url, user, lambda: "canary-wrong"))
    with pytest.raises(AuthenticationFailed) as caught:
        list(source.batches({}))
    assert len(requests) == 1
    assert "canary-wrong" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("password", ["a\rb", "a\nb", "a\0b"])
def test_a_password_that_would_break_out_of_its_header_is_never_sent(
    radicale: RadicaleServer, user: str, kind: Any, requests: list[str], password: str
) -> None:
    with pytest.raises(AuthenticationFailed):
        list(kind(DavAccount(radicale.url, user, lambda: password)).batches({}))
    assert requests == []
