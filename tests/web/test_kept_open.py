"""What the page leaves open after a question serves the next one of the same user, and nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from lasttouch.keeping import held, reading
from lasttouch.keeping.held import Held
from lasttouch.web.kept_open import IDLE_SECONDS, MOST_IDLE, KeptOpen, Who
from web_world import Looked

ANA: Who = ("ana", None)
BEN: Who = ("ben", None)


class _Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture
def kept(clock: _Clock) -> KeptOpen:
    return KeptOpen(clock)


@pytest.fixture
def let_go(monkeypatch: pytest.MonkeyPatch) -> list[Held]:
    """What was closed so far."""
    gone: list[Held] = []

    def note(one: Held) -> None:
        gone.append(one)

    monkeypatch.setattr(Held, "let_go", note)
    return gone


def _used(kept: KeptOpen, who: Who) -> Held:
    with kept.lent_to(who):
        return reading._held.get()


def test_each_is_lent_what_they_left_themselves(kept: KeptOpen) -> None:
    of_ana = _used(kept, ANA)
    of_ben = _used(kept, BEN)
    assert of_ana is not of_ben
    assert (_used(kept, ANA), _used(kept, BEN)) == (of_ana, of_ben)
    assert _used(kept, (None, "ana")) not in (of_ana, of_ben), "a proxy's word is another door"
    assert reading._held.get() is reading.HELD


def test_two_questions_at_once_share_nothing(kept: KeptOpen) -> None:
    with kept.lent_to(ANA):
        first = reading._held.get()
        assert _used(kept, ANA) is not first


def test_nothing_is_left_of_a_question_that_fails(kept: KeptOpen, let_go: list[Held]) -> None:
    first = _used(kept, ANA)
    with pytest.raises(ZeroDivisionError), kept.lent_to(ANA):
        _ = 1 / 0
    assert let_go == [first]
    assert _used(kept, ANA) is not first


def test_what_idles_is_let_go_and_so_is_what_are_too_many(kept: KeptOpen, clock: _Clock, let_go: list[Held]) -> None:
    first = [_used(kept, (str(number), None)) for number in range(MOST_IDLE)]
    _used(kept, ANA)
    assert let_go == first[:1]
    clock.now = IDLE_SECONDS - 1
    kept.let_go_of_idle()
    assert let_go == first[:1]
    last = _used(kept, ("3", None))
    clock.now = IDLE_SECONDS
    kept.let_go_of_idle()
    assert last is first[3]
    assert len(let_go) == MOST_IDLE
    assert last not in let_go
    assert _used(kept, ANA) not in let_go


def test_the_log_is_opened_once_for_page_after_page(looked: Looked, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    really = held.open_for_reading
    monkeypatch.setattr(held, "open_for_reading", lambda path: opened.append(path) or really(path))
    client = looked.signed_in()
    for path in ("/", "/contacts", "/awaiting", "/"):
        assert client.get(path).status_code == 200
    assert len(opened) == 1
    looked.site.kept_open.let_go_of_idle(0)
    assert client.get("/").status_code == 200
    assert len(opened) == 2


def test_nothing_is_left_when_the_page_ends(looked: Looked) -> None:
    with looked.signed_in() as client:
        client.get("/")
        assert looked.site.kept_open._idle
    assert not looked.site.kept_open._idle
