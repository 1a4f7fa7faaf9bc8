"""mbsync (isync), which many keep a copy of their mail with: what a pass is compared with."""

from __future__ import annotations

import subprocess
from pathlib import Path

from dovecot_server import DovecotServer

COMMAND = "mbsync"


class Mbsync:
    """A Maildir that mbsync brings up to date with the INBOX of a user, made new in `folder`.

    `careful`: as it comes, each message is on the disk before the next one is taken; else it leaves
    that to the system, as a log in one transaction a batch does.
    """

    def __init__(self, server: DovecotServer, folder: Path, user: str, careful: bool = True) -> None:
        folder.mkdir()
        (folder / "mail").mkdir()
        self._config = folder / "rc"
        self._config.write_text(
            f"FSync {'yes' if careful else 'no'}\n\n"
            f"IMAPAccount a\nHost 127.0.0.1\nPort {server.port}\nUser {user}\nPass {server.password}\nSSLType None\n"
            f"AuthMechs LOGIN\n\nIMAPStore far\nAccount a\n\nMaildirStore near\nPath {folder}/mail/\n"
            f"Inbox {folder}/mail/INBOX\n"
            "\nChannel c\nFar :far:\nNear :near:\nPatterns INBOX\nCreate Near\nSync Pull\nSyncState *\n"
        )

    def run(self) -> None:
        subprocess.run([COMMAND, "-q", "-c", str(self._config), "c"], check=True, capture_output=True)
