"""Whether the user can sign in on this machine."""

from __future__ import annotations

import os
import webbrowser


def has_browser() -> bool:
    """Is there one on this machine that its user sees?"""
    if os.environ.get("SSH_CONNECTION") and not os.environ.get("DISPLAY") and not os.environ.get("BROWSER"):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True
