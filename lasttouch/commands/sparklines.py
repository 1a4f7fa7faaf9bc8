"""The last weeks of each contact, drawn where there is room."""

from __future__ import annotations

from lasttouch.terminal.form import Form
from lasttouch.terminal.output import WIDE, is_terminal, terminal_width

WEEKS = 12


def weeks_drawn(form: Form) -> int:
    """Of how many weeks the touches are drawn beside each contact: none for anything but a wide
    terminal."""
    return WEEKS if form.is_for_people and is_terminal() and terminal_width() >= WIDE else 0
