"""Meetings called off in words only: Outlook puts them before the title, and shows the time as
free.

What Exchange says depends on the language of the organizer's mailbox; the state (STATUS) stays as
it was.
"""

from __future__ import annotations

import re
import unicodedata

from capture.calendar.content_lines import CALLED_OFF, EventLines, Lines

SHOWN_AS = ("TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS")
_WORDS = (
    *("canceled", "cancelled", "abgesagt", "annulé", "annulée", "annule", "annulee", "cancelado", "cancelada"),
    *("annullato", "annullata", "cancellato", "cancellata", "geannuleerd", "odwołano", "odwołane", "anulowano"),
    *("inställt", "inställd", "avbokat", "avbokad", "avlyst", "aflyst", "annulleret", "peruttu", "peruutettu"),
    *("zrušeno", "zrušená", "zrušené", "zrušený", "lemondva", "törölve", "anulat", "anulată", "otkazano", "otkazan"),
    *("odpovedano", "preklicano", "отменено", "отменена", "отменен", "отменён", "скасовано", "отказано"),
    *("ακυρώθηκε", "ακυρωμένη", "ακυρωμένο", "iptal edildi", "iptal", "atšauktas", "atšaukta", "atcelts", "atcelta"),
    *("tühistatud", "cancel·lat", "cancel·lada", "anul·lat", "anul·lada", "bertan behera utzita", "aflýst", "hætt við"),
    *("בוטל", "מבוטל", "ملغى", "ملغاة", "تم الإلغاء", "تم إلغاؤه", "रद्द किया गया", "ยกเลิก", "ยกเลิกแล้ว"),
    *("đã hủy", "đã huỷ", "dibatalkan", "已取消", "取消", "キャンセル", "キャンセル済み", "取り消し", "取り消し済み"),
    *("취소됨", "취소", "취소된 모임"),
)
_LONGEST = 40


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace("i\N{COMBINING DOT ABOVE}", "i")


_PREFIX = re.compile(rf"\s*(?:{'|'.join(re.escape(_folded(word)) for word in _WORDS)})\s*:")


def is_called_off(title: str) -> bool:
    """Does the title begin with such a word and a colon (NFKC makes a wide one usual), in whatever
    case?"""
    return _PREFIX.match(_folded(title[:_LONGEST])) is not None


def without_shown_as(event: EventLines) -> EventLines:
    """The event without how its time is shown, and with a mark if that and its title say that it
    was called off."""
    lines: Lines = [(name, line) for name, line in event.lines if name not in SHOWN_AS]
    if len(lines) < len(event.lines) and is_called_off(event.value("SUMMARY")):
        lines.append((CALLED_OFF, f"{CALLED_OFF}:TRUE"))
    return EventLines(lines)
