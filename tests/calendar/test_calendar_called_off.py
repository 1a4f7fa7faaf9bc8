"""Meetings that only their titles call off."""

from __future__ import annotations

import pytest
from event_lines import calendar, meetings, vevent

from activity.meeting import Meeting
from capture.calendar.called_off import is_called_off
from capture.calendar.objects import strip

AT = "DTSTART:20260310T090000Z"
FREE = "TRANSP:TRANSPARENT"


@pytest.mark.parametrize(
    "title",
    [
        *("Canceled: Review", "CANCELLED : Review", "Abgesagt: Durchsicht", "Annulé : Revue", "Annulé\u202f: Revue"),
        *("Cancelado: Revisión", "Cancelada: Revisão", "Annullato: Riesame", "Geannuleerd: Overleg", "Odwołano: X"),
        *(
            "已取消: 会议",
            "已取消：会议",
            "キャンセル済み: 会議",
            "취소됨: 회의",
            "Отменено: встреча",
            "İptal Edildi: X",
        ),
        *("Zrušeno: X", "Inställt: X", "Aflyst: X", "Avlyst: X", "Peruttu: X", "Ακυρώθηκε: X", "Anulat: X", "בוטל: X"),
        *("Annule\u0301 : Revue", "Lemondva: X", " Canceled:X"),
    ],
)
def test_titles_that_call_a_meeting_off(title: str) -> None:
    assert is_called_off(title)
    (one,) = kept(f"SUMMARY:{title}", "STATUS:CONFIRMED", "X-MICROSOFT-CDO-BUSYSTATUS;X=1:free")
    assert (one.cancelled_by, one.summary) == ("its title says so, and its time is shown as free", title.strip())


@pytest.mark.parametrize("title", ["", "Canceled orders", "Review of what was canceled: all", "Cancel: it", "Canceled"])
def test_titles_that_do_not(title: str) -> None:
    assert not is_called_off(title)


def kept(*lines: str, private_events: str = "drop") -> list[Meeting]:
    return meetings(strip(calendar(vevent(AT, *lines)), private_events))


def test_the_time_must_be_shown_as_free() -> None:
    assert [one.cancelled_by for one in kept("SUMMARY:Canceled: x")] == [""]
    assert [one.cancelled_by for one in kept("SUMMARY:Canceled: x", "TRANSP:OPAQUE")] == [""]
    assert [one.cancelled_by for one in kept("SUMMARY:Review", FREE)] == [""]
    assert [bool(one.cancelled_by) for one in kept("SUMMARY:Canceled: x", FREE)] == [True]


def test_it_is_known_where_the_title_is_not_kept() -> None:
    (one,) = kept("SUMMARY:Abgesagt: Arzt", FREE, "CLASS:PRIVATE", private_events="time-only")
    assert (bool(one.cancelled_by), one.summary) == (True, "")


def test_how_a_time_is_shown_is_not_kept() -> None:
    text = strip(calendar(vevent(AT, "SUMMARY:Review", FREE, "X-MICROSOFT-CDO-BUSYSTATUS:FREE")))
    assert "TRANSP" not in text
    assert "BUSYSTATUS" not in text
