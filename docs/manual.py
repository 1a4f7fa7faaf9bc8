"""The manual page lasttouch(1) in man(7), from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator

import click

HEAD = r""".\" Made by `make reference` from what the commands say of themselves.
.TH LASTTOUCH 1 "" "lasttouch" "User Commands"
.SH NAME
lasttouch \- when did we last talk to them, and who needs attention today?
.SH SYNOPSIS
.B lasttouch
[\fB\-\-config\fR \fIPATH\fR]
.I COMMAND
[\fIOPTIONS\fR]
.SH DESCRIPTION
Reads mailboxes (IMAP, Microsoft 365), calendars (CalDAV, Microsoft 365, or published at a URL),
address books and mail files, works out which messages and meetings were real exchanges with which
contact, and keeps a local log of them. It reads headers, and which parts a message has, never a
body; it changes nothing on the servers, but a target that is configured.
.PP
To look around: \fBlasttouch demo\fR. With your own mail: \fBlasttouch init\fR.
.SH COMMANDS
"""
TAIL = r""".SH FILES
.TP
.I ~/.config/lasttouch/config.toml
The configuration. It holds no password.
.TP
.I ~/.local/share/lasttouch/lasttouch.db
The log, unless the configuration names another place.
.SH ENVIRONMENT
.TP
.B LASTTOUCH_CONFIG
Another configuration, as \fB\-\-config\fR names one.
.TP
.B LASTTOUCH_DEBUG
Set to 1, shows where a mistake of the program came from.
.TP
.B NO_COLOR
Set to anything, no colours.
.SH EXIT STATUS
0 done, 1 failed, 2 usage, 3 configuration, 4 some accounts failed and others did not,
5 the database is in use by another daemon, 6 not found.
"""


def manual(sections: Iterator[tuple[str, click.Context]]) -> str:
    """The whole page; `sections` are the commands with their contexts, a group before its commands."""
    return HEAD + "".join(_section(path, context) for path, context in sections if " " in path) + TAIL


def _section(path: str, context: click.Context) -> str:
    lines = context.get_help().rstrip().split("\n")
    return f".SS {_plain(path)}\n.nf\n" + "".join(f"{_plain(line)}\n" for line in lines) + ".fi\n"


def _plain(text: str) -> str:
    """Text that roff takes for nothing else: a control line begins with a dot or an apostrophe."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{escaped}" if escaped[:1] in (".", "'") else escaped
