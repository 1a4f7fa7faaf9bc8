"""Where tokens are kept: in the keyring, else in a file that nobody but its owner may read; never in the database."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from pathlib import Path
from typing import Any

from activity.errors import AuthenticationFailed, in_words
from capture.credentials import find_keyring

_locks: dict[str, threading.RLock] = {}
_guard = threading.Lock()


class Kept:
    """What is kept of one account's sign-in.

    `state` is what the provider's client wants to remember, as text; `access` are access tokens with
    the time they end (seconds since 1970), by their audience. `refused`: why the provider takes no
    more of it, so that it is not asked again before the user has signed in.
    """

    def __init__(self, file: Path, account: str, to_file: bool = False) -> None:
        self._file = file
        self._entry = f"lasttouch sign-in {file.resolve()}"
        self._account = account
        self._to_file = to_file
        self.state = ""
        self.access: dict[str, tuple[str, float]] = {}
        self.refused = ""
        with _guard:
            self.lock = _locks.setdefault(self._entry, threading.RLock())

    @property
    def place(self) -> str:
        """In words, for whoever has signed in."""
        return str(self._file) if self._in_file() else f"the keyring ({find_keyring().name})"

    def load(self) -> bool:
        """Is there anything? Raises AuthenticationFailed where it cannot be read."""
        try:
            text = self._file.read_text(encoding="utf-8") if self._file.exists() else self._from_keyring()
            known: Any = json.loads(text or "null")
            if not isinstance(known, dict):
                return False
            self.state, self.refused = str(known["state"]), str(known["refused"])
            self.access = {str(k): (str(token), float(ends)) for k, (token, ends) in known["access"].items()}
        except OSError as error:
            raise AuthenticationFailed(
                f"{self._file} cannot be read: {in_words(error)}", "see who may: ls -l"
            ) from None
        except (ValueError, KeyError, TypeError, RecursionError):
            return False
        return bool(self.state)

    def save(self) -> None:
        """Raises AuthenticationFailed."""
        text = json.dumps({"state": self.state, "refused": self.refused, "access": self.access})
        try:
            if self._in_file():
                self._write(text)
            else:
                import keyring  # noqa: PLC0415 - slow to import, and an extra

                keyring.set_password(self._entry, self._account, text)
        except OSError as error:
            message = f"the sign-in of {self._account} cannot be kept in {self._file}: {in_words(error)}"
            raise AuthenticationFailed(message, "check the folder and the disk") from None
        except Exception as error:  # noqa: BLE001 - backends raise what they like
            raise AuthenticationFailed(
                f"the keyring did not take the sign-in: {in_words(error, 'it does not say why')}",
                "unlock it, or sign in with --file",
            ) from None

    def _in_file(self) -> bool:
        return self._to_file or self._file.exists() or bool(find_keyring().refused)

    def _from_keyring(self) -> str:
        if find_keyring().refused:
            return ""
        import keyring  # noqa: PLC0415

        with contextlib.suppress(Exception):  # backends raise what they like; then nobody has signed in
            return keyring.get_password(self._entry, self._account) or ""
        return ""

    def _write(self, text: str) -> None:
        new = self._file.with_name(f"{self._file.name}.new-{os.getpid()}-{threading.get_ident()}")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as output:
                output.write(text)
                output.flush()
                os.fsync(output.fileno())
            new.replace(self._file)
        finally:
            new.unlink(missing_ok=True)
